"""A case is moved when the transaction that writes in its timeline commits."""

from pathlib import Path

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

FOLDER = Path(__file__).resolve().parent.parent / "sql" / "0013"


def upgrade() -> None:
    """The function is replaced as its own owner, the definer."""
    op.execute("SET LOCAL ROLE relais_definer")
    _run("10_moving.sql")
    op.execute("SET LOCAL ROLE relais_owner")
    _run("20_trigger.sql")
    op.execute("SET LOCAL ROLE relais_definer")
    op.execute("REVOKE EXECUTE ON FUNCTION case_moved() FROM relais_owner")
    op.execute("SET LOCAL ROLE relais_owner")


def _run(name: str) -> None:
    script = (FOLDER / name).read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(script.replace("%", "%%"))


def downgrade() -> None:
    """A case would be locked for longer, and nothing else change."""
    raise RuntimeError("this version cannot be taken back: restore a backup instead")
