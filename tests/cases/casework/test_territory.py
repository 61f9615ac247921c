"""One's usual territory and what is asked outside it: truth tables on unsaved objects."""

from datetime import UTC, datetime, timedelta

import pytest

from app.actors import ANONYMOUS, SYSTEM, Actor, ActorKind, Role
from cases.casework.models import CaseFile
from cases.casework.territory import (
    REASON_GOOD_FOR,
    Ties,
    is_home,
    is_outside,
    must_say_why,
    place_of,
)
from cases.companies.models import Company, Person

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
A_SECOND = timedelta(seconds=1)
FRANCE = {f"{number:02}" for number in range(1, 96)} | {"2A", "2B", "971", "974"}


def member(*territory: str, role: Role = Role.ADVISER) -> Actor:
    return Actor(kind=ActorKind.MEMBER, role=role, territory=frozenset(territory))


def case_in(commune_code: str | None) -> CaseFile:
    return CaseFile(company=Company(commune_code=commune_code))


@pytest.mark.parametrize(
    ("territory", "department", "expected"),
    [
        ((), "33", True),  # no unit, or a unit that declares nothing
        (("33",), "33", True),
        (("33",), "24", False),
        (("33", "24"), "24", True),
        (FRANCE, "974", True),  # a national unit
        (("2A",), "2B", False),
    ],
)
def test_where_a_member_is_at_home(territory, department, expected):
    assert is_home(member(*territory), department) is expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [("33063", "33"), ("2A004", "2A"), ("97411", "974"), ("01001", "01"), (None, "")],
)
def test_the_place_of_a_case_is_the_departement_of_its_company(code, expected):
    assert place_of(case_in(code)) == expected


def test_a_person_without_company_has_no_place():
    alone = CaseFile(company=None, person=Person(commune_code="59350"))
    assert place_of(alone) == ""
    assert not is_outside(member("33"), alone)


@pytest.mark.parametrize(
    ("actor", "code", "expected"),
    [
        (member("33"), "33063", False),
        (member("33"), "59350", True),
        (member("33", role=Role.MANAGER), "59350", True),
        (member(), "59350", False),
        (member("33"), None, False),
        (SYSTEM, "59350", False),
        (ANONYMOUS, "59350", False),
        (Actor(kind=ActorKind.LINK, territory=frozenset({"33"})), "59350", False),
    ],
)
def test_which_cases_are_outside(actor, code, expected):
    assert is_outside(actor, case_in(code)) is expected


@pytest.mark.parametrize(
    ("ties", "expected"),
    [
        (Ties(), True),
        (Ties(follows=True), False),
        (Ties(opened=True), False),
        (Ties(referred=True), False),
        (Ties(said_why_at=NOW), False),
        (Ties(said_why_at=NOW - REASON_GOOD_FOR + A_SECOND), False),
        (Ties(said_why_at=NOW - REASON_GOOD_FOR), True),
        (Ties(follows=True, said_why_at=NOW - 2 * REASON_GOOD_FOR), False),
    ],
)
def test_of_whom_a_reason_is_asked(ties, expected):
    assert must_say_why(ties, NOW) is expected
