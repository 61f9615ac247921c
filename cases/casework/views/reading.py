"""The case page and its parts: each reading leaves one line in the journal."""

import uuid

from flask import render_template

from app import clock, hooks, journal
from app.db import unit_of_work
from app.security import current_actor, requires
from cases.casework import queries, rules
from cases.casework.forms import EntryForm
from cases.casework.views.blueprint import OpenedCase, blueprint, load_case, reads_cases


@blueprint.get("/dossiers/<uuid:case_id>")
@requires(reads_cases)
def show(case_id: uuid.UUID) -> str:
    """Header, needs, timeline, actions."""
    opened = load_case(case_id)
    return show_case(opened, entry_form(opened))


def show_case(opened: OpenedCase, form: EntryForm) -> str:
    """The case page around a form of the timeline, fresh or to be corrected."""
    case, actor = opened.case, opened.actor
    values = {
        "opened": opened,
        "case": case,
        "form": form,
        "entries": queries.list_entries(case.id, actor),
        "actions": queries.list_actions(case.id, actor),
        "panels": sorted(hooks.fire("case_panels", case, actor), key=lambda one: one.order),
        "rules": rules,
        "today": clock.today(),
    }
    with unit_of_work():
        journal.record(case, "case.read", by=actor)
    return render_template("cases/casework/show.html", **values)


@blueprint.get("/dossiers/<uuid:case_id>/historique")
@requires(reads_cases)
def history(case_id: uuid.UUID) -> str:
    """Phase, status and lead, each change dated and signed."""
    opened = load_case(case_id)
    changes = queries.list_changes(case_id, opened.actor)
    seats = queries.seats_by_id(_seat_ids(changes))
    with unit_of_work():
        journal.record(opened.case, "case.history.read", by=opened.actor)
    return render_template(
        "cases/casework/history.html",
        opened=opened,
        case=opened.case,
        changes=changes,
        seats={str(seat_id): seat.organisation.name for seat_id, seat in seats.items()},
    )


def entry_form(opened: OpenedCase) -> EntryForm:
    """The form of the timeline, with the readers this actor may choose."""
    actor = current_actor()
    return EntryForm(
        audiences=rules.audiences_of(actor), chosen=rules.default_audience(opened.actor)
    )


def _seat_ids(changes: object) -> list[uuid.UUID]:
    rows = [one for one in changes if one.kind == "lead"]  # type: ignore[attr-defined]
    return [uuid.UUID(value) for one in rows for value in (one.before, one.after) if value]
