"""The factory: the only module of the kernel that knows the features."""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

import click
from flask import Flask
from flask.cli import FlaskGroup
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import configure_mappers
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.utils import import_string

from app import clock, hooks, security
from app.actors import ANONYMOUS, SYSTEM
from app.db import db
from app.logs import init_logs
from app.replica import init_replica
from app.roles import FACTS_OF_LOGIN, login_refusals
from app.web import init_web, saved_views, share_parts, views
from app.web.formatting import date_long
from config import FEATURES, ROOT, Settings, load_settings

if TYPE_CHECKING:
    from celery import Celery

Process = Literal["web", "worker"]

#: Which function handles which hook (``app.hooks``), in order.
HANDLERS: tuple[tuple[str, str], ...] = (
    ("membership_ended", "cases.casework.commands:hand_over_cases"),
    ("consent_withdrawn", "cases.referrals.commands:tell_partners_of_withdrawal"),
    ("case_closed", "cases.referrals.commands:stop_referrals_of_case"),
    ("cases_anonymised", "cases.rights.commands.forgetting:forget_requests_of_cases"),
    ("cases_anonymised", "cases.referrals.commands.forgetting:forget_referrals_of_cases"),
    ("cases_anonymised", "cases.casework.commands.forgetting:forget_words_of_cases"),
    ("restored", "cases.retention.commands.replaying:replay"),
    ("case_parts", "cases.referrals.panels:needs_part"),
    ("case_panels", "cases.referrals.panels:needs_panel"),
    ("space_panels", "cases.referrals.panels:messages_panel"),
    ("space_panels", "cases.rights.panels:requests_panel"),
    ("known_elsewhere", "cases.referrals.commands.passing_on:pass_on_opening"),
    ("company_panels", "cases.casework.panels:cases_panel"),
    ("answer_delays", "cases.referrals.panels:answer_delays"),
    ("seats_asked", "cases.referrals.panels:seats_asked"),
    ("quickest_organisations", "cases.referrals.panels:quickest_organisations"),
    ("service_correspondents", "partners.people.correspondents:correspondents_of"),
    ("today_sources", "cases.casework.today:work_of"),
    ("today_sources", "cases.referrals.today:referrals_of"),
    ("today_sources", "cases.rights.today:requests_of"),
)

#: Connections kept by each process, the warm ones first: a statement asked twice on a connection is
#: prepared there. ``app.db`` looks whether they still stand; a database that died without a word is
#: given up within half a minute (the other side is in ``app.roles``). Values stay out of the
#: messages of database errors.
POOL = {
    "pool_use_lifo": True,
    "pool_size": 5,
    "max_overflow": 5,
    "connect_args": {
        "prepare_threshold": 2,
        "connect_timeout": 5,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 25_000,
    },
}

#: How the kernel learns who asks: (kind, function of a feature).
READERS = {
    "member": "partners.people.sessions:read_member",
    "sign_in_again": "partners.people.sessions:sign_in_again",
    "password_again": "partners.people.sessions:ask_password_again",
    "link": "app.links:read_link_actor",
    "dead_link": "app.links:link_refusal",
    "author": "partners.people.authors:find_author",
}

NO_DATABASE = "The database does not answer. Is it started (make run)?"

#: Accounts that the sign-in page offers in demonstration mode.
DEMO_ACCOUNTS = "cases.demo.accounts:offered_accounts"


def create_app(settings: Settings | None = None, process: Process = "web") -> Flask:
    """The application with its open features; ``process`` decides the database login.

    Raises ``RuntimeError`` with the reasons when the settings may not serve.
    """
    settings = settings or load_settings()
    if refusals := settings.refusals():
        raise RuntimeError(" ".join(refusals))
    app = Flask("app", root_path=str(ROOT / "app"), template_folder=str(ROOT / "templates"))
    _configure(app, settings, process)
    init_logs(app, settings.log_level)
    db.init_app(app)
    if settings.reports_database_url and process == "web":
        init_replica(app, settings.reports_database_url, app.config["SQLALCHEMY_ENGINE_OPTIONS"])
    security.init_security(app)
    CSRFProtect(app)
    init_web(app)
    app.register_blueprint(views.blueprint)
    app.register_blueprint(saved_views.blueprint)
    _connect(app)
    return app


def _configure(app: Flask, settings: Settings, process: Process) -> None:
    url = settings.worker_database_url if process == "worker" else settings.database_url
    app.config.update(
        SETTINGS=settings,
        PROCESS=process,
        RELAIS_DEMO=settings.demo,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=url,
        SQLALCHEMY_ENGINE_OPTIONS={**POOL, "hide_parameters": True},
        TRUSTED_HOSTS=list(settings.trusted_hosts),
        SESSION_COOKIE_NAME="__Host-relais" if settings.is_https else "relais",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=2 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
        BOOTSTRAP_SERVE_LOCAL=True,
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.extensions["relais.default_actor"] = SYSTEM if process == "worker" else ANONYMOUS
    app.extensions["relais.actors"] = {kind: import_string(path) for kind, path in READERS.items()}
    if settings.demo:
        app.extensions["relais.demo_accounts"] = import_string(DEMO_ACCOUNTS)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _connect(app: Flask) -> None:
    for feature in FEATURES:
        room(feature, "tasks")
        found = room(feature, "views")
        for blueprint in getattr(found, "blueprints", ()):
            app.register_blueprint(blueprint)
        app.jinja_env.globals.update(getattr(found, "template_globals", {}))
        share_parts(app, getattr(found, "template_parts", {}))
    for hook, path in HANDLERS:
        hooks.on(hook, import_string(path))
    app.context_processor(_template_context)


def _template_context() -> dict[str, Any]:
    actor = security.current_actor()
    return {"actor": actor if actor.is_member else None}


def room(feature: str, name: str) -> ModuleType | None:
    """The room of a feature, None where it has nothing to say."""
    path = f"{feature}.{name}"
    return import_module(path) if find_spec(path) else None


def create_served_app() -> Flask:
    """The web application, as it is served: its database login has been looked at.

    What each worker would read at its first pages is read here, once for all of them (decision 22).
    """
    app = _with_safe_login(create_app(process="web"))
    configure_mappers()
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)
    date_long(clock.today())  # French words for days
    return app


def create_celery() -> "Celery":
    """The Celery application, whose tasks run in the worker's application context."""
    # A web process only writes in the outbox: it has no use for Celery.
    from app import tasks

    return tasks.make_celery(_with_safe_login(create_app(process="worker")))


def _with_safe_login(app: Flask) -> Flask:
    """Refuse a login that no policy binds, or a server that may lose what it confirmed."""
    with app.app_context():
        with db.engine.connect() as connection:
            refusals = login_refusals(*connection.execute(text(FACTS_OF_LOGIN)).one())
        # Workers are made from this process: none may inherit a connection.
        db.engine.dispose()
    if refusals:
        raise RuntimeError(" ".join(refusals))
    return app


class Commands(FlaskGroup):
    """``relais``: the kernel's commands, then each feature's, read when they are needed."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            create_app=lambda: create_app(process="worker"),
            add_default_commands=False,
            add_version_option=False,
            load_dotenv=False,
            set_debug_flag=False,
            **options,
        )
        # Flask's own options would choose another application, another environment.
        self.params = []

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does, without looking for an application in the environment."""
        return click.Group.parse_args(self, ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands, without building the application."""
        return sorted(_commands())

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command of this name."""
        return _commands().get(name)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a database that does not answer is one sentence, not a trace."""
        try:
            return super().invoke(ctx)
        except OperationalError as error:
            raise click.ClickException(NO_DATABASE) from error


def _commands() -> dict[str, click.Command]:
    # Backups, migrations: a web process has no use for what they import.
    from app import cli as kernel_cli

    rooms = [kernel_cli, *(room(feature, "cli") for feature in FEATURES)]
    found = [command for one in rooms for command in getattr(one, "commands", ())]
    return {str(command.name): command for command in found}


cli = Commands(name="relais", help="Relais, from the command line.")
