"""Answers of the public company search (recherche-entreprises), turned into companies.

The answers are read with suspicion: a value of the wrong type, undisclosed or unknown becomes None,
and never an error.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from app.folding import fold
from cases.companies.errors import RegistryUnavailable, WrongIdentifier
from cases.companies.identifiers import check_siren, check_siret

UNDISCLOSED = "[NON-DIFFUSIBLE]"
CEASED = "C"
PARTIAL_DISCLOSURE = frozenset({"P", "N"})


@dataclass(frozen=True)
class RegistryCompany:
    """A company as the public registry tells it: head office, codes of INSEE, dates.

    ``siren`` is empty when the answer holds none that is good; ``undisclosed`` says that its owner
    asked not to be published, so that name and address are None.
    """

    siren: str
    siret: str | None = None
    name: str | None = None
    trade_name: str | None = None
    naf: str | None = None
    legal_form: str | None = None
    headcount_band: str | None = None
    commune: str | None = None
    commune_name: str | None = None
    postcode: str | None = None
    address: str | None = None
    created_on: date | None = None
    closed: bool = False
    closed_on: date | None = None
    undisclosed: bool = False
    is_craft: bool = False
    is_ess: bool = False


def parse_answer(raw: Any) -> list[RegistryCompany]:
    """Companies of a whole answer, those without a good SIREN left out.

    Raises RegistryUnavailable when it is no answer of the search at all.
    """
    results = raw.get("results") if isinstance(raw, dict) else None
    if not isinstance(results, list):
        raise RegistryUnavailable
    companies = [parse_company(entry) for entry in results]
    return [company for company in companies if company.siren]


def parse_company(raw: Any) -> RegistryCompany:
    """One entry of ``results`` as a company."""
    unit = _dict(raw)
    office = _dict(unit.get("siege"))
    name = _first_text(unit.get("nom_raison_sociale"), unit.get("nom_complet"))
    return RegistryCompany(
        siren=_siren(unit.get("siren")),
        siret=_siret(office.get("siret")),
        name=name,
        trade_name=_trade_name(unit, office, name),
        created_on=_date(unit.get("date_creation")),
        closed=unit.get("etat_administratif") == CEASED,
        closed_on=_date(unit.get("date_fermeture")),
        undisclosed=_is_undisclosed(unit),
        is_craft=_is_craft(unit, office),
        is_ess=_dict(unit.get("complements")).get("est_ess") is True,
        **_codes(unit, office),
        **_place(office),
    )


def _codes(unit: dict[str, Any], office: dict[str, Any]) -> dict[str, str | None]:
    return {
        "naf": _first_text(unit.get("activite_principale"), office.get("activite_principale")),
        "legal_form": _text(unit.get("nature_juridique")),
        "headcount_band": _text(unit.get("tranche_effectif_salarie")),
    }


def _place(office: dict[str, Any]) -> dict[str, str | None]:
    return {
        "commune": _text(office.get("commune")),
        "commune_name": _text(office.get("libelle_commune")),
        "postcode": _text(office.get("code_postal")),
        "address": _text(office.get("adresse")),
    }


def _trade_name(unit: dict[str, Any], office: dict[str, Any], name: str | None) -> str | None:
    """Trade name, first sign (*enseigne*) or acronym, when it differs from the name."""
    signs = [office.get("nom_commercial"), *_list(office.get("liste_enseignes")), unit.get("sigle")]
    texts = (_text(sign) for sign in signs)
    return next((text for text in texts if text and fold(text) != fold(name)), None)


def _is_undisclosed(unit: dict[str, Any]) -> bool:
    names = (unit.get("nom_complet"), unit.get("nom_raison_sociale"))
    is_hidden = any(isinstance(name, str) and UNDISCLOSED in name for name in names)
    return is_hidden or _text(unit.get("statut_diffusion")) in PARTIAL_DISCLOSURE


def _is_craft(unit: dict[str, Any], office: dict[str, Any]) -> bool:
    kinds = _list(_dict(unit.get("immatriculation")).get("nature_entreprise"))
    is_registered = _text(office.get("activite_principale_registre_metier")) is not None
    return is_registered or any("artisanale" in fold(_text(kind)) for kind in kinds)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    """A text with something in it; None for the rest, and for what is not disclosed."""
    if not isinstance(value, str) or UNDISCLOSED in value:
        return None
    storable = value.replace("\x00", "").encode("utf-8", "ignore").decode()
    return " ".join(storable.split()) or None


def _first_text(*values: Any) -> str | None:
    return next(filter(None, map(_text, values)), None)


def _date(value: Any) -> date | None:
    try:
        return date.fromisoformat(value[:10])
    except (TypeError, ValueError):
        return None


def _siren(value: Any) -> str:
    try:
        return check_siren(_text(value) or "")
    except WrongIdentifier:
        return ""


def _siret(value: Any) -> str | None:
    try:
        return check_siret(_text(value) or "")
    except WrongIdentifier:
        return None
