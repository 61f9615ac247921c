"""The box of referrals costs the same whatever a seat received."""

from pathlib import Path

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

FOLDER = Path(__file__).resolve().parent.parent / "sql" / "0012"


def upgrade() -> None:
    """Make what triggers keep, fill it as the definer: under FORCE the owner finds no row.

    Functions of earlier versions are replaced as their own owner, the definer.
    """
    for name in ("10_boxed_referral.sql", "20_declined_need.sql", "30_searching.sql"):
        _run(name)
    op.execute("SET LOCAL ROLE relais_definer")
    _run("40_replaced.sql")
    op.execute("SELECT rebuild_boxed_referrals()")
    op.execute("SELECT rebuild_declined_needs()")
    op.execute(
        "UPDATE referral_sheet s SET seats = ARRAY[r.sender_seat_id, r.receiver_seat_id]"
        " FROM referral r WHERE r.id = s.referral_id"
    )
    op.execute("SET LOCAL ROLE relais_owner")
    _run("50_indexes.sql")


def _run(name: str) -> None:
    script = (FOLDER / name).read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(script.replace("%", "%%"))


def downgrade() -> None:
    """The searches of 0007 answered otherwise."""
    raise RuntimeError("this version cannot be taken back: restore a backup instead")
