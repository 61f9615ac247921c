"""Cases, participations, bases, timeline entries."""

from itertools import count
from typing import Any

from app import clock
from cases.casework.enums import (
    AgreementMode,
    Audience,
    BasisKind,
    EntryKind,
    ParticipantRole,
    Phase,
    Section,
)
from cases.casework.models import CaseFile, LegalBasis, Participation, TimelineEntry
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
    case: CaseFile, author: Membership, audience: Audience = Audience.AID, body: str = "Appel."
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
        )
        session.add(made)
    return made
