"""The consent gate (``domain.md`` §5, ``trust.md`` §4): what may travel, to whom, on what basis."""

import enum
import uuid
from collections.abc import Collection, Iterable
from datetime import datetime

from app.actors import Side
from cases.casework.enums import Section
from cases.casework.models import LegalBasis
from cases.referrals.enums import ReferralKind
from partners.organisations.enums import OrganisationKind, Subject

#: Without them a partner could not call: a sheet always carries them.
NEEDED = frozenset({Section.IDENTITY.value, Section.SITUATION.value})
#: What this version puts in a sheet; documents come with uploads.
OFFERED = (Section.IDENTITY, Section.SITUATION, Section.FIGURES)


class MissingBasis(enum.StrEnum):
    """Why a sending may not leave."""

    NONE = "none"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    OTHER_RECEIVER = "other_receiver"
    OTHER_SECTIONS = "other_sections"
    NOT_ENOUGH = "not_enough"

    @property
    def label(self) -> str:
        """The sentence for the sender."""
        return SENTENCES[self]


SENTENCES = {
    MissingBasis.NONE: "Il faut l’accord de l’entrepreneur avant d’envoyer.",
    MissingBasis.WITHDRAWN: "L’entrepreneur a retiré son accord : demandez-le de nouveau.",
    MissingBasis.LAPSED: "L’accord donné par téléphone n’a pas été confirmé à temps.",
    MissingBasis.OTHER_RECEIVER: "L’accord ne nomme pas cette organisation.",
    MissingBasis.OTHER_SECTIONS: "L’accord ne couvre pas toutes ces rubriques.",
    MissingBasis.NOT_ENOUGH: "L’identité et la situation sont nécessaires au partenaire.",
}


def sections_needed(subject: Subject) -> frozenset[str]:
    """Sections without which nothing is sent; health rests on explicit consent (art. 9-2-a)."""
    return NEEDED | {Section.HEALTH.value} if subject is Subject.HEALTH else NEEDED


def sections_offered(subject: Subject) -> tuple[Section, ...]:
    """Sections the sender may tick for this subject."""
    return (*OFFERED, Section.HEALTH) if subject is Subject.HEALTH else OFFERED


def missing_basis_reason(
    kind: ReferralKind,
    basis: LegalBasis | None,
    receiver_seat_id: uuid.UUID,
    sections: Collection[str],
    now: datetime,
    subject: Subject = Subject.OTHER,
) -> MissingBasis | None:
    """Why this sending lacks its basis; None when it may leave.

    A signpost needs none: nothing personal travels.
    """
    if not kind.needs_basis:
        return None
    if basis is None:
        return MissingBasis.NONE
    if basis.withdrawn_at is not None:
        return MissingBasis.WITHDRAWN
    if basis.valid_until is not None and basis.valid_until <= now:
        return MissingBasis.LAPSED
    if receiver_seat_id not in basis.seat_ids:
        return MissingBasis.OTHER_RECEIVER
    return _missing_section(set(sections), set(basis.sections), subject)


def _missing_section(asked: set[str], agreed: set[str], subject: Subject) -> MissingBasis | None:
    if not sections_needed(subject) <= asked:
        return MissingBasis.NOT_ENOUGH
    return None if asked <= agreed else MissingBasis.OTHER_SECTIONS


def covering_basis(
    bases: Iterable[LegalBasis],
    receiver_seat_id: uuid.UUID,
    now: datetime,
    subject: Subject = Subject.OTHER,
) -> LegalBasis | None:
    """An agreement in force that already covers this receiver, the latest first."""
    latest_first = sorted(bases, key=lambda one: one.given_at, reverse=True)
    needed = sections_needed(subject)
    for basis in latest_first:
        kind = ReferralKind.JOINT
        if not missing_basis_reason(kind, basis, receiver_seat_id, needed, now, subject):
            return basis
    return None


def can_receive(subject: Subject, organisation_kind: OrganisationKind) -> bool:
    """Health matters go to a ``health_support`` organisation and to nobody else."""
    return subject is not Subject.HEALTH or organisation_kind is OrganisationKind.HEALTH_SUPPORT


def can_lead(side: Side) -> bool:
    """The helping side leads cases, the recovery side never does (``domain.md`` §9)."""
    return side is Side.AID
