"""Settings: the only reader of the environment, and the list of open features.

Every variable is described in ``docs/deployment.md``; a contract test compares the two.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from app.embedded.places import DATABASE, PostgresPlaces, ValkeyPlaces
from app.embedded.secrets import read_secrets

ROOT = Path(__file__).resolve().parent

#: Features that are open, lowest first: each may use those before it, never those after.
FEATURES: tuple[str, ...] = (
    "partners.organisations",
    "partners.people",
    "cases.companies",
    "cases.casework",
    "cases.referrals",
    "cases.rights",
    "cases.retention",
    "cases.desk",
    "cases.demo",
)

#: Signs the cookies of an installation that was never prepared; production refuses it.
DEFAULT_SECRET = "not-a-secret"
SHORTEST_SECRET = 32
LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]")

#: The variables that are read, and what each holds.
VARIABLES: dict[str, str] = {
    "PUBLIC_URL": "address under which people reach the site",
    "PORT": "port of 127.0.0.1 on which the web process listens",
    "WEB_WORKERS": "number of web workers",
    "SECRET_KEY": "signs cookies and forms",
    "RELAIS_DEMO": "demonstration mode, 1 or 0",
    "RELAIS_VAR": "folder of what the installation writes",
    "DATABASE_URL": "database, as relais_web",
    "REPORTS_DATABASE_URL": "streaming replica of the database, as relais_web",
    "WORKER_DATABASE_URL": "database, as relais_worker",
    "MIGRATE_DATABASE_URL": "database, as relais_migrate",
    "BACKUP_DATABASE_URL": "database, as relais_backup",
    "BROKER_URL": "Redis or Valkey, the doorbell of the workers",
    "SMTP_URL": "smtp://, smtps:// or smtp+starttls:// mail server",
    "MAIL_FROM": "sender of the messages",
    "REGISTRY_URL": "base of the public company search",
    "TRUSTED_HOSTS": "host names answered to, separated by commas",
    "TRUSTED_PROXIES": "number of reverse proxies in front",
    "LOG_LEVEL": "DEBUG, INFO, WARNING or ERROR",
}


@dataclass(frozen=True)
class Settings:
    """What an installation is told; built by ``load_settings``, or by hand in tests.

    Database addresses are SQLAlchemy's (``postgresql+psycopg://…``), one per role; ``smtp_url``
    is empty when mails are kept instead of sent; ``var_dir`` is absolute.
    """

    public_url: str = "http://127.0.0.1:8000"
    web_port: int = 8000
    web_workers: int = 2
    secret_key: str = field(default=DEFAULT_SECRET, repr=False)
    demo: bool = False
    var_dir: Path = ROOT / "var"
    database_url: str = field(default="", repr=False)
    reports_database_url: str = field(default="", repr=False)
    worker_database_url: str = field(default="", repr=False)
    migrate_database_url: str = field(default="", repr=False)
    backup_database_url: str = field(default="", repr=False)
    broker_url: str = field(default="", repr=False)
    smtp_url: str = field(default="", repr=False)
    mail_from: str = "Relais <relais@localhost>"
    registry_url: str = "https://recherche-entreprises.api.gouv.fr"
    trusted_hosts: tuple[str, ...] = ("127.0.0.1", "localhost")
    trusted_proxies: int = 0
    log_level: str = "INFO"
    database_is_embedded: bool = True
    broker_is_embedded: bool = True

    @property
    def public_host(self) -> str:
        """Host name of ``public_url``, without its port."""
        return urlsplit(self.public_url).hostname or ""

    @property
    def is_https(self) -> bool:
        """People reach the site over https: cookies are ``Secure``, HSTS is sent."""
        return urlsplit(self.public_url).scheme == "https"

    @property
    def is_production(self) -> bool:
        """Real data live here: the database is not the one that comes with the package."""
        return not self.database_is_embedded

    def refusals(self) -> list[str]:
        """Why this installation must not start; empty when it may (``trust.md`` §5)."""
        checks = (
            (self.demo and self.is_production, "RELAIS_DEMO=1 refuses an external DATABASE_URL."),
            (not self._is_private_enough(), "PUBLIC_URL must begin with https://."),
            (self.is_production and self._has_weak_secret(), _WEAK_SECRET),
            (self._lacks_worker_login(), "WORKER_DATABASE_URL must be set with DATABASE_URL."),
            (self._reads_reports_otherwise(), _OTHER_REPORTS),
            (self.is_production and not self.smtp_url, "SMTP_URL must be set with DATABASE_URL."),
        )
        return [sentence for is_refused, sentence in checks if is_refused]

    def _is_private_enough(self) -> bool:
        return self.is_https or (not self.is_production and self.public_host in LOCAL_HOSTS)

    def _has_weak_secret(self) -> bool:
        return self.secret_key == DEFAULT_SECRET or len(self.secret_key) < SHORTEST_SECRET

    def _lacks_worker_login(self) -> bool:
        return self.is_production and not self.worker_database_url

    def _reads_reports_otherwise(self) -> bool:
        """Under another login, no check at the start would say which policies bind it."""
        here, there = urlsplit(self.database_url), urlsplit(self.reports_database_url)
        is_same = (here.username, here.path) == (there.username, there.path)
        return bool(self.reports_database_url) and not is_same


_OTHER_REPORTS = "REPORTS_DATABASE_URL must name the login and the database of DATABASE_URL."
_WEAK_SECRET = f"SECRET_KEY must be set, of {SHORTEST_SECRET} characters or more."


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings of this process; with no ``DATABASE_URL``, those of the embedded servers.

    Raises ``ValueError`` when a number or a yes/no cannot be read.
    """
    given = {name: value.strip() for name, value in environ.items() if name in VARIABLES}
    given = {name: value for name, value in given.items() if value}
    var_dir = Path(given.get("RELAIS_VAR", str(ROOT / "var"))).absolute()
    secrets = read_secrets(var_dir)
    port = int(given.get("PORT", "8000"))
    public_url = given.get("PUBLIC_URL", f"http://127.0.0.1:{port}").rstrip("/")
    is_embedded = "DATABASE_URL" not in given
    return Settings(
        public_url=public_url,
        web_port=port,
        web_workers=int(given.get("WEB_WORKERS", "2")),
        secret_key=given.get("SECRET_KEY", secrets.get("secret_key", DEFAULT_SECRET)),
        demo=_yes_or_no(given.get("RELAIS_DEMO", "1" if is_embedded else "0")),
        var_dir=var_dir,
        broker_url=given.get("BROKER_URL", ValkeyPlaces.of(var_dir).url),
        smtp_url=given.get("SMTP_URL", ""),
        mail_from=given.get("MAIL_FROM", Settings.mail_from),
        registry_url=given.get("REGISTRY_URL", Settings.registry_url).rstrip("/"),
        trusted_hosts=_hosts(given.get("TRUSTED_HOSTS", ""), public_url),
        trusted_proxies=int(given.get("TRUSTED_PROXIES", "0")),
        log_level=given.get("LOG_LEVEL", "INFO").upper(),
        reports_database_url=_with_driver(given.get("REPORTS_DATABASE_URL", "")),
        database_is_embedded=is_embedded,
        broker_is_embedded="BROKER_URL" not in given,
        **_database_urls(given, var_dir, secrets),
    )


def _database_urls(
    given: Mapping[str, str], var_dir: Path, secrets: Mapping[str, str]
) -> dict[str, str]:
    logins = {
        "database_url": ("DATABASE_URL", "relais_web"),
        "worker_database_url": ("WORKER_DATABASE_URL", "relais_worker"),
        "migrate_database_url": ("MIGRATE_DATABASE_URL", "relais_migrate"),
        "backup_database_url": ("BACKUP_DATABASE_URL", "relais_backup"),
    }
    if "DATABASE_URL" in given:
        return {name: _with_driver(given.get(var, "")) for name, (var, _) in logins.items()}
    places = PostgresPlaces.of(var_dir)
    return {
        name: places.url(login, secrets.get(login, ""), DATABASE)
        for name, (_, login) in logins.items()
    }


def _with_driver(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    known = scheme in ("postgres", "postgresql")
    return f"postgresql+psycopg{separator}{rest}" if known else url


def _hosts(text: str, public_url: str) -> tuple[str, ...]:
    named = tuple(host.strip() for host in text.split(",") if host.strip())
    local = ("127.0.0.1", "localhost")
    return named or tuple(dict.fromkeys((urlsplit(public_url).hostname or "", *local)))


def _yes_or_no(text: str) -> bool:
    answers = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if text.lower() not in answers:
        raise ValueError(f"RELAIS_DEMO is 1 or 0, not {text!r}.")
    return answers[text.lower()]
