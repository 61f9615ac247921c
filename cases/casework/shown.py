"""A case as its page shows it: read as one document (``app.documents``), in the shape of the
models, so that rules, sentences and templates take the one or the other."""

import uuid
from datetime import date, datetime
from typing import ClassVar

import msgspec

from cases.casework.enums import (
    ActionAnswer,
    ActionStatus,
    Audience,
    CaseStatus,
    EntryKind,
    Outcome,
    ParticipantRole,
    Phase,
)
from cases.casework.models import ActionReply, CaseAction, CaseFile, Participation, TimelineEntry
from cases.companies.shown import ShownCompany, ShownPerson
from partners.organisations.shown import ShownSeat
from partners.people.shown import ShownMember


class BareParticipation(msgspec.Struct, frozen=True):
    """A seat that takes or took part, and how."""

    seat_id: uuid.UUID
    role: ParticipantRole
    ended_at: datetime | None


class ShownParticipation(BareParticipation, frozen=True):
    """The same, named, and what it may read."""

    was_lead: bool
    sections: list[str]
    seat: ShownSeat
    member: ShownMember | None


class BarePlace(msgspec.Struct, frozen=True):
    """Where a company is (INSEE code)."""

    commune_code: str | None


class _Case(msgspec.Struct, frozen=True):
    """What decides who may do what in a case."""

    id: uuid.UUID
    status: CaseStatus
    lead_seat_id: uuid.UUID
    lead_member_id: uuid.UUID | None

    @property
    def is_open(self) -> bool:
        """Anything but closed."""
        return self.status is not CaseStatus.CLOSED


class BareCase(_Case, frozen=True):
    """What says whether a member may open a case, and write in it: for what shows nothing."""

    company: BarePlace | None
    participations: list[BareParticipation]


class ShownRevision(msgspec.Struct, frozen=True):
    """An earlier text of a line."""

    body: str
    replaced_at: datetime


class ShownEntry(msgspec.Struct, frozen=True):
    """A line of the timeline; its earlier texts in the order in which they were replaced."""

    id: uuid.UUID
    kind: EntryKind
    audience: Audience
    seat_id: uuid.UUID
    author_id: uuid.UUID | None
    body: str
    happened_at: datetime
    corrected_at: datetime | None
    seat: ShownSeat
    author: ShownMember | None
    revisions: list[ShownRevision]


class ShownReply(msgspec.Struct, frozen=True):
    """What was answered about an action by its link."""

    answer: ActionAnswer
    text: str
    proposed_on: date | None
    answered_at: datetime


class ShownAction(msgspec.Struct, frozen=True):
    """Something to do; its replies in the order of time."""

    id: uuid.UUID
    seat_id: uuid.UUID
    audience: Audience
    objective: str
    owner_name: str
    owner_email: str
    due_on: date
    status: ActionStatus
    asked_at: datetime | None
    reminded_at: datetime | None
    owner: ShownMember | None
    replies: list[ShownReply]


class ShownCase(_Case, frozen=True):
    """A case, and what its reader sees of what is written and done in it.

    ``entries`` are the latest lines, one more than the page shows; ``corrected`` counts those of
    the whole timeline. ``parts`` are the documents of higher features, by name, still to be read.
    """

    __tablename__: ClassVar[str] = CaseFile.__tablename__

    reference: str
    phase: Phase
    outcome: Outcome | None
    opened_at: datetime
    paused_until: date | None
    paused_reason: str | None
    second_reason: str | None
    company: ShownCompany | None
    person: ShownPerson | None
    lead_seat: ShownSeat
    lead_member: ShownMember | None
    participations: list[ShownParticipation]
    entries: list[ShownEntry]
    corrected: int
    actions: list[ShownAction]
    parts: dict[str, msgspec.Raw]

    @property
    def title(self) -> str:
        """The company's name, else the person's."""
        return self.company.name if self.company else self.person.full_name  # type: ignore[union-attr]


AnyCase = CaseFile | ShownCase | BareCase
AnyParticipation = Participation | ShownParticipation
AnyEntry = TimelineEntry | ShownEntry
AnyAction = CaseAction | ShownAction
AnyReply = ActionReply | ShownReply
