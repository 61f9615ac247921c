"""The entrepreneur: with or without a company."""

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import journal
from app.db import unit_of_work
from app.security import current_actor, requires
from cases.companies import commands, queries
from cases.companies.errors import PersonOfOthers
from cases.companies.forms import PersonForm
from cases.companies.models import Company, Person
from cases.companies.rules import can_correct_person
from cases.companies.views.blueprint import blueprint, reads_companies


@blueprint.get("/personnes/<uuid:person_id>")
@requires(reads_companies)
def show_person(person_id: uuid.UUID) -> str:
    """Contact details, and the companies the person runs or ran."""
    actor = current_actor()
    person = queries.get_person(person_id, actor)
    links = queries.list_companies_of(person, actor)
    journal.record_reading(person, "person.read", by=actor)
    return render_template(
        "cases/companies/person.html",
        person=person,
        links=links,
        can_correct=can_correct_person(actor, person),
    )


@blueprint.route("/personnes/nouvelle", methods=["GET", "POST"])
@requires(reads_companies)
def new_person() -> ResponseReturnValue:
    """A person without a company, or in the company named by ``entreprise``."""
    actor, form = current_actor(), PersonForm()
    company = _company_asked()
    same: list[Person] = []
    if form.validate_on_submit():
        if not form.is_checked.data:
            full_name = f"{form.given_name.data or ''} {form.family_name.data}"
            same = queries.find_same_persons(full_name, form.email.data or "", actor)
        if not same:
            return _keep(form, company)
        form.is_checked.data = "1"
    page = render_template("cases/companies/new_person.html", form=form, company=company, same=same)
    return page, 422 if form.errors or same else 200


@blueprint.post("/entreprises/<uuid:company_id>/personnes/<uuid:person_id>/rattacher")
@requires(reads_companies)
def attach_person(company_id: uuid.UUID, person_id: uuid.UUID) -> ResponseReturnValue:
    """This known person runs this company."""
    actor = current_actor()
    company = queries.get_company(company_id, actor)
    person = queries.get_person(person_id, actor)
    with unit_of_work():
        commands.link_person_to_company(person, company, by=actor)
    flash(f"{person.full_name} est rattaché·e à {company.name}.", "success")
    return redirect(url_for("companies.show", company_id=company_id))


@blueprint.route("/personnes/<uuid:person_id>/modifier", methods=["GET", "POST"])
@requires(reads_companies)
def edit_person(person_id: uuid.UUID) -> ResponseReturnValue:
    """Correct a name or contact details."""
    actor = current_actor()
    person = queries.get_person(person_id, actor)
    if not can_correct_person(actor, person):
        raise PersonOfOthers
    form = PersonForm(obj=person)
    del form.position
    if form.validate_on_submit():
        with unit_of_work():
            commands.correct_person(person, **_names(form), by=actor)
        flash("La fiche de la personne est à jour.", "success")
        return redirect(url_for("companies.show_person", person_id=person_id))
    page = render_template("cases/companies/edit_person.html", form=form, person=person)
    return page, 422 if form.errors else 200


def _company_asked() -> Company | None:
    try:
        company_id = uuid.UUID(request.args.get("entreprise", ""))
    except ValueError:
        return None
    return queries.get_company(company_id, current_actor())


def _keep(form: PersonForm, company: Company | None) -> ResponseReturnValue:
    actor = current_actor()
    with unit_of_work():
        person = commands.add_person(**_names(form), by=actor)
        if company is not None:
            position = form.position.data or ""
            commands.link_person_to_company(person, company, position=position, by=actor)
    flash(f"{person.full_name} est dans votre liste.", "success")
    if company is not None:
        return redirect(url_for("companies.show", company_id=company.id))
    return redirect(url_for("companies.show_person", person_id=person.id))


def _names(form: PersonForm) -> dict[str, str]:
    fields = (form.given_name, form.family_name, form.email, form.phone)
    return {str(field.name): field.data or "" for field in fields}
