"""Who will read, in plain words, before it is written (*cloisonnement*, ``domain.md`` §9).

The sentences go after « Lu par : ».
"""

import uuid
from collections.abc import Iterable, Sequence

from app.actors import Actor, Side
from cases.casework.enums import Audience
from cases.casework.rules import audiences_of, can_read_figures
from cases.casework.shown import AnyParticipation
from partners.organisations.shown import AnySeat

NOT_RECOVERY = "Pas par le recouvrement."
OWN_AID = f"votre organisation seulement. {NOT_RECOVERY}"
OWN_RECOVERY = "votre organisation, côté recouvrement seulement."
LATER_AID = "les partenaires qui rejoindront le dossier"


def readers_sentence(audience: Audience, seats: Iterable[AnySeat], actor: Actor) -> str:
    """« votre organisation et Entraide et entrepreneurs. Pas par le recouvrement. »

    ``seats`` are those that take part, the actor's included, with their organisation loaded.
    """
    if audience is Audience.OWN:
        return OWN_AID if actor.side is Side.AID else OWN_RECOVERY
    others = [seat for seat in seats if seat.id != actor.seat_id]
    if audience is Audience.AID:
        return _aid_sentence([seat for seat in others if seat.side is Side.AID])
    return _all_sentence(others)


def readers_sentences(actor: Actor, seats: Sequence[AnySeat]) -> dict[str, str]:
    """The sentence of each audience the actor may choose, by its value."""
    return {a.value: readers_sentence(a, seats, actor) for a in audiences_of(actor)}


def figures_seats(participations: Iterable[AnyParticipation]) -> list[AnySeat]:
    """Seats that may read figures: the lead, and those whose agreement covers them."""
    return [one.seat for one in participations if can_read_figures(one)]


def short_readers(audience: Audience, seat_id: uuid.UUID, seat_label: str, actor: Actor) -> str:
    """Who reads a line already written, in a few words."""
    if audience is Audience.ALL:
        return "tous les participants, recouvrement compris"
    if audience is Audience.AID:
        return f"les partenaires qui accompagnent. {NOT_RECOVERY}"
    return "votre organisation seulement" if seat_id == actor.seat_id else f"{seat_label} seulement"


def bearer_sentence(audience: Audience, organisation: str, side: Side) -> str:
    """Who reads what the bearer of an action's link answers; the other participants are not
    named, which would tell of the case."""
    name = f"{organisation} (service du recouvrement)" if side is Side.RECOVERY else organisation
    if audience is Audience.OWN:
        return f"{name} seulement."
    if audience is Audience.AID:
        return f"{name} et les organisations qui vous accompagnent avec elle. {NOT_RECOVERY}"
    return f"{name} et les organisations qui suivent votre situation, recouvrement compris."


def names_in_words(names: Sequence[str]) -> str:
    """« A », « A et B », « A, B et C »."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} et {names[-1]}"


def _aid_sentence(others: Sequence[AnySeat]) -> str:
    if not others:
        return f"votre organisation, et {LATER_AID}. {NOT_RECOVERY}"
    names = ["votre organisation", *(seat.organisation.name for seat in others)]
    return f"{names_in_words(names)}. {NOT_RECOVERY}"


def _all_sentence(others: Sequence[AnySeat]) -> str:
    names = ["votre organisation", *map(_name_with_side, others)]
    if any(seat.side is Side.RECOVERY for seat in others):
        return f"{names_in_words(names)}. Le recouvrement lit aussi."
    return f"{names_in_words(names)}, et le recouvrement s’il rejoint le dossier."


def _name_with_side(seat: AnySeat) -> str:
    side = " (recouvrement)" if seat.side is Side.RECOVERY else ""
    return f"{seat.organisation.name}{side}"
