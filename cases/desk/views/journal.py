"""*Journal*: who did what, when. No case name, no content."""

import uuid
from collections.abc import Sequence
from functools import partial
from typing import Any

from flask import render_template, request
from werkzeug import Response as BaseResponse

from app.actors import Actor, ActorKind
from app.db import unit_of_work
from app.journal import JournalEvent
from app.replica import read_report
from app.security import current_actor, requires
from app.web.exports import csv_answer, read_in_parts
from app.web.periods import PERIOD, read_period
from app.web.tables import ListRequest, csv_parts, read_key, write_key
from cases.desk import commands
from cases.desk.enums import action_label, object_label
from cases.desk.queries import events
from cases.desk.queries.events import EventFilter
from cases.desk.rules import reads_journal
from cases.desk.views.base import blueprint
from cases.retention.enums import Kind, kind_label, rule_words
from cases.retention.lists import ask_erasures, list_erasures
from partners.organisations.queries import get_organisation
from partners.people.sessions import ask_password_again

PAGE_SIZE = 50
MOST_EXPORTED = 20_000
HEADER = ("Instant (UTC)", "Membre", "Action", "Code", "Sur", "Identifiant")


@blueprint.get("/journal")
@requires(reads_journal)
def journal() -> str:
    """Events of the auditor's organisation, filtered, fifty at a time."""
    actor = current_actor()
    listing, asked, wrong = _asked()
    found = events.list_events(actor, asked, read_key(request.args.get("apres", "")), PAGE_SIZE + 1)
    shown = found[:PAGE_SIZE]
    actions = sorted((action_label(code), code) for code in events.list_actions_seen(actor))
    return render_template(
        "cases/desk/journal.html",
        listing=listing,
        wrong=wrong,
        events=shown,
        next_key=write_key(shown[-1].at, shown[-1].id) if len(found) > PAGE_SIZE else None,
        is_first="apres" not in request.args,
        people=events.list_people(actor),
        names=events.names_of(_accounts(shown)),
        actions=[(code, label) for label, code in actions],
        chain=events.read_chain(),
        action_label=action_label,
        object_label=object_label,
        export_args=_filters(listing),
    )


@blueprint.get("/journal.csv")
@requires(reads_journal)
def export() -> BaseResponse:
    """What is shown, as a file; taking it out is itself written in the journal."""
    actor = current_actor()
    if again := ask_password_again():
        return again
    _, asked, _ = _asked()
    organisation = get_organisation(actor.organisation_id)  # type: ignore[arg-type]
    found = read_report(lambda: events.list_exported(actor, asked, MOST_EXPORTED), actor)
    with unit_of_work():
        commands.note_journal_export(organisation, len(found), by=actor)
    lines = read_in_parts(found, partial(_lines, actor=actor, asked=asked), actor)
    return csv_answer("journal.csv", csv_parts(HEADER, lines))


@blueprint.get("/journal/effacements")
@requires(reads_journal)
def erasures() -> str:
    """What was erased at the end of its time, for the organisation and for the platform."""
    listing = ask_erasures(request.args)
    return render_template(
        "cases/desk/erasures.html",
        listing=listing,
        page=list_erasures(listing, current_actor()),
        kinds=[(kind.value, kind.label) for kind in Kind],
        kind_label=kind_label,
        rule_words=rule_words,
    )


def _lines(
    ids: Sequence[uuid.UUID], actor: Actor, asked: events.EventFilter
) -> list[tuple[str, ...]]:
    found = events.list_among(ids, actor, asked)
    names = events.names_of(_accounts(found))
    return [_row(event, names) for event in found]


def _accounts(found: Sequence[JournalEvent]) -> set[uuid.UUID | None]:
    """Who acted, and whose account a refused sign-in was about."""
    refused = {one.object_id for one in found if one.principal is ActorKind.ANONYMOUS}
    return refused | {one.user_id for one in found}


def _who(event: JournalEvent, names: dict[uuid.UUID, str]) -> str:
    if event.principal is ActorKind.ANONYMOUS:
        name = names.get(event.object_id, "") if event.object_id else ""
        return f"Sans session, au nom de {name}" if name else "Sans session"
    return names.get(event.user_id, "") if event.user_id else ""


def _row(event: JournalEvent, names: dict[uuid.UUID, str]) -> tuple[str, ...]:
    return (
        event.at.isoformat(timespec="seconds"),
        _who(event, names),
        action_label(event.action),
        event.action,
        object_label(event.object_type),
        str(event.object_id or ""),
    )


FILTERS = ("membre", "action", *PERIOD)


def _asked() -> tuple[ListRequest, EventFilter, str]:
    """The list asked for, its filter, and a sentence when a date cannot be read."""
    listing = ListRequest.from_args(request.args, filters=dict.fromkeys(FILTERS))
    period = read_period(listing)
    member, action = _uuid(listing.filter("membre")), listing.filter("action")
    return listing, EventFilter(member, action, period.first_day, period.last_day), period.wrong


def _filters(listing: ListRequest) -> dict[str, Any]:
    return {name: listing.filter(name) for name in FILTERS if listing.filter(name)}


def _uuid(raw: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(raw)
    except ValueError:
        return None
