"""After the answer: how the work goes, taking back, undoing."""

import uuid
from collections.abc import Callable

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.actors import Actor
from app.db import unit_of_work
from app.errors import NotAllowed
from app.security import current_actor, requires
from cases.referrals import commands
from cases.referrals.enums import ReferralState
from cases.referrals.forms import EndForm
from cases.referrals.models import Referral
from cases.referrals.queries.referrals import get_referral
from cases.referrals.rules.rights import (
    can_follow,
    can_send_answer_link,
    is_receiver,
    is_sender,
    works_with_referrals,
)
from cases.referrals.views.blueprint import blueprint
from cases.referrals.views.telling import flash_done

UNDONE = {
    ReferralState.SENT: "Envoi annulé. Rien n’est parti : vous pouvez reprendre.",
    ReferralState.ACCEPTED: "Acceptation annulée. L’orientation attend de nouveau votre réponse.",
    ReferralState.DECLINED: "Refus annulé. L’orientation attend de nouveau votre réponse.",
    ReferralState.REDIRECTED: "Proposition annulée. L’orientation attend votre réponse.",
}


@blueprint.post("/orientations/<uuid:referral_id>/premier-contact")
@requires(works_with_referrals)
def note_contact(referral_id: uuid.UUID) -> ResponseReturnValue:
    """The entrepreneur was reached."""
    text = "Premier contact noté. L’expéditeur le saura dans une minute."
    return _follow(referral_id, commands.note_first_contact, text)


@blueprint.post("/orientations/<uuid:referral_id>/commencer")
@requires(works_with_referrals)
def start(referral_id: uuid.UUID) -> ResponseReturnValue:
    """The help has begun."""
    text = "Accompagnement commencé. L’expéditeur le saura dans une minute."
    return _follow(referral_id, commands.start_work, text)


@blueprint.route("/orientations/<uuid:referral_id>/terminer", methods=["GET", "POST"])
@requires(works_with_referrals)
def end(referral_id: uuid.UUID) -> ResponseReturnValue:
    """Completed, or given up with a reason."""
    actor, form = current_actor(), EndForm()
    referral = _followed(referral_id, actor)
    if not (form.validate_on_submit() and form.require_note()):
        page = render_template("cases/referrals/end.html", referral=referral, form=form)
        return page, 422 if form.is_submitted() else 200
    with unit_of_work():
        _end(referral, form, actor)
    flash_done(referral, "C’est noté. L’expéditeur le saura dans une minute.")
    return redirect(url_for("referrals.show", referral_id=referral.id))


@blueprint.post("/orientations/<uuid:referral_id>/reprendre")
@requires(works_with_referrals)
def revoke(referral_id: uuid.UUID) -> ResponseReturnValue:
    """The sender takes back what was not answered."""
    actor = current_actor()
    referral = get_referral(referral_id, actor)
    if not is_sender(actor, referral):
        raise NotAllowed
    with unit_of_work():
        commands.revoke_referral(referral, by=actor)
    flash_done(referral, "Orientation reprise. Le partenaire ne lit plus la fiche.")
    return redirect(url_for("referrals.show", referral_id=referral.id))


@blueprint.post("/orientations/<uuid:referral_id>/lien-de-reponse")
@requires(works_with_referrals)
def send_answer_link(referral_id: uuid.UUID) -> ResponseReturnValue:
    """The sender, or the lead, has a link sent to the receiver, who answers without an account."""
    actor = current_actor()
    referral = get_referral(referral_id, actor)
    if not can_send_answer_link(actor, referral):
        raise NotAllowed("Cette orientation ne se répond pas par un lien.")
    with unit_of_work():
        commands.ask_answer_link(referral, by=actor)
    receiver = referral.receiver_seat.organisation.name
    flash(f"Un lien de réponse part à {receiver}. Les liens précédents ne servent plus.", "success")
    return redirect(url_for("referrals.show", referral_id=referral.id))


@blueprint.post("/orientations/<uuid:referral_id>/annuler")
@requires(works_with_referrals)
def undo(referral_id: uuid.UUID) -> ResponseReturnValue:
    """Take one's last act back, for one minute."""
    actor = current_actor()
    referral = get_referral(referral_id, actor)
    with unit_of_work():
        undone = commands.undo_last_step(referral, by=actor)
    flash(UNDONE.get(undone, "C’est annulé."), "info")
    return redirect(url_for("referrals.show", referral_id=referral.id))


def _follow(referral_id: uuid.UUID, command: Callable[..., None], text: str) -> ResponseReturnValue:
    actor = current_actor()
    referral = _followed(referral_id, actor)
    with unit_of_work():
        command(referral, by=actor)
    flash_done(referral, text)
    return redirect(url_for("referrals.show", referral_id=referral.id))


def _followed(referral_id: uuid.UUID, actor: Actor) -> Referral:
    referral = get_referral(referral_id, actor)
    if not is_receiver(actor, referral):
        raise NotAllowed
    if not can_follow(actor, referral):
        raise NotAllowed("Cette orientation n’est pas en cours chez vous.")
    return referral


def _end(referral: Referral, form: EndForm, actor: Actor) -> None:
    note = form.note.data or ""
    if form.outcome.data is ReferralState.COMPLETED:
        commands.complete_referral(referral, note=note, by=actor)
    else:
        commands.give_up_referral(referral, note=note, by=actor)
