"""Reading the journal's chain back, to say where it breaks.

A chain alone does not show that its tail was cut: that needs its head kept elsewhere.
"""

import enum
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.db import db
from app.journal import JournalCheckpoint, JournalEvent, JournalSeal
from app.sealing import BEGINNING, hash_event, unsealed

BATCH = 1000


class BreakKind(enum.StrEnum):
    """What is wrong at a place of the chain."""

    SEAL_MISSING = "the seal is missing"
    EVENT_MISSING = "the event is missing"
    EVENT_ALTERED = "the event was altered"
    SEAL_ALTERED = "the seal was altered"
    ALTERED = "the event or the seal was altered"
    CHECKPOINT_ALTERED = "the checkpoint is not what it was"


@dataclass(frozen=True)
class Break:
    """One place where the chain does not hold; ``event_id`` is what the seal names."""

    position: int
    event_id: uuid.UUID | None
    kind: BreakKind

    def __str__(self) -> str:
        return f"seal {self.position}, event {self.event_id or 'unknown'}: {self.kind}"


@dataclass(frozen=True)
class Verdict:
    """What was found: seals read, events not sealed yet, breaks in order, events erased in time."""

    sealed: int
    unsealed: int
    breaks: list[Break]
    erased: int = 0


def verify_journal(session: Session | None = None) -> Verdict:
    """Read the whole chain as the system, of this database or the session’s. Writes nothing."""
    session = session or db.session()
    checkpoints = session.scalars(select(JournalCheckpoint).order_by(JournalCheckpoint.position))
    covered = Covered(list(checkpoints))
    reader = ChainReader(covered=covered)
    for seal, event in _chain(session):
        reader.read(seal, event)
    reader.breaks += covered.breaks(_event_of(session, covered.last))
    waiting = session.scalar(select(func.count()).select_from(unsealed().subquery())) or 0
    session.rollback()
    return Verdict(reader.sealed, waiting, reader.finish(), covered.position)


def verify_part(after: int, upto: int) -> list[Break]:
    """Read a part of the chain back, in the current transaction: breaks in order."""
    session = db.session()
    before = session.get(JournalSeal, after)
    reader = ChainReader(position=after, previous=before.hash if before else BEGINNING)
    for seal, event in _chain(session, after):
        if seal.position > upto:
            break
        reader.read(seal, event)
    return reader.finish()


def _event_of(session: Session, checkpoint: JournalCheckpoint | None) -> JournalEvent | None:
    """The event that was written with a checkpoint, and that a later checkpoint alone erases."""
    if checkpoint is None:
        return None
    named = JournalEvent.object_type == JournalCheckpoint.__tablename__
    statement = select(JournalEvent).where(named, JournalEvent.object_id == checkpoint.id)
    return session.scalars(statement.limit(1)).one_or_none()


def _chain(session: Session, last: int = 0) -> Iterator[tuple[JournalSeal, JournalEvent | None]]:
    """Seals in order with their events, a page at a time: a chain does not fit in memory."""
    while page := session.execute(_page_after(last)).all():
        yield from ((seal, event) for seal, event in page)
        last = page[-1][0].position


def _page_after(position: int) -> Select[JournalSeal, JournalEvent]:
    return (
        select(JournalSeal, JournalEvent)
        .outerjoin(JournalEvent, JournalEvent.id == JournalSeal.event_id)
        .where(JournalSeal.position > position)
        .order_by(JournalSeal.position)
        .limit(BATCH)
        .execution_options(populate_existing=True)
    )


@dataclass
class Covered:
    """What the checkpoints say of the events erased at the end of their time.

    They accept the prefix up to the last one and nothing else; the seal there must be the one that
    was written down, each count must fill its part, and the last one's own event must say the same.
    """

    checkpoints: Sequence[JournalCheckpoint] = ()
    seals: dict[int, str] = field(default_factory=dict)

    @property
    def last(self) -> JournalCheckpoint | None:
        """The one that counts."""
        return self.checkpoints[-1] if self.checkpoints else None

    @property
    def position(self) -> int:
        """The last position whose event was erased in time, 0 when none was."""
        return self.last.position if self.last else 0

    def note(self, seal: JournalSeal) -> None:
        """A seal that was read."""
        if any(seal.position == one.position for one in self.checkpoints):
            self.seals[seal.position] = seal.hash

    def breaks(self, event: JournalEvent | None) -> list[Break]:
        """Checkpoints that do not hold, once the chain was read; ``event`` is the last one's."""
        starts = [0, *(one.position for one in self.checkpoints)]
        wrong = {
            one.position
            for one, start in zip(self.checkpoints, starts, strict=False)
            if self.seals.get(one.position) != one.hash or one.position - start != one.erased
        }
        if self.last and (event is None or event.details != facts_of(self.last)):
            wrong.add(self.last.position)
        return [Break(position, None, BreakKind.CHECKPOINT_ALTERED) for position in sorted(wrong)]


def facts_of(checkpoint: JournalCheckpoint) -> dict[str, object]:
    """What the event of a checkpoint says of it."""
    before = checkpoint.erased_before.astimezone(UTC)
    return {
        "position": checkpoint.position,
        "hash": checkpoint.hash,
        "erased": checkpoint.erased,
        "erased_before": before.isoformat(timespec="microseconds"),
    }


@dataclass
class ChainReader:
    """Reads seals in order. A wrong hash is understood at the next seal, which rests on it."""

    breaks: list[Break] = field(default_factory=list)
    sealed: int = 0
    position: int = 0
    previous: str = BEGINNING
    suspect: tuple[JournalSeal, str] | None = None
    covered: Covered = field(default_factory=Covered)

    def read(self, seal: JournalSeal, event: JournalEvent | None) -> None:
        """The next seal and its event, None where the event is gone."""
        is_next = seal.position == self.position + 1
        self.covered.note(seal)
        if event is not None and is_next:
            self._check(seal, event)
        else:
            self._judge(BreakKind.ALTERED)
            self._note_missing(seal, event)
        self.sealed += 1
        self.position, self.previous = seal.position, seal.hash

    def finish(self) -> list[Break]:
        """All the breaks, in order of position."""
        self._judge(BreakKind.ALTERED)
        return sorted(self.breaks, key=lambda found: found.position)

    def _check(self, seal: JournalSeal, event: JournalEvent) -> None:
        expected = hash_event(event, self.previous)
        if self.suspect is not None:
            rests_on_right = hash_event(event, self.suspect[1]) == seal.hash
            rests_on_kept = expected == seal.hash
            kind = BreakKind.EVENT_ALTERED if rests_on_kept else BreakKind.ALTERED
            self._judge(BreakKind.SEAL_ALTERED if rests_on_right else kind)
            if rests_on_right:
                return
        if expected != seal.hash:
            self.suspect = (seal, expected)

    def _judge(self, kind: BreakKind) -> None:
        if self.suspect is not None:
            seal = self.suspect[0]
            self.breaks.append(Break(seal.position, seal.event_id, kind))
            self.suspect = None

    def _note_missing(self, seal: JournalSeal, event: JournalEvent | None) -> None:
        missing = range(self.position + 1, seal.position)
        self.breaks += [Break(position, None, BreakKind.SEAL_MISSING) for position in missing]
        if event is None and seal.position > self.covered.position:
            self.breaks.append(Break(seal.position, seal.event_id, BreakKind.EVENT_MISSING))
