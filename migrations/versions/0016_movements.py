"""A case moves for a seat by what this seat may read; a link is sent again once a day."""

from pathlib import Path

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

FOLDER = Path(__file__).resolve().parent.parent / "sql" / "0016"


def upgrade() -> None:
    """Each file is a transaction of its own, which locks one table at most; the last commits as it
    goes. Stopped in the middle, it may be run again."""
    with op.get_context().autocommit_block():
        _run("05_action_reminded.sql")
        _run("06_agreement_reminded.sql")
        op.execute("SET ROLE relais_definer")
        _run("10_moving.sql")
        op.execute("SET ROLE relais_owner")
        _run("15_journal.sql")
        _run("20_steering.sql")
        op.execute("SET ROLE relais_definer")
        op.execute("REVOKE EXECUTE ON FUNCTION case_steered() FROM relais_owner")
        _run("30_filled.sql")
        op.execute("SET ROLE relais_owner")


def _run(name: str) -> None:
    script = (FOLDER / name).read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(script.replace("%", "%%"))


def downgrade() -> None:
    """What others wrote would be told again."""
    raise RuntimeError("this version cannot be taken back: restore a backup instead")
