"""The *fiche de liaison* as a PDF, and the box as a file: what their reader may read."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from app.pdf import render_pdf
from app.web.formatting import date_short
from app.web.tables import csv_parts
from cases.referrals.models import Referral
from cases.referrals.shown import ShownLine

HEADER = ("Entreprise", "De", "À", "Besoin", "Forme", "État", "Envoyée le", "Réponse le")


def referrals_csv(referrals: Iterable[ShownLine]) -> Iterator[bytes]:
    """One line for each referral, in parts as they are read: what their reader may still know."""
    return csv_parts(HEADER, (_row(referral) for referral in referrals))


def _row(referral: ShownLine) -> tuple[object, ...]:
    return (
        referral.title,
        referral.sender,
        referral.receiver,
        referral.subject.label,
        referral.kind.label,
        referral.state.label,
        date_short(referral.sent_at) if referral.sent_at else "",
        date_short(referral.answered_at) if referral.answered_at else "",
    )


def render_sheet(referral: Referral, labels: Mapping[str, str], made_at: datetime) -> bytes:
    """PDF of the frozen sheet; ``referral.sheet`` and both organisations are loaded."""
    return render_pdf(
        "cases/referrals/sheet_print.html",
        referral=referral,
        sheet=referral.sheet,
        labels=labels,
        made_at=made_at,
    )
