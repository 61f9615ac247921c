"""The case page and its parts: each reading leaves one line in the journal."""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Response, current_app, make_response, render_template, request
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from app import clock, hooks, journal
from app.actors import Actor
from app.security import requires
from app.web.links import drawn_with_blanks
from app.web.tables import ListRequest
from cases.casework import queries, rules
from cases.casework.forms import EntryForm
from cases.casework.shown import ShownCase
from cases.casework.timelines import (
    KIND_CHOICES,
    ask_timeline,
    first_lines,
    more_lines,
    seat_choices,
)
from cases.casework.views.blueprint import (
    OpenedCase,
    blueprint,
    load_case,
    load_shown_case,
    reads_cases,
)

#: In the form of the timeline, until the page fills it.
BLANK_CASE, BLANK_DAY, BLANK_TOKEN = uuid.UUID(int=0), date(1900, 1, 1), "\ue000csrf\ue000"


@blueprint.get("/dossiers/<uuid:case_id>")
@requires(reads_cases)
def show(case_id: uuid.UUID) -> str:
    """Header, needs, timeline, actions."""
    opened = load_shown_case(case_id)
    return show_case(opened)


def show_case(opened: OpenedCase[ShownCase], form: EntryForm | None = None) -> str:
    """The case page around the form of its timeline, blank or to be corrected."""
    case, actor = opened.case, opened.actor
    values = {
        "opened": opened,
        "case": case,
        "has_errors": form is not None,
        "writing": _drawn_writing(opened, form) if opened.can_write else "",
        "page": first_lines(case),
        "filters": timeline_filters(opened, ListRequest()),
        "actions": case.actions,
        "panels": sorted(hooks.fire("case_panels", case, actor), key=lambda one: one.order),
        "rules": rules,
        "is_more": False,
        "today": clock.today(),
    }
    journal.record_reading(case, "case.read", by=actor)
    return render_template("cases/casework/show.html", **values)


@blueprint.get("/dossiers/<uuid:case_id>/fil")
@requires(reads_cases)
def timeline(case_id: uuid.UUID) -> Response:
    """The timeline alone, filtered, page after page; its lines alone where they are asked for in
    the place of « Voir la suite »."""
    opened, listing = load_case(case_id), ask_timeline(request.args)
    page = more_lines(case_id, listing, request.args.get("apres", ""), opened.actor)
    journal.record_reading(opened.case, "case.read", by=opened.actor)
    is_in_place = "HX-Request" in request.headers
    response = make_response(
        render_template(
            "cases/casework/_entries.html" if is_in_place else "cases/casework/timeline.html",
            opened=opened,
            case=opened.case,
            page=page,
            rules=rules,
            is_more=is_in_place,
            is_first="apres" not in request.args,
            filters=timeline_filters(opened, listing),
        )
    )
    response.vary.add("HX-Request")
    return response


def timeline_filters(opened: OpenedCase[Any], listing: ListRequest) -> dict[str, Any]:
    """What the form of filters shows, and what « Voir la suite » keeps of it."""
    return {
        "listing": listing,
        "kinds": KIND_CHOICES,
        "seats": seat_choices(opened.case.participations),
        "asked": dict(listing.filters),
    }


@blueprint.get("/dossiers/<uuid:case_id>/historique")
@requires(reads_cases)
def history(case_id: uuid.UUID) -> str:
    """Phase, status and lead, each change dated and signed."""
    opened = load_case(case_id)
    changes = queries.list_changes(case_id, opened.actor)
    seats = queries.seats_by_id(_seat_ids(changes))
    journal.record_reading(opened.case, "case.history.read", by=opened.actor)
    return render_template(
        "cases/casework/history.html",
        opened=opened,
        case=opened.case,
        changes=changes,
        seats={str(seat_id): seat.organisation.name for seat_id, seat in seats.items()},
    )


def _drawn_writing(opened: OpenedCase[ShownCase], form: EntryForm | None) -> Markup:
    """The form of the timeline; one that nobody filled is drawn once for each side, with blanks for
    the case, the day, the token and who will read."""
    actor, sentences = opened.actor, opened.sentences
    if form is not None:
        return _draw_writing(form, opened.case.id, sentences)
    blanks = {audience: f"\ue000{audience}\ue000" for audience in sentences}

    def draw() -> Markup:
        fresh = entry_form(actor)
        fresh.happened_on.data = BLANK_DAY
        if "csrf_token" in fresh:
            fresh.csrf_token.current_token = BLANK_TOKEN
        return _draw_writing(fresh, BLANK_CASE, blanks)

    words = {
        str(BLANK_CASE): str(opened.case.id),
        BLANK_DAY.isoformat(): clock.today().isoformat(),
        BLANK_TOKEN: generate_csrf(),
        **{blank: sentences[audience] for audience, blank in blanks.items()},
    }
    return drawn_with_blanks((_drawn_writing, actor.side), draw, words)


def _draw_writing(form: EntryForm, case_id: uuid.UUID, sentences: Mapping[str, str]) -> Markup:
    part = current_app.jinja_env.get_template("cases/casework/_writing.html")
    return Markup(part.render(form=form, case_id=case_id, sentences=sentences))


def entry_form(actor: Actor) -> EntryForm:
    """The form of the timeline, with the readers this actor may choose."""
    return EntryForm(audiences=rules.audiences_of(actor), chosen=rules.default_audience(actor))


def _seat_ids(changes: object) -> list[uuid.UUID]:
    rows = [one for one in changes if one.kind == "lead"]  # type: ignore[attr-defined]
    return [uuid.UUID(value) for one in rows for value in (one.before, one.after) if value]
