"""Searched referrals and organisations, who runs a structure, refused sign-ins, the last member."""

import json
from pathlib import Path

from alembic import op
from sqlalchemy import text

from app.folding import fold

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

FOLDER = Path(__file__).resolve().parent.parent / "sql" / "0007"

#: As in 0002: crossing functions go to the definer, and are called by whom they serve.
GIVE_AWAY = """
DO $$ DECLARE f regprocedure; BEGIN
  FOR f IN SELECT p.oid FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
           WHERE n.nspname = 'public' AND p.proacl IS NULL LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO relais_web, relais_worker, relais_definer', f);
  END LOOP;
  FOR f IN SELECT p.oid FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
           WHERE n.nspname = 'public' AND p.prosecdef AND p.proowner <> 'relais_definer'::regrole
  LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO relais_definer', f);
  END LOOP;
END $$;
"""


def upgrade() -> None:
    """Columns and functions, then what the sheets already frozen say of whom they are about."""
    scripts = [path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.sql"))]
    for statement in (*scripts, GIVE_AWAY):
        op.get_bind().exec_driver_sql(statement.replace("%", "%%"))
    _fold_frozen_sheets()


def _fold_frozen_sheets() -> None:
    """The owner is bound by the policies: for this one change, they are lifted from the table."""
    connection = op.get_bind()
    connection.exec_driver_sql("ALTER TABLE referral_sheet NO FORCE ROW LEVEL SECURITY")
    rows = connection.execute(text("SELECT referral_id, content -> 'identity' FROM referral_sheet"))
    told = text(
        "UPDATE referral_sheet SET folded_names = :names, siren = :siren WHERE referral_id = :id"
    )
    for referral_id, identity in rows.all():
        lines = json.loads(identity) if isinstance(identity, str) else identity or []
        values = {"id": referral_id, "names": _names(lines), "siren": _siren(lines)}
        assert connection.execute(told, values).rowcount == 1
    connection.exec_driver_sql("ALTER TABLE referral_sheet FORCE ROW LEVEL SECURITY")


def _names(lines: list[list[str]]) -> str:
    return fold(
        " ".join(value for label, value in lines if label in ("Entreprise", "Entrepreneur"))
    )


def _siren(lines: list[list[str]]) -> str:
    found = "".join(value for label, value in lines if label == "SIREN")
    return "".join(char for char in found if char.isdigit())


def downgrade() -> None:
    """Nothing is taken back: restore a backup instead."""
    raise RuntimeError("this version cannot be taken back: restore a backup instead")
