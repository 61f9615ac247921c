"""A case moves for a seat by what this seat may read; a link is sent again once a day."""

from pathlib import Path

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

FOLDER = Path(__file__).resolve().parent.parent / "sql" / "0016"
#: A table is asked for during a third of a second, then again: whoever waits behind goes on, and
#: nobody is ended for a deadlock, which takes a second to be seen.
PATIENTLY = """
DO $$ BEGIN
  FOR attempt IN 1..600 LOOP
    BEGIN
      SET LOCAL lock_timeout = '300ms';
      LOCK TABLE {table} IN {mode} MODE;
      RETURN;
    EXCEPTION WHEN lock_not_available THEN PERFORM pg_sleep(0.2);
    END;
  END LOOP;
  RAISE EXCEPTION 'somebody holds {table} for too long: run the upgrade again';
END $$;
"""
NO_WRITER, NOBODY = "SHARE ROW EXCLUSIVE", "ACCESS EXCLUSIVE"


def upgrade() -> None:
    """Each file is a transaction of its own, which locks one table at most; the last commits as it
    goes. Stopped in the middle, it may be run again."""
    with op.get_context().autocommit_block():
        _run("05_action_reminded.sql", "case_action", NOBODY)
        _run("06_agreement_reminded.sql", "legal_basis", NOBODY)
        op.execute("SET ROLE relais_definer")
        _run("10_moving.sql", "timeline_entry", NO_WRITER)
        op.execute("SET ROLE relais_owner")
        _run("15_journal.sql", "journal_event", NOBODY)
        _run("20_steering.sql", "case_file", NO_WRITER)
        op.execute("SET ROLE relais_definer")
        op.execute("REVOKE EXECUTE ON FUNCTION case_steered() FROM relais_owner")
        _execute(_read("30_filled.sql"))
        op.execute("SET ROLE relais_owner")


def _run(name: str, table: str, mode: str) -> None:
    _execute(PATIENTLY.format(table=table, mode=mode) + _read(name))


def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _execute(script: str) -> None:
    op.get_bind().exec_driver_sql(script.replace("%", "%%"))


def downgrade() -> None:
    """What others wrote would be told again."""
    raise RuntimeError("this version cannot be taken back: restore a backup instead")
