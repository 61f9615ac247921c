"""Words of the cases, prepared once: entrepreneurs, names of companies, and what is written.

Texts are those of the demonstration, told by a few hundred invented voices; a case of the bench
draws among them.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.reference.models import Commune, CommunePostcode
from bench.database.lines import Draw, escaped
from cases.casework.enums import EntryKind
from cases.demo.notes import GENERAL, KINDS
from cases.demo.randomness import Dice
from cases.demo.texts import Voice, capital, content, euros_text, gender_slots, notes
from partners.organisations.enums import Subject

VOICES, SENTENCES = 300, 24
TOWNS = 900


@dataclass(frozen=True)
class Town:
    """Where companies are; the attributes are those of a commune that the product reads."""

    code: str
    name: str
    department_code: str
    region_code: str
    postcode: str


@dataclass
class Pools:
    """What a case draws from; texts are already escaped."""

    towns: list[Town]
    town_weights: list[int]
    bodies: dict[EntryKind, list[str]] = field(default_factory=lambda: defaultdict(list))
    needs: dict[Subject, list[str]] = field(default_factory=lambda: defaultdict(list))
    messages: dict[Subject, list[str]] = field(default_factory=lambda: defaultdict(list))
    actions: dict[Subject, list[str]] = field(default_factory=lambda: defaultdict(list))
    declines: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def finish(self) -> None:
        """No pool is empty for a subject that the files say nothing of."""
        for pool in (self.needs, self.messages, self.actions):
            for subject in Subject:
                pool[subject] = pool.get(subject) or pool[Subject.OTHER]


def make_pools(session: Session, draw: Draw, now: datetime) -> Pools:
    """Towns of the country, the more people the more companies, and a few thousand texts."""
    communes = _towns(session)
    pools = Pools([town for town, _ in communes], [weight for _, weight in communes])
    for number in range(VOICES):
        _speak(pools, Dice(f"bench:{number}"), draw, now)
    for code, texts in content("words")["decline"].items():
        pools.declines[code] = [escaped(text) for text in texts]
    pools.finish()
    return pools


def _towns(session: Session) -> list[tuple[Town, int]]:
    first_postcode = (
        select(CommunePostcode.postcode)
        .where(CommunePostcode.commune_code == Commune.code)
        .order_by(CommunePostcode.postcode)
        .limit(1)
        .scalar_subquery()
    )
    statement = select(
        Commune.code,
        Commune.name,
        Commune.department_code,
        Commune.region_code,
        first_postcode,
        Commune.population,
    ).where(Commune.population.is_not(None))
    statement = statement.order_by(Commune.population.desc(), Commune.code).limit(TOWNS)
    return [
        (Town(code, name, department, region, postcode or ""), people)
        for code, name, department, region, postcode, people in session.execute(statement)
    ]


def _speak(pools: Pools, dice: Dice, draw: Draw, now: datetime) -> None:
    """One voice says some of everything."""
    voice = _voice(pools, dice)
    at = now - timedelta(days=dice.between(0, 1400))
    lines = list(_lines())
    for kind, texts in dice.some(lines, SENTENCES):
        pools.bodies[kind].append(escaped(voice.say(texts, at)))
    subject = dice.pick(list(Subject))
    words = content("needs").get(subject.value)
    if words:
        pools.needs[subject] += [escaped(voice.fill(one, at)) for one in words["needs"]]
        pools.messages[subject] += [escaped(voice.fill(one, at)) for one in words["messages"]]
        pools.actions[subject] += [escaped(voice.fill(one, at)) for one in words["actions"]]


def _lines() -> Iterator[tuple[EntryKind, list[str]]]:
    """Every list of sentences, with the kind of entry it makes."""
    for key, kind in GENERAL.items():
        yield kind, content("phrases")[key]
    for name, stages in notes().items():
        if name in ("partner", "recovery"):
            continue
        for found in stages.values():
            for key, texts in found.items():
                yield KINDS[key], texts


def _voice(pools: Pools, dice: Dice) -> Voice:
    """The same slots as a story of the demonstration."""
    trade, is_woman = dice.pick(content("trades")["trade"]), dice.chance(0.45)
    names = content("names")
    family = dice.pick(names["families"])
    given = dice.pick(names["women" if is_woman else "men"])
    town = dice.pick(pools.towns).name
    slots: dict[str, Any] = {
        **gender_slots(is_woman),
        "M": f"{'Mme' if is_woman else 'M.'} {family}",
        "prenom": given,
        "entreprise": f"{trade['the']} {family}",
        "commune": town,
        "ville": town,
        "activite": trade["the"],
        "Activite": capital(trade["the"]),
        "comptable": "le comptable",
        "comptable_maj": "Le comptable",
        "fournisseur": trade["supplier"],
        "fournisseur_maj": capital(trade["supplier"]),
        "materiel": trade["tool"],
        "materiel_maj": capital(trade["tool"]),
        "clientele": trade["customers"],
        "creux": capital(trade["slow"]),
        "annees": str(dice.between(48, 63)),
        "effectif": "deux salariés",
        "montant": euros_text(dice.between(38, 640) * 100),
    }
    return Voice(dice, is_woman, slots)
