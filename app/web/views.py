"""Pages of the kernel itself: health, and the mails kept when no server sends them."""

from flask import Blueprint, abort, current_app, jsonify, render_template
from flask.typing import ResponseReturnValue

from app import kept_mails
from app.health import readiness
from app.security import public
from config import Settings

blueprint = Blueprint("kernel", __name__)


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


@blueprint.route("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """The process answers; nothing else is asked."""
    return jsonify(status="ok")


@blueprint.route("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """Database, broker, relay and scheduler, each with its age in seconds; 503 when one is away."""
    is_ready, report = readiness(_settings().broker_url)
    return jsonify(report), 200 if is_ready else 503


@blueprint.route("/courriels")
@public
def mails() -> ResponseReturnValue:
    """Mails that were kept instead of sent; exists only in that case."""
    _refuse_when_closed()
    return render_template("kernel/mails.html", mails=kept_mails.list_mails(_settings()))


@blueprint.route("/courriels/<key>")
@public
def mail(key: str) -> ResponseReturnValue:
    """One kept mail, its links ready to be followed."""
    _refuse_when_closed()
    found = kept_mails.get_mail(_settings(), key)
    if found is None:
        abort(404)
    return render_template("kernel/mail.html", mail=found)


def _refuse_when_closed() -> None:
    if not kept_mails.is_page_open(_settings()):
        abort(404)
