"""The page of a case, read in one statement: the case, who takes part, what is written and done,
and the parts of higher features (hook ``case_parts``)."""

import uuid
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, Uuid, and_, bindparam, func, select
from sqlalchemy import case as either
from sqlalchemy.orm import aliased

from app import hooks
from app.actors import Actor, ActorKind, Role, Side
from app.db import SEAT
from app.documents import (
    EMPTY,
    Written,
    as_text,
    document,
    document_if,
    document_of,
    documents,
    written,
)
from app.hooks import Handler
from app.reference.models import Commune
from cases.casework.models import (
    ActionReply,
    CaseAction,
    CaseFile,
    EntryRevision,
    Participation,
    TimelineEntry,
)
from cases.casework.queries.cases import full_name, is_read_by, one_or_refuse, with_title
from cases.casework.queries.outside import at_the_door
from cases.casework.queries.work import OPEN_ACTIONS
from cases.casework.shown import (
    BareCase,
    BareParticipation,
    BarePlace,
    ShownAction,
    ShownCase,
    ShownEntry,
    ShownParticipation,
    ShownReply,
    ShownRevision,
)
from cases.companies.models import Company, Person
from cases.companies.shown import ShownCommune, ShownCompany, ShownPerson
from partners.organisations.models import Organisation, Seat
from partners.organisations.shown import ShownOrganisation, ShownSeat
from partners.people.models import Membership, UserAccount
from partners.people.shown import ShownMember, ShownUser

#: When the statement runs: which case.
CASE: Any = bindparam("case", type_=Uuid)
#: Lines of the timeline on the page; one more is read, which tells that others follow.
FIRST_LINES = 8

_READER = msgspec.json.Decoder(ShownCase)
_BARE_READER = msgspec.json.Decoder(BareCase)


def get_shown_case(case_id: uuid.UUID, actor: Actor) -> ShownCase:
    """The case as its page shows it to this actor: one statement.

    Raises NotVisible, and ReasonNeeded outside the member's territory.
    """
    handlers = hooks.handlers_of("case_parts")
    statement = _statement(handlers, actor.kind, actor.role, actor.side)
    values = {CASE.key: case_id, SEAT.key: actor.seat_id}
    case: ShownCase = _READER.decode(one_or_refuse(statement.find(values)))
    at_the_door(case, actor)
    return case


def get_bare_case(case_id: uuid.UUID, actor: Actor) -> BareCase:
    """What says whether this actor may open the case, and write in it: one statement.

    Raises NotVisible, and ReasonNeeded outside the member's territory.
    """
    statement = _bare_statement(actor.kind, actor.role)
    values = {CASE.key: case_id, SEAT.key: actor.seat_id}
    case: BareCase = _BARE_READER.decode(one_or_refuse(statement.find(values)))
    at_the_door(case, actor)
    return case


class Signed:
    """The seat, and its member or none, of a row of a document: joined under names of their own."""

    def __init__(self) -> None:
        self.seat, self.organisation = aliased(Seat), aliased(Organisation)
        self.member, self.user = aliased(Membership), aliased(UserAccount)

    def joined(self, statement: Select[Any], seat_id: Any, member_id: Any = None) -> Select[Any]:
        """The statement with the seat, and with the member where one is told."""
        statement = statement.join(self.seat, self.seat.id == seat_id)
        statement = statement.join(
            self.organisation, self.organisation.id == self.seat.organisation_id
        )
        return statement if member_id is None else self.with_member(statement, member_id)

    def with_member(self, statement: Select[Any], member_id: Any) -> Select[Any]:
        """The statement with the member, where there is one."""
        found = statement.outerjoin(self.member, self.member.id == member_id)
        return found.outerjoin(self.user, self.user.id == self.member.user_id)

    def seat_document(self) -> ColumnElement[Any]:
        """A ``ShownSeat``."""
        named = document_of(ShownOrganisation, self.organisation)
        return document_of(ShownSeat, self.seat, organisation=named)

    def member_document(self) -> ColumnElement[Any]:
        """A ``ShownMember``, null where there is none."""
        named = document_of(ShownMember, self.member, user=document_of(ShownUser, self.user))
        return document_if(self.member.id, named)


@lru_cache(maxsize=64)
def _statement(
    handlers: tuple[Handler, ...], kind: ActorKind, role: Role | None, side: Side | None
) -> Written:
    """Made once for each role and side; who asks, and which case, is given when it runs."""
    whoever = Actor(kind=kind, role=role, side=side, seat_id=SEAT)
    parts: dict[str, Any] = {}
    for handler in handlers:
        parts |= handler(whoever)
    lead = Signed()
    person = document_of(ShownPerson, Person, full_name=full_name())
    found = document_of(
        ShownCase,
        CaseFile,
        company=_company(),
        person=document_if(Person.id, person),
        lead_seat=lead.seat_document(),
        lead_member=lead.member_document(),
        participations=_participations(),
        entries=_entries(),
        corrected=_corrected(),
        actions=_actions(),
        parts=document(**parts),
    )
    statement = with_title(select(as_text(found)).select_from(CaseFile)).outerjoin(Company.commune)
    statement = lead.joined(statement, CaseFile.lead_seat_id, CaseFile.lead_member_id)
    return written(statement.where(CaseFile.id == CASE, is_read_by(whoever)))


@lru_cache(maxsize=64)
def _bare_statement(kind: ActorKind, role: Role | None) -> Written:
    part = document_of(BareParticipation, Participation)
    parts = select(documents(part)).where(Participation.case_id == CASE)
    found = document_of(
        BareCase,
        CaseFile,
        company=document_if(Company.id, document_of(BarePlace, Company)),
        participations=parts.scalar_subquery(),
    )
    statement = select(as_text(found)).select_from(CaseFile).outerjoin(CaseFile.company)
    whoever = Actor(kind=kind, role=role, seat_id=SEAT)
    return written(statement.where(CaseFile.id == CASE, is_read_by(whoever)))


def _company() -> ColumnElement[Any]:
    commune = document_if(Commune.code, document_of(ShownCommune, Commune))
    return document_if(Company.id, document_of(ShownCompany, Company, commune=commune))


def _participations() -> ColumnElement[Any]:
    """Past ones too: their lines may be asked for."""
    signed = Signed()
    one = document_of(
        ShownParticipation,
        Participation,
        seat=signed.seat_document(),
        member=signed.member_document(),
    )
    found = select(documents(one, Participation.started_at)).select_from(Participation)
    found = signed.joined(found, Participation.seat_id, Participation.member_id)
    return found.where(Participation.case_id == CASE).scalar_subquery()


def _entries() -> ColumnElement[Any]:
    """The latest lines, found first, then told; earlier texts are looked for where a line was
    corrected."""
    latest = (TimelineEntry.happened_at.desc(), TimelineEntry.id.desc())
    last = select(TimelineEntry).where(TimelineEntry.case_id == CASE).order_by(*latest)
    entry, signed = aliased(TimelineEntry, last.limit(FIRST_LINES + 1).subquery()), Signed()
    revision = document_of(ShownRevision, EntryRevision)
    revisions = select(documents(revision, EntryRevision.replaced_at)).where(
        EntryRevision.entry_id == entry.id
    )
    one = document_of(
        ShownEntry,
        entry,
        seat=signed.seat_document(),
        author=signed.member_document(),
        revisions=either(
            (entry.corrected_at.is_not(None), revisions.scalar_subquery()), else_=EMPTY
        ),
    )
    found = select(documents(one, entry.happened_at.desc(), entry.id.desc())).select_from(entry)
    return signed.joined(found, entry.seat_id, entry.author_id).scalar_subquery()


def _corrected() -> ColumnElement[Any]:
    corrected = select(func.count()).select_from(TimelineEntry)
    return corrected.where(
        TimelineEntry.case_id == CASE, TimelineEntry.corrected_at.is_not(None)
    ).scalar_subquery()


def _actions() -> ColumnElement[Any]:
    """Those to do by due day, then the finished ones."""
    signed = Signed()
    reply = document_of(ShownReply, ActionReply)
    replies = select(documents(reply, ActionReply.answered_at)).where(
        ActionReply.action_id == CaseAction.id
    )
    one = document_of(
        ShownAction,
        CaseAction,
        owner=signed.member_document(),
        replies=replies.scalar_subquery(),
    )
    order = (
        and_(*(CaseAction.status != one for one in OPEN_ACTIONS)),
        CaseAction.due_on,
        CaseAction.id,
    )
    found = signed.with_member(
        select(documents(one, *order)).select_from(CaseAction), CaseAction.owner_id
    )
    return found.where(CaseAction.case_id == CASE).scalar_subquery()
