"""The pure parts of the bench: what is said of times, of growth and of sizes. Nothing is timed.

The bench itself is a tool: the suite imports rooms that start nothing.
"""

import itertools
import math
import random

import pytest

from bench.database.shape import COMMON_ONE_IN, EXPORTED, RARE_HITS, Shape
from bench.measure.day import MIX, Day, filled_in
from bench.measure.growth import Pair
from bench.measure.rows import rows_shown
from bench.measure.timing import Times, ask_by_turns, ask_for, ask_together, percentile, ratio
from tests.bench.results import IDENTIFIER, targets


def test_percentile_takes_the_nearest_rank() -> None:
    assert percentile(list(range(1, 101)), 95) == 95
    assert percentile([3.0], 95) == 3.0
    assert math.isnan(percentile([], 95))


def test_times_of_two_rounds_are_gathered() -> None:
    times = Times([1.0, 3.0], 1.0)
    times.add(Times([2.0], 0.5))
    assert (times.median, times.count, times.per_second) == (2.0, 3, 2.0)


def test_ratio_of_nothing_is_nothing() -> None:
    assert math.isnan(ratio(1.0, 0.0)) and math.isnan(ratio(math.nan, 2.0))
    assert ratio(6.0, 2.0) == 3.0


def test_a_slice_asks_at_least_and_at_most_so_often() -> None:
    assert ask_for(0.0, lambda: None, least=4).count == 4
    assert ask_for(60.0, lambda: None, most=5).count == 5


def test_two_sides_are_asked_by_turns_as_often_as_each_other() -> None:
    asked: list[str] = []
    one, other = ask_by_turns(0.0, lambda: asked.append("one"), lambda: asked.append("other"))
    assert asked == ["other", "one", "one", "other", "other", "one"]
    assert (one.count, other.count) == (3, 3)


def test_clients_share_a_slice_and_the_first_failure_is_raised() -> None:
    numbers = itertools.count()
    found = ask_together(60.0, [lambda: next(numbers)] * 4, most=12)
    assert (found.count, next(numbers)) == (12, 12)

    def fail() -> None:
        raise LookupError("not found")

    with pytest.raises(LookupError, match="not found"):
        ask_together(0.0, [lambda: None, fail])


def test_growth_is_the_middle_of_the_rounds_whatever_a_loaded_one_says() -> None:
    pair = Pair()
    for small, large in ((10.0, 12.0), (40.0, 48.0), (10.0, 90.0)):
        pair.add(Times([small]), Times([large]))
    assert pair.growth == pytest.approx(1.2)
    assert pair.as_json()["rounds"] == [1.2, 1.2, 9.0]


def test_pages_show_the_same_rows_only_when_they_name_the_same() -> None:
    other = IDENTIFIER.replace("01a2", "01a3")
    page = f'<a href="/dossiers/{IDENTIFIER}">A</a> <a href="/dossiers/{IDENTIFIER}#fil">fil</a>'
    bare = f"<table><tr>\n<td>{other}</td><td>{IDENTIFIER}</td></tr></table>"
    assert rows_shown(page, bare, "/dossiers/") == {"product": 1, "bare": 1, "both": 0}
    assert rows_shown(page, bare, "/entreprises/")["product"] == 0


def test_a_day_asks_every_kind_of_page_of_its_mix() -> None:
    names = ("case_id", "company_id", "referral_id", "need_id", "organisation_id")
    day = Day({name: ["7"] for name in names}, ["boulangerie"], ["/fil/<case_id>"], targets())
    draw = random.Random(1)
    paths = {kind: day.path(kind, draw) for kind in MIX if kind != "adding a note"}
    assert paths["any other page"] == "/fil/7"
    assert paths["search of a case"] == "/dossiers?q=boulangerie"
    assert len(set(paths.values())) == len(paths)
    assert filled_in("/a/<case_id>/<need_id>", day.pools, draw) == "/a/7/7"


def test_measured_quantities_are_exact_at_every_size() -> None:
    for cases in (10_000, 100_000):
        shape = Shape(cases)
        read = [index for index in range(cases) if shape.is_measured(index)]
        assert len(read) == cases // 50
        assert sum(map(shape.is_rare, read)) == RARE_HITS
        assert sum(map(shape.is_common, read)) == len(read) // COMMON_ONE_IN
        assert sum(map(shape.is_exported, range(cases))) == EXPORTED
        assert shape.is_measured(shape.long_index)
