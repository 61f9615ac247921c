"""Lines of *Aujourd'hui*: what waits for an answer, what moved on what was passed on."""

from datetime import timedelta

from app import clock
from app.actors import Actor
from app.today import NOW, UNDATED, TodayRow, TodaySource, due_at, moved_at
from app.web.links import lasting_url, page_url
from app.web.panels import TodayItem
from cases.referrals.enums import ReferralKind, ReferralState
from cases.referrals.models import AccessRequest, AccessRequestMatch, BoxedReferral, Referral
from cases.referrals.queries.today import (
    select_access_to_handle,
    select_moved,
    select_to_answer,
    tell_access,
    tell_referral,
)
from partners.organisations.enums import Subject

#: What moved is shown that long.
RECENT = timedelta(days=7)
TO_ANSWER = "to_answer"
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


def referrals_of(actor: Actor) -> list[TodaySource]:
    """Referrals to answer, access requests to handle, then what moved this week."""
    if not actor.reads_cases:
        return []
    boxed = BoxedReferral.referral_id
    return [
        TodaySource(
            select_to_answer(actor),
            boxed,
            due_at(BoxedReferral.due_at),
            tell_referral(actor, Referral.sender_seat_id),
            Referral.id,
            tell=_to_answer,
            about=_about,
            kind=TO_ANSWER,
        ),
        TodaySource(
            select_access_to_handle(actor),
            AccessRequestMatch.request_id,
            UNDATED,
            tell_access(actor),
            AccessRequest.id,
            tell=_to_handle,
        ),
        TodaySource(
            select_moved(actor, NEWS.keys(), NOW - RECENT),
            boxed,
            moved_at(BoxedReferral.moved_at),
            tell_referral(actor, Referral.receiver_seat_id),
            Referral.id,
            tell=_news,
        ),
    ]


def _to_answer(row: TodayRow) -> TodayItem:
    is_late = row.at < clock.now()
    kind = ReferralKind(row.facts["kind"]).label
    return TodayItem(
        due_at=row.at,
        title=f"Répondre à {row.facts['organisation']}",
        detail=f"{_about(row)} · {kind}",
        url=page_url("referrals.show", referral_id=row.object_id),
        tone="danger" if is_late else "accent",
        icon="inbox",
    )


def _to_handle(row: TodayRow) -> TodayItem:
    return TodayItem(
        due_at=None,
        title=f"{row.facts['organisation']} demande à vous rejoindre",
        detail=_about(row),
        url=lasting_url("referrals.box", onglet="acces"),
        tone="accent",
        icon="user-plus",
    )


def _news(row: TodayRow) -> TodayItem:
    sentence, tone, icon = NEWS[ReferralState(row.facts["state"])]
    return TodayItem(
        due_at=None,
        title=f"{row.facts['organisation']} {sentence}",
        detail=_about(row),
        url=page_url("referrals.show", referral_id=row.object_id),
        tone=tone,
        icon=icon,
    )


def _about(row: TodayRow) -> str:
    return f"{row.facts['title']} · {Subject(row.facts['subject']).label}"
