"""What each role finds on its home beside what waits: a template and what it shows."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import current_app

from app import clock
from app.actors import Actor, Role
from app.health import readiness
from app.reference.labels import department_label
from app.replica import read_report
from cases.desk.enums import Measure, action_label, object_label
from cases.desk.queries import events, team, territory
from cases.desk.rules import first_counted_day, holes_of, total_of
from partners.organisations.queries import list_all_organisations, subjects_served_in
from partners.organisations.rules import missing_parts

Context = dict[str, Any]

ONE_DAY = timedelta(days=1)
#: A need without anybody is shown to the coordinator after two days.
PATIENCE = timedelta(days=2)
SHOWN_EVENTS = 8
#: Holes are told place by place for territories up to a region.
MOST_DEPARTMENTS = 13


def home_of(actor: Actor) -> tuple[str | None, Context]:
    """Template of the role's own part of the page (None: nothing more) and its context."""
    template, gather = HOMES.get(actor.role, (None, _nothing)) if actor.role else (None, _nothing)
    return template, gather(actor)


def _nothing(actor: Actor) -> Context:
    return {}


def _of_manager(actor: Actor) -> Context:
    return {
        "loads": team.list_loads(actor),
        "absences": team.list_absences(actor),
        "invitations": team.count_waiting_invitations(actor),
    }


def _of_coordinator(actor: Actor) -> Context:
    departments = sorted(actor.territory)
    served = subjects_served_in(departments) if 0 < len(departments) <= MOST_DEPARTMENTS else {}
    return {
        "orphans": territory.list_needs_nobody_took(actor, clock.now() - PATIENCE),
        "holes": holes_of(served),
        "departments": departments,
        "department_label": department_label,
        **_of_observer(actor),
    }


def _of_observer(actor: Actor) -> Context:
    since = first_counted_day(clock.today())
    return {
        "figures": read_report(lambda: territory.figures_of_territory(since), actor),
        "figures_since": since,
        "measures": tuple(Measure),
        "total_of": total_of,
        "places": [department_label(code) for code in sorted(actor.territory)],
    }


def _of_auditor(actor: Actor) -> Context:
    since = clock.now() - ONE_DAY
    shown = events.list_events(actor, events.EventFilter(), limit=SHOWN_EVENTS)
    return {
        "by_action": events.count_events(actor, since),
        "chain": events.read_chain(),
        "last_events": shown,
        "names": events.names_of(event.user_id for event in shown),
        "action_label": action_label,
        "object_label": object_label,
    }


def _of_administrator(actor: Actor) -> Context:
    # First of all: asking for health ends the transaction, and with it whatever was read.
    is_ready, report = readiness(current_app.config["SETTINGS"].broker_url)
    organisations = list_all_organisations()
    return {
        "organisations": organisations,
        "incomplete": [one for one in organisations if one.is_active and missing_parts(one)],
        "missing_parts": missing_parts,
        "is_ready": is_ready,
        "report": report,
        "chain": events.read_chain(),
    }


HOMES: dict[Role, tuple[str, Callable[[Actor], Context]]] = {
    Role.MANAGER: ("cases/desk/_manager.html", _of_manager),
    Role.COORDINATOR: ("cases/desk/_coordinator.html", _of_coordinator),
    Role.OBSERVER: ("cases/desk/_observer.html", _of_observer),
    Role.MEDIATOR: ("cases/desk/_mediator.html", _nothing),
    Role.AUDITOR: ("cases/desk/_auditor.html", _of_auditor),
    Role.PLATFORM_ADMIN: ("cases/desk/_administrator.html", _of_administrator),
}
