"""Holes between the slices: what a link reads and outlives, and what its readings tell."""

from pathlib import Path

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

FOLDER = Path(__file__).resolve().parent.parent / "sql" / "0011"


def upgrade() -> None:
    """Functions of earlier versions are replaced as their own owner, the definer."""
    _run("10_links.sql")
    op.execute("SET LOCAL ROLE relais_definer")
    _run("20_replaced.sql")
    op.execute("SET LOCAL ROLE relais_owner")


def _run(name: str) -> None:
    script = (FOLDER / name).read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(script.replace("%", "%%"))


def downgrade() -> None:
    """The holes are not opened again."""
    raise RuntimeError("this version cannot be taken back: restore a backup instead")
