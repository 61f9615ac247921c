"""A case outside one's territory: why it is asked, the reason, then the page that was wanted.

And what a manager reads of it.
"""

import uuid
from datetime import timedelta
from urllib.parse import urlsplit

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.db import unit_of_work
from app.reference.labels import department_label
from app.security import current_actor, requires, safe_next
from app.web.tables import ListRequest
from cases.casework import commands
from cases.casework.errors import ReasonNeeded
from cases.casework.forms import OutsideForm
from cases.casework.models import CaseFile
from cases.casework.queries import at_the_door, get_case_as_listed, list_outside_accesses
from cases.casework.territory import REASON_GOOD_FOR, place_of
from cases.casework.views.blueprint import blueprint, reads_cases
from partners.organisations.rules import runs_an_organisation

#: How far back a manager reads.
SHOWN_FOR = timedelta(days=90)
NOTHING_DONE = "Rien n’a été enregistré : dites d’abord pourquoi vous ouvrez ce dossier."


@blueprint.app_errorhandler(ReasonNeeded)
def ask_why(refusal: ReasonNeeded) -> ResponseReturnValue:
    """Whatever page of the case was asked for; a post keeps nothing, and asks first."""
    wanted = request.full_path.rstrip("?")
    if request.method not in ("GET", "HEAD"):
        flash(NOTHING_DONE, "warning")
        wanted = url_for("casework.show", case_id=refusal.case_id)
    elif request.headers.get("HX-Request"):
        wanted = urlsplit(request.headers.get("HX-Current-URL", "")).path
    door = url_for("casework.say_why", case_id=refusal.case_id, next=safe_next(wanted))
    if request.headers.get("HX-Request"):
        return Response(headers={"HX-Redirect": door})
    return redirect(door)


@blueprint.route("/dossiers/<uuid:case_id>/hors-territoire", methods=["GET", "POST"])
@requires(reads_cases)
def say_why(case_id: uuid.UUID) -> ResponseReturnValue:
    """A reason of a closed list; nothing is asked of whoever may open the case already."""
    actor, form = current_actor(), OutsideForm()
    case = get_case_as_listed(case_id, actor)
    try:
        at_the_door(case, actor)
    except ReasonNeeded:
        if not form.validate_on_submit():
            return _page(case, form), 422 if request.method == "POST" else 200
        with unit_of_work():
            commands.give_reason(case, form.reason.data, form.text.data or "", by=actor)
    return redirect(_wanted(case))


@blueprint.get("/structure/acces-hors-territoire")
@requires(runs_an_organisation)
def outside_accesses() -> str:
    """For a manager: what the members of their seat opened outside their territory."""
    listing = ListRequest.from_args(request.args)
    found, total = list_outside_accesses(
        current_actor(),
        clock.now() - SHOWN_FOR,
        offset=listing.offset,
        limit=listing.size,
    )
    return render_template(
        "cases/casework/outside_accesses.html",
        page=listing.page(found, total),
        days=SHOWN_FOR.days,
        department_label=department_label,
    )


def _wanted(case: CaseFile) -> str:
    """The page that was asked for; the case when the address says none of ours."""
    wanted = safe_next(request.args.get("next"))
    return url_for("casework.show", case_id=case.id) if wanted == "/" else wanted


def _page(case: CaseFile, form: OutsideForm) -> str:
    actor = current_actor()
    return render_template(
        "cases/casework/say_why.html",
        case=case,
        form=form,
        place=department_label(place_of(case)),
        home=sorted(department_label(code) for code in actor.territory),
        days=REASON_GOOD_FOR.days,
    )
