"""*Aujourd'hui* costs the same whatever a seat did: what finds its rows is kept beside them."""

from pathlib import Path

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

FOLDER = Path(__file__).resolve().parent.parent / "sql" / "0014"


def upgrade() -> None:
    """Functions of earlier versions are replaced, and rows filled, as the definer: under FORCE the
    owner finds none."""
    _run("10_columns.sql")
    op.execute("SET LOCAL ROLE relais_definer")
    _run("20_filled.sql")
    op.execute("SET LOCAL ROLE relais_owner")
    _run("30_triggers.sql")
    op.execute("SET LOCAL ROLE relais_definer")
    for name in ("referral_boxed", "lead_kept", "lead_passed"):
        op.execute(f"REVOKE EXECUTE ON FUNCTION {name}() FROM relais_owner")
    op.execute("SET LOCAL ROLE relais_owner")
    _run("40_indexes.sql")


def _run(name: str) -> None:
    script = (FOLDER / name).read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(script.replace("%", "%%"))


def downgrade() -> None:
    """Nothing reads the columns of earlier versions any more."""
    raise RuntimeError("this version cannot be taken back: restore a backup instead")
