"""Lists of cases as a file."""

from collections.abc import Iterable, Mapping

from app.web.formatting import date_short
from app.web.tables import csv_bytes
from cases.casework.models import CaseFile

HEADER = (
    "Référence",
    "Entreprise ou personne",
    "SIREN",
    "Commune",
    "Phase",
    "Statut",
    "Pilote",
    "Suivi par",
    "Ouvert le",
    "Dernier mouvement",
    "Issue",
)


def cases_csv(cases: Iterable[CaseFile], places: Mapping[str, str]) -> bytes:
    """The cases shown, one line each; ``places`` are names of communes by code."""
    return csv_bytes(HEADER, (_row(case, places) for case in cases))


def _row(case: CaseFile, places: Mapping[str, str]) -> tuple[object, ...]:
    company = case.company
    return (
        case.reference,
        case.title,
        company.siren if company else "",
        places.get(company.commune_code or "", "") if company else "",
        case.phase.label,
        case.status.label,
        case.lead_seat.organisation.name,
        case.lead_member.user.full_name if case.lead_member else "",
        date_short(case.opened_at),
        date_short(case.moved_at),
        case.outcome.label if case.outcome else "",
    )
