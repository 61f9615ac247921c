"""The blueprint of the rights, and what its pages about one case or one request begin with."""

import uuid
from dataclasses import dataclass
from functools import cached_property

from flask import Blueprint, url_for

from app import clock
from app.actors import Actor
from app.errors import NotAllowed
from app.security import current_actor
from cases.casework.enums import ParticipantRole
from cases.casework.models import CaseFile, Participation
from cases.casework.queries import get_case
from cases.casework.rules import can_read_figures, leads_case, role_of
from cases.casework.rules import reads_cases as actor_reads_cases
from cases.rights import rules
from cases.rights.models import RightsRequest
from cases.rights.queries.requests import get_request

blueprint = Blueprint("rights", __name__)


def reads_cases(actor: Actor) -> bool:
    """Advisers, managers, coordinators, accountants."""
    return actor_reads_cases(actor)


@dataclass(frozen=True)
class OpenedRights:
    """A case whose requests are read, and what the actor may do with them."""

    case: CaseFile
    actor: Actor

    @cached_property
    def role(self) -> ParticipantRole | None:
        """The actor's role in the case."""
        return role_of(self.actor, self.case.participations)

    @property
    def can_read_figures(self) -> bool:
        """For the tabs of the case: does this seat read assessments?"""
        mine: list[Participation] = [
            one
            for one in self.case.participations
            if one.seat_id == self.actor.seat_id and one.ended_at is None
        ]
        return any(map(can_read_figures, mine))

    @property
    def leads(self) -> bool:
        """The actor's seat leads the case."""
        return leads_case(self.actor, self.case, self.role)

    @property
    def can_note(self) -> bool:
        """Note a request that came by post or phone."""
        return rules.can_note_request(self.actor, self.role)

    @property
    def answers(self) -> bool:
        """Answer the requests of this case."""
        return rules.answers_requests(self.actor, self.case, self.role)

    def can_answer(self, request: RightsRequest) -> bool:
        """Answer this one."""
        return rules.can_answer_request(self.actor, self.case, self.role, request)

    def can_extend(self, request: RightsRequest) -> bool:
        """Take two more months."""
        return rules.can_extend_request(self.actor, self.case, self.role, request, clock.today())

    @property
    def url(self) -> str:
        """The page of the case."""
        return url_for("casework.show", case_id=self.case.id)


def open_rights(case_id: uuid.UUID) -> OpenedRights:
    """The case for whoever asks, on the helping side. Raises NotVisible, NotAllowed."""
    actor = current_actor()
    opened = OpenedRights(get_case(case_id, actor), actor)
    refuse_unless(rules.can_read_requests(actor, opened.role))
    return opened


def open_request(rights_request_id: uuid.UUID) -> tuple[OpenedRights, RightsRequest]:
    """One request and its case. Raises NotVisible, NotAllowed."""
    request = get_request(rights_request_id, current_actor())
    return open_rights(request.case_id), request


def refuse_unless(is_allowed: bool) -> None:
    """Visible, but not theirs to do. Raises NotAllowed."""
    if not is_allowed:
        raise NotAllowed
