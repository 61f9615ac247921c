"""The entrepreneur's page, by link: who helps, who reads, who opened, confirm, withdraw."""

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock, hooks, journal
from app.actors import Actor
from app.db import unit_of_work
from app.links import LinkPurpose
from app.security import by_link, current_actor, public
from app.web.tables import ListRequest, Page
from cases.casework import commands, queries, rules
from cases.casework.commands.agreeing import SEND_LINK
from cases.casework.enums import READINGS, Section
from cases.casework.forms import WithdrawForm
from cases.casework.models import LegalBasis
from cases.casework.views.blueprint import blueprint
from partners.people.enums import ROLE_LABELS
from partners.people.renewing import ask_another_link

AGAIN = "casework.renew_consent_link"
OPENINGS_SHOWN = 10
IN_FORCE = ("active", "to_confirm")
SECTION_LABELS = {section.value: section.label for section in Section}


@blueprint.get("/accord/<token>")
@by_link("consent", renewal=AGAIN)
def consent(token: str) -> str:
    """Read only: opening the link changes nothing but the journal."""
    actor = current_actor()
    basis = queries.get_basis_of_link(actor)
    is_open = rules.is_space_open(basis, clock.now())
    values = {
        "token": token,
        "basis": basis,
        "state": rules.basis_state(basis, clock.now()),
        "facts": queries.consent_facts(),
        "contact": queries.space_contact(),
        "section_labels": SECTION_LABELS,
        "form": WithdrawForm(),
        **(_space(basis, actor) if is_open else _agreement_alone(basis)),
    }
    journal.record_reading(basis, "space.read", by=actor)
    template = "cases/casework/space.html" if is_open else "cases/casework/consent.html"
    return render_template(template, **values)


@blueprint.post("/accord/<token>/confirmer")
@by_link("consent", renewal=AGAIN)
def confirm_consent(token: str) -> ResponseReturnValue:
    """Yes, I agree."""
    actor = current_actor()
    basis = queries.get_basis_of_link(actor)
    with unit_of_work():
        commands.confirm_agreement(basis, by=actor)
    flash("Merci. Votre accord est confirmé.", "success")
    return redirect(url_for("casework.consent", token=token))


@blueprint.post("/accord/<token>/retirer")
@by_link("consent", renewal=AGAIN)
def withdraw_consent(token: str) -> ResponseReturnValue:
    """No longer: everything that rests on it stops, and so does the link.

    The page that answers is the last one: it says what happens, and whom to ask afterwards.
    """
    actor = current_actor()
    basis = queries.get_basis_of_link(actor)
    names, contact = _names(basis), queries.space_contact()
    with unit_of_work():
        commands.withdraw_agreement(basis, withdrawn_by=basis.given_by, by=actor)
    return render_template("cases/casework/consent_withdrawn.html", names=names, contact=contact)


@blueprint.post("/accord/<token>/nouveau-lien")
@public
def renew_consent_link(token: str) -> str:
    """Another link, to the address of the first, if the agreement is still in force."""
    return ask_another_link(token, LinkPurpose.CONSENT, SEND_LINK, names="agreement_id")


@blueprint.post("/accord/<token>/accords/<uuid:basis_id>/retirer")
@by_link("consent", renewal=AGAIN)
def withdraw_other_consent(token: str, basis_id: uuid.UUID) -> ResponseReturnValue:
    """Another agreement of the same person on the same case; this link stays good."""
    actor = current_actor()
    basis = queries.get_agreement_of_person(basis_id, actor)
    with unit_of_work():
        commands.withdraw_agreement(basis, withdrawn_by=basis.given_by, by=actor)
    flash("Votre accord est retiré. Les accès qui en dépendaient sont fermés.", "success")
    return redirect(url_for("casework.consent", token=token, _anchor="accords"))


def _agreement_alone(basis: LegalBasis) -> dict[str, object]:
    """Before it is confirmed: with whom, what, and nothing of the rest."""
    seats = queries.seats_by_id(basis.seat_ids)
    return {
        "seats": [seats[one] for one in basis.seat_ids if one in seats],
        "sections": [one for one in Section if one.value in basis.sections],
    }


def _space(basis: LegalBasis, actor: Actor) -> dict[str, object]:
    """Who helps, the agreements in force, who opened what, and what higher features add."""
    now = clock.now()
    others = queries.list_agreements_of_person(actor)
    agreements = [basis, *(one for one in others if rules.basis_state(one, now) in IN_FORCE)]
    panels = [panel for panel in hooks.fire("space_panels", basis, actor) if panel]
    return {
        "agreements": agreements,
        "seats": queries.seats_by_id(one for basis in agreements for one in basis.seat_ids),
        "helpers": queries.list_helpers(),
        "openings": _openings(ListRequest.from_args(request.args).number),
        "readings": READINGS,
        "roles": ROLE_LABELS,
        "panels": sorted(panels, key=lambda one: one.order),
    }


def _openings(number: int) -> Page[queries.SpaceOpening]:
    """One page of who opened what; past its end, the first one."""
    items, total = queries.list_space_openings((number - 1) * OPENINGS_SHOWN, OPENINGS_SHOWN)
    if not items and number > 1:
        return _openings(1)
    return Page(items, total, number, OPENINGS_SHOWN)


def _names(basis: LegalBasis) -> list[str]:
    seats = queries.seats_by_id(basis.seat_ids)
    return [seats[one].organisation.name for one in basis.seat_ids if one in seats]
