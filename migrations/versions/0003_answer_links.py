"""Answering a referral by a link, without an account.

Who answered is kept on the step; the SQL beside says what the bearer of an answer link may read
and write, and closes links with what they speak of.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

FILE = Path(__file__).resolve().parent.parent / "sql" / "0003" / "answer_links.sql"
PURPOSES = ("invitation", "password_reset", "consent")


def upgrade() -> None:
    """The columns of a signed step, the purpose of the links, then the second lock."""
    op.add_column("referral_step", sa.Column("link_id", sa.Uuid(), nullable=True))
    for name in ("signed_name", "signed_function"):
        op.add_column(
            "referral_step", sa.Column(name, sa.String(), nullable=False, server_default="")
        )
    op.create_check_constraint(
        "signed_by_link", "referral_step", "signed_name = '' OR link_id IS NOT NULL"
    )
    _allow_purposes((*PURPOSES, "answer"))
    op.get_bind().exec_driver_sql(FILE.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    """Answers were given by links: what they signed cannot be taken away."""
    raise RuntimeError("answers by link cannot be taken back: restore a backup instead")


def _allow_purposes(purposes: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{one}'" for one in purposes)
    op.drop_constraint(op.f("ck_link_link_purpose"), "link")
    op.create_check_constraint("link_purpose", "link", f"purpose IN ({listed})")
