"""Reading the journal's chain back, to say where it breaks.

A chain alone does not show that its tail was cut: that needs its head kept elsewhere.
"""

import enum
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.db import db
from app.journal import JournalEvent, JournalSeal
from app.sealing import BEGINNING, hash_event, unsealed

BATCH = 1000


class BreakKind(enum.StrEnum):
    """What is wrong at a place of the chain."""

    SEAL_MISSING = "the seal is missing"
    EVENT_MISSING = "the event is missing"
    EVENT_ALTERED = "the event was altered"
    SEAL_ALTERED = "the seal was altered"
    ALTERED = "the event or the seal was altered"


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
    """What was found: seals read, events not sealed yet, breaks in order."""

    sealed: int
    unsealed: int
    breaks: list[Break]


def verify_journal(session: Session | None = None) -> Verdict:
    """Read the whole chain as the system, of this database or the session’s. Writes nothing."""
    session = session or db.session()
    reader = ChainReader()
    for seal, event in _chain(session):
        reader.read(seal, event)
    waiting = session.scalar(select(func.count()).select_from(unsealed().subquery())) or 0
    session.rollback()
    return Verdict(reader.sealed, waiting, reader.finish())


def _chain(session: Session) -> Iterator[tuple[JournalSeal, JournalEvent | None]]:
    """Seals in order with their events, a page at a time: a chain does not fit in memory."""
    last = 0
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
class ChainReader:
    """Reads seals in order. A wrong hash is understood at the next seal, which rests on it."""

    breaks: list[Break] = field(default_factory=list)
    sealed: int = 0
    position: int = 0
    previous: str = BEGINNING
    suspect: tuple[JournalSeal, str] | None = None

    def read(self, seal: JournalSeal, event: JournalEvent | None) -> None:
        """The next seal and its event, None where the event is gone."""
        is_next = seal.position == self.position + 1
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
        if event is None:
            self.breaks.append(Break(seal.position, seal.event_id, BreakKind.EVENT_MISSING))
