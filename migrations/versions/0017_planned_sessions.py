"""The session of a request is read by a plan that its connection keeps."""

from pathlib import Path

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

SCRIPT = Path(__file__).resolve().parent.parent / "sql" / "0017" / "sessions.sql"


def upgrade() -> None:
    """The functions are the definer's."""
    op.execute("SET LOCAL ROLE relais_definer")
    op.get_bind().exec_driver_sql(SCRIPT.read_text(encoding="utf-8").replace("%", "%%"))
    op.execute("SET LOCAL ROLE relais_owner")


def downgrade() -> None:
    """Sessions would be read at a higher price, and nothing else change."""
    raise RuntimeError("this version cannot be taken back: restore a backup instead")
