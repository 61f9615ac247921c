"""Notices: read one, read them all."""

import uuid

from flask import flash, redirect, url_for
from werkzeug import Response

from app.db import unit_of_work
from app.security import current_actor, members_only, safe_next
from cases.desk import commands
from cases.desk.queries.notices import get_notice, list_unread_notices
from cases.desk.views.base import blueprint


@blueprint.post("/messages/<uuid:notice_id>/lire")
@members_only
def read_notice(notice_id: uuid.UUID) -> Response:
    """The notice is read: on to the page it speaks of."""
    actor = current_actor()
    notice = get_notice(notice_id, actor)
    with unit_of_work():
        commands.mark_notices_read([notice], by=actor)
    return redirect(safe_next(notice.path) if notice.path else url_for("desk.today"))


@blueprint.post("/messages/lire")
@members_only
def read_notices() -> Response:
    """Everything shown is read."""
    actor = current_actor()
    with unit_of_work():
        number = commands.mark_notices_read(list_unread_notices(actor), by=actor)
    if number:
        flash("Les messages sont marqués comme lus. Rien d’autre n’a changé.", "success")
    return redirect(url_for("desk.today"))
