"""Dossiers: the list and its export."""

from flask import Response, render_template, request

from app.db import unit_of_work
from app.reference.labels import department_choices
from app.reference.queries import commune_names
from app.saved_views import list_views
from app.security import current_actor, requires
from cases.casework import commands
from cases.casework.enums import CaseStatus, Phase
from cases.casework.lists import ask_cases, export_cases, list_cases
from cases.casework.models import CaseFile
from cases.casework.printouts import cases_csv
from cases.casework.territory import is_outside
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
        places=commune_names(_communes(page.items)),
        phases=[(one.value, one.label) for one in Phase],
        statuses=STATUS_CHOICES,
        sorts=SORT_CHOICES,
        followed=FOLLOWED_CHOICES,
        departments=department_choices(),
        is_outside=is_outside,
    )


@blueprint.get("/dossiers/export.csv")
@requires(reads_cases)
def export() -> Response:
    """What the list shows, all its pages, as a file, for whoever gave their password lately."""
    actor = current_actor()
    if again := ask_password_again():
        return again
    cases = export_cases(ask_cases(request.args), actor)
    with unit_of_work():
        commands.note_export(len(cases), by=actor)
    outside = {case.id for case in cases if is_outside(actor, case)}
    content = cases_csv(cases, commune_names(_communes(cases)), outside)
    headers = {"Content-Disposition": "attachment; filename=dossiers.csv"}
    return Response(content, mimetype="text/csv", headers=headers)


def _communes(cases: object) -> list[str]:
    rows: list[CaseFile] = list(cases)  # type: ignore[call-overload]
    codes = (case.company.commune_code for case in rows if case.company)
    return [code for code in codes if code]
