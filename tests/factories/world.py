"""A small world with one row of everything, shared by the tests of isolation."""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta

from app import clock
from app.actors import Role, Side
from app.jobs import Outbox
from app.journal import JournalEvent
from app.links import Link, LinkPurpose
from app.notices import Notice
from app.saved_views import SavedView
from cases.casework.enums import Audience, ChangeKind
from cases.casework.models import (
    Assessment,
    AssessmentDebt,
    CaseAction,
    CaseChange,
    CaseFile,
    EntryRevision,
    LegalBasis,
    TimelineEntry,
)
from cases.companies.models import CompanyPerson, CompanyUse
from cases.referrals.models import (
    AccessRequest,
    AccessRequestMatch,
    Need,
    Printout,
    Referral,
    ReferralStep,
)
from cases.rights.enums import RightsKind
from cases.rights.models import RightsCopy, RightsRequest
from partners.organisations.enums import OrganisationKind, Subject
from partners.organisations.models import Organisation
from partners.people.models import Membership
from tests.factories.casework import (
    make_asked_action,
    make_basis,
    make_case,
    make_entry,
    make_outside_access,
    make_participation,
    make_reply,
)
from tests.factories.organisations import make_organisation, make_seat
from tests.factories.people import make_member
from tests.factories.referrals import make_need, make_referral
from tests.factories.rights import give, make_copy, make_request
from tests.support.acting import seeding


@dataclass(frozen=True)
class World:
    """An Urssaf that leads a case, its recovery side, a partner inside, strangers outside."""

    urssaf: Organisation
    adviser: Membership
    recovery: Membership
    partner: Membership
    pending: Membership
    stranger: Membership
    case: CaseFile
    basis: LegalBasis
    need: Need
    accepted: Referral
    waiting: Referral
    aid_entry: TimelineEntry
    own_entry: TimelineEntry
    all_entry: TimelineEntry
    asked: RightsRequest
    given: RightsCopy


def make_world() -> World:
    """The world, with a row in every table that belongs to a case."""
    urssaf = make_organisation("Urssaf Exemple", OrganisationKind.URSSAF)
    adviser = make_member(make_seat(urssaf))
    recovery = make_member(make_seat(urssaf, Side.RECOVERY))
    partner_seat, pending_seat = make_seat(), make_seat()
    partner, pending, stranger = make_member(partner_seat), make_member(pending_seat), make_member()
    case = make_case(adviser)
    basis = make_basis(case, [partner_seat, pending_seat], adviser)
    need = make_need(case, adviser)
    accepted = make_referral(
        need, adviser, partner_seat, basis, state="accepted", answered_at=clock.now()
    )
    make_participation(case, partner, basis, referral_id=accepted.id)
    waiting = make_referral(need, adviser, pending_seat, basis)
    make_referral(make_need(case, adviser), adviser, make_seat(), basis, state="expired")
    entries = {audience: make_entry(case, adviser, audience) for audience in Audience}
    _fill(case, adviser, partner, accepted, entries[Audience.AID])
    asked = make_request(case)
    make_copy(asked, adviser)
    given = make_request(case, kind=RightsKind.ERASURE)
    return World(
        urssaf=urssaf,
        adviser=adviser,
        recovery=recovery,
        partner=partner,
        pending=pending,
        stranger=stranger,
        case=case,
        basis=basis,
        need=need,
        accepted=accepted,
        waiting=waiting,
        aid_entry=entries[Audience.AID],
        own_entry=entries[Audience.OWN],
        all_entry=entries[Audience.ALL],
        asked=asked,
        given=give(make_copy(given, adviser)),
    )


def _fill(
    case: CaseFile,
    adviser: Membership,
    partner: Membership,
    referral: Referral,
    entry: TimelineEntry,
) -> None:
    now, seat_id = clock.now(), adviser.seat_id
    other = make_member(role=Role.ADVISER)
    make_outside_access(case, partner)
    make_reply(make_asked_action(case, adviser), answered_at=now - timedelta(days=1))
    with seeding() as session:
        assessment = Assessment(case_id=case.id, seat_id=seat_id, done_on=date(2026, 1, 5))
        request = AccessRequest(
            seat_id=other.seat_id,
            member_id=other.id,
            company_name="Menuiserie Exemple",
            subject=Subject.CASH_FLOW,
            reason="Nous accompagnons cette entreprise.",
        )
        session.add_all([assessment, request])
        session.flush()
        session.add_all(
            [
                AssessmentDebt(assessment_id=assessment.id, creditor="Bailleur", amount_cents=1),
                CaseAction(
                    case_id=case.id, seat_id=seat_id, objective="Appeler", due_on=date(2026, 2, 1)
                ),
                CaseChange(case_id=case.id, kind=ChangeKind.PHASE, after="difficulty"),
                EntryRevision(
                    entry_id=entry.id,
                    case_id=case.id,
                    body="Avant",
                    replaced_by=adviser.id,
                    audience=Audience.AID,
                ),
                CompanyUse(company_id=case.company_id, seat_id=seat_id),
                CompanyPerson(
                    company_id=case.company_id, person_id=case.person_id, seat_id=seat_id
                ),
                AccessRequestMatch(request_id=request.id, case_id=case.id),
                ReferralStep(
                    referral_id=referral.id,
                    before="sent",
                    after="seen",
                    seat_id=partner.seat_id,
                ),
                ReferralStep(
                    referral_id=referral.id,
                    before="seen",
                    after="accepted",
                    seat_id=partner.seat_id,
                    link_id=uuid.uuid4(),
                    signed_name="Paule Estran",
                    signed_function="bénévole",
                ),
                Printout(
                    referral_id=referral.id,
                    user_id=adviser.user_id,
                    seat_id=seat_id,
                    expires_at=now + timedelta(days=1),
                ),
                Notice(key=f"world:{case.id}", seat_id=seat_id, text="Une réponse est arrivée."),
                JournalEvent(
                    principal="member",
                    user_id=adviser.user_id,
                    seat_id=seat_id,
                    action="case.read",
                    object_type="case_file",
                    object_id=case.id,
                    case_id=case.id,
                ),
                Outbox(
                    kind="world",
                    dedupe_key=f"world:{case.id}",
                    payload={},
                    principal="member",
                    user_id=adviser.user_id,
                    seat_id=seat_id,
                    available_at=now,
                ),
                SavedView(
                    user_id=adviser.user_id,
                    page="casework.list_cases",
                    name="Urgences",
                    query="phase=emergency",
                ),
                Link(
                    purpose=LinkPurpose.CONSENT,
                    object_id=case.id,
                    token_hash=f"world-{case.id}",
                    seat_id=seat_id,
                    expires_at=now + timedelta(days=8),
                ),
            ]
        )
