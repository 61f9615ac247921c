"""Companies and entrepreneurs of the bench: names of the demonstration's words, keys that hold."""

from dataclasses import dataclass, field
from typing import Any

from stdnum import luhn

from app.folding import fold, grams
from bench.database.lines import (
    DAY,
    FALSE,
    NULL,
    TRUE,
    Draw,
    array,
    day_text,
    escaped,
    instant,
    quoted_array,
)
from bench.database.pools import Town
from bench.database.seats import BenchSeat
from cases.demo.companies import FORMS, HEADCOUNTS, SOCIAL_FORMS
from cases.demo.texts import capital, content

#: Where the invented SIREN begin, below those given today.
FIRST_NUMBER = 1_000_000
#: One company in so many has no SIREN yet; one entrepreneur in so many has no company.
WITHOUT_SIREN_ONE_IN, ALONE_ONE_IN = 20, 30


@dataclass
class Firm:
    """A company and who runs it; ``company`` is empty for a person alone.

    ``seats`` are those that wrote it down or take part in one of its cases today: what the product
    keeps in ``known_seats``.
    """

    company: str
    person: str
    name: str
    person_name: str
    phone: str
    email: str
    siren: str
    town: Town
    first_seat: str
    company_values: tuple[str, ...]
    person_values: tuple[str, ...]
    created: str
    seats: set[str] = field(default_factory=set)
    has_come_back: bool = False

    @property
    def title(self) -> str:
        """The company's name, else the person's."""
        return self.name or self.person_name

    def company_row(self) -> tuple[str, ...]:
        """The row of ``company``."""
        return (*self.company_values, self.first_seat, array(self.seats), self.created)

    def person_row(self) -> tuple[str, ...]:
        """The row of ``person``."""
        return (*self.person_values, self.first_seat, array(self.seats), self.created)


def make_firm(
    number: int,
    towns: list[Town],
    weights: list[int],
    words: str,
    lead: BenchSeat,
    at: int,
    draw: Draw,
) -> Firm:
    """A firm that ``lead`` wrote down at that instant; ``words`` are added to its name."""
    town = draw.choices(towns, cum_weights=weights)[0]
    names = content("names")
    given = draw.choice(names["women" if draw.random() < 0.45 else "men"])
    family = draw.choice(names["families"])
    folded = fold(f"{given} {family}")
    email = f"{folded.replace(' ', '.')}@courriel.example"
    phone = f"06399{80_000 + draw.randrange(10_000)}"
    person = draw.identifier(at)
    person_values = (person, given, family, folded, email, phone, town.code)
    is_alone = not words and number % ALONE_ONE_IN == ALONE_ONE_IN - 1
    name, company, siren, values = "", "", "", tuple[str, ...]()
    if not is_alone:
        company = draw.identifier(at)
        trade = draw.choice(content("trades")["trade"])
        name = _name(trade, family, town, words, draw)
        siren = "" if number % WITHOUT_SIREN_ONE_IN == 0 else _siren(number)
        values = (company, *_company(name, siren, trade, town, at, draw))
    person_name = f"{given} {family}"
    keys = (company, person, name, person_name, phone, email, siren, town, lead.id)
    return Firm(*keys, values, person_values, instant(at), {lead.id})


def _name(trade: dict[str, Any], family: str, town: Town, words: str, draw: Draw) -> str:
    slots = {"family": family, "word": draw.choice(content("names")["words"]), "place": town.name}
    name = capital(draw.choice(trade["names"]).format_map(slots))
    if words:
        return f"{name} {words}"
    return f"{name} {town.name}" if draw.random() < 0.4 and town.name not in name else name


def _siren(number: int) -> str:
    body = f"{FIRST_NUMBER + number:08}"
    return body + luhn.calc_check_digit(body)


def _company(
    name: str, siren: str, trade: dict[str, Any], town: Town, at: int, draw: Draw
) -> tuple[str, ...]:
    is_ess = trade.get("is_ess", False)
    forms, street = SOCIAL_FORMS if is_ess else FORMS, draw.choice(content("names")["streets"])
    body = f"{siren}0001"
    return (
        siren or NULL,
        body + luhn.calc_check_digit(body) if siren else NULL,
        escaped(name),
        fold(name),
        quoted_array(grams(name, "")),
        quoted_array(grams(name, town.name)),
        draw.choices(list(forms), list(forms.values()))[0],
        trade["naf"],
        draw.choices(list(HEADCOUNTS), list(HEADCOUNTS.values()))[0],
        town.code,
        town.postcode,
        f"{draw.randrange(1, 120)} {street}",
        day_text(at // DAY - draw.randrange(300, 9500)),
        TRUE if trade["craft"] else FALSE,
        TRUE if is_ess else FALSE,
        "registry" if siren else "typed",
        instant(at) if siren else NULL,
    )
