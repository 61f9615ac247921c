"""The blueprint of the casework, and what every page about one case begins with."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from app.actors import Actor
from app.errors import NotAllowed
from app.security import current_actor
from cases.casework import readers, rules
from cases.casework.enums import Audience, ParticipantRole
from cases.casework.models import CaseFile
from cases.casework.queries import get_case, get_shown_case
from cases.casework.shown import AnyParticipation, ShownCase
from partners.organisations.shown import AnySeat

blueprint = Blueprint("casework", __name__)

#: A case to write in, or as its page shows it.
C = TypeVar("C", bound=CaseFile | ShownCase)


def reads_cases(actor: Actor) -> bool:
    """Advisers, managers, coordinators, accountants."""
    return rules.reads_cases(actor)


@dataclass(frozen=True)
class OpenedCase(Generic[C]):
    """A case on the desk of whoever opened it: what they may do there, who reads what."""

    case: C
    actor: Actor

    @cached_property
    def present(self) -> list[AnyParticipation]:
        """Seats that take part now."""
        participations: Sequence[AnyParticipation] = self.case.participations
        return [one for one in participations if one.ended_at is None]

    @cached_property
    def mine(self) -> AnyParticipation | None:
        """How the actor's own seat takes part."""
        return next((one for one in self.present if one.seat_id == self.actor.seat_id), None)

    @cached_property
    def role(self) -> ParticipantRole | None:
        """The actor's role in the case."""
        return rules.role_of(self.actor, self.case.participations)

    @property
    def can_write(self) -> bool:
        """Write in the timeline, add actions and assessments."""
        return rules.can_write_in_case(self.actor, self.case, self.role)

    @property
    def can_steer(self) -> bool:
        """Change phase and status, close."""
        return rules.can_steer_case(self.actor, self.case, self.role)

    @property
    def can_reopen(self) -> bool:
        """Open again what is closed."""
        return rules.can_reopen_case(self.actor, self.case, self.role)

    @property
    def leads(self) -> bool:
        """The actor's seat leads."""
        return rules.leads_case(self.actor, self.case, self.role)

    @property
    def can_leave(self) -> bool:
        """Leave the case."""
        return rules.can_leave_case(self.actor, self.role)

    @property
    def can_record_agreement(self) -> bool:
        """Record that the entrepreneur agreed."""
        return rules.can_record_agreement(self.actor, self.case, self.role)

    @property
    def can_record_permission(self) -> bool:
        """Record a permission of the law."""
        return rules.can_record_permission(self.actor, self.case, self.role)

    @property
    def can_read_figures(self) -> bool:
        """Read assessments."""
        return rules.can_read_figures(self.mine)

    @cached_property
    def seats(self) -> list[AnySeat]:
        """Seats that take part now, with their organisation."""
        return [one.seat for one in self.present]

    @property
    def sentences(self) -> dict[str, str]:
        """Who will read, for each audience the actor may choose."""
        return readers.readers_sentences(self.actor, self.seats)

    @property
    def figures_sentences(self) -> dict[str, str]:
        """The same for figures, which fewer seats read."""
        seats = readers.figures_seats(self.present)
        return readers.readers_sentences(self.actor, seats)

    @property
    def all_sentence(self) -> str:
        """Who reads what every participant reads."""
        return readers.readers_sentence(Audience.ALL, self.seats, self.actor)

    @property
    def url(self) -> str:
        """The page of the case."""
        return url_for("casework.show", case_id=self.case.id)


def load_case(case_id: uuid.UUID) -> OpenedCase[CaseFile]:
    """The case for whoever asks. Raises NotVisible, ReasonNeeded."""
    actor = current_actor()
    return OpenedCase(get_case(case_id, actor), actor)


def load_shown_case(case_id: uuid.UUID) -> OpenedCase[ShownCase]:
    """The case as its page shows it to whoever asks. Raises NotVisible, ReasonNeeded."""
    actor = current_actor()
    return OpenedCase(get_shown_case(case_id, actor), actor)


def refuse_unless(is_allowed: bool) -> None:
    """Visible, but not theirs to do. Raises NotAllowed."""
    if not is_allowed:
        raise NotAllowed


def back_to(case_id: uuid.UUID, anchor: str | None = None) -> Response:
    """Back on the page of the case."""
    return redirect(url_for("casework.show", case_id=case_id, _anchor=anchor))
