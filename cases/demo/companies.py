"""Companies and entrepreneurs of the demonstration: invented names, true places, good keys."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from stdnum import luhn

from app.folding import fold, grams
from app.reference.models import Commune
from cases.companies.enums import CompanySource
from cases.companies.models import Company, CompanyPerson, CompanyUse, Person
from cases.demo.organisations import Partner
from cases.demo.randomness import Dice
from cases.demo.rows import Rows
from cases.demo.texts import capital, content

#: How many companies in each département.
PLACES = {
    **{"33": 128, "64": 34, "40": 14, "24": 14, "47": 10},
    **{"69": 40, "38": 20, "42": 12, "59": 34, "62": 30},
    **{"67": 22, "57": 12, "974": 30},
}
WITHOUT_SIREN, CLOSED = 20, 25
HEADCOUNTS = {"NN": 18, "00": 8, "01": 30, "02": 21, "03": 12, "11": 7, "12": 3, "21": 1}
#: SARL, SAS, sole trader; association and SCOP in the social economy.
FORMS = {"5499": 45, "5710": 35, "1000": 20}
SOCIAL_FORMS = {"9220": 80, "5458": 20}
POSITIONS = {"5499": "Gérant·e", "5710": "Président·e", "9220": "Président·e"}


@dataclass
class Firm:
    """A company and who runs it; ``company`` is None for a person alone."""

    number: int
    company: Company | None
    person: Person
    is_woman: bool
    trade: dict[str, Any]
    commune: Commune

    @property
    def is_closed(self) -> bool:
        """The company is no more."""
        return self.company is not None and self.company.is_closed


def make_firms(
    communes: dict[str, list[Commune]], postcodes: dict[str, str], today: date
) -> list[Firm]:
    """Every company, with its entrepreneur; nobody knows them yet (``introduce``)."""
    dice, names = Dice("firms"), set[str]()
    departments = dice.shuffled([code for code, number in PLACES.items() for _ in range(number)])
    numbers = dice.some(range(1000, 99999), len(departments))
    firms = []
    for index, department in enumerate(departments):
        firm = _make_firm(index, communes[department], names, today)
        assert firm.company is not None
        if index >= WITHOUT_SIREN:
            _number(firm.company, f"000{numbers[index]:05}", today)
        if WITHOUT_SIREN <= index < WITHOUT_SIREN + CLOSED:
            _close(firm.company, Dice(f"closed:{index}"), today)
        firm.company.postcode = postcodes[firm.commune.code]
        firms.append(firm)
    return firms


def make_person_alone(number: int, communes: list[Commune]) -> Firm:
    """An entrepreneur without a company: not yet, or no more."""
    dice = Dice(f"alone:{number}")
    commune = dice.pick(communes)
    person, is_woman = _person(commune, dice)
    return Firm(number, None, person, is_woman, dice.pick(content("trades")["trade"]), commune)


def introduce(firm: Firm, partner: Partner, at: datetime, rows: Rows) -> None:
    """A seat writes the company and its entrepreneur down."""
    dice, seat_id = Dice(f"introduction:{firm.number}:{firm.company is None}"), partner.seat.id
    for row in (firm.person, firm.company):
        if row is not None:
            row.id, row.created_at, row.first_seat_id = dice.identifier(at), at, seat_id
            rows.add(row)
    if firm.company is None:
        return
    company_id = firm.company.id
    if firm.company.siren:
        firm.company.checked_at = at
    rows.add(CompanyUse(company_id=company_id, seat_id=seat_id, used_at=at))
    rows.add(
        CompanyPerson(
            id=dice.identifier(at),
            company_id=company_id,
            person_id=firm.person.id,
            seat_id=seat_id,
            position=_position(firm),
            created_at=at,
        )
    )


def _make_firm(index: int, communes: list[Commune], names: set[str], today: date) -> Firm:
    dice = Dice(f"firm:{index}")
    commune = dice.pick(communes)
    person, is_woman = _person(commune, dice)
    trade = dice.pick(content("trades")["trade"])
    name = _name(trade, person, commune, names, dice)
    is_ess = trade.get("is_ess", False)
    company = Company(
        name=name,
        folded_name=fold(name),
        name_grams=grams(name, ""),
        naf=trade["naf"],
        legal_form=dice.weighted(SOCIAL_FORMS if is_ess else FORMS),
        headcount_band=dice.weighted(HEADCOUNTS),
        commune_code=commune.code,
        address=f"{dice.between(1, 120)} {dice.pick(content('names')['streets'])}",
        is_craft=trade["craft"],
        is_ess=is_ess,
        is_closed=False,
        source=CompanySource.TYPED,
    )
    if index >= WITHOUT_SIREN // 2:
        company.created_on = _birthday(dice, today)
    else:
        company.legal_form, company.headcount_band = None, "NN"
    return Firm(index, company, person, is_woman, trade, commune)


def _birthday(dice: Dice, today: date) -> date:
    """One in eight is young: less than eighteen months."""
    is_young = dice.chance(0.125)
    return today - timedelta(days=dice.between(60, 530) if is_young else dice.between(700, 9500))


def _number(company: Company, start: str, today: date) -> None:
    """A SIREN beginning with 000, its SIRET, and the date on which the registry was read."""
    siren = start + luhn.calc_check_digit(start)
    body = f"{siren}0001"
    company.siren, company.siret = siren, body + luhn.calc_check_digit(body)
    company.source = CompanySource.REGISTRY


def _close(company: Company, dice: Dice, today: date) -> None:
    closed_on = today - timedelta(days=dice.between(40, 420))
    company.created_on = closed_on - timedelta(days=dice.between(800, 7000))
    company.is_closed, company.closed_on, company.headcount_band = True, closed_on, "NN"


def _person(commune: Commune, dice: Dice) -> tuple[Person, bool]:
    names, is_woman = content("names"), dice.chance(0.45)
    given, family = dice.pick(names["women" if is_woman else "men"]), dice.pick(names["families"])
    folded = fold(f"{given} {family}")
    person = Person(
        given_name=given,
        family_name=family,
        folded_name=folded,
        email=f"{folded.replace(' ', '.')}@courriel.example",
        phone=f"06399{dice.between(80000, 89999)}",
        commune_code=commune.code,
    )
    return person, is_woman


def _name(
    trade: dict[str, Any], person: Person, commune: Commune, names: set[str], dice: Dice
) -> str:
    """A name nobody has; the place is added to one that is taken."""
    words = content("names")["words"]
    for _ in range(6):
        slots = {"family": person.family_name, "word": dice.pick(words), "place": commune.name}
        name = capital(dice.pick(trade["names"]).format_map(slots))
        if name not in names:
            break
    else:
        name = f"{name} {commune.name} {len(names)}"
    names.add(name)
    return name


def _position(firm: Firm) -> str:
    """« Gérante », « Président »."""
    form = firm.company.legal_form if firm.company else None
    text = POSITIONS.get(form or "", "Chef·fe d’entreprise")
    stem, _, rest = text.partition("·")
    ending, _, after = rest.partition(" ")
    return f"{stem}{ending if firm.is_woman else ''} {after}".strip()
