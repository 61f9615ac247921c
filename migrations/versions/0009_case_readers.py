"""Lists and searches of cases that cost the same whatever the platform holds."""

from pathlib import Path

from alembic import op
from sqlalchemy import text

from app.folding import fold

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

FOLDER = Path(__file__).resolve().parent.parent / "sql" / "0009"
TRADE_NAMES = text("SELECT id, trade_name FROM company WHERE trade_name <> ''")
KEEP_FOLDED = text("UPDATE company SET folded_trade_name = :folded WHERE id = :id")


def upgrade() -> None:
    """Complete the companies, make the table, its triggers and the searches, fill it.

    Rows are written as the definer: under FORCE ROW LEVEL SECURITY the owner finds none.
    """
    _run("05_company.sql")
    op.execute("SET LOCAL ROLE relais_definer")
    _fold_trade_names()
    op.execute("UPDATE company SET name_grams = name_grams")
    op.execute("SET LOCAL ROLE relais_owner")
    _run("07_company_indexes.sql")
    _run("10_case_reader.sql")
    _run("20_searching.sql")
    op.execute("SET LOCAL ROLE relais_definer")
    op.execute("SELECT rebuild_case_readers()")
    op.execute("SET LOCAL ROLE relais_owner")


def _run(name: str) -> None:
    op.get_bind().exec_driver_sql((FOLDER / name).read_text(encoding="utf-8").replace("%", "%%"))


def _fold_trade_names() -> None:
    rows = op.get_bind().execute(TRADE_NAMES)
    named = [{"id": row.id, "folded": fold(row.trade_name)} for row in rows]
    if named:
        op.get_bind().execute(KEEP_FOLDED, named)


def downgrade() -> None:
    """The searches of 0002 answered otherwise."""
    raise RuntimeError("this version cannot be taken back: restore a backup instead")
