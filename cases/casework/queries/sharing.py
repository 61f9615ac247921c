"""Reads of who takes part in a case, why, and who opened it."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, select, union_all
from sqlalchemy.orm import contains_eager, joinedload

from app.actors import Actor, ActorKind
from app.days_off import PARIS
from app.db import db
from app.journal import JournalEvent
from cases.casework.enums import OPENINGS, AgreementMode, BasisKind, OutsideReason
from cases.casework.models import LegalBasis, OutsideAccess, Participation
from cases.casework.queries.cases import in_visible_case, one_or_refuse
from partners.organisations.enums import Side
from partners.organisations.models import Organisation, Seat
from partners.people.models import Membership, UserAccount

#: The journal action of whoever gave a reason to open a case outside their territory.
OPENED_OUTSIDE = "case.opened_outside_territory"


@dataclass(frozen=True)
class Opening:
    """One reading of a case: when, what (``case.read``…), by whom, of which side.

    ``reason`` and ``text`` are those given to open it outside the reader's territory.
    """

    at: datetime
    action: str
    reader: str | None
    organisation: str | None
    side: Side | None
    principal: ActorKind
    reason: OutsideReason | None = None
    text: str | None = None

    @property
    def who(self) -> str:
        """Their name; what they are when they have no account."""
        if self.reader or self.principal is not ActorKind.LINK:
            return self.reader or "La plateforme"
        if self.organisation:
            return "Par le lien de réponse"
        is_space = self.action.startswith("space.")
        return "L’entrepreneur, par son lien" if is_space else "La personne qui tient le lien"


def gathered_by_day(openings: Iterable[Opening]) -> list[tuple[Opening, int]]:
    """The latest of what the same person opened on the same day, and how many times they did."""
    found: dict[tuple[object, ...], list[Opening]] = {}
    for one in openings:
        day = one.at.astimezone(ZoneInfo(PARIS)).date()
        what = OPENINGS.get(one.action)
        key = (day, what, one.who, one.organisation, one.side, one.reason, one.text)
        found.setdefault(key, []).append(one)
    return [(same[0], len(same)) for same in found.values()]


def list_participations(case_id: uuid.UUID, actor: Actor) -> Sequence[Participation]:
    """Seats that take part or took part, in the order they came, with why."""
    statement = (
        select(Participation)
        .where(Participation.case_id == case_id, in_visible_case(Participation.case_id, actor))
        .options(
            joinedload(Participation.seat).joinedload(Seat.organisation),
            joinedload(Participation.member).joinedload(Membership.user),
            joinedload(Participation.basis),
        )
        .order_by(Participation.started_at)
    )
    return db.session.scalars(statement).all()


def get_participation(participation_id: uuid.UUID, actor: Actor) -> Participation:
    """One participation, its seat loaded. Raises NotVisible."""
    statement = (
        select(Participation)
        .where(Participation.id == participation_id)
        .where(in_visible_case(Participation.case_id, actor))
        .options(joinedload(Participation.seat).joinedload(Seat.organisation))
    )
    return one_or_refuse(db.session.scalars(statement).one_or_none())


def list_bases(case_id: uuid.UUID, actor: Actor) -> Sequence[LegalBasis]:
    """Agreements and permissions of a case, the latest first."""
    statement = (
        select(LegalBasis)
        .where(LegalBasis.case_id == case_id, in_visible_case(LegalBasis.case_id, actor))
        .order_by(LegalBasis.given_at.desc())
    )
    return db.session.scalars(statement).all()


def get_basis(basis_id: uuid.UUID, actor: Actor) -> LegalBasis:
    """One agreement or permission, its case loaded. Raises NotVisible."""
    statement = select(LegalBasis).where(LegalBasis.id == basis_id)
    statement = statement.where(in_visible_case(LegalBasis.case_id, actor))
    statement = statement.options(joinedload(LegalBasis.case))
    return one_or_refuse(db.session.scalars(statement).one_or_none())


def get_basis_of_link(actor: Actor) -> LegalBasis:
    """The agreement of the link that the entrepreneur holds. Raises NotVisible."""
    statement = select(LegalBasis).where(LegalBasis.id == actor.link_object_id)
    return one_or_refuse(db.session.scalars(statement).one_or_none())


def consent_facts() -> dict[str, str]:
    """``title`` of the case, ``lead`` and ``recorded`` organisations, for the bearer of a link."""
    facts = func.consent_facts().table_valued("title", "lead", "recorded")
    return dict(db.session.execute(select(facts)).mappings().one())


def list_unconfirmed_agreements(at: datetime, limit: int = 200) -> Sequence[LegalBasis]:
    """For the system: agreements by phone whose delay is over, not withdrawn yet."""
    statement = (
        select(LegalBasis)
        .where(LegalBasis.kind == BasisKind.CONSENT, LegalBasis.mode != AgreementMode.WRITING)
        .where(LegalBasis.confirmed_at.is_(None), LegalBasis.withdrawn_at.is_(None))
        .where(LegalBasis.valid_until <= at)
        .order_by(LegalBasis.valid_until)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return db.session.scalars(statement).all()


def list_openings(case_id: uuid.UUID, actor: Actor, limit: int = 100) -> Sequence[Opening]:
    """Who opened what of a case, the latest first, and every reason given outside a territory.

    Rows come for the lead only (policy). Readings are many and reasons few: the bound of the one
    does not push the other out.
    """
    statement = (
        select(
            JournalEvent.at,
            JournalEvent.action,
            UserAccount.full_name,
            Organisation.name,
            Seat.side,
            JournalEvent.principal,
            OutsideAccess.reason,
            OutsideAccess.text,
        )
        .outerjoin(UserAccount, UserAccount.id == JournalEvent.user_id)
        .outerjoin(Seat, Seat.id == JournalEvent.seat_id)
        .outerjoin(Organisation, Organisation.id == Seat.organisation_id)
        .outerjoin(OutsideAccess, OutsideAccess.id == JournalEvent.object_id)
        .where(JournalEvent.case_id == case_id, in_visible_case(JournalEvent.case_id, actor))
        .where(
            JournalEvent.id.in_(
                union_all(
                    _last_events(case_id, JournalEvent.action.like("%.read"), limit),
                    _last_events(case_id, JournalEvent.action == OPENED_OUTSIDE, limit),
                )
            )
        )
        .order_by(JournalEvent.at.desc())
    )
    return [Opening(*row) for row in db.session.execute(statement)]


def _last_events(case_id: uuid.UUID, which: ColumnElement[bool], limit: int) -> Select[uuid.UUID]:
    statement = select(JournalEvent.id).where(JournalEvent.case_id == case_id, which)
    # A compound needs each of its bounded parts in parentheses: a subquery of its own.
    found = statement.order_by(JournalEvent.at.desc()).limit(limit).subquery()
    return select(found.c.id)


def seats_by_id(seat_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Seat]:
    """Seats with their organisation, in one statement."""
    statement = (
        select(Seat)
        .join(Seat.organisation)
        .options(contains_eager(Seat.organisation))
        .where(Seat.id.in_(set(seat_ids)))
    )
    return {seat.id: seat for seat in db.session.scalars(statement)}


def list_colleagues(seat_id: uuid.UUID | None) -> Sequence[Membership]:
    """Active members of a seat, by name: who may own an action or take a case over."""
    statement = (
        select(Membership)
        .join(Membership.user)
        .options(contains_eager(Membership.user))
        .where(Membership.seat_id == seat_id, Membership.ended_at.is_(None))
    )
    return db.session.scalars(statement.order_by(UserAccount.folded_name)).all()


def get_agreement_for_system(basis_id: uuid.UUID) -> LegalBasis | None:
    """For the worker: an agreement with its case and the organisation that recorded it."""
    statement = (
        select(LegalBasis)
        .where(LegalBasis.id == basis_id)
        .options(
            joinedload(LegalBasis.case),
            joinedload(LegalBasis.recorded_seat).joinedload(Seat.organisation),
        )
    )
    return db.session.scalars(statement).one_or_none()
