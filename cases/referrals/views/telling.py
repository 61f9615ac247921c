"""What is said after an act, with a minute to take it back."""

from typing import Any

from flask import flash, url_for

from cases.referrals.models import Referral


def flash_done(referral: Referral, text: str) -> None:
    """Say what happened, and offer to undo it."""
    undo_url = url_for("referrals.undo", referral_id=referral.id)
    label = "Annuler (possible une minute)"
    message: Any = {"text": text, "undo_url": undo_url, "undo_label": label}
    flash(message, "success")
