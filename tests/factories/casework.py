"""Cases, participations, bases, timeline entries."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from uuid_utils.compat import uuid7

from app import clock
from app.journal import JournalEvent
from cases.casework.enums import (
    ActionAnswer,
    AgreementMode,
    Audience,
    BasisKind,
    EntryKind,
    OutsideReason,
    ParticipantRole,
    Phase,
    Section,
)
from cases.casework.models import (
    ActionReply,
    CaseAction,
    CaseFile,
    LegalBasis,
    OutsideAccess,
    Participation,
    TimelineEntry,
)
from cases.casework.queries.sharing import OPENED_OUTSIDE
from cases.companies.models import Company
from partners.organisations.models import Seat
from partners.people.models import Membership
from tests.factories.companies import make_company, make_person
from tests.support.acting import seeding

_numbers = count(1)


def make_case(member: Membership, company: Company | None = None, **more: Any) -> CaseFile:
    """An open case led by this member's seat, on a company and a person of its own."""
    seat = Seat(id=member.seat_id)
    company = company or make_company(seat)
    values: dict[str, Any] = {"phase": Phase.DIFFICULTY, "reference": f"D-TEST{next(_numbers)}"}
    values |= {"person_id": more["person_id"] if "person_id" in more else make_person(seat).id}
    with seeding() as session:
        made = CaseFile(
            company_id=company.id,
            lead_seat_id=member.seat_id,
            lead_member_id=member.id,
            **{**values, **more},
        )
        session.add(made)
        session.flush()
        session.add(
            Participation(
                case_id=made.id,
                seat_id=member.seat_id,
                role=ParticipantRole.LEAD,
                member_id=member.id,
            )
        )
    return made


def make_basis(
    case: CaseFile, seats: list[Seat], recorded_by: Membership, **more: Any
) -> LegalBasis:
    """A written agreement to share everything but health with these seats."""
    sections = [Section.IDENTITY, Section.SITUATION, Section.FIGURES, Section.DOCUMENTS]
    values: dict[str, Any] = {
        "kind": BasisKind.CONSENT,
        "mode": AgreementMode.WRITING,
        "given_by": "Dominique Exemple",
        "given_at": clock.now(),
        "sections": [section.value for section in sections],
    }
    with seeding() as session:
        made = LegalBasis(
            case_id=case.id,
            seat_ids=[seat.id for seat in seats],
            recorded_by=recorded_by.id,
            recorded_seat_id=recorded_by.seat_id,
            **{**values, **more},
        )
        session.add(made)
    return made


def make_participation(
    case: CaseFile, member: Membership, basis: LegalBasis, **more: Any
) -> Participation:
    """This member's seat takes part as a partner."""
    with seeding() as session:
        made = Participation(
            case_id=case.id,
            seat_id=member.seat_id,
            role=ParticipantRole.PARTNER,
            member_id=member.id,
            basis_id=basis.id,
            sections=list(basis.sections),
            **more,
        )
        session.add(made)
    return made


def make_entry(
    case: CaseFile,
    author: Membership,
    audience: Audience = Audience.AID,
    body: str = "Appel.",
    *,
    written_at: datetime | None = None,
) -> TimelineEntry:
    """A line of the timeline."""
    with seeding() as session:
        made = TimelineEntry(
            case_id=case.id,
            kind=EntryKind.CALL,
            audience=audience,
            seat_id=author.seat_id,
            author_id=author.id,
            body=body,
            happened_at=clock.now(),
            created_at=written_at or clock.now(),
        )
        session.add(made)
    return made


def make_outside_access(case: CaseFile, member: Membership, **more: Any) -> OutsideAccess:
    """A reason this member gave just now to open the case, with its journal event."""
    values: dict[str, Any] = {"reason": OutsideReason.REPLACEMENT, "department": "33"}
    with seeding() as session:
        made = OutsideAccess(
            id=uuid7(),
            case_id=case.id,
            seat_id=member.seat_id,
            member_id=member.id,
            given_at=clock.now(),
            **{**values, **more},
        )
        session.add(
            JournalEvent(
                at=made.given_at,
                principal="member",
                user_id=member.user_id,
                seat_id=member.seat_id,
                action=OPENED_OUTSIDE,
                object_type="outside_access",
                object_id=made.id,
                case_id=case.id,
            )
        )
        session.flush()
        session.add(made)
    return made


def make_asked_action(case: CaseFile, member: Membership, **more: Any) -> CaseAction:
    """An action this member gave just now to the entrepreneur, by a link."""
    values: dict[str, Any] = {
        "objective": "Envoyer le dernier relevé bancaire",
        "owner_name": "Dominique Exemple",
        "owner_email": "dominique@exemple.test",
        "due_on": clock.today() + timedelta(days=5),
        "asked_at": clock.now(),
    }
    with seeding() as session:
        made = CaseAction(
            case_id=case.id, seat_id=member.seat_id, asked_by=member.id, **{**values, **more}
        )
        session.add(made)
    return made


def make_reply(
    action: CaseAction, answer: ActionAnswer = ActionAnswer.HELP, **more: Any
) -> ActionReply:
    """What was answered by a link of this action."""
    with seeding() as session:
        made = ActionReply(
            action_id=action.id, case_id=action.case_id, link_id=uuid7(), answer=answer, **more
        )
        session.add(made)
    return made
