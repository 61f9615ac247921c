"""*Annuaire*: who helps, where, on what, and whether they are open now."""

import uuid

from flask import render_template, request

from app import clock, hooks
from app.reference.labels import department_choices
from app.reference.queries import commune_names
from app.saved_views import list_views
from app.security import current_actor, members_only
from app.web.tables import ListRequest
from partners.organisations import queries
from partners.organisations.conditions import rule_in_words
from partners.organisations.enums import OrganisationKind, RuleEffect, Subject
from partners.organisations.models import Organisation, Unit
from partners.organisations.opening import is_open_at, next_opening, week_in_words
from partners.organisations.places import commune_codes, territories_in_words
from partners.organisations.rules import can_run_organisation, is_fresh
from partners.organisations.views.base import blueprint


@blueprint.get("/annuaire")
@members_only
def directory() -> str:
    """Search the directory by name, kind, subject, département."""
    listing = ListRequest.from_args(
        request.args,
        filters={
            "nature": OrganisationKind,
            "besoin": Subject,
            "departement": [code for code, _ in department_choices()],
        },
    )
    asked = _asked(listing)
    found = queries.list_organisations(*asked, offset=listing.offset, limit=listing.size)
    return render_template(
        "partners/organisations/directory.html",
        listing=listing,
        views=list_views("organisations.directory", current_actor()),
        page=listing.page(found, queries.count_organisations(*asked)),
        names=commune_names(_communes_of(found)),
        delays=_answer_delays(found),
        kinds=[(kind.value, kind.label) for kind in OrganisationKind],
        subjects=[(subject.value, subject.label) for subject in Subject],
        departments=[(code, f"{code} · {name}") for code, name in department_choices()],
        **_words(),
    )


def _asked(
    listing: ListRequest,
) -> tuple[str, OrganisationKind | None, Subject | None, str | None]:
    kind, subject = listing.filter("nature"), listing.filter("besoin")
    return (
        listing.search,
        OrganisationKind(kind) if kind else None,
        Subject(subject) if subject else None,
        listing.filter("departement") or None,
    )


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
        can_run=can_run_organisation(actor, organisation.id),
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
