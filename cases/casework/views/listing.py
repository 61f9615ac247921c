"""Dossiers: the list and its export."""

from functools import partial

from flask import Response, render_template, request

from app.db import unit_of_work
from app.reference.labels import department_choices
from app.replica import read_report
from app.saved_views import list_views
from app.security import current_actor, requires
from app.web.exports import csv_answer, read_in_parts
from cases.casework import commands
from cases.casework.enums import CaseStatus, Phase
from cases.casework.lists import ask_cases, list_cases, list_exported, list_lines
from cases.casework.printouts import cases_csv
from cases.casework.territory import is_outside_home
from cases.casework.views.blueprint import blueprint, reads_cases
from partners.people.sessions import ask_password_again

STATUS_CHOICES = [("ouverts", "Tous sauf clos"), *((one.value, one.label) for one in CaseStatus)]
FOLLOWED_CHOICES = [
    ("moi", "Suivis par moi"),
    ("pilote", "Pilotés par mon organisation"),
    ("partenaire", "Pilotés par un partenaire"),
]
SORT_CHOICES = [
    ("-moved", "Mouvement le plus récent"),
    ("moved", "Mouvement le plus ancien"),
    ("-opened", "Ouverture la plus récente"),
    ("opened", "Ouverture la plus ancienne"),
    ("name", "Nom"),
    ("-name", "Nom, de Z à A"),
    ("phase", "Phase"),
    ("-phase", "Phase, à rebours"),
]


@blueprint.get("/dossiers", endpoint="list_cases")
@requires(reads_cases)
def list_all() -> str:
    """The cases of the seat: searched, filtered, sorted, counted."""
    listing = ask_cases(request.args)
    page = list_cases(listing, current_actor())
    return render_template(
        "cases/casework/list.html",
        listing=listing,
        views=list_views("casework.list_cases", current_actor()),
        page=page,
        phases=[(one.value, one.label) for one in Phase],
        statuses=STATUS_CHOICES,
        sorts=SORT_CHOICES,
        followed=FOLLOWED_CHOICES,
        departments=department_choices(),
        is_outside_home=is_outside_home,
    )


@blueprint.get("/dossiers/export.csv")
@requires(reads_cases)
def export() -> Response:
    """What the list shows, all its pages, as a file, for whoever gave their password lately."""
    actor = current_actor()
    if again := ask_password_again():
        return again
    asked = ask_cases(request.args)
    found = read_report(lambda: list_exported(asked, actor), actor)
    with unit_of_work():
        commands.note_export(len(found), by=actor)
    lines = read_in_parts(found, partial(list_lines, actor=actor), actor)
    parts = cases_csv(lines, lambda line: is_outside_home(actor, line.commune_code))
    return csv_answer("dossiers.csv", parts)
