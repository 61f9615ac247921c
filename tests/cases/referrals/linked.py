"""An organisation where nobody has an account, and the link by which it answers."""

import re
from dataclasses import dataclass

from flask import current_app
from sqlalchemy import select, update

from app import rows
from app.actors import SYSTEM, Actor, ActorKind
from app.db import db
from app.jobs import JOBS, Outbox
from app.links import Link, LinkPurpose, hash_token
from app.mail import list_kept
from cases.casework.models import LegalBasis
from cases.referrals import commands
from cases.referrals.commands import Signature
from cases.referrals.commands.linking import SEND_ANSWER_LINK
from cases.referrals.models import Referral
from cases.referrals.queries.referrals import get_referral
from cases.referrals.rules.rights import as_receiver
from partners.organisations.enums import OrganisationKind
from partners.organisations.models import Organisation, Seat
from partners.people.models import Membership
from tests.cases.referrals.story import Story, make_story
from tests.factories.links import make_link
from tests.factories.organisations import make_organisation, make_seat
from tests.support.acting import acting_as, seeding

ADDRESS = "contact@estuaire.example"
SIGNED = Signature("Paule Estran", "bénévole")
WHO = {"full_name": SIGNED.name, "function": SIGNED.function}


@dataclass(frozen=True)
class Addressee:
    """What ``Story.send`` looks at in whoever is written to."""

    seat_id: object


def make_unstaffed(story: Story, kind: OrganisationKind = OrganisationKind.ASSOCIATION) -> Seat:
    """An organisation without member, that the agreement of the story covers."""
    organisation = make_organisation("Compagnons de l’Estuaire", kind)
    seat = make_seat(organisation)
    with seeding() as session:
        session.get_one(Organisation, organisation.id).email = ADDRESS
        basis = session.get_one(LegalBasis, story.basis.id)
        basis.seat_ids = [*basis.seat_ids, seat.id]
    return seat


def send_to(story: Story, seat: Seat, **more: object) -> Referral:
    """The adviser sends the need to this seat."""
    return story.send(to=Addressee(seat.id), **more)  # type: ignore[arg-type]


def link_to(referral: Referral) -> str:
    """The token of a new answer link, the sender's seat on it as the worker does."""
    token = make_link(LinkPurpose.ANSWER, referral.id)
    with seeding() as session:
        session.execute(
            update(Link)
            .where(Link.token_hash == hash_token(token))
            .values(seat_id=referral.sender_seat_id)
        )
    return token


def bearer_of(token: str) -> Actor:
    """The actor that a request by this link would have."""
    with seeding() as session:
        link = session.scalars(select(Link).where(Link.token_hash == hash_token(token))).one()
    return Actor(
        kind=ActorKind.LINK,
        link_id=link.id,
        link_purpose=link.purpose.value,
        link_object_id=link.object_id,
    )


def opened_by_link(token: str) -> tuple[Referral, Actor]:
    """The referral as its bearer loads it in a new request, and who acts."""
    bearer = bearer_of(token)
    db.session.commit()
    rows.act_as(bearer)
    db.session.expunge_all()
    assert bearer.link_object_id is not None
    referral = get_referral(bearer.link_object_id, bearer)
    return referral, as_receiver(bearer, referral)


def accept_by_link(token: str) -> Referral:
    """The bearer accepts."""
    referral, actor = opened_by_link(token)
    with acting_as(bearer_of(token)):
        commands.accept_referral(referral, signature=SIGNED, by=actor)
    return referral


def deliver_link(referral: Referral) -> str:
    """Run the one waiting job that sends a link, as the worker does; the token of its mail."""
    with seeding() as session:
        session.expunge_all()
        mine = Outbox.kind == SEND_ANSWER_LINK, Outbox.status == "pending"
        row = session.scalars(select(Outbox).where(*mine)).one()
    with acting_as(SYSTEM):
        JOBS[row.kind].run(row)
    with seeding() as session:
        session.execute(update(Outbox).where(Outbox.id == row.id).values(status="sent"))
    return token_of_last_mail()


def token_of_last_mail() -> str:
    """What the last kept mail leads to."""
    _key, mail = list_kept(current_app.config["SETTINGS"])[0]
    found = re.search(r"/reponse/(\S+)", mail.get_content())
    assert found is not None
    return found[1]


def story_with_link() -> tuple[Story, Referral, str]:
    """A referral that waits where nobody has an account, and the token of its link."""
    story = make_story()
    sent = send_to(story, make_unstaffed(story))
    return story, sent, link_to(sent)


def make_colleague(referral: Referral) -> Membership:
    """Somebody of the receiving organisation who has an account after all."""
    from tests.factories.people import make_member

    return make_member(Seat(id=referral.receiver_seat_id))
