"""What is compared of a page, with its policies and without: pure, nothing is sent."""

import json
import math

import pytest

from bench.measure.counting import Sent
from bench.measure.policies import (
    CONTEXT,
    WITH,
    WITHOUT,
    Compared,
    Cost,
    NoContext,
    after_context,
    renewed,
)

OPENED = Sent(f"{CONTEXT}, 'force_generic_plan', true)", {"role": "relais_web"})
READ = Sent("SELECT id FROM need WHERE case_id = %(case_id)s", {"case_id": 7})
WRITTEN = Sent("INSERT INTO journal_event (id, at) VALUES (%(id)s, %(at)s)", {"id": 1, "at": 2})


def compared(
    with_ms: list[float], without_ms: list[float], rows: tuple[int, int] = (3, 3)
) -> Compared:
    """A statement already sent on both sides."""
    milliseconds = {WITH: with_ms, WITHOUT: without_ms}
    found = Compared(READ, milliseconds, milliseconds)
    found.rows = {WITH: rows[0], WITHOUT: rows[1]}
    return found


def test_a_cost_is_the_middle_turn_of_the_whole_page() -> None:
    cost = Cost([compared([1.0, 9.0, 1.0], [1.0, 1.0, 1.0]), compared([2.0, 2.0, 2.0], [1.0] * 3)])
    assert (cost.processor(WITH), cost.processor(WITHOUT), cost.times) == (3.0, 2.0, 1.5)


def test_a_statement_that_its_policies_alone_filter_is_left_out_and_told() -> None:
    cost = Cost([compared([2.0], [1.0]), compared([1.0], [50.0], rows=(3, 400))])
    found = cost.as_json()
    assert found["times"] == 2.0
    assert [one["rows"] for one in found["left_out"]] == [{WITH: 3, WITHOUT: 400}]
    assert len(found["compared"]) == 1


def test_a_statement_that_fails_is_left_out_with_its_failure() -> None:
    failed = compared([1.0], [1.0])
    failed.failure = "UniqueViolation"
    found = Cost([failed]).as_json()
    assert math.isnan(found["times"])
    assert found["left_out"] == [{"statement": READ.text, "failure": "UniqueViolation"}]


def test_only_what_follows_the_first_context_is_compared() -> None:
    session = Sent("SELECT * FROM read_session(%(hash)s)", {"hash": "x"})
    assert after_context([session, OPENED, READ, OPENED, WRITTEN]) == (OPENED, [READ, WRITTEN])
    with pytest.raises(NoContext):
        after_context([session])


def test_only_a_row_that_is_written_again_takes_a_new_identifier() -> None:
    assert renewed(READ) is READ.values
    first, second = renewed(WRITTEN), renewed(WRITTEN)
    assert first["at"] == 2
    assert len({1, first["id"], second["id"]}) == 3
    assert WRITTEN.values["id"] == 1


def test_rows_that_an_act_leaves_behind_take_new_identifiers_too() -> None:
    rows = '[{"id": "a", "body": "« é »"}, {"id": "b", "body": null}]'
    sent = Sent("WITH written_0 AS (INSERT INTO a …) INSERT INTO b …", {"rows_0": rows, "at": 2})
    found = renewed(sent)
    new = json.loads(found["rows_0"])
    assert [one["body"] for one in new] == ["« é »", None] and found["at"] == 2
    assert len({"a", "b", *(one["id"] for one in new)}) == 4
    assert sent.values["rows_0"] == rows
