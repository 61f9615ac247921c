"""Lists of cases as a file."""

import uuid
from collections.abc import Container, Iterable, Mapping

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
    "Hors territoire",
)


def cases_csv(
    cases: Iterable[CaseFile], places: Mapping[str, str], outside: Container[uuid.UUID]
) -> bytes:
    """The cases shown, one line each; ``places`` are names of communes by code.

    ``outside`` are the cases that the reader's list marks as out of their territory.
    """
    return csv_bytes(HEADER, (_row(case, places, case.id in outside) for case in cases))


def _row(case: CaseFile, places: Mapping[str, str], is_outside: bool) -> tuple[object, ...]:
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
        "oui" if is_outside else "",
    )
