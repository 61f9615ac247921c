"""Lists of companies as a file."""

from collections.abc import Iterable, Mapping

from app.reference.labels import headcount_label, legal_form_label, naf_label
from app.web.tables import csv_bytes
from cases.companies.models import Company

HEADER = ("Nom", "Enseigne", "SIREN", "Commune", "Activité", "Forme juridique", "Effectif", "État")


def companies_csv(companies: Iterable[Company], places: Mapping[str, str]) -> bytes:
    """The companies shown, one line each; ``places`` are names of communes by code."""
    return csv_bytes(HEADER, (_row(one, places) for one in companies))


def _row(company: Company, places: Mapping[str, str]) -> tuple[object, ...]:
    return (
        company.name,
        company.trade_name,
        company.siren,
        places.get(company.commune_code or "", ""),
        naf_label(company.naf),
        legal_form_label(company.legal_form),
        headcount_label(company.headcount_band),
        "Fermée" if company.is_closed else "En activité",
    )
