"""The *fiche de liaison* as a PDF: what its reader may read, and nothing else."""

from collections.abc import Mapping
from datetime import datetime

from app.pdf import render_pdf
from cases.referrals.models import Referral


def render_sheet(referral: Referral, labels: Mapping[str, str], made_at: datetime) -> bytes:
    """PDF of the frozen sheet; ``referral.sheet`` and both organisations are loaded."""
    return render_pdf(
        "cases/referrals/sheet_print.html",
        referral=referral,
        sheet=referral.sheet,
        labels=labels,
        made_at=made_at,
    )
