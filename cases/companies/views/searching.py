"""Looking companies up: those the seat knows, then the public registry."""

import uuid
from collections.abc import Sequence
from functools import partial

from flask import (
    Response,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from app.actors import Actor
from app.db import unit_of_work
from app.replica import read_report
from app.security import current_actor, requires
from app.web.exports import OBJECTS_OF_A_PART, csv_answer, read_in_parts
from app.web.tables import ListRequest
from cases.companies import commands, queries
from cases.companies.errors import (
    RegistryHasNoSuch,
    RegistryQuestionRefused,
    RegistryUnavailable,
)
from cases.companies.facts import facts_of
from cases.companies.forms import PickForm
from cases.companies.lists import company_listing, waits_for_registry
from cases.companies.models import Company
from cases.companies.printouts import companies_csv, company_line
from cases.companies.registry_client import RegistryClient, client_for
from cases.companies.views.blueprint import blueprint, reads_companies
from partners.people.sessions import ask_password_again

LONGEST_EXPORT = 1000


def registry() -> RegistryClient:
    """The client of this process for the public company search."""
    settings = current_app.config["SETTINGS"]
    return client_for(settings.registry_url, settings.web_workers)


@blueprint.get("/entreprises")
@requires(reads_companies)
def search() -> Response:
    """One box for a SIREN, a SIRET, a name or a place; then the answer of the registry alone,
    where the page asks for it."""
    listing = company_listing(request.args)
    is_part = "HX-Request" in request.headers
    waits = is_part or waits_for_registry(listing)
    answer = queries.search_registry(listing.search, registry()) if waits else None
    known, total = _known(listing)
    response = make_response(
        render_template(
            "cases/companies/_answer.html" if is_part else "cases/companies/search.html",
            listing=listing,
            page=listing.page(known, total),
            answer=answer,
            by_siren={company.siren: company for company in known if company.siren},
        )
    )
    response.vary.add("HX-Request")
    return response


@blueprint.get("/entreprises/export.csv")
@requires(reads_companies)
def export() -> Response:
    """The list that is shown, as a file, whatever its page; taking it out is journalled."""
    if again := ask_password_again():
        return again
    typed = ListRequest.from_args(request.args).search
    actor = current_actor()
    found = read_report(lambda: queries.list_exported(typed, actor, LONGEST_EXPORT), actor)
    with unit_of_work():
        commands.note_export(len(found), by=actor)
    lines = read_in_parts(found, partial(_lines, actor=actor), actor, OBJECTS_OF_A_PART)
    return csv_answer("entreprises.csv", companies_csv(lines))


def _lines(ids: Sequence[uuid.UUID], actor: Actor) -> list[tuple[object, ...]]:
    return [company_line(one) for one in queries.list_among(ids, actor)]


@blueprint.post("/entreprises/ajouter")
@requires(reads_companies)
def add() -> ResponseReturnValue:
    """Keep a company of the registry, read again by its number; by hand when it is down."""
    form, actor = PickForm(), current_actor()
    if not form.validate():
        flash("Ce numéro n’est pas un SIREN.", "warning")
        return redirect(url_for("companies.search"))
    siren = str(form.siren.data)
    try:
        facts = facts_of(queries.look_up(siren, registry()))
    except (RegistryUnavailable, RegistryQuestionRefused, RegistryHasNoSuch) as refusal:
        flash(refusal.message, "warning")
        return redirect(url_for("companies.new", siren=siren))
    with unit_of_work():
        company = commands.find_or_add_company(facts, by=actor)
    flash("L’entreprise est dans votre liste.", "success")
    return redirect(url_for("companies.show", company_id=company.id))


def _known(listing: ListRequest) -> tuple[list[Company], int]:
    actor = current_actor()
    if not listing.search:
        return queries.list_companies(actor, listing.offset, listing.size)
    companies = queries.search_companies(listing.search, actor, limit=listing.size)
    return companies, len(companies)
