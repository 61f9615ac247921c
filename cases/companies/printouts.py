"""Lists of companies as a file."""

from collections.abc import Iterable, Iterator, Sequence

from app.reference.labels import headcount_label, legal_form_label, naf_label
from app.web.tables import csv_parts
from cases.companies.models import Company

HEADER = ("Nom", "Enseigne", "SIREN", "Commune", "Activité", "Forme juridique", "Effectif", "État")


def companies_csv(lines: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The file, in parts as its lines are read."""
    return csv_parts(HEADER, lines)


def company_line(company: Company) -> tuple[object, ...]:
    """What is said of one company."""
    return (
        company.name,
        company.trade_name,
        company.siren,
        company.commune.name if company.commune else "",
        naf_label(company.naf),
        legal_form_label(company.legal_form),
        headcount_label(company.headcount_band),
        "Fermée" if company.is_closed else "En activité",
    )
