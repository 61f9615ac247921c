"""Row-level security on every protected table, from the first one on.

Grants, the policies of the system's own roles, then the policies of ``relais_web`` in the SQL files
of ``migrations/sql/0002``, one per feature. Functions that must cross a policy are ``SECURITY
DEFINER``, given to ``relais_definer``, with a pinned ``search_path``.
"""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FOLDER = Path(__file__).resolve().parent.parent / "sql" / "0002"

GRANTS = """
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public
  TO relais_web, relais_worker, relais_definer;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO relais_backup;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO relais_web, relais_worker, relais_definer;
GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO relais_backup;
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM relais_web, relais_worker, relais_definer;
"""
PROTECT = """
DO $$ DECLARE t text; BEGIN
  FOR t IN SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE n.nspname = 'public' AND relkind = 'r' AND relname <> 'alembic_version'
             AND relname NOT LIKE 'ref\\_%' LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY worker ON %I TO relais_worker USING (true)', t);
    EXECUTE format('CREATE POLICY definer ON %I TO relais_definer USING (true)', t);
    EXECUTE format('CREATE POLICY backup ON %I FOR SELECT TO relais_backup USING (true)', t);
  END LOOP;
  FOR t IN SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE n.nspname = 'public' AND relkind = 'r' AND relname LIKE 'ref\\_%' LOOP
    EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON %I FROM relais_web', t);
  END LOOP;
END $$;
"""
#: Everyone may call a function, unless its own file has said otherwise (``REVOKE … FROM PUBLIC``);
#: rights are said by the owner, hence before the crossing functions are given away.
GIVE_AWAY = """
DO $$ DECLARE f regprocedure; BEGIN
  FOR f IN SELECT p.oid FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
           WHERE n.nspname = 'public' AND p.proacl IS NULL LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO relais_web, relais_worker, relais_definer', f);
  END LOOP;
  FOR f IN SELECT p.oid FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
           WHERE n.nspname = 'public' AND p.prosecdef LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO relais_definer', f);
  END LOOP;
END $$;
"""


def upgrade() -> None:
    """Grant, protect, write the policies, give the crossing functions to the definer."""
    policies = [path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.sql"))]
    for statement in (GRANTS, PROTECT, *policies, GIVE_AWAY):
        op.get_bind().exec_driver_sql(statement.replace("%", "%%"))


def downgrade() -> None:
    """There is nothing before the first version but an empty database."""
    raise RuntimeError("the first version cannot be taken back: restore a backup instead")
