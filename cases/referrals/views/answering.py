"""The receiver answers: accept in one act, decline or redirect in two."""

import uuid

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.actors import Actor
from app.db import unit_of_work
from app.errors import NotAllowed
from app.security import current_actor, requires
from cases.referrals import commands
from cases.referrals.errors import RedirectNeedsSeat
from cases.referrals.forms import DeclineForm, RedirectForm
from cases.referrals.models import Referral
from cases.referrals.queries.referrals import get_referral
from cases.referrals.queries.routing import get_receivers, list_partners
from cases.referrals.routing import Candidate, Question, Ranking, rank
from cases.referrals.rules.rights import can_answer, is_receiver, works_with_referrals
from cases.referrals.views.blueprint import blueprint
from cases.referrals.views.telling import flash_done
from partners.organisations.picking import pick_seats


@blueprint.post("/orientations/<uuid:referral_id>/accepter")
@requires(works_with_referrals)
def accept(referral_id: uuid.UUID) -> ResponseReturnValue:
    """Take it: the case opens at once."""
    actor = current_actor()
    referral = _received(referral_id, actor)
    with unit_of_work():
        commands.accept_referral(referral, by=actor)
    sender = referral.sender_seat.organisation.name
    flash_done(referral, f"Orientation acceptée. {sender} sera prévenu dans une minute.")
    return redirect(url_for("referrals.show", referral_id=referral.id))


@blueprint.route("/orientations/<uuid:referral_id>/decliner", methods=["GET", "POST"])
@requires(works_with_referrals)
def decline(referral_id: uuid.UUID) -> ResponseReturnValue:
    """A reason, a sentence, and who may read it."""
    actor, form = current_actor(), DeclineForm()
    referral = _received(referral_id, actor)
    if not form.validate_on_submit():
        _refuse_answered(referral, actor, form.is_submitted())
        page = render_template("cases/referrals/decline.html", referral=referral, form=form)
        return page, 422 if form.is_submitted() else 200
    with unit_of_work():
        commands.decline_referral(
            referral,
            code=form.code.data,
            text=form.text.data,
            can_entrepreneur_read=form.can_entrepreneur_read.data,
            by=actor,
        )
    flash_done(referral, "Orientation déclinée. La fiche n’est plus lisible ici.")
    return redirect(url_for("referrals.show", referral_id=referral.id))


@blueprint.route("/orientations/<uuid:referral_id>/reorienter", methods=["GET", "POST"])
@requires(works_with_referrals)
def send_elsewhere(referral_id: uuid.UUID) -> ResponseReturnValue:
    """Propose another organisation; the sender decides."""
    actor, form = current_actor(), RedirectForm()
    referral = _received(referral_id, actor)
    never = [actor.seat_id, referral.sender_seat_id]
    picker = pick_seats(form.others, request.form, never=never)
    if not picker.is_moving and form.validate_on_submit():
        try:
            return _redirect_to(referral, form, actor)
        except RedirectNeedsSeat as refusal:
            form.form_errors.append(refusal.message)
            referral = _received(referral_id, actor)  # the rollback forgot it
    _refuse_answered(referral, actor, form.is_submitted())
    page = render_template(
        "cases/referrals/redirect.html",
        referral=referral,
        form=form,
        ranked=_others(referral, form, actor),
        picker=picker,
    )
    return page, 422 if form.is_submitted() and not picker.is_moving else 200


def _redirect_to(referral: Referral, form: RedirectForm, actor: Actor) -> ResponseReturnValue:
    with unit_of_work():
        seats = get_receivers([seat_id_of(form)], actor)
        commands.redirect_referral(
            referral,
            proposed_seat=seats[0] if seats else None,
            reason=form.reason.data or "",
            by=actor,
        )
    name = seats[0].organisation.name
    flash_done(referral, f"Vous proposez {name}. L’expéditeur choisira et enverra lui-même.")
    return redirect(url_for("referrals.show", referral_id=referral.id))


def seat_id_of(form: RedirectForm) -> uuid.UUID:
    """The organisation that was chosen. Raises RedirectNeedsSeat."""
    try:
        return uuid.UUID(form.seat.data)
    except ValueError as error:
        raise RedirectNeedsSeat from error


def _received(referral_id: uuid.UUID, actor: Actor) -> Referral:
    """A referral that this seat received; a sender may not answer for it."""
    referral = get_referral(referral_id, actor)
    if not is_receiver(actor, referral):
        raise NotAllowed
    return referral


def _refuse_answered(referral: Referral, actor: Actor, was_posted: bool) -> None:
    """The page of an answer given already leads back; a post is refused by the command."""
    if not was_posted and not can_answer(actor, referral):
        raise NotAllowed("Cette orientation n’attend plus de réponse.")


def _others(referral: Referral, form: RedirectForm, actor: Actor) -> list[Candidate]:
    """Who serves the need there, best first, but those picked from the directory already."""
    picked = form.others.data or ()
    ranking = others_for(referral, actor)
    return [one for one in ranking.candidates if str(one.seat.id) not in picked]


def others_for(referral: Referral, actor: Actor) -> Ranking:
    """Who else could answer, best first."""
    now = clock.now()
    commune = referral.frozen.get("territory", {}).get("commune")
    bars = {referral.sender_seat_id: "Vous adresse cette orientation"}
    partners = list_partners(referral.subject, actor, now, bars=bars)
    return rank(Question(referral.subject, commune), partners, now)
