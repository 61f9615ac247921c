"""The cluster of the tests: another one, so that a test run never meets real or demonstration data.

It confirms before its disk does (``synchronous_commit``), which loses at most the last test.
"""

from pathlib import Path

from app.embedded.postgres import PostgresInfo, ensure_postgres
from app.embedded.secrets import ensure_secrets

TESTER = "relais_test"
#: Factories write under this role, for which policies exist in test databases only.
SEEDER = "relais_seed"
SETTINGS = {"synchronous_commit": "off", "max_connections": "300", "max_wal_size": "2GB"}


def ensure_test_postgres(var_dir: Path) -> PostgresInfo:
    """The test cluster, with ``relais_test`` (a superuser) and ``relais_seed``."""
    folder = var_dir / "test"
    ensure_secrets(folder, TESTER)
    info = ensure_postgres(folder, SETTINGS)
    with info.connect_as_superuser() as connection:
        connection.execute(_roles_sql(info.secrets[TESTER]).encode())
    return info


def _roles_sql(password: str) -> str:
    missing = (
        "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{}')"
        " THEN {} END IF; END $$;"
    )
    users = ", ".join(("relais_web", "relais_worker", TESTER))
    return "\n".join(
        (
            missing.format(SEEDER, f"CREATE ROLE {SEEDER} NOLOGIN;"),
            missing.format(TESTER, f"CREATE ROLE {TESTER} LOGIN SUPERUSER;"),
            f"ALTER ROLE {TESTER} PASSWORD '{password}';",
            f"GRANT {SEEDER} TO {users} WITH INHERIT FALSE, SET TRUE;",
        )
    )
