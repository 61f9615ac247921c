"""What changes a case: result, journal entry, jobs asked for, refusals."""

import re
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.actors import SYSTEM, Actor, ActorKind, Role
from app.db import db, unit_of_work
from app.jobs import Outbox
from app.journal import JournalEvent
from cases.casework import commands, queries
from cases.casework.enums import (
    AgreementMode,
    Audience,
    CaseStatus,
    EntryKind,
    Outcome,
    Permission,
    Phase,
    Section,
)
from cases.casework.errors import (
    AddressMissing,
    AgreementIncomplete,
    AgreementOver,
    AudienceNotOpen,
    CaseAlreadyOpen,
    CaseIsClosed,
    CaseNotLed,
    HappensLater,
    KnownElsewhere,
    LeadCannotLeave,
    NothingChanged,
    PermissionNeedsManager,
    PermissionNeedsReason,
    SecondCaseNotAllowed,
)
from cases.casework.models import CaseFile, LegalBasis, Participation, TimelineEntry
from cases.companies.commands import claim_company
from cases.companies.models import Company
from partners.organisations.models import Seat
from tests.factories.companies import make_company, make_person
from tests.factories.people import make_member
from tests.factories.world import World, make_world
from tests.support.acting import acting_as, actor_of, seeding

SCOPE = [Section.IDENTITY, Section.SITUATION]


@pytest.fixture
def world(app) -> World:
    return make_world()


def rows(model, *conditions):
    with seeding() as session:
        return session.scalars(
            select(model).where(*conditions).execution_options(populate_existing=True)
        ).all()


def known_to(actor: Actor, world: World) -> Company:
    """The company of the world, which this seat names by its SIREN."""
    siren = rows(Company, Company.id == world.case.company_id)[0].siren
    with acting_as(actor):
        return claim_company(siren, by=actor)


def actions_of(actor: Actor) -> list[str]:
    events = rows(JournalEvent, JournalEvent.user_id == actor.user_id)
    return [one.action for one in sorted(events, key=lambda one: one.at)]


def test_open_case_makes_a_lead_a_history_and_a_line(app):
    member = make_member()
    company, actor = make_company(Seat(id=member.seat_id)), actor_of(member)
    with acting_as(actor):
        case = commands.open_case(company, None, Phase.EMERGENCY, by=actor)
    assert re.fullmatch(r"D-[2-9A-HJ-NP-Z]{6}", case.reference)
    lead = rows(Participation, Participation.case_id == case.id)
    assert [(one.seat_id, one.role) for one in lead] == [(member.seat_id, "lead")]
    entries = rows(TimelineEntry, TimelineEntry.case_id == case.id)
    assert [one.kind for one in entries] == [EntryKind.CASE_OPENED]
    assert actions_of(actor) == ["case.opened"]


def test_a_second_case_is_refused_with_the_first_when_it_is_visible(world):
    actor = actor_of(world.adviser)
    with acting_as(actor):
        company = queries.get_case(world.case.id, actor).company
        with pytest.raises(CaseAlreadyOpen) as refusal:
            commands.open_case(company, None, Phase.EMERGENCY, by=actor)
        assert refusal.value.case.id == world.case.id
        second = commands.open_case(
            company, None, Phase.EMERGENCY, by=actor, second_reason="Autre établissement"
        )
    assert second.second_reason == "Autre établissement"


def test_a_case_others_follow_gets_the_blind_answer_with_or_without_reason(world):
    actor = actor_of(world.stranger)
    company = known_to(actor, world)
    for reason in (None, "J’insiste"):
        with acting_as(actor), pytest.raises(KnownElsewhere) as refusal:
            commands.open_case(company, None, Phase.EMERGENCY, by=actor, second_reason=reason)
        assert world.case.reference not in refusal.value.message


def test_a_reason_without_a_first_case_is_refused(app):
    member = make_member()
    actor, person = actor_of(member), make_person(Seat(id=member.seat_id))
    with acting_as(actor), pytest.raises(SecondCaseNotAllowed):
        commands.open_case(None, person, Phase.REBOUND, by=actor, second_reason="x")
    with acting_as(actor):
        case = commands.open_case(None, person, Phase.REBOUND, by=actor)
        with pytest.raises(CaseAlreadyOpen):
            commands.open_case(None, person, Phase.REBOUND, by=actor)
    assert case.company_id is None


def test_steering_refusals(world):
    actor = actor_of(world.adviser)
    with acting_as(actor):
        case = queries.get_case(world.case.id, actor)
        with pytest.raises(NothingChanged):
            commands.change_phase(case, Phase.DIFFICULTY, by=actor)
        with pytest.raises(NothingChanged):
            commands.change_status(case, CaseStatus.OPEN, by=actor)
        commands.close_case(case, outcome=Outcome.RECOVERED, by=actor)
        with pytest.raises(CaseIsClosed):
            commands.change_phase(case, Phase.REBOUND, by=actor)
        with pytest.raises(CaseIsClosed):
            commands.write_entry(
                case, kind=EntryKind.NOTE, audience=Audience.OWN, body="x", by=actor
            )
        commands.reopen_case(case, reason="Rechute", by=actor)
    assert actions_of(actor).count("case.status_changed") == 2


def test_a_partner_cannot_steer_even_without_the_first_lock(world):
    actor = actor_of(world.partner)
    with acting_as(actor):
        case = queries.get_case(world.case.id, actor)
        with pytest.raises(CaseNotLed):
            commands.change_phase(case, Phase.EMERGENCY, by=actor)


def test_reopening_gives_way_to_the_case_opened_meanwhile(world):
    actor, other = actor_of(world.adviser), actor_of(world.stranger)
    with acting_as(actor):
        case = queries.get_case(world.case.id, actor)
        commands.close_case(case, outcome=Outcome.SOLD, by=actor)
    company = known_to(other, world)
    with acting_as(other):
        commands.open_case(company, None, Phase.EMERGENCY, by=other)
    with acting_as(actor):
        db.session.expunge_all()
        case = queries.get_case(world.case.id, actor)
        with pytest.raises(KnownElsewhere):
            commands.reopen_case(case, by=actor)


def test_writing_refusals(world):
    actor = actor_of(world.adviser)
    later = clock.now() + timedelta(hours=1)
    with acting_as(actor):
        case = queries.get_case(world.case.id, actor)
        note = {"kind": EntryKind.NOTE, "audience": Audience.AID, "body": "x", "by": actor}
        with pytest.raises(HappensLater):
            commands.write_entry(case, **note, happened_at=later)
    creditor = Actor(kind=ActorKind.MEMBER, seat_id=uuid.uuid4(), side="recovery")
    with pytest.raises(AudienceNotOpen):
        commands.write_entry(case, **{**note, "by": creditor})


def test_agreement_by_phone_asks_for_a_link(world):
    actor = actor_of(world.adviser)
    with acting_as(actor):
        case = queries.get_case(world.case.id, actor)
        with pytest.raises(AddressMissing):
            commands.record_agreement(
                case, [world.stranger.seat_id], SCOPE, AgreementMode.PHONE, given_by="X", by=actor
            )
        with pytest.raises(AgreementIncomplete):
            commands.record_agreement(
                case, [], SCOPE, AgreementMode.WRITING, given_by="X", by=actor
            )
        basis = commands.record_agreement(
            case,
            [world.stranger.seat_id],
            SCOPE,
            AgreementMode.PHONE,
            given_by="Dominique",
            email="d@exemple.test",
            by=actor,
        )
    asked = rows(Outbox, Outbox.basis_id == basis.id)
    assert [one.kind for one in asked] == ["cases.casework.send_consent_link"]
    assert asked[0].payload == {"agreement_id": str(basis.id)}


def test_a_permission_needs_a_manager_and_a_reason(world):
    adviser = actor_of(world.adviser)
    manager = actor_of(make_member(Seat(id=adviser.seat_id), Role.MANAGER))
    scope = ([world.stranger.seat_id], SCOPE, Permission.COURT_REQUEST)
    with acting_as(manager):
        case = queries.get_case(world.case.id, manager)
        with pytest.raises(PermissionNeedsManager):
            commands.record_permission(case, *scope, reason="x", by=adviser)
        with pytest.raises(PermissionNeedsReason):
            commands.record_permission(case, *scope, reason=" ", by=manager)
        commands.record_permission(case, *scope, reason="Demande reçue", by=manager)
    assert "permission.recorded" in actions_of(manager)


def test_withdrawing_closes_access_contacts_and_queue_at_once(world):
    lead, partner = actor_of(world.adviser), actor_of(world.partner)
    with seeding() as session:
        session.add(
            Outbox(
                kind="x",
                dedupe_key=f"x:{world.basis.id}",
                payload={},
                principal=ActorKind.SYSTEM,
                basis_id=world.basis.id,
                available_at=clock.now(),
            )
        )
    with acting_as(lead), unit_of_work():
        basis = queries.get_basis(world.basis.id, lead)
        commands.withdraw_agreement(basis, withdrawn_by="Dominique", by=lead)
        with pytest.raises(AgreementOver):
            commands.withdraw_agreement(basis, withdrawn_by="Dominique", by=lead)
    from cases.companies.queries import persons_visible_to

    with acting_as(partner) as session:
        session.expunge_all()
        assert session.scalars(queries.cases_visible_to(partner)).all() == []
        assert session.scalars(persons_visible_to(partner)).all() == []
    assert rows(Outbox, Outbox.basis_id == world.basis.id)[0].status == "cancelled"
    assert rows(Participation, Participation.basis_id == world.basis.id)[0].ended_at is not None


def test_unconfirmed_agreements_lapse_whenever_the_job_runs(world):
    past = clock.now() - timedelta(days=3)
    with seeding() as session:
        basis = session.get(LegalBasis, world.basis.id)
        basis.mode, basis.confirmed_at, basis.valid_until = AgreementMode.PHONE, None, past
        session.flush()
    with acting_as(SYSTEM), unit_of_work():
        assert commands.lapse_unconfirmed_agreements() == 1
        assert commands.lapse_unconfirmed_agreements() == 0
    assert rows(LegalBasis, LegalBasis.id == world.basis.id)[0].withdrawn_at is not None


def test_the_lead_cannot_leave(world):
    actor = actor_of(world.adviser)
    with acting_as(actor):
        case = queries.get_case(world.case.id, actor)
        mine = next(one for one in case.participations if one.seat_id == actor.seat_id)
        with pytest.raises(LeadCannotLeave):
            commands.leave_case(mine, by=actor)


def test_cases_are_handed_to_a_colleague_by_the_manager_of_the_seat(world):
    seat = Seat(id=world.adviser.seat_id)
    colleague, manager = make_member(seat), actor_of(make_member(seat, Role.MANAGER))
    with acting_as(manager):
        assert commands.hand_over_cases(world.adviser, colleague, manager) == 1
    assert rows(CaseFile, CaseFile.id == world.case.id)[0].lead_member_id == colleague.id


@pytest.mark.parametrize("who", ["partner", "recovery"])
def test_nobody_else_hands_cases_over(world, who):
    actor = actor_of(getattr(world, who))
    colleague = make_member(Seat(id=world.adviser.seat_id))
    with pytest.raises(Exception, match="not a manager of this seat"), acting_as(actor):
        commands.hand_over_cases(world.adviser, colleague, actor)
