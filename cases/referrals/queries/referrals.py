"""Referrals, their sheet and their steps."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, RowMapping, Select, false, func, select, true
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import joinedload

from app.actors import Actor, ActorKind
from app.db import db
from app.errors import NotVisible
from app.jobs import Outbox
from app.links import LinkPurpose
from cases.casework.models import CaseFile
from cases.casework.queries import at_the_door, case_title
from cases.referrals.enums import ReferralState
from cases.referrals.models import NOT_TOLD, Referral, ReferralSheet, ReferralStep
from cases.referrals.rules.rights import is_page_of_case
from cases.referrals.rules.states import ANSWERS, WAITING
from partners.organisations.models import Seat
from partners.people.models import Membership, UserAccount


def referrals_visible_to(actor: Actor) -> Select[Referral]:
    """Referrals that the actor's seat sent, leads or (once sent) received.

    The bearer of an answer link sees the one it was sent for.
    """
    return select(Referral).where(is_told_to(actor))


def told_title() -> ColumnElement[str]:
    """Whom the referral of the row is about, as far as its reader may still know (``with_title``
    joins what names the case, its sheet is joined)."""
    named = ReferralSheet.content["identity"][0][1].as_string()
    return func.coalesce(func.nullif(named, ""), func.nullif(case_title(), ""), NOT_TOLD)


def is_told_to(actor: Actor) -> ColumnElement[bool]:
    """The referral of the row is one that the actor reads."""
    if actor.is_system:
        return true()
    if actor.kind is ActorKind.LINK and actor.link_purpose == LinkPurpose.ANSWER:
        return Referral.id == actor.link_object_id
    seat_id = actor.seat_id if actor.reads_cases else None
    return false() if seat_id is None else Referral.reader_seats.contains(array([seat_id]))


@cache
def page_options() -> tuple:
    """What a page about referrals touches, in one statement; the case only if it is readable."""
    return (
        joinedload(Referral.sheet),
        joinedload(Referral.case).joinedload(CaseFile.company),
        joinedload(Referral.case).joinedload(CaseFile.person),
        joinedload(Referral.sender_seat).joinedload(Seat.organisation),
        joinedload(Referral.receiver_seat).joinedload(Seat.organisation),
        joinedload(Referral.proposed_seat).joinedload(Seat.organisation),
        joinedload(Referral.sender_member).joinedload(Membership.user),
        joinedload(Referral.receiver_member).joinedload(Membership.user),
    )


def get_referral(referral_id: uuid.UUID, actor: Actor) -> Referral:
    """One referral, with what its page shows. Raises NotVisible, ReasonNeeded."""
    statement = referrals_visible_to(actor).where(Referral.id == referral_id)
    found = db.session.scalars(statement.options(*page_options())).one_or_none()
    if found is None:
        raise NotVisible
    if is_page_of_case(actor, found):
        at_the_door(found.case, actor)
    return found


def find_referral(referral_id: uuid.UUID | None, actor: Actor) -> Referral | None:
    """One referral the actor may read, its row alone; None when there is none."""
    if referral_id is None:
        return None
    statement = referrals_visible_to(actor).where(Referral.id == referral_id)
    return db.session.scalars(statement).one_or_none()


def find_sendings(client_keys: Collection[str], actor: Actor) -> Sequence[Referral]:
    """Referrals that a form already sent, by the keys it gives to each."""
    statement = referrals_visible_to(actor).where(
        Referral.sender_seat_id == actor.seat_id, Referral.client_key.in_(client_keys)
    )
    return db.session.scalars(statement.options(*page_options()).order_by(Referral.id)).all()


def find_sending(client_key: str, actor: Actor) -> Referral | None:
    """The referral that was sent under this very key."""
    statement = referrals_visible_to(actor).where(Referral.client_key == client_key)
    return db.session.scalars(statement.options(*page_options())).one_or_none()


def take_sending_turn(client_key: str) -> None:
    """Two posts of one form wait for each other, until the first has committed."""
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(client_key, 0))))


def list_steps(referral_id: uuid.UUID) -> Sequence[ReferralStep]:
    """Transitions in the order of time, with their author; the policies hide a stranger's."""
    author = joinedload(ReferralStep.member).joinedload(Membership.user)
    statement = select(ReferralStep).where(ReferralStep.referral_id == referral_id)
    return db.session.scalars(
        statement.options(author).order_by(ReferralStep.at, ReferralStep.id)
    ).all()


def list_messages_of(step: ReferralStep) -> Sequence[Outbox]:
    """Effects asked for by one transition, as their author may see them."""
    statement = select(Outbox).where(
        Outbox.subject_id == step.referral_id, Outbox.dedupe_key.contains(f":{step.id}:")
    )
    return db.session.scalars(statement.execution_options(populate_existing=True)).all()


def is_link_on_its_way(referral_id: uuid.UUID, kind: str, since: datetime) -> bool:
    """Did the actor ask for this effect on a referral since then?"""
    statement = select(Outbox.id).where(
        Outbox.kind == kind, Outbox.subject_id == referral_id, Outbox.created_at >= since
    )
    return db.session.scalar(statement.limit(1)) is not None


def list_messages_of_link() -> Sequence[RowMapping]:
    """``organisation``, ``said`` and ``at`` of what was written for the bearer of a link."""
    found = func.space_messages().table_valued("organisation", "said", "at")
    return db.session.execute(select(found)).mappings().all()


def list_expired(at: datetime, limit: int = 200) -> Sequence[Referral]:
    """For the system: referrals whose thirty days are over, locked; others are skipped."""
    statement = (
        select(Referral)
        .where(Referral.state.in_(WAITING), Referral.expires_at <= at)
        .order_by(Referral.expires_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return db.session.scalars(statement).all()


def list_waiting_of_case(case_id: uuid.UUID, actor: Actor) -> Sequence[Referral]:
    """Referrals of a case that still wait for an answer."""
    statement = referrals_visible_to(actor).where(
        Referral.case_id == case_id, Referral.state.in_((*WAITING, ReferralState.DRAFT))
    )
    return db.session.scalars(statement.with_for_update()).all()


def who_answered(referral: Referral) -> str:
    """Name of whoever answered: as they signed by a link, else the member's; empty when there is
    none, or when it is not for the reader (the policies hide members from a link)."""
    signed = select(ReferralStep.signed_name).where(
        ReferralStep.referral_id == referral.id,
        ReferralStep.after.in_(ANSWERS),
        ReferralStep.undone_at.is_(None),
    )
    member = select(UserAccount.full_name).join(Membership)
    member = member.where(Membership.id == referral.receiver_member_id)
    return db.session.scalar(signed) or db.session.scalar(member) or ""


def list_waiting_seats(case_id: uuid.UUID, actor: Actor) -> list[uuid.UUID]:
    """Seats from which this case still waits for an answer."""
    statement = referrals_visible_to(actor).where(
        Referral.case_id == case_id, Referral.state.in_(WAITING)
    )
    receivers = statement.with_only_columns(Referral.receiver_seat_id).distinct()
    return list(db.session.scalars(receivers))
