"""*Nouvelle orientation*, steps 1 and 2: which company, what it needs."""

import uuid
from dataclasses import dataclass
from typing import Any

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.actors import Actor
from app.db import unit_of_work
from app.errors import NotAllowed, NotVisible
from app.security import current_actor, requires
from app.web.links import url_keeping
from cases.casework.commands import count_opening
from cases.casework.enums import Audience
from cases.casework.errors import CaseAlreadyOpen, KnownElsewhere, RecoveryOpensNoCase
from cases.casework.models import CaseFile
from cases.casework.queries import find_open_case, get_case
from cases.casework.readers import readers_sentence
from cases.casework.rules import can_open_case, role_of
from cases.companies.commands import find_or_add_company
from cases.companies.errors import (
    RegistryHasNoSuch,
    RegistryQuestionRefused,
    RegistryUnavailable,
)
from cases.companies.facts import facts_of
from cases.companies.forms import PickForm
from cases.companies.lists import company_listing, waits_for_registry
from cases.companies.models import Company, Person
from cases.companies.queries import (
    get_company,
    list_companies,
    list_persons_of,
    look_up,
    search_companies,
    search_registry,
)
from cases.companies.registry_client import RegistryClient, client_for
from cases.referrals import commands
from cases.referrals.commands import Contact
from cases.referrals.forms import NeedForm
from cases.referrals.models import Need
from cases.referrals.queries.needs import get_need
from cases.referrals.rules.rights import can_add_need, can_edit_need, works_with_referrals
from cases.referrals.views.blueprint import blueprint
from partners.organisations.enums import Subject

SHOWN = 8
BLIND_REASON = "Souhaite orienter cette entreprise."
#: Once a case is open, whoever accompanies reads the need; nobody else.
FIRST_READERS = (
    "votre organisation, puis les partenaires qui rejoindront le dossier. Pas par le recouvrement."
)
SEALED_READERS = (
    "votre organisation seulement ; à l’envoi, l’organisme de santé que vous choisissez."
)


@dataclass(frozen=True)
class Target:
    """Whom the need is about: a case that is open, or a company that has none yet."""

    company: Company | None
    case: CaseFile | None
    person: Person | None = None

    @property
    def title(self) -> str:
        """Name of the company, else of the person."""
        if self.company is not None:
            return self.company.name
        return self.case.title if self.case else ""


@blueprint.get("/orientations/nouvelle")
@requires(works_with_referrals)
def new() -> ResponseReturnValue:
    """Step 1: pick the company; a case or a company in the address goes straight to step 2."""
    if "dossier" in request.args or "entreprise" in request.args:
        return redirect(url_keeping("referrals.describe"))
    actor, listing = current_actor(), company_listing(request.args)
    is_part = "HX-Request" in request.headers
    waits = is_part or waits_for_registry(listing)
    answer = search_registry(listing.search, _registry()) if waits else None
    if listing.search:
        known = search_companies(listing.search, actor, SHOWN)
    else:
        known, _ = list_companies(actor, limit=SHOWN)
    response = make_response(
        render_template(
            "cases/referrals/_answer.html" if is_part else "cases/referrals/new.html",
            listing=listing,
            known=known,
            known_sirens={company.siren for company in known},
            answer=answer,
        )
    )
    response.vary.add("HX-Request")
    return response


@blueprint.post("/orientations/nouvelle/entreprise")
@requires(works_with_referrals)
def pick() -> ResponseReturnValue:
    """Keep a company of the public registry and go on; typed by hand when the registry is down."""
    actor, form = current_actor(), PickForm()
    if not form.validate():
        flash("Ce numéro n’est pas un SIREN.", "warning")
        return redirect(url_for("referrals.new"))
    try:
        facts = facts_of(look_up(str(form.siren.data), _registry()))
    except (RegistryUnavailable, RegistryQuestionRefused, RegistryHasNoSuch) as refusal:
        flash(refusal.message, "warning")
        return redirect(url_for("companies.new", siren=form.siren.data))
    with unit_of_work():
        company = find_or_add_company(facts, by=actor)
    return redirect(url_for("referrals.describe", entreprise=company.id))


@blueprint.route("/orientations/nouvelle/besoin", methods=["GET", "POST"])
@requires(works_with_referrals)
def describe() -> ResponseReturnValue:
    """Step 2: the situation and the need; opens the case when there is none."""
    actor = current_actor()
    target = _target(actor)
    form = NeedForm(**_known_facts(target))
    if not form.validate_on_submit():
        return _need_page(form, target, actor), 422 if form.is_submitted() else 200
    if target.case is None:
        with unit_of_work():
            count_opening(by=actor)
    try:
        with unit_of_work():
            need = _write(target, form, actor)
    except (KnownElsewhere, CaseAlreadyOpen):
        return _transmit(target, form, actor)
    return redirect(url_for("referrals.choose", need_id=need.id, **_carried()))


@blueprint.route("/besoins/<uuid:need_id>/corriger", methods=["GET", "POST"])
@requires(works_with_referrals)
def edit_need(need_id: uuid.UUID) -> ResponseReturnValue:
    """Back to step 2: what was typed is there."""
    actor = current_actor()
    need = get_need(need_id, actor)
    if not can_edit_need(actor, need):
        raise NotAllowed
    form = NeedForm(obj=need, phase=need.case.phase)
    target = Target(need.case.company, need.case, need.case.person)
    if not form.validate_on_submit():
        return _need_page(form, target, actor), 422 if form.is_submitted() else 200
    with unit_of_work():
        commands.correct_need(
            need,
            form.subject.data,
            form.description.data or "",
            budget_euros=form.budget_euros.data,
            by=actor,
        )
    return redirect(url_for("referrals.choose", need_id=need.id, **_carried()))


def _write(target: Target, form: NeedForm, actor: Actor) -> Need:
    case = target.case
    if case is None:
        assert target.company is not None
        contact = Contact(
            form.person_name.data or "", form.phone.data or "", form.email.data or "", target.person
        )
        case = commands.open_case_for(target.company, contact, form.phase.data, by=actor)
    return commands.add_need(
        case,
        form.subject.data,
        form.description.data or "",
        budget_euros=form.budget_euros.data,
        client_key=form.client_key.data,
        by=actor,
    )


def _transmit(target: Target, form: NeedForm, actor: Actor) -> ResponseReturnValue:
    """The blind answer: nothing typed here leaves, but that the seat would like to take part."""
    company = target.company
    assert company is not None
    with unit_of_work():
        commands.request_access(
            company.name, company.siren, form.subject.data, BLIND_REASON, by=actor
        )
    return redirect(url_for("referrals.transmitted"))


def _target(actor: Actor) -> Target:
    """What the address names; the open case of a company is used when the actor reads it."""
    if case_id := _uuid("dossier"):
        case = get_case(case_id, actor)
        _refuse_reader(case, actor)
        return Target(case.company, case, case.person)
    company_id = _uuid("entreprise")
    if company_id is None:
        raise NotVisible
    company = get_company(company_id, actor)
    if found := find_open_case(company, None, actor):
        case = get_case(found.id, actor)
        _refuse_reader(case, actor)
        return Target(company, case, case.person)
    if not can_open_case(actor):
        raise RecoveryOpensNoCase
    persons = list_persons_of(company, actor)
    return Target(company, None, persons[0].person if persons else None)


def _refuse_reader(case: CaseFile, actor: Actor) -> None:
    if not can_add_need(actor, case, role_of(actor, case.participations)):
        raise NotAllowed("Seules les organisations qui accompagnent ce dossier peuvent orienter.")


def _known_facts(target: Target) -> dict[str, object]:
    known: dict[str, object] = {}
    if target.case is not None:
        known["phase"] = target.case.phase
    if target.person is not None:
        person = target.person
        known |= {
            "person_name": person.full_name,
            "phone": person.phone,
            "email": person.email,
        }
    return known


def _need_page(form: NeedForm, target: Target, actor: Actor) -> str:
    return render_template(
        "cases/referrals/describe.html",
        form=form,
        target=target,
        readers=_readers(target, actor),
        sealed_readers=SEALED_READERS,
        health=Subject.HEALTH,
    )


def _readers(target: Target, actor: Actor) -> str:
    if target.case is None:
        return FIRST_READERS
    seats = [one.seat for one in target.case.participations if one.ended_at is None]
    return readers_sentence(Audience.AID, seats, actor)


def _carried() -> dict[str, Any]:
    """What goes on from step to step: a seat proposed, a referral redirected, a request."""
    return {
        name: request.args[name] for name in ("vers", "suite", "demande") if name in request.args
    }


def _uuid(name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.args[name]) if name in request.args else None
    except ValueError:
        raise NotVisible from None


def _registry() -> RegistryClient:
    settings = current_app.config["SETTINGS"]
    return client_for(settings.registry_url, settings.web_workers)
