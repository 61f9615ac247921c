"""*Annuaire*: who helps, where, on what, and whether they are open now."""

import uuid
from collections.abc import Sequence
from typing import Any

from flask import render_template, request
from werkzeug import Response as BaseResponse

from app import clock, hooks
from app.db import unit_of_work
from app.reference.labels import department_choices
from app.reference.queries import commune_names
from app.saved_views import list_views
from app.security import ask_password_again, current_actor, members_only
from app.web.exports import csv_answer, read_in_parts
from app.web.tables import ListRequest
from partners.organisations import commands, queries
from partners.organisations.conditions import rule_in_words
from partners.organisations.enums import OrganisationKind, RuleEffect, Subject, UnitLevel
from partners.organisations.models import Organisation, Unit
from partners.organisations.opening import is_open_at, next_opening, week_in_words
from partners.organisations.places import commune_codes, territories_in_words
from partners.organisations.printouts import directory_csv, directory_line
from partners.organisations.queries import Order, Wanted
from partners.organisations.rules import FRESH_FOR, is_fresh
from partners.organisations.views.base import blueprint, runs

SORTS = ("name", "kind", "-checked", "delay")
FRESH, OLD = "verifiee", "ancienne"
SORT_CHOICES = [
    ("name", "Nom"),
    ("kind", "Nature"),
    ("-checked", "Fiches vérifiées récemment"),
    ("checked", "Fiches vérifiées il y a longtemps"),
    ("delay", "Réponse la plus rapide"),
]
FRESHNESS_CHOICES = [(FRESH, "Vérifiée depuis six mois"), (OLD, "À confirmer")]
LONGEST_EXPORT = 2000
#: Each comes with its units and where they serve.
ORGANISATIONS_OF_A_PART = 50


@blueprint.get("/annuaire")
@members_only
def directory() -> str:
    """Search the directory by name, kind, subject, place, level, freshness."""
    listing = _listing()
    found, total = queries.page_of_organisations(
        _wanted(listing), **_order(listing), offset=listing.offset, limit=listing.size
    )
    return render_template(
        "partners/organisations/directory.html",
        listing=listing,
        views=list_views("organisations.directory", current_actor()),
        page=listing.page(found, total),
        names=commune_names(_communes_of(found)),
        delays=_answer_delays(found),
        kinds=[(kind.value, kind.label) for kind in OrganisationKind],
        subjects=[(subject.value, subject.label) for subject in Subject],
        levels=[(level.value, level.label) for level in UnitLevel],
        departments=[(code, f"{code} · {name}") for code, name in department_choices()],
        sorts=SORT_CHOICES,
        freshness_choices=FRESHNESS_CHOICES,
        **_words(),
    )


@blueprint.get("/annuaire/export.csv")
@members_only
def export() -> BaseResponse:
    """What the list shows, all its pages, as a file; nothing that is not on the pages."""
    if again := ask_password_again():
        return again
    actor, listing = current_actor(), _listing()
    found = queries.list_exported(_wanted(listing), **_order(listing), limit=LONGEST_EXPORT)
    with unit_of_work():
        commands.note_directory_export(len(found), by=actor)
    lines = read_in_parts(found, _lines, actor, ORGANISATIONS_OF_A_PART)
    return csv_answer("annuaire.csv", directory_csv(lines))


def _lines(ids: Sequence[uuid.UUID]) -> list[tuple[object, ...]]:
    found = queries.list_among(ids)
    names, delays = commune_names(_communes_of(found)), _answer_delays(found)
    return [directory_line(one, names, delays) for one in found]


def _listing() -> ListRequest:
    return ListRequest.from_args(
        request.args,
        sorts=SORTS,
        filters={
            "nature": OrganisationKind,
            "besoin": Subject,
            "departement": [code for code, _ in department_choices()],
            "niveau": UnitLevel,
            "fiche": (FRESH, OLD),
        },
    )


def _order(listing: ListRequest) -> dict[str, Any]:
    order = Order(listing.sort)
    return {
        "order": order,
        "descending": listing.descending,
        "quickest": _quickest() if order is Order.DELAY else (),
    }


def _wanted(listing: ListRequest) -> Wanted:
    kind, subject, level = (listing.filter(name) for name in ("nature", "besoin", "niveau"))
    since, sheet = clock.now() - FRESH_FOR, listing.filter("fiche")
    return Wanted(
        search=listing.search,
        kind=OrganisationKind(kind) if kind else None,
        subject=Subject(subject) if subject else None,
        department=listing.filter("departement") or None,
        level=UnitLevel(level) if level else None,
        checked_since=since if sheet == FRESH else None,
        not_checked_since=since if sheet == OLD else None,
    )


def _quickest() -> list[uuid.UUID]:
    """Organisations whose answer delay the feature above knows, the quickest first."""
    return [one for answer in hooks.fire("quickest_organisations") for one in answer]


@blueprint.get("/annuaire/<uuid:organisation_id>")
@members_only
def show(organisation_id: uuid.UUID) -> str:
    """One organisation: units, hours, services, correspondents, rules in words."""
    actor = current_actor()
    organisation = queries.get_organisation(organisation_id)
    rules = queries.routing_rules_of([organisation.id]).get(organisation.id, [])
    return render_template(
        "partners/organisations/show.html",
        organisation=organisation,
        names=commune_names(_communes_of([organisation])),
        required=[rule for rule in rules if rule.effect is RuleEffect.REQUIRE],
        preferred=[rule for rule in rules if rule.effect is RuleEffect.PREFER],
        correspondents=correspondents_of(organisation),
        delays=_answer_delays([organisation]),
        can_run=runs(actor, organisation.id),
        **_words(),
    )


def correspondents_of(organisation: Organisation) -> dict[uuid.UUID, list]:
    """Who answers for each service, deputies included, as the feature above knows it."""
    found: dict[uuid.UUID, list] = {}
    for answer in hooks.fire("service_correspondents", [one.id for one in organisation.services]):
        found.update(answer)
    return found


def _answer_delays(organisations: list[Organisation]) -> dict[uuid.UUID, str]:
    """Average answer delays in words, as the feature above knows them."""
    found: dict[uuid.UUID, str] = {}
    for answer in hooks.fire("answer_delays", [one.id for one in organisations]):
        found.update(answer)
    return found


def _communes_of(organisations: list[Organisation]) -> set[str]:
    units = [unit for organisation in organisations for unit in organisation.units]
    places = {unit.commune_code for unit in units if unit.commune_code}
    return places.union(*(commune_codes(unit.territories) for unit in units))


def _words() -> dict[str, object]:
    now = clock.now()

    def is_open(unit: Unit) -> bool:
        return is_open_at(unit, now)

    def opens_next(unit: Unit) -> object:
        return next_opening(unit, now)

    return {
        "is_open": is_open,
        "opens_next": opens_next,
        "week_in_words": week_in_words,
        "territories_in_words": territories_in_words,
        "rule_in_words": rule_in_words,
        "is_fresh": is_fresh,
    }
