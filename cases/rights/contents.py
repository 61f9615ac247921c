"""What a copy holds: rows in, plain parts out. Pure.

No member is named: the person is told organisations (CJUE C-579/21: who works there is theirs to
know only where it is needed to exercise their rights).
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Any

from app.actors import Side
from app.reference.labels import headcount_label, legal_form_label, naf_label
from app.web.formatting import date_short, datetime_short, euros, plural
from cases.casework.enums import READINGS, ChangeKind, Section
from cases.casework.models import Assessment, CaseFile, LegalBasis, Participation, TimelineEntry
from cases.referrals.models import Need, Referral
from cases.referrals.sheets import figures_lines, identity_lines
from cases.rights.queries.gathering import Held, Reading
from partners.organisations.models import Seat

Lines = list[list[str]]
Entry = tuple[str, Lines]
SECTIONS = {section.value: section.label for section in Section}


def parts_of(held: Held, own_elsewhere: int) -> list[dict[str, Any]]:
    """The parts of a copy: ``key``, ``title``, ``entries``; a part without entry is left out.

    ``own_elsewhere`` is the number of other seats that keep texts for themselves.
    """
    made: Sequence[tuple[str, str, Iterable[Entry]]] = (
        ("identity", "Vous et votre entreprise", [_identity(held.case)]),
        ("situation", "Votre situation", [_situation(held.case), *_changes(held)]),
        ("needs", "Vos besoins", map(_need, held.needs)),
        ("referrals", "Vos orientations", map(_referral, held.referrals)),
        ("assessments", "États des lieux", map(_assessment, held.assessments)),
        (
            "agreements",
            "Accords et permissions",
            (_agreement(one, held) for one in held.agreements),
        ),
        (
            "participations",
            "Qui prend part à votre dossier",
            map(_participation, held.participations),
        ),
        ("timeline", "Fil du dossier", map(_entry, held.entries)),
        ("actions", "Actions", ((one.objective, _action(one)) for one in held.actions)),
        ("readings", "Qui a ouvert quoi", map(_reading, held.readings)),
        ("elsewhere", "Ce qui se demande à d’autres", _elsewhere(own_elsewhere)),
    )
    numbers = count(1)
    parts = [_part(key, title, entries, numbers) for key, title, entries in made]
    return [part for part in parts if part["entries"]]


def _part(key: str, title: str, entries: Iterable[Entry], numbers: Iterator[int]) -> dict[str, Any]:
    rows = [
        {"key": f"e{next(numbers)}", "title": name, "lines": _filled(lines)}
        for name, lines in entries
    ]
    return {"key": key, "title": title, "entries": [row for row in rows if row["lines"]]}


def _filled(lines: Lines) -> Lines:
    return [line for line in lines if line[1]]


def _identity(case: CaseFile) -> Entry:
    company = case.company
    lines = identity_lines(case, company.commune if company else None)
    if company is not None:
        lines += [
            ["Adresse", " ".join(filter(None, (company.address, company.postcode)))],
            ["Forme", legal_form_label(company.legal_form)],
            ["Activité", naf_label(company.naf)],
            ["Tranche d’effectif", headcount_label(company.headcount_band)],
            ["Créée le", date_short(company.created_on)],
            ["Fermée le", date_short(company.closed_on)],
        ]
    return "Identité et coordonnées", lines


def _situation(case: CaseFile) -> Entry:
    return f"Dossier {case.reference}", [
        ["Ouvert le", date_short(case.opened_at)],
        ["Piloté par", case.lead_seat.organisation.name],
        ["Phase", case.phase.label],
        ["Statut", case.status.label],
        ["Motif de la pause", case.paused_reason or ""],
        ["Clos le", date_short(case.closed_at)],
        ["Issue", case.outcome.label if case.outcome else ""],
    ]


def _changes(held: Held) -> list[Entry]:
    kept = [one for one in held.changes if one.kind is not ChangeKind.LEAD and one.reason]
    return [(f"{one.kind.label}, le {date_short(one.at)}", [["Motif", one.reason]]) for one in kept]


def _need(need: Need) -> Entry:
    budget = f"{need.budget_euros} €" if need.budget_euros else ""
    lines = [["Écrit le", date_short(need.created_at)], ["Situation", need.description]]
    return need.subject.label, [*lines, ["Budget", budget]]


def _referral(referral: Referral) -> Entry:
    return f"{referral.subject.label} : {referral.receiver_seat.organisation.name}", [
        ["Forme", referral.kind.label],
        ["État", referral.state.label],
        ["Envoyée le", date_short(referral.sent_at)],
        ["Réponse le", date_short(referral.answered_at)],
        ["Terminée le", date_short(referral.ended_at)],
        ["Ce qui vous est écrit", referral.decline_text if referral.can_entrepreneur_read else ""],
    ]


def _assessment(one: Assessment) -> Entry:
    return f"État des lieux du {date_short(one.done_on)}", [
        *figures_lines(one)[1:],
        ["Total des dettes", euros(sum(debt.amount_cents for debt in one.debts))],
        ["Salariés", one.staff],
        ["Échéances légales", one.legal_deadlines],
        ["Situation personnelle", one.personal_situation],
        ["Soutien moral", one.moral_strand],
        ["Soutien technique", one.technical_strand],
    ]


def _agreement(basis: LegalBasis, held: Held) -> Entry:
    names = [seat_name(held.seats[one]) for one in basis.seat_ids if one in held.seats]
    title = (
        f"{basis.permission.label} ({basis.permission.article})"
        if basis.permission
        else f"Accord de {basis.given_by}"
    )
    return title, [
        ["Le", date_short(basis.given_at)],
        ["Comment", basis.mode.label if basis.mode else ""],
        ["Pour", ", ".join(names)],
        ["Rubriques", sections_in_words(basis.sections)],
        ["Confirmé le", date_short(basis.confirmed_at)],
        ["Retiré le", date_short(basis.withdrawn_at)],
        ["Motif", basis.reason],
    ]


def _participation(one: Participation) -> Entry:
    return seat_name(one.seat), [
        ["Place", one.role.label],
        ["Depuis le", date_short(one.started_at)],
        ["Jusqu’au", date_short(one.ended_at)],
        ["Rubriques", sections_in_words(one.sections)],
    ]


def _entry(one: TimelineEntry) -> Entry:
    earlier = [[f"Jusqu’au {date_short(r.replaced_at)}", r.body] for r in one.revisions]
    return f"{one.kind.label}, le {datetime_short(one.happened_at)}", [
        ["Écrit par", seat_name(one.seat)],
        ["Texte", one.body],
        *earlier,
    ]


def _action(one: Any) -> Lines:
    return [
        ["À faire avant le", date_short(one.due_on)],
        ["État", one.status.label],
        ["Faite le", date_short(one.done_at)],
        ["Confiée à", one.owner_name],
    ]


def _reading(one: Reading) -> Entry:
    side = " (service du recouvrement)" if one.side is Side.RECOVERY else ""
    reader = f"{one.organisation}{side}" if one.organisation else "Vous, par votre lien"
    return f"Le {date_short(one.day)}, {reader}", [
        ["A ouvert", READINGS[one.action]],
        ["Combien de fois", str(one.times) if one.times > 1 else ""],
    ]


def _elsewhere(seats: int) -> list[Entry]:
    if not seats:
        return []
    others = plural(seats, "autre organisation garde", "autres organisations gardent")
    text = (
        f"{others} des textes qu’elle seule lit. Cette copie ne les contient pas : demandez-les-lui"
        " directement."
        if seats == 1
        else f"{others} des textes que chacune est seule à lire. Cette copie ne les contient pas :"
        " demandez-les directement à chacune."
    )
    return [("Textes gardés par d’autres", [["À savoir", text]])]


def seat_name(seat: Seat) -> str:
    """« Urssaf Aquitaine (service du recouvrement) »."""
    is_recovery = seat.side is Side.RECOVERY
    return f"{seat.organisation.name}{' (service du recouvrement)' if is_recovery else ''}"


def sections_in_words(sections: Iterable[str]) -> str:
    """« Identité et coordonnées, Documents »."""
    return ", ".join(SECTIONS.get(one, one) for one in sections)
