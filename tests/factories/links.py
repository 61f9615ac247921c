"""Links as people receive them, with the tokens that open them."""

import uuid

from sqlalchemy import select

from app.actors import SYSTEM, Role
from app.links import LinkPurpose, issue_link
from cases.casework.models import CaseAction
from partners.people.models import Invitation
from tests.factories.world import World
from tests.support.acting import seeding


def make_link(purpose: LinkPurpose, object_id: uuid.UUID) -> str:
    """The token of a new link."""
    with seeding():
        return issue_link(purpose, object_id, by=SYSTEM)[1]


def make_invitation(world: World, email: str = "invitee@exemple.test") -> Invitation:
    """A seat offered by the Urssaf of the world."""
    with seeding() as session:
        made = Invitation(
            email=email,
            full_name="Alix Invitée",
            seat_id=world.adviser.seat_id,
            role=Role.ADVISER,
            invited_by=world.adviser.user_id,
        )
        session.add(made)
    return made


def asked_action(world: World) -> uuid.UUID:
    """An action of the world that waits for an answer by its link."""
    with seeding() as session:
        which = CaseAction.case_id == world.case.id, CaseAction.owner_email != ""
        return session.scalars(select(CaseAction.id).where(*which)).first()  # type: ignore[return-value]


def tokens_of(world: World) -> dict[str, str]:
    """A good token for each purpose."""
    return {
        LinkPurpose.ANSWER: make_link(LinkPurpose.ANSWER, world.waiting.id),
        LinkPurpose.ACTION: make_link(LinkPurpose.ACTION, asked_action(world)),
        LinkPurpose.CONSENT: make_link(LinkPurpose.CONSENT, world.basis.id),
        LinkPurpose.COPY: make_link(LinkPurpose.COPY, world.given.id),
        LinkPurpose.INVITATION: make_link(LinkPurpose.INVITATION, make_invitation(world).id),
        LinkPurpose.PASSWORD_RESET: make_link(LinkPurpose.PASSWORD_RESET, world.partner.user_id),
    }
