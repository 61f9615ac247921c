"""Database roles (``trust.md`` §1), for the embedded server and, printed, for managed ones.

Every role is ``NOINHERIT``: whoever may become another role has none of its rights, and none of
the policies written for it, until it says ``SET ROLE``. PostgreSQL 15 or later.
"""

from collections.abc import Mapping

OWNER = "relais_owner"
DEFINER = "relais_definer"

#: A machine that dies says nothing: within half a minute its connections are ended, and what they
#: had locked is free. On a Unix socket the system says it at once, and only the last one counts.
DEAD_CLIENTS = {
    "tcp_keepalives_idle": "10s",
    "tcp_keepalives_interval": "5s",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "25s",
    "client_connection_check_interval": "5s",
}

#: Roles that sign in, with the settings of their sessions: kept with the role, so that they hold on
#: managed servers and behind a pooler.
LOGINS: dict[str, dict[str, str]] = {
    "relais_migrate": {},
    "relais_web": {
        "statement_timeout": "20s",
        "lock_timeout": "5s",
        "idle_in_transaction_session_timeout": "20s",
        **DEAD_CLIENTS,
    },
    "relais_worker": {
        "lock_timeout": "10s",
        "idle_in_transaction_session_timeout": "5min",
        **DEAD_CLIENTS,
    },
    "relais_backup": {},
}

#: (role, may become): migrations act as the owner, who gives functions away to the definer;
#: a worker runs the task of a member under the web's role.
MEMBERSHIPS = (
    ("relais_migrate", OWNER),
    (OWNER, DEFINER),
    ("relais_worker", "relais_web"),
)


def roles_sql(passwords: Mapping[str, str] | None = None) -> str:
    """SQL that creates or repairs the roles, for a superuser; may be run again.

    ``passwords`` are clear text by login; without them, the sentences that set them are left as
    comments to fill in.
    """
    lines = [_create(name, "NOLOGIN") for name in (OWNER, DEFINER)]
    lines += [_create(name, "LOGIN") for name in LOGINS]
    lines += [f"GRANT {role} TO {member};" for member, role in MEMBERSHIPS]
    lines += _session_settings()
    lines += [_password(name, passwords) for name in LOGINS]
    return "\n".join(lines) + "\n"


def database_sql(database: str) -> str:
    """SQL that creates the database; cannot run inside a transaction."""
    return f"CREATE DATABASE {database} OWNER {OWNER} TEMPLATE template0 ENCODING 'UTF8';"


def schema_sql(database: str) -> str:
    """SQL, run inside the database, that says who enters it and who creates; may be run again."""
    logins = ", ".join(LOGINS)
    return "\n".join(
        (
            f"REVOKE ALL ON DATABASE {database} FROM PUBLIC;",
            f"GRANT CONNECT ON DATABASE {database} TO {logins};",
            f"ALTER SCHEMA public OWNER TO {OWNER};",
            "REVOKE ALL ON SCHEMA public FROM PUBLIC;",
            f"GRANT USAGE ON SCHEMA public TO {logins}, {DEFINER};",
            f"GRANT CREATE ON SCHEMA public TO {OWNER}, {DEFINER};",
            "",
        )
    )


def _create(name: str, kind: str) -> str:
    limits = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT"
    return (
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}')"
        f" THEN CREATE ROLE {name} {kind} {limits}; END IF; END $$;"
    )


def _session_settings() -> list[str]:
    settings = [(name, {"search_path": "public", **more}) for name, more in LOGINS.items()]
    return [
        f"ALTER ROLE {name} SET {setting} TO '{value}';"
        for name, values in settings
        for setting, value in values.items()
    ]


def _password(name: str, passwords: Mapping[str, str] | None) -> str:
    if passwords is None:
        return f"-- ALTER ROLE {name} PASSWORD '…';"
    return f"ALTER ROLE {name} PASSWORD '{passwords[name].replace(chr(39), chr(39) * 2)}';"


#: What a login must not be, and what its server must not do (``trust.md`` §5 and §8).
FACTS_OF_LOGIN = (
    "SELECT rolsuper, rolbypassrls, current_setting('fsync') = 'on'"
    " FROM pg_roles WHERE rolname = session_user"
)


def login_refusals(is_superuser: bool, bypasses: bool, is_durable: bool) -> list[str]:
    """Why the site must not start on this login; takes the row of ``FACTS_OF_LOGIN``."""
    checks = (
        (is_superuser, "the database login is a superuser, which no policy binds"),
        (bypasses, "the database login bypasses row-level security"),
        (not is_durable, "the database runs with fsync=off and may lose what it confirmed"),
    )
    return [sentence for is_refused, sentence in checks if is_refused]
