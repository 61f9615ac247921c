"""The page of a company, typing one by hand, correcting it, reading it again."""

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import hooks
from app.db import unit_of_work
from app.reference.queries import find_communes, get_commune
from app.security import current_actor, requires
from cases.companies import commands, queries
from cases.companies.enums import CompanySource
from cases.companies.errors import (
    CompanyHasNoNumber,
    CompanyIsPublic,
    RegistryHasNoSuch,
    RegistryQuestionRefused,
    RegistryUnavailable,
)
from cases.companies.facts import CompanyFacts, facts_of
from cases.companies.forms import CompanyForm
from cases.companies.models import Company
from cases.companies.rules import can_correct_company
from cases.companies.views.blueprint import blueprint, reads_companies
from cases.companies.views.searching import registry

UNKNOWN_COMMUNE = "Cette commune n’est pas reconnue. Essayez avec son code postal, ou laissez vide."
#: Columns of a company that its form shows under the same name.
TYPED_COLUMNS = (
    *("name", "siren", "trade_name", "address", "naf", "legal_form", "headcount_band"),
    *("created_on", "is_craft", "is_ess"),
)


@blueprint.get("/entreprises/<uuid:company_id>")
@requires(reads_companies)
def show(company_id: uuid.UUID) -> str:
    """Identity, persons, cases that the reader follows."""
    actor = current_actor()
    company = queries.get_company(company_id, actor)
    panels = sorted(hooks.fire("company_panels", company, actor), key=lambda one: one.order)
    return render_template(
        "cases/companies/show.html",
        company=company,
        commune=get_commune(company.commune_code),
        links=queries.list_persons_of(company, actor),
        can_correct=can_correct_company(company),
        panels=panels,
    )


@blueprint.route("/entreprises/nouvelle", methods=["GET", "POST"])
@requires(reads_companies)
def new() -> ResponseReturnValue:
    """Type a company by hand; likely doubles are shown before one is made."""
    actor = current_actor()
    form = CompanyForm(data={"siren": request.args.get("siren"), "name": request.args.get("nom")})
    close: list[Company] = []
    if form.validate_on_submit() and (facts := _facts(form, CompanySource.TYPED)):
        if not facts.siren and not form.is_checked.data:
            close = queries.find_close_companies(facts.name, facts.commune_code, actor)
        if not close:
            known = _registered(facts)
            with unit_of_work():
                company = commands.find_or_add_company(known, by=actor)
            flash("L’entreprise est dans votre liste.", "success")
            return redirect(url_for("companies.show", company_id=company.id))
        form.is_checked.data = "1"
    status = 422 if form.errors or close else 200
    return render_template("cases/companies/new.html", form=form, close=close), status


@blueprint.route("/entreprises/<uuid:company_id>/modifier", methods=["GET", "POST"])
@requires(reads_companies)
def edit(company_id: uuid.UUID) -> ResponseReturnValue:
    """Correct what was typed."""
    actor = current_actor()
    company = queries.get_company(company_id, actor)
    if not can_correct_company(company):
        raise CompanyIsPublic
    form = CompanyForm(data=_as_typed(company))
    del form.siren
    if form.validate_on_submit() and (facts := _facts(form, company.source)):
        with unit_of_work():
            commands.correct_company(company, facts, by=actor)
        flash("L’entreprise est à jour.", "success")
        return redirect(url_for("companies.show", company_id=company.id))
    page = render_template("cases/companies/edit.html", form=form, company=company)
    return page, 422 if form.errors else 200


@blueprint.post("/entreprises/<uuid:company_id>/actualiser")
@requires(reads_companies)
def refresh(company_id: uuid.UUID) -> ResponseReturnValue:
    """Read the company again in the public registry."""
    actor = current_actor()
    company = queries.get_company(company_id, actor)
    try:
        found = queries.look_up(company.siren or "", registry())
        with unit_of_work():
            commands.refresh_company(company, found, by=actor)
        flash("L’entreprise est à jour de l’annuaire public.", "success")
    except (
        RegistryUnavailable,
        RegistryQuestionRefused,
        RegistryHasNoSuch,
        CompanyHasNoNumber,
    ) as refusal:
        flash(refusal.message, "warning")
    return redirect(url_for("companies.show", company_id=company_id))


def _as_typed(company: Company) -> dict[str, object]:
    """What the form shows: the columns, and the commune by its name and code."""
    commune = get_commune(company.commune_code)
    columns = {name: getattr(company, name) for name in TYPED_COLUMNS}
    return columns | {"commune": f"{commune.name} ({commune.code})" if commune else ""}


def _registered(facts: CompanyFacts) -> CompanyFacts:
    """What the registry says of a number typed by hand, when it answers: a number typed tells
    nothing of who knows the company."""
    if not facts.siren:
        return facts
    try:
        return facts_of(queries.look_up(facts.siren, registry()))
    except (RegistryUnavailable, RegistryQuestionRefused, RegistryHasNoSuch):
        return facts


def _facts(form: CompanyForm, source: CompanySource) -> CompanyFacts | None:
    """What was typed, None when the commune is not recognised (said at its field)."""
    typed = str(form.commune.data or "")
    communes = find_communes(typed, limit=1) if typed else []
    if typed and not communes:
        form.commune.errors = [UNKNOWN_COMMUNE]
        return None
    return CompanyFacts(
        name=str(form.name.data),
        siren=(form.siren.data or None) if "siren" in form else None,
        trade_name=form.trade_name.data or "",
        legal_form=form.legal_form.data or None,
        naf=form.naf.data or None,
        headcount_band=form.headcount_band.data or None,
        commune_code=communes[0].code if communes else None,
        address=form.address.data or "",
        created_on=form.created_on.data,
        is_craft=bool(form.is_craft.data),
        is_ess=bool(form.is_ess.data),
        source=source,
    )
