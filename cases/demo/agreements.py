"""What the sharings of the demonstration rest on: agreements, a few permissions, withdrawals."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from cases.casework.commands.agreeing import CONFIRM_WITHIN
from cases.casework.enums import (
    AgreementMode,
    Audience,
    BasisKind,
    EntryKind,
    Permission,
    Section,
)
from cases.casework.models import LegalBasis
from cases.demo.organisations import Partner
from cases.demo.people import Member
from cases.demo.story import Stay, Story
from partners.organisations.enums import OrganisationKind, Subject

MODES = {AgreementMode.WRITING: 40, AgreementMode.PHONE: 50, AgreementMode.LINK: 10}
WITHDRAWN_SHARE, PERMISSION_SHARE = 0.05, 0.15
#: An agreement older than this was confirmed, or has lapsed.
FRESH = timedelta(days=5)
SOCIAL = (OrganisationKind.URSSAF, OrganisationKind.MSA)


def agree(
    story: Story,
    partners: Iterable[Partner],
    subject: Subject,
    sender: Stay,
    at: datetime,
    *,
    may_end: bool,
) -> LegalBasis:
    """The entrepreneur agrees, a little before ``at``, to share with these partners."""
    receivers, given_at = list(partners), at - timedelta(minutes=story.dice.between(6, 40))
    basis = LegalBasis(
        id=story.dice.identifier(given_at),
        case_id=story.case.id,
        given_at=given_at,
        seat_ids=[one.seat.id for one in receivers],
        sections=[section.value for section in _sections(story, subject)],
        recorded_by=sender.member.membership.id,
        recorded_seat_id=sender.partner.seat.id,
        created_at=given_at,
    )
    story.world.rows.add(basis)
    manager = _permitting(story, receivers, sender)
    if manager is None:
        _consent(story, basis, sender)
        if may_end and story.dice.chance(WITHDRAWN_SHARE):
            _withdraw(story, basis, sender)
    else:
        _permit(story, basis, manager)
    return basis


def _sections(story: Story, subject: Subject) -> list[Section]:
    sections = [Section.IDENTITY, Section.SITUATION]
    if subject is Subject.HEALTH:
        return [*sections, Section.HEALTH]
    return [*sections, Section.FIGURES] if story.dice.chance(0.7) else sections


def _permitting(story: Story, receivers: list[Partner], sender: Stay) -> Member | None:
    """Between social bodies a manager may share on a permission of the law."""
    kinds = {one.organisation.kind for one in (sender.partner, *receivers)}
    if not kinds <= set(SOCIAL) or not story.dice.chance(PERMISSION_SHARE):
        return None
    workers = sender.partner.workers
    return next((one for one in workers if one.role.value == "manager"), None)


def _permit(story: Story, basis: LegalBasis, manager: Member) -> None:
    permission = Permission.SOCIAL_BODIES_EXCHANGE
    basis.kind, basis.permission = BasisKind.PERMISSION, permission
    basis.recorded_by = manager.membership.id
    basis.reason = "Échange nécessaire pour calculer les droits et l’échéancier de l’entreprise."
    text = f"Permission de la loi : {permission.label} ({permission.article})."
    _tell(story, basis, text, basis.given_at, manager)
    details = {"article": permission.article}
    story.record("permission.recorded", basis, basis.given_at, manager, **details)


def _consent(story: Story, basis: LegalBasis, sender: Stay) -> None:
    mode, person = story.dice.weighted(MODES), story.firm.person
    basis.kind, basis.mode, basis.given_by = BasisKind.CONSENT, mode, person.full_name
    if mode is AgreementMode.WRITING:
        basis.confirmed_at = basis.given_at
    else:
        basis.sent_to = person.email
        _confirm(story, basis)
    text = f"Accord de partage donné par {person.full_name} ({mode.label.lower()})."
    _tell(story, basis, text, basis.given_at, sender.member)
    details = {"mode": mode.value}
    story.record("agreement.recorded", basis, basis.given_at, sender.member, **details)


def _confirm(story: Story, basis: LegalBasis) -> None:
    """By the link, in the following days; the most recent ones wait for it."""
    latest = min(story.world.now, story.end)
    confirmed_at = story.dice.after(basis.given_at, 0, 4)
    if confirmed_at < latest and not story.dice.chance(0.1):
        basis.confirmed_at = confirmed_at
    elif basis.given_at > story.world.now - FRESH:
        basis.valid_until = basis.given_at + CONFIRM_WITHIN
    else:
        basis.confirmed_at = basis.given_at + timedelta(hours=3)


def _withdraw(story: Story, basis: LegalBasis, sender: Stay) -> None:
    """Some weeks later the entrepreneur takes it back."""
    start = (basis.confirmed_at or basis.given_at) + timedelta(days=6)
    if start + timedelta(days=3) > story.end:
        return
    at = story.dice.instant(start, min(start + timedelta(days=50), story.end))
    basis.withdrawn_at, basis.withdrawn_by = at, story.firm.person.full_name
    text = f"Accord de partage retiré ({basis.withdrawn_by})."
    _tell(story, basis, text, at, sender.member)
    story.record("agreement.withdrawn", basis, at, sender.member)


def _tell(story: Story, basis: LegalBasis, text: str, at: datetime, member: Member) -> None:
    audience = Audience.AID
    story.tell(EntryKind.CONSENT, text, at, member, audience=audience, object_id=basis.id)
