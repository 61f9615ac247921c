"""Requests of the person in the demonstration, in several states, and links that still open."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from app.actors import Role
from app.web.formatting import date_short, siren
from cases.casework.commands.agreeing import SEND_LINK
from cases.casework.enums import BasisKind, Section
from cases.casework.models import LegalBasis
from cases.demo.effects import leave_effect
from cases.demo.organisations import Partner
from cases.demo.people import Member
from cases.demo.randomness import Dice
from cases.demo.story import Story
from cases.demo.texts import content
from cases.demo.world import World
from cases.rights.commands.copying import GIVE, KEPT_UNGIVEN
from cases.rights.enums import (
    Channel,
    CopyStatus,
    LeftOutReason,
    RefusalReason,
    RequestState,
    RightsKind,
)
from cases.rights.models import RightsCopy, RightsRequest
from cases.rights.rules import MONTHS, MONTHS_EXTENDED, day_of, due_day

#: The seat whose cases are told of, those of the adviser that the sign-in page offers first.
SEAT = ("urssaf-aquitaine", "aid")
#: Agreements whose link is sent when the demonstration starts: their pages can be opened.
LINKS = 8


def exercise_rights(world: World, stories: Sequence[Story]) -> None:
    """Some entrepreneurs asked something; a few more hold a link to their page."""
    partner = next(one for one in world.partners if (one.key, one.seat.side.value) == SEAT)
    member = next(one for one in partner.members if one.role is Role.ADVISER)
    dice, told = Dice("rights"), list(_agreed(world, stories, partner))
    told.sort(key=lambda one: one[0].case.lead_member_id != member.membership.id)
    for (story, basis), asked in zip(told, content("rights")["request"], strict=False):
        request = _ask(story, basis, asked, member, dice)
        if request.kind is RightsKind.COPY and not request.is_waiting:
            _give(story, request, member, dice)
    for _story, basis in told[:LINKS]:
        leave_effect(world, SEND_LINK, basis, dice, agreement_id=basis.id)


def _agreed(
    world: World, stories: Sequence[Story], partner: Partner
) -> Iterator[tuple[Story, LegalBasis]]:
    """Open cases that this seat leads, each with an agreement in force that went by mail."""
    led = {
        one.case.id: one
        for one in stories
        if one.is_open and one.case.lead_seat_id == partner.seat.id
    }
    for basis in world.rows.of(LegalBasis):
        is_in_force = basis.kind is BasisKind.CONSENT and basis.withdrawn_at is None
        is_plain = is_in_force and basis.sent_to and Section.HEALTH not in basis.sections
        if is_plain and (story := led.pop(basis.case_id, None)):
            yield story, basis


def _ask(
    story: Story, basis: LegalBasis, asked: dict[str, Any], member: Member, dice: Dice
) -> RightsRequest:
    at = dice.office_time(story.world.today - timedelta(days=asked["days"]))
    state = RequestState(asked.get("state", RequestState.RECEIVED))
    channel = Channel(asked.get("channel", Channel.LINK))
    is_noted, is_extended = channel is not Channel.LINK, state is RequestState.EXTENDED
    request = RightsRequest(
        id=dice.identifier(at),
        case_id=story.case.id,
        kind=RightsKind(asked["kind"]),
        state=state,
        channel=channel,
        asked_by=basis.given_by,
        answer_to=basis.sent_to,
        text=asked["text"],
        received_at=at,
        received_by=member.membership.id if is_noted else None,
        received_seat_id=member.seat.id if is_noted else None,
        due_on=due_day(day_of(at), months=MONTHS_EXTENDED if is_extended else MONTHS),
        created_at=at,
    )
    if is_extended:
        request.extended_at = at + timedelta(days=2)
        request.extension_reason = asked["extension_reason"]
    if "answer" in asked:
        _answer(request, asked, member, at + timedelta(days=9, hours=2))
    story.record("rights_request.received", request, at, member if is_noted else None)
    return story.world.rows.add(request)


def _answer(request: RightsRequest, asked: dict[str, Any], member: Member, at: datetime) -> None:
    request.answer, request.answered_at = asked["answer"], at
    request.answered_by, request.answered_seat_id = member.membership.id, member.seat.id
    if "refusal" in asked:
        request.refusal = RefusalReason(asked["refusal"])


def _give(story: Story, request: RightsRequest, member: Member, dice: Dice) -> None:
    """A copy whose two files the worker makes when the demonstration starts."""
    at = request.answered_at
    assert at is not None
    copy = RightsCopy(
        id=dice.identifier(at),
        request_id=request.id,
        case_id=story.case.id,
        seat_id=member.seat.id,
        member_id=member.membership.id,
        status=CopyStatus.GIVEN,
        content=_content_of(story),
        left_out={LeftOutReason.OTHERS.value: 1},
        given_at=at,
        expires_at=at + KEPT_UNGIVEN,
        created_at=at,
    )
    story.world.rows.add(copy)
    leave_effect(story.world, GIVE, copy, dice, copy_id=copy.id)


def _content_of(story: Story) -> list[dict[str, Any]]:
    """A few lines of the case, as the product would have gathered them."""
    firm, case = story.firm, story.case
    name = firm.company.name if firm.company else firm.person.full_name
    identity = [["Entreprise", name], ["Entrepreneur", firm.person.full_name]]
    if firm.company and firm.company.siren:
        identity.append(["SIREN", siren(firm.company.siren)])
    situation = [["Ouvert le", date_short(case.opened_at)], ["Phase", case.phase.label]]
    parts = (
        ("identity", "Vous et votre entreprise", "Identité et coordonnées", identity),
        ("situation", "Votre situation", f"Dossier {case.reference}", situation),
    )
    return [
        {"key": key, "title": title, "entries": [{"key": key, "title": entry, "lines": lines}]}
        for key, title, entry, lines in parts
    ]
