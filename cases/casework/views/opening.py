"""Opening a case for a company or a person."""

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import hooks
from app.db import unit_of_work
from app.errors import NotVisible
from app.security import current_actor, requires
from cases.casework import commands
from cases.casework.errors import CaseAlreadyOpen, KnownElsewhere, RecoveryOpensNoCase
from cases.casework.forms import OpenCaseForm
from cases.casework.rules import can_open_case
from cases.casework.views.blueprint import blueprint, reads_cases
from cases.companies import queries as companies
from cases.companies.models import Company, Person


@blueprint.route("/dossiers/nouveau", methods=["GET", "POST"])
@requires(reads_cases)
def new() -> ResponseReturnValue:
    """One open case per company: the one that exists is shown, or the word is passed on."""
    if not can_open_case(current_actor()):
        raise RecoveryOpensNoCase
    company, person = _asked()
    if company is None and person is None:
        return redirect(url_for("companies.search"))
    form, existing = _form(company), None
    if form.validate_on_submit():
        try:
            return _open(form, company, person or _chosen(form))
        except CaseAlreadyOpen as refusal:
            existing = refusal.case
        except KnownElsewhere:
            return pass_on(company)
    page = render_template(
        "cases/casework/new.html", form=form, company=company, person=person, existing=existing
    )
    return page, 422 if form.errors else 409 if existing else 200


def _open(
    form: OpenCaseForm, company: Company | None, person: Person | None
) -> ResponseReturnValue:
    with unit_of_work():
        commands.count_opening(by=current_actor())
    with unit_of_work():
        case = commands.open_case(
            company,
            person,
            form.phase.data,
            by=current_actor(),
            second_reason=form.second_reason.data or None,
        )
    flash(f"Le dossier {case.reference} est ouvert. Vous en êtes le pilote.", "success")
    return redirect(url_for("casework.show", case_id=case.id))


def pass_on(company: Company | None) -> ResponseReturnValue:
    """The blind answer; the lead, if there is one, receives the request."""
    if company is not None:
        with unit_of_work():
            reason = "Souhaite ouvrir un dossier."
            hooks.fire("known_elsewhere", company, reason, by=current_actor())
    return render_template("cases/casework/passed_on.html", company=company)


def _asked() -> tuple[Company | None, Person | None]:
    actor = current_actor()
    company_id, person_id = _id("entreprise"), _id("personne")
    company = companies.get_company(company_id, actor) if company_id else None
    person = companies.get_person(person_id, actor) if person_id else None
    return company, person


def _id(name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.args[name]) if request.args.get(name) else None
    except ValueError as error:
        raise NotVisible from error


def _form(company: Company | None) -> OpenCaseForm:
    form = OpenCaseForm()
    links = companies.list_persons_of(company, current_actor()) if company else ()
    people = [(str(link.person_id), link.person.full_name) for link in links]
    form.person.choices = [*people, ("", "Personne pour le moment")]
    return form


def _chosen(form: OpenCaseForm) -> Person | None:
    person_id = form.person.data
    return companies.get_person(uuid.UUID(person_id), current_actor()) if person_id else None
