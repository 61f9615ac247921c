"""Lines of *Aujourd'hui*: what waits for an answer, what moved on what was passed on."""

from datetime import timedelta

from flask import url_for

from app import clock
from app.actors import Actor
from app.web.panels import TodayItem
from cases.referrals.enums import ReferralState
from cases.referrals.models import AccessRequestMatch, Referral
from cases.referrals.queries.today import (
    list_access_requests_to_handle,
    list_moved,
    list_to_answer,
)

#: What moved is shown that long.
RECENT = timedelta(days=7)
NEWS = {
    ReferralState.ACCEPTED: ("a accepté votre orientation", "success", "circle-check"),
    ReferralState.FIRST_CONTACT: ("a pris un premier contact", "success", "phone"),
    ReferralState.IN_PROGRESS: ("a commencé l’accompagnement", "success", "progress"),
    ReferralState.COMPLETED: ("a terminé l’accompagnement", "success", "circle-check"),
    ReferralState.GIVEN_UP: ("a arrêté l’accompagnement", "warning", "circle-x"),
    ReferralState.DECLINED: ("a décliné votre orientation", "warning", "circle-x"),
    ReferralState.REDIRECTED: (
        "vous propose une autre organisation",
        "warning",
        "switch-horizontal",
    ),
    ReferralState.EXPIRED: ("n’a pas répondu en trente jours", "danger", "hourglass-low"),
}


def referrals_of(actor: Actor) -> list[TodayItem]:
    """Referrals to answer by due time, access requests to handle, then what moved this week."""
    if not actor.reads_cases:
        return []
    received = [_to_answer(one) for one in list_to_answer(actor)]
    asked = [_to_handle(one) for one in list_access_requests_to_handle(actor)]
    moved = list_moved(actor, clock.now() - RECENT)
    return received + asked + [_news(one) for one in moved if one.state in NEWS]


def _to_answer(referral: Referral) -> TodayItem:
    is_late = referral.answer_by is not None and referral.answer_by < clock.now()
    return TodayItem(
        due_at=referral.answer_by,
        title=f"Répondre à {referral.sender_seat.organisation.name}",
        detail=f"{referral.title} · {referral.subject.label} · {referral.kind.label}",
        url=url_for("referrals.show", referral_id=referral.id),
        tone="danger" if is_late else "accent",
        icon="inbox",
        kind="referral",
    )


def _to_handle(match: AccessRequestMatch) -> TodayItem:
    return TodayItem(
        due_at=None,
        title=f"{match.request.seat.organisation.name} demande à vous rejoindre",
        detail=f"{match.case.title} · {match.request.subject.label}",
        url=url_for("referrals.box", onglet="acces"),
        tone="accent",
        icon="user-plus",
        kind="referral",
    )


def _news(referral: Referral) -> TodayItem:
    sentence, tone, icon = NEWS[referral.state]
    return TodayItem(
        due_at=None,
        title=f"{referral.receiver_seat.organisation.name} {sentence}",
        detail=f"{referral.title} · {referral.subject.label}",
        url=url_for("referrals.show", referral_id=referral.id),
        tone=tone,
        icon=icon,
        kind="news",
    )
