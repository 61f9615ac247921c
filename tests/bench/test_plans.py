"""What is kept of a plan, and how a statement is explained with its values."""

from datetime import timedelta

import pytest

from bench.measure.counting import Sent
from bench.measure.plans import prepared, scan_in


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            "  ->  Index Only Scan using ix_a on a (actual rows=25.00 loops=1)",
            "Index Only Scan using ix_a on a (rows=25 loops=1)",
        ),
        ("Seq Scan on seat (actual rows=3.00 loops=2)", "Seq Scan on seat (rows=3 loops=2)"),
        ("  ->  Sort (actual rows=1.00 loops=1)", "Sort (rows=1 loops=1)"),
        ("  ->  Nested Loop (actual rows=1.00 loops=1)", None),
        ("        Index Cond: (id = $1)", None),
        ("  ->  Index Scan using pk_a on a (never executed)", None),
        ("  ->  CTE Scan on found (actual rows=1.00 loops=1)", None),
    ],
)
def test_a_plan_is_told_by_how_its_rows_are_found(line: str, told: str | None) -> None:
    assert scan_in(line) == told


def test_values_are_numbered_once_each_and_a_duration_says_so() -> None:
    text = "SELECT '50%%' WHERE at > %(now)s - %(ago)s AND made < %(now)s"
    values = {"ago": timedelta(days=1), "now": "2026-11-26"}
    statement, given = prepared(Sent(text, values))
    assert statement == "SELECT '50%' WHERE at > $1 - $2::interval AND made < $1"
    assert given == ["2026-11-26", timedelta(days=1)]
