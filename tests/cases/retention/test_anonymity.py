"""At least three alike: the ladder, and what it never leaves."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.retention.anonymity import (
    LADDER,
    NOTHING,
    Traits,
    at_level,
    coarsen,
    lonely,
    section_of,
)

BORDEAUX = Traits("33", "75", "I", "01", 2022)


def other(**changes: object) -> Traits:
    """The same but for one thing."""
    return Traits(**{**vars(BORDEAUX), **changes})


THREE_LEVELS = [
    ("all the same", [BORDEAUX] * 3, 0),
    ("another band", [BORDEAUX, other(headcount_band="02"), other(headcount_band="11")], 1),
    ("another trade", [BORDEAUX, other(naf_section="C"), other(naf_section="F")], 2),
    ("another département", [BORDEAUX, other(department="24"), other(department="40")], 3),
    (
        "another region",
        [BORDEAUX, other(department="59", region="32"), other(department="69", region="84")],
        4,
    ),
    ("another year", [BORDEAUX, other(closed_year=2021), other(closed_year=2020)], 5),
]


@pytest.mark.parametrize(("name", "due", "level"), THREE_LEVELS, ids=[x[0] for x in THREE_LEVELS])
def test_as_coarse_as_three_alike_need(name: str, due: list[Traits], level: int) -> None:
    expected = [(at_level(one, level), level) for one in due]
    assert coarsen(due, {}) == expected
    assert len({traits for traits, _ in expected}) == 1


def test_two_alike_are_not_enough() -> None:
    assert coarsen([BORDEAUX] * 2, {}) == [(NOTHING, 5)] * 2


def test_cases_of_one_company_are_no_company_for_one_another() -> None:
    alone, crowd = ["one"] * 3, ["one", "one", "two", "three"]
    assert coarsen([BORDEAUX] * 3, {}, alone) == [(NOTHING, 5)] * 3
    assert coarsen([BORDEAUX] * 3, {BORDEAUX: 2}, alone) == [(BORDEAUX, 0)] * 3
    assert coarsen([BORDEAUX] * 4, {}, crowd) == [(BORDEAUX, 0)] * 4


def test_earlier_cases_keep_company() -> None:
    assert coarsen([BORDEAUX], {BORDEAUX: 3}) == [(BORDEAUX, 0)]
    assert coarsen([BORDEAUX], {BORDEAUX: 1}) == [(NOTHING, 5)]
    coarse = at_level(BORDEAUX, 2)
    assert coarsen([BORDEAUX], {coarse: 2}) == [(coarse, 2)]


def test_only_the_lonely_one_loses() -> None:
    due = [BORDEAUX, other(department="59", region="32"), BORDEAUX, BORDEAUX]
    assert [level for _, level in coarsen(due, {})] == [0, 5, 0, 0]


def test_each_step_takes_more_than_the_one_before() -> None:
    assert all(low < high for low, high in pairwise(LADDER))


some = st.builds(
    Traits,
    st.sampled_from(["33", "24", "59", None]),
    st.sampled_from(["75", "32", None]),
    st.sampled_from(["I", "C", None]),
    st.sampled_from(["01", "02", None]),
    st.sampled_from([2021, 2022]),
)


@given(st.lists(st.lists(some, max_size=12), max_size=4))
def test_nobody_is_ever_left_alone(batches: list[list[Traits]]) -> None:
    """Whatever comes, batch after batch: fewer than three alike only where nothing is kept."""
    kept: list[Traits] = []
    for batch in batches:
        counts = {traits: kept.count(traits) for traits in kept}
        kept += [traits for traits, _ in coarsen(batch, counts)]
        assert lonely(kept) == []


@pytest.mark.parametrize(
    ("naf", "section"),
    [("56.10A", "I"), ("43.32A", "F"), ("01.11Z", "A"), ("99.00Z", "U"), ("40.00Z", None)],
)
def test_section_of_a_code(naf: str, section: str | None) -> None:
    assert section_of(naf) == section


@pytest.mark.parametrize("naf", [None, "", "?"])
def test_no_section_without_a_code(naf: str | None) -> None:
    assert section_of(naf) is None
