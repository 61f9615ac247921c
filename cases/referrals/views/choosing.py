"""*Nouvelle orientation*, step 3: ranked partners, each with its reasons."""

import uuid

from flask import render_template, request

from app import clock
from app.actors import Actor
from app.errors import NotAllowed
from app.reference.models import Commune
from app.security import current_actor, requires
from cases.casework.rules import role_of
from cases.referrals.enums import ReferralKind
from cases.referrals.models import Need
from cases.referrals.queries.needs import get_need_with_referrals
from cases.referrals.queries.routing import find_coordination, list_partners
from cases.referrals.routing import (
    Candidate,
    Partner,
    Question,
    Ranking,
    Reason,
    facts_of,
    place_of,
    rank,
)
from cases.referrals.rules.rights import can_add_need, is_sealed, kinds_for, works_with_referrals
from cases.referrals.rules.states import is_waiting
from cases.referrals.views.blueprint import blueprint

KIND_HELP = {
    ReferralKind.JOINT.value: "Le partenaire entre dans le dossier et vous suivez ensemble.",
    ReferralKind.HANDOVER.value: "Le partenaire devient pilote s’il accepte ; vous restez associé.",
    ReferralKind.SIGNPOST.value: "Vous donnez ses coordonnées à l’entrepreneur ; rien ne part.",
}

ASKED = "Une réponse est déjà attendue de cette organisation"
INSIDE = "Cette organisation est déjà dans le dossier"
INSIDE_FOR_LEAD = "Déjà dans le dossier : vous pouvez lui passer le relais"


@blueprint.get("/besoins/<uuid:need_id>/partenaires")
@requires(works_with_referrals)
def choose(need_id: uuid.UUID) -> str:
    """Who may be asked, best first; who may not, and why, folded away."""
    actor = current_actor()
    need = get_need_with_referrals(need_id, actor)
    role = role_of(actor, need.case.participations)
    if not can_add_need(actor, need.case, role):
        raise NotAllowed("Seules les organisations qui accompagnent ce dossier peuvent orienter.")
    commune = commune_of(need)
    picked = picked_seats()
    ranking = _ranking(need, commune, picked, actor)
    return render_template(
        "cases/referrals/choose.html",
        need=need,
        ranking=ranking,
        picked=picked,
        place=place_of(commune),
        kinds=kinds_for(actor, need.case, role, need.subject),
        kind_help=KIND_HELP,
        kind=request.args.get("type", ReferralKind.JOINT.value),
        carried={name: request.args.get(name) for name in ("suite", "demande")},
        error=request.args.get("erreur"),
    )


def commune_of(need: Need) -> Commune | None:
    """Where the company is, else where the person lives."""
    places = (one.commune for one in (need.case.company, need.case.person) if one is not None)
    return next((place for place in places if place is not None), None)


def picked_seats() -> list[uuid.UUID]:
    """Seats named in the address, each once; what is no identifier is left out."""
    found = []
    for text in request.values.getlist("vers"):
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return list(dict.fromkeys(found))


def _ranking(need: Need, commune: Commune | None, picked: list[uuid.UUID], actor: Actor) -> Ranking:
    now, case = clock.now(), need.case
    facts = facts_of(case.phase, case.company, need.budget_euros, clock.today())
    bars, notes = _known_seats(need, actor)
    partners = list_partners(
        need.subject,
        actor,
        now,
        bars=bars,
        notes=notes,
        always=picked,
    )
    question = Question(need.subject, commune.code if commune else None, facts)
    ranking = rank(question, partners, now)
    return ranking if ranking.candidates else _or_coordination(ranking, commune, actor)


def _known_seats(need: Need, actor: Actor) -> tuple[dict[uuid.UUID, str], dict[uuid.UUID, str]]:
    """Seats that cannot be asked, and seats inside the case, to whom only a lead hands over."""
    bars = {one.receiver_seat_id: ASKED for one in need.referrals if is_waiting(one)}
    inside = [one.seat_id for one in need.case.participations if one.ended_at is None]
    if need.case.lead_seat_id == actor.seat_id and not is_sealed(need.subject):
        return bars, {seat_id: INSIDE_FOR_LEAD for seat_id in inside}
    return {seat_id: INSIDE for seat_id in inside} | bars, {}


def _or_coordination(ranking: Ranking, commune: Commune | None, actor: Actor) -> Ranking:
    """Nobody answers this need here: the coordinator of the territory is asked."""
    seat = find_coordination(commune.code if commune else None, actor)
    if seat is None:
        return ranking
    reason = Reason("Coordonne le territoire : trouvera qui peut aider", 0, "success")
    return Ranking((Candidate(Partner(seat), None, (reason,)),), ranking.barred)
