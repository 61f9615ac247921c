"""What is frozen when a referral is sent: names on the row, consented fields in the sheet.

Pure: rows in, plain data out. ``cases.referrals.commands.sending`` keeps the result.
"""

from collections.abc import Collection
from typing import Any

from app.actors import Actor, Side
from app.reference.models import Commune
from app.web.formatting import NBSP, euros, number, phone, siren
from cases.casework.enums import Audience, Section
from cases.casework.models import Assessment, CaseFile
from cases.referrals.models import Need
from cases.referrals.rules.rights import is_sealed
from partners.organisations.models import Seat, Unit

Lines = list[list[str]]


def sheet_content(
    case: CaseFile,
    need: Need,
    message: str,
    sections: Collection[str],
    *,
    assessment: Assessment | None,
    commune: Commune | None,
    side: Side = Side.AID,
) -> dict[str, Lines]:
    """Section → ``[label, value]`` lines, for the consented sections and nothing else.

    Health words go to the health section, never to the situation. Creditor firewall
    (``domain.md`` §9): what was written for the helping side does not travel to a recovery seat.
    """
    written = _need_lines(need, side) + _message_lines(message)
    situation = [["Besoin", need.subject.label], ["Phase", case.phase.label]]
    made = {
        Section.IDENTITY: identity_lines(case, commune),
        Section.SITUATION: situation if is_sealed(need.subject) else situation + written,
        Section.FIGURES: figures_lines(assessment),
        Section.HEALTH: written if is_sealed(need.subject) else [],
    }
    return {section.value: lines for section, lines in made.items() if section.value in sections}


def identity_lines(case: CaseFile, commune: Commune | None) -> Lines:
    """Whom to call: the company first, then the person."""
    lines: Lines = []
    if case.company is not None:
        lines += [["Entreprise", case.company.name], ["SIREN", siren(case.company.siren)]]
    if case.person is not None:
        lines += [["Entrepreneur", case.person.full_name]]
        lines += [["Téléphone", phone(case.person.phone)], ["Courriel", case.person.email]]
    lines.append(["Commune", commune.name if commune else ""])
    return [line for line in lines if line[1]]


def figures_lines(assessment: Assessment | None) -> Lines:
    """The last assessment in a few lines; a line of its own says when there is none."""
    if assessment is None:
        return [["Chiffres", "Aucun état des lieux à ce jour"]]
    headcount = "" if assessment.headcount is None else str(assessment.headcount)
    lines = [
        ["Établi le", f"{assessment.done_on:%d/%m/%Y}"],
        ["Trésorerie", euros(assessment.treasury_cents)],
        ["Effectif", headcount],
        ["Carnet de commandes", assessment.order_book],
    ]
    lines += [[f"Dette : {debt.creditor}", euros(debt.amount_cents)] for debt in assessment.debts]
    return [line for line in lines if line[1]]


def frozen_names(
    by: Actor, lead: str, receiver: Seat, unit: Unit | None, commune: Commune | None, hours: int
) -> dict[str, Any]:
    """Names and codes as they are at the sending, for the figures to come."""
    return {
        "sender": {"organisation": by.organisation_name, "member": by.user_name},
        "receiver": {
            "organisation": receiver.organisation.name,
            "kind": receiver.organisation.kind.value,
            "unit": unit.name if unit else "",
        },
        "territory": _territory(commune),
        "lead": lead,
        "promises": {"answer_hours": hours},
    }


def _territory(commune: Commune | None) -> dict[str, str]:
    if commune is None:
        return {}
    return {
        "commune": commune.code,
        "commune_name": commune.name,
        "department": commune.department_code,
        "region": commune.region_code,
    }


def _need_lines(need: Need, side: Side) -> Lines:
    if side is Side.RECOVERY and need.audience is not Audience.ALL:
        return []
    budget = f"{number(need.budget_euros)}{NBSP}€" if need.budget_euros else ""
    return [line for line in (["Situation", need.description], ["Budget", budget]) if line[1]]


def _message_lines(message: str) -> Lines:
    return [["Message", message]] if message else []
