"""Answering without an account, by a link: read, accept, decline, redirect, take back a minute.

Opening it writes its journal event and nothing else. Once somebody has answered, signed in or not,
the link only shows what was answered.
"""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock, journal
from app.actors import Actor
from app.db import unit_of_work
from app.errors import NotVisible
from app.links import LinkGone, LinkPurpose, LinkStanding, find_expiry
from app.security import by_link, current_actor, public
from cases.casework.enums import Section
from cases.casework.readers import names_in_words
from cases.referrals import commands
from cases.referrals.commands import Signature
from cases.referrals.commands.linking import SEND_ANSWER_LINK
from cases.referrals.errors import RedirectNeedsSeat
from cases.referrals.forms import DeclineByLinkForm, RedirectByLinkForm, SignedForm
from cases.referrals.models import Referral
from cases.referrals.queries.referrals import get_referral, list_steps
from cases.referrals.queries.routing import get_receivers
from cases.referrals.rules import rights
from cases.referrals.rules.states import can_undo, last_answer
from cases.referrals.views.answering import others_for, seat_id_of
from cases.referrals.views.blueprint import blueprint
from cases.referrals.views.boxes import answer_state
from partners.people.renewing import ask_another_link

AGAIN = "referrals.renew_answer_link"


@blueprint.get("/reponse/<token>")
@by_link(LinkPurpose.ANSWER, renewal=AGAIN)
def answer(token: str) -> str:
    """What the receiver reads before it accepts, or what was answered."""
    referral, actor = _opened()
    journal.record_reading(referral, "referral.read", by=actor)
    return _page(token, referral, SignedForm())


@blueprint.post("/reponse/<token>/accepter")
@by_link(LinkPurpose.ANSWER, renewal=AGAIN)
def accept_by_link(token: str) -> ResponseReturnValue:
    """Take it: the seat enters the case at once, with nobody's account on it."""
    (referral, actor), form = _opened(), SignedForm()
    if not rights.can_answer_by_link(current_actor(), referral):
        return _answered(token, referral)
    if not form.validate():
        return _page(token, referral, form), 422
    with unit_of_work():
        commands.accept_referral(referral, signature=_signature(form), by=actor)
    return redirect(url_for("referrals.answer", token=token))


@blueprint.route("/reponse/<token>/decliner", methods=["GET", "POST"])
@by_link(LinkPurpose.ANSWER, renewal=AGAIN)
def decline_by_link(token: str) -> ResponseReturnValue:
    """A reason, a sentence, who may read it, who says so."""
    (referral, actor), form = _opened(), DeclineByLinkForm()
    if not rights.can_answer_by_link(current_actor(), referral):
        return _answered(token, referral)
    if not form.validate_on_submit():
        page = render_template(
            "cases/referrals/answer_decline.html", **_context(token, referral, form)
        )
        return page, 422 if form.is_submitted() else 200
    with unit_of_work():
        commands.decline_referral(
            referral,
            code=form.code.data,
            text=form.text.data or "",
            can_entrepreneur_read=form.can_entrepreneur_read.data,
            signature=_signature(form),
            by=actor,
        )
    return redirect(url_for("referrals.answer", token=token))


@blueprint.route("/reponse/<token>/reorienter", methods=["GET", "POST"])
@by_link(LinkPurpose.ANSWER, renewal=AGAIN)
def redirect_by_link(token: str) -> ResponseReturnValue:
    """Propose another organisation; the sender decides."""
    (referral, actor), form = _opened(), RedirectByLinkForm()
    if not rights.can_answer_by_link(current_actor(), referral):
        return _answered(token, referral)
    if form.validate_on_submit():
        try:
            return _redirect_to(token, referral, form, actor)
        except RedirectNeedsSeat as refusal:
            form.form_errors.append(refusal.message)
            referral, actor = _opened()  # the rollback forgot it
    ranking = others_for(referral, actor)
    page = render_template(
        "cases/referrals/answer_redirect.html", ranking=ranking, **_context(token, referral, form)
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/reponse/<token>/annuler")
@by_link(LinkPurpose.ANSWER, renewal=AGAIN)
def undo_by_link(token: str) -> ResponseReturnValue:
    """Take back the answer given by this very link, for one minute."""
    referral, actor = _opened()
    with unit_of_work():
        commands.undo_last_step(referral, by=actor)
    return redirect(url_for("referrals.answer", token=token))


@blueprint.post("/reponse/<token>/nouveau-lien")
@public
def renew_answer_link(token: str) -> str:
    """Another link, to the address of the receiver in the directory, if an answer is awaited."""
    return ask_another_link(token, LinkPurpose.ANSWER, SEND_ANSWER_LINK, names="referral_id")


def _opened() -> tuple[Referral, Actor]:
    """The referral of the link, and who acts: its bearer, for the receiving seat."""
    bearer = current_actor()
    assert bearer.link_object_id is not None
    try:
        referral = get_referral(bearer.link_object_id, bearer)
    except NotVisible as error:
        raise LinkGone(LinkStanding.REVOKED) from error
    if not rights.bears_answer_link(bearer, referral):
        raise LinkGone(LinkStanding.REVOKED)
    return referral, rights.as_receiver(bearer, referral)


def _answered(token: str, referral: Referral) -> ResponseReturnValue:
    """Too late: a post is refused and says who answered; a page leads to what was answered."""
    if request.method == "POST":
        commands.refuse_answered(referral)
    return redirect(url_for("referrals.answer", token=token))


def _redirect_to(
    token: str, referral: Referral, form: RedirectByLinkForm, actor: Actor
) -> ResponseReturnValue:
    with unit_of_work():
        seats = get_receivers([seat_id_of(form)], actor)
        commands.redirect_referral(
            referral,
            proposed_seat=seats[0] if seats else None,
            reason=form.reason.data or "",
            signature=_signature(form),
            by=actor,
        )
    return redirect(url_for("referrals.answer", token=token))


def _signature(form: SignedForm) -> Signature:
    return Signature(form.full_name.data or "", form.function.data or "")


def _page(token: str, referral: Referral, form: SignedForm) -> str:
    bearer, steps = current_actor(), list_steps(referral.id)
    return render_template(
        "cases/referrals/answer.html",
        answered=last_answer(steps),
        can_answer=rights.can_answer_by_link(bearer, referral),
        can_undo=can_undo(steps, None, clock.now(), has_left=False, link_id=bearer.link_id),
        reads_sheet=rights.reads_sheet_by_link(bearer, referral),
        labels={section.value: section.label for section in Section},
        answer_state=answer_state(referral),
        expires_at=find_expiry(bearer),
        **_context(token, referral, form),
    )


def _context(token: str, referral: Referral, form: SignedForm) -> dict[str, object]:
    return {"token": token, "referral": referral, "form": form, "readers": _readers(referral)}


def _readers(referral: Referral) -> str:
    """« Urssaf Exemple, Chambre Exemple et votre organisation. » : the sender, then the lead."""
    sender = referral.sender_seat.organisation.name
    lead = str(referral.frozen.get("lead", ""))
    names = dict.fromkeys(name for name in (sender, lead, "votre organisation") if name)
    return f"{names_in_words(list(names))}."
