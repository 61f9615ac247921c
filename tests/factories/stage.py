"""The stage of the great story: two organisations that will work together, a third, a creditor."""

from dataclasses import dataclass

import pyotp

from app import clock
from app.actors import Role, Side
from partners.organisations.enums import OrganisationKind, Subject
from partners.organisations.models import Organisation, Seat
from partners.people import proofs
from partners.people.models import Correspondent, Membership, Pledge, UserSecret
from tests.factories.organisations import make_organisation, make_seat, make_service, make_unit
from tests.factories.people import make_member, make_user
from tests.support.acting import seeding

PASSWORD = "quatre mots sans rapport"
#: The company of the recorded answer 843701079 is in the Tarn.
DEPARTMENTS = ("33", "81")


@dataclass(frozen=True)
class Stage:
    """Who plays: an Urssaf on its two sides, a partner, and a chamber that is not asked."""

    adviser: Membership
    recovery: Membership
    partner: Membership
    colleague: Membership
    third: Membership
    totp_secret: str


def make_stage() -> Stage:
    """The organisations, their territory and what they offer; the adviser may really sign in."""
    urssaf = make_organisation("Urssaf Exemple", OrganisationKind.URSSAF)
    partner, partner_seat = _helper("Entraide et entrepreneurs", OrganisationKind.ASSOCIATION)
    third, _ = _helper("Chambre Exemple", OrganisationKind.CMA)
    adviser = _member(make_seat(urssaf), "Camille Durand", "camille.durand@exemple.test")
    make_unit(urssaf, DEPARTMENTS)
    return Stage(
        adviser=adviser,
        recovery=_member(make_seat(urssaf, Side.RECOVERY), "Sacha Recouvrement"),
        partner=partner,
        colleague=_member(partner_seat, "Noa Petit"),
        third=third,
        totp_secret=give_secrets(adviser),
    )


def _helper(name: str, kind: OrganisationKind) -> tuple[Membership, Seat]:
    organisation: Organisation = make_organisation(name, kind)
    seat = make_seat(organisation)
    unit = make_unit(organisation, DEPARTMENTS)
    member = _member(seat, f"Alix de {name}", unit_id=unit.id)
    for subject in (Subject.CASH_FLOW, Subject.SOCIAL_DEBTS):
        service = make_service(organisation, subject, unit_id=unit.id)
        with seeding() as session:
            session.add(Correspondent(service_id=service.id, membership_id=member.id))
    return member, seat


def _member(seat: Seat, name: str, email: str = "", **more: object) -> Membership:
    return make_member(seat, Role.ADVISER, make_user(name, email), **more)


def give_secrets(member: Membership) -> str:
    """A password (``PASSWORD``), a second factor, the pledge signed; the secret of the factor."""
    secret, now = proofs.new_totp_secret(), clock.now()
    with seeding() as session:
        session.add(
            UserSecret(
                user_id=member.user_id,
                password_hash=proofs.hash_password(PASSWORD),
                password_changed_at=now,
                totp_secret=proofs.seal_secret(member.user_id, secret),
                totp_confirmed_at=now,
            )
        )
        session.add(Pledge(user_id=member.user_id, version="1", signed_at=now))
    return secret


def code_of(secret: str) -> str:
    """What the authenticator shows now."""
    return pyotp.TOTP(secret).now()
