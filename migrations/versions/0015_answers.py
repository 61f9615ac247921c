"""What the bearer of a link may write in a timeline is asked when a bearer writes, no sooner."""

from pathlib import Path

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

FOLDER = Path(__file__).resolve().parent.parent / "sql" / "0015"


def upgrade() -> None:
    """The functions are the definer's, the policies the owner's."""
    op.execute("SET LOCAL ROLE relais_definer")
    _run("10_answers.sql")
    op.execute("SET LOCAL ROLE relais_owner")
    _run("20_policies.sql")


def _run(name: str) -> None:
    script = (FOLDER / name).read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(script.replace("%", "%%"))


def downgrade() -> None:
    """Lines would be written at a higher price, and nothing else change."""
    raise RuntimeError("this version cannot be taken back: restore a backup instead")
