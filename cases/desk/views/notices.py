"""Notices: read one, read them all."""

import uuid

from flask import flash, redirect, render_template, request, url_for
from werkzeug import Response

from app import clock, hooks
from app.db import unit_of_work
from app.security import current_actor, members_only, safe_next
from app.today import read_today
from app.web.tables import read_key, write_key
from cases.desk import commands
from cases.desk.grouping import named_by, with_whom
from cases.desk.queries.notices import get_notice, list_unread_notices
from cases.desk.views.base import blueprint

PAGE_SIZE = 50
#: Name of the field that says what was shown, in both forms that mark messages as read.
SHOWN = "jusqu_a"


@blueprint.get("/messages")
@members_only
def list_notices() -> str:
    """All unread messages, the newest first, page after page."""
    after = read_key(request.args.get("apres", ""))
    actor = current_actor()
    found = list_unread_notices(actor, PAGE_SIZE + 1, after)
    shown = found[:PAGE_SIZE]
    day = read_today(hooks.handlers_of("today_sources"), actor, named_by(shown))
    key = write_key(shown[-1].created_at, shown[-1].id) if len(found) > PAGE_SIZE else None
    return render_template(
        "cases/desk/notices.html",
        notices=with_whom(shown, day),
        newest=write_key(shown[0].created_at, shown[0].id) if shown else "",
        is_first=after is None,
        next_key=key,
    )


@blueprint.post("/messages/<uuid:notice_id>/lire")
@members_only
def read_notice(notice_id: uuid.UUID) -> Response:
    """The notice is read: on to the page it speaks of."""
    actor = current_actor()
    notice = get_notice(notice_id, actor)
    with unit_of_work():
        commands.mark_notice_read(notice, by=actor)
    return redirect(safe_next(notice.path) if notice.path else url_for("desk.today"))


@blueprint.post("/messages/lire")
@members_only
def read_notices() -> Response:
    """All that the seat had when the page was shown is read: what came since waits still."""
    actor = current_actor()
    newest = read_key(request.form.get(SHOWN, ""))
    with unit_of_work():
        number = commands.mark_notices_read(newest[0] if newest else clock.now(), by=actor)
    if number:
        flash("Les messages sont marqués comme lus. Rien d’autre n’a changé.", "success")
    return redirect(url_for("desk.today"))
