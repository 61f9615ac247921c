"""The consent gate: truth tables, no database."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cases.casework.models import LegalBasis
from cases.referrals.enums import ReferralKind
from cases.referrals.rules.gate import (
    MissingBasis,
    can_receive,
    covering_basis,
    missing_basis_reason,
)
from partners.organisations.enums import OrganisationKind, Subject

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
RECEIVER = uuid.uuid4()
BOTH = ["identity", "situation"]


def basis(**more: Any) -> LegalBasis:
    values = {"seat_ids": [RECEIVER], "sections": [*BOTH, "figures"], "given_at": NOW}
    return LegalBasis(**{**values, **more})


@pytest.mark.parametrize("kind", [ReferralKind.JOINT, ReferralKind.HANDOVER])
@pytest.mark.parametrize(
    ("given", "sections", "expected"),
    [
        (None, BOTH, MissingBasis.NONE),
        (basis(), BOTH, None),
        (basis(), [*BOTH, "figures"], None),
        (basis(withdrawn_at=NOW), BOTH, MissingBasis.WITHDRAWN),
        (basis(valid_until=NOW), BOTH, MissingBasis.LAPSED),
        (basis(valid_until=NOW + timedelta(days=8)), BOTH, None),
        (basis(seat_ids=[uuid.uuid4()]), BOTH, MissingBasis.OTHER_RECEIVER),
        (basis(), ["identity"], MissingBasis.NOT_ENOUGH),
        (basis(), [*BOTH, "health"], MissingBasis.OTHER_SECTIONS),
        (basis(sections=BOTH), [*BOTH, "figures"], MissingBasis.OTHER_SECTIONS),
    ],
)
def test_nothing_personal_travels_without_a_basis(
    kind: ReferralKind,
    given: LegalBasis | None,
    sections: list[str],
    expected: MissingBasis | None,
) -> None:
    assert missing_basis_reason(kind, given, RECEIVER, sections, NOW) is expected


def test_signpost_needs_no_basis() -> None:
    assert missing_basis_reason(ReferralKind.SIGNPOST, None, RECEIVER, [], NOW) is None


def test_health_needs_its_own_section() -> None:
    asked = [*BOTH, "health"]
    given = basis(sections=asked)
    kind, subject = ReferralKind.JOINT, Subject.HEALTH
    assert missing_basis_reason(kind, given, RECEIVER, asked, NOW, subject) is None
    reason = missing_basis_reason(kind, given, RECEIVER, BOTH, NOW, subject)
    assert reason is MissingBasis.NOT_ENOUGH


@pytest.mark.parametrize("kind", list(OrganisationKind))
def test_health_goes_to_health_support_only(kind: OrganisationKind) -> None:
    assert can_receive(Subject.HEALTH, kind) is (kind is OrganisationKind.HEALTH_SUPPORT)
    assert can_receive(Subject.CASH_FLOW, kind)


def test_covering_basis_is_the_latest_that_holds() -> None:
    older = basis(given_at=NOW - timedelta(days=9))
    withdrawn = basis(given_at=NOW, withdrawn_at=NOW)
    elsewhere = basis(seat_ids=[uuid.uuid4()])
    assert covering_basis([older, withdrawn, elsewhere], RECEIVER, NOW) is older
    assert covering_basis([withdrawn, elsewhere], RECEIVER, NOW) is None


def test_every_reason_is_a_sentence() -> None:
    assert all(reason.label.endswith(".") for reason in MissingBasis)
