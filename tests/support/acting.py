"""Acting in tests: as the seeder who fills the database, as a member, as nobody."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app import rows
from app.actors import Actor, ActorKind
from app.db import db
from app.links import LinkPurpose, issue_link
from partners.organisations.models import Seat
from partners.people.enums import SIDE_LABELS
from partners.people.models import Membership


@dataclass(frozen=True)
class Seeder(Actor):
    """Writes what a test needs to find; its role exists in test databases only."""

    kind: ActorKind = ActorKind.SYSTEM

    @property
    def database_role(self) -> str:
        """The role that every policy lets through."""
        return "relais_seed"


SEEDER = Seeder()


@contextmanager
def acting_as(actor: Actor) -> Iterator[Session]:
    """A session in which this actor acts; committed and put away at the end."""
    session = db.session()
    session.commit()
    before = session.info.get("actor")
    session.info["actor"] = actor
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info["actor"] = before


@contextmanager
def seeding() -> Iterator[Session]:
    """A session that may read and write everything."""
    with acting_as(SEEDER) as session:
        yield session


def actor_of(membership: Membership) -> Actor:
    """The Actor of this member on this seat, as a request would build it."""
    with seeding() as session:
        found = session.scalars(
            select(Membership)
            .where(Membership.id == membership.id)
            .options(
                joinedload(Membership.user),
                joinedload(Membership.seat).joinedload(Seat.organisation),
            )
        ).one()
        seat, organisation = found.seat, found.seat.organisation
        label = f"{organisation.name} ({SIDE_LABELS[seat.side]})"
        return Actor(
            kind=ActorKind.MEMBER,
            user_id=found.user_id,
            membership_id=found.id,
            seat_id=seat.id,
            organisation_id=organisation.id,
            unit_id=found.unit_id,
            side=seat.side,
            role=found.role,
            user_name=found.user.full_name,
            organisation_name=organisation.name,
            organisation_kind=organisation.kind.value,
            seat_label=label,
            seats=((found.id, label),),
        )


def act_as_member(membership: Membership) -> Actor:
    """From now on the test's own session is this member's; returns the Actor."""
    actor = actor_of(membership)
    db.session.commit()
    rows.act_as(actor)
    return actor


def link_actor(purpose: str, object_id: uuid.UUID) -> Actor:
    """The bearer of a new link of this purpose on this object."""
    with seeding():
        link, _token = issue_link(LinkPurpose(purpose), object_id, by=SEEDER)
    return Actor(
        kind=ActorKind.LINK, link_id=link.id, link_purpose=purpose, link_object_id=object_id
    )
