"""Taking away what a run wrote, so that the next one measures the same database."""

from datetime import datetime

import psycopg
from psycopg.sql import SQL, Identifier

#: Table and the column that says since when, children first. Triggers run: what they keep follows.
WRITTEN = (
    ("journal_event", "at"),
    ("outbox", "created_at"),
    ("notice", "created_at"),
    ("printout", "created_at"),
    ("referral_step", "at"),
    ("referral_sheet", "frozen_at"),
    ("referral", "created_at"),
    ("timeline_entry", "created_at"),
    ("legal_basis", "created_at"),
    ("member_session", "created_at"),
)
TOUCHED = "SELECT DISTINCT case_id FROM timeline_entry WHERE created_at > %s"
#: A line that is no more moves a case back for whoever heard it.
MOVE_BACK = "SELECT write_case_readers(%s)"


def forget_since(connection: psycopg.Connection, filled_at: datetime) -> None:
    """Delete what is younger than the filling, then tidy the tables it was in."""
    with connection.transaction():
        touched = [row[0] for row in connection.execute(TOUCHED, [filled_at]).fetchall()]
        for table, column in WRITTEN:
            statement = SQL("DELETE FROM {} WHERE {} > %s").format(
                Identifier(table), Identifier(column)
            )
            connection.execute(statement, [filled_at])
        connection.execute(MOVE_BACK, [touched])
        connection.execute("SELECT fold_territory()")
    for table in ("case_reader", *(table for table, _ in WRITTEN)):
        connection.execute(SQL("VACUUM ANALYZE {}").format(Identifier(table)))
