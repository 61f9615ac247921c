"""Pages of the kernel itself: is the process up, is the installation ready."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from app.security import public

blueprint = Blueprint("kernel", __name__)


@blueprint.route("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """The process answers; nothing else is asked."""
    return jsonify(status="ok")
