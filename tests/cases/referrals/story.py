"""The people of the referral tests: an Urssaf that leads a case, partners asked for help."""

from dataclasses import dataclass, field

from app.actors import Actor
from app.db import db
from cases.casework.models import CaseFile, LegalBasis
from cases.referrals import commands
from cases.referrals.commands import Receiver
from cases.referrals.enums import ReferralKind
from cases.referrals.models import Need, Referral
from cases.referrals.queries.needs import get_need
from cases.referrals.queries.referrals import get_referral
from cases.referrals.queries.routing import get_receivers
from partners.organisations.enums import OrganisationKind, Subject
from partners.organisations.models import Seat
from partners.people.models import Membership
from tests.factories.casework import make_basis, make_case
from tests.factories.organisations import make_organisation, make_seat
from tests.factories.people import make_member
from tests.factories.referrals import make_need
from tests.support.acting import act_as_member, acting_as

BOTH = ("identity", "situation")


@dataclass
class Story:
    """Who takes part, before anything is sent."""

    adviser: Membership
    partner: Membership
    colleague: Membership
    rival: Membership
    stranger: Membership
    case: CaseFile
    basis: LegalBasis
    need: Need
    keys: list[str] = field(default_factory=list)

    @property
    def partner_seat(self) -> Seat:
        """Where the referral goes."""
        return Seat(id=self.partner.seat_id)

    def send(
        self, kind: ReferralKind = ReferralKind.JOINT, to: Membership | None = None, key: str = ""
    ) -> Referral:
        """The adviser sends the need; committed. The test's session acts as the adviser."""
        actor = act_as_member(self.adviser)
        with acting_as(actor):
            seat = get_receivers([(to or self.partner).seat_id], actor)[0]
            self.keys.append(key or f"key-{len(self.keys)}-{self.need.id}")
            return commands.send_referral(
                get_need(self.need.id, actor),
                Receiver(seat),
                kind,
                basis=self.basis,
                sections=BOTH,
                message="Merci de rappeler avant jeudi.",
                client_key=self.keys[-1],
                by=actor,
            )

    def opened_by(self, member: Membership, referral: Referral) -> tuple[Referral, Actor]:
        """The referral as this member loads it in a new request, and who they are."""
        actor = act_as_member(member)
        db.session.expunge_all()
        return get_referral(referral.id, actor), actor


def make_story(subject: Subject = Subject.CASH_FLOW, partner_kind: str = "association") -> Story:
    """An open case, an agreement that covers two partners, a need."""
    adviser = make_member(make_seat(make_organisation("Urssaf Exemple", OrganisationKind.URSSAF)))
    kind = OrganisationKind(partner_kind)
    seat = make_seat(make_organisation("Entraide Exemple", kind))
    rival = make_member(make_seat(make_organisation("Conseil Exemple", kind)))
    partner = make_member(seat)
    case = make_case(adviser)
    seats = [seat, Seat(id=rival.seat_id)]
    sections = ["identity", "situation", "figures"]
    sections += ["health"] if subject is Subject.HEALTH else []
    return Story(
        adviser=adviser,
        partner=partner,
        colleague=make_member(seat),
        rival=rival,
        stranger=make_member(),
        case=case,
        basis=make_basis(case, seats, adviser, sections=sections),
        need=make_need(case, adviser, subject),
    )
