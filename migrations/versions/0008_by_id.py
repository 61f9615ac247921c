"""Policies that look a case up by its identifier, and the indexes that pages stand on."""

from pathlib import Path

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

FOLDER = Path(__file__).resolve().parent.parent / "sql" / "0008"


def upgrade() -> None:
    """Change the policies, make the indexes."""
    for path in sorted(FOLDER.glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    """The policies of 0002 said the same, more slowly."""
    raise RuntimeError("this version cannot be taken back: restore a backup instead")
