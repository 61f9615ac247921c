"""Reads of the public reference tables: no actor, they are the same for everybody."""

import re
from collections.abc import Iterable

from rapidfuzz.distance import OSA
from sqlalchemy import ColumnElement, Integer, cast, func, literal, or_, select

from app.db import db
from app.folding import fold, grams
from app.reference.models import Commune, CommunePostcode

CANDIDATES = 60
LONGEST_NAME = 60
#: A name that shares less than this with what was typed is not offered.
LEAST_LIKENESS = 0.6
BY_SIZE = Commune.population.desc().nulls_last()
SHORTENED = {"st": "saint", "ste": "sainte"}


def get_commune(code: str | None) -> Commune | None:
    """The commune of an INSEE code, or None."""
    return db.session.get(Commune, code) if code else None


def list_communes(codes: Iterable[str]) -> list[Commune]:
    """Communes of these INSEE codes, in the order of their names."""
    statement = select(Commune).where(Commune.code.in_(set(codes))).order_by(Commune.folded_name)
    return list(db.session.scalars(statement))


def commune_names(codes: Iterable[str | None]) -> dict[str, str]:
    """Names by INSEE code, in one query whatever their number; unknown codes are left out."""
    wanted = {code for code in codes if code}
    statement = select(Commune.code, Commune.name).where(Commune.code.in_(wanted))
    return {code: name for code, name in db.session.execute(statement)}


def postcodes_of(codes: Iterable[str]) -> dict[str, list[str]]:
    """Postcodes by INSEE code, sorted, in one query."""
    statement = select(CommunePostcode.commune_code, CommunePostcode.postcode)
    statement = statement.where(CommunePostcode.commune_code.in_(set(codes)))
    found: dict[str, list[str]] = {}
    for code, postcode in db.session.execute(statement.order_by(CommunePostcode.postcode)):
        found.setdefault(code, []).append(postcode)
    return found


def find_communes(typed: str, limit: int = 8) -> list[Commune]:
    """Communes for a name, a postcode (or its beginning), an INSEE code, or several of them.

    Ranked: same name, then names that begin so, then likely mistypings; the more inhabitants first.
    """
    digits, name = _split(typed)
    if not digits and not name:
        return []
    if not name:
        return _served(digits, limit)
    return _ranked(name, _candidates(name, _serves(digits), limit))[:limit]


def _split(typed: str) -> tuple[str, str]:
    """The digits (a postcode or an INSEE code) and the folded name of what was typed."""
    words = fold(typed[:LONGEST_NAME]).split()
    digits = [word for word in words if re.fullmatch(r"[0-9]{2,5}|2[ab][0-9]{3}", word)]
    names = [SHORTENED.get(word, word) for word in words if word not in digits]
    return "".join(digits[:1]).upper(), " ".join(names)


def _serves(digits: str) -> list[ColumnElement[bool]]:
    """Conditions that keep the communes of a postcode (or its beginning) or of an INSEE code."""
    if not digits:
        return []
    served = select(CommunePostcode.commune_code).where(CommunePostcode.postcode.like(f"{digits}%"))
    return [or_(Commune.code == digits, Commune.code.in_(served))]


def _served(digits: str, limit: int) -> list[Commune]:
    statement = select(Commune).where(*_serves(digits)).order_by(BY_SIZE, Commune.code)
    return list(db.session.scalars(statement.limit(limit)))


def _candidates(name: str, conditions: list[ColumnElement[bool]], limit: int) -> list[Commune]:
    """Communes whose name begins so; when they are few, also those that share its grams."""
    same = (Commune.folded_name == name).desc()
    begins = select(Commune).where(Commune.folded_name.like(f"{name}%"), *conditions)
    found = list(db.session.scalars(begins.order_by(same, BY_SIZE).limit(CANDIDATES)))
    if len(found) >= limit:
        return found
    typed_grams = grams(name)
    alike = select(Commune).where(Commune.name_grams.overlap(typed_grams), *conditions)
    close = alike.order_by(_shared(typed_grams).desc(), BY_SIZE).limit(CANDIDATES)
    return list(dict.fromkeys([*found, *db.session.scalars(close)]))


def _shared(typed_grams: list[str]) -> ColumnElement[int]:
    """How many of the typed grams a commune's name holds (thrice), less the grams it has."""
    held: ColumnElement[int] = literal(0)
    for gram in typed_grams:
        held = held + cast(Commune.name_grams.contains([gram]), Integer)
    return 3 * held - func.cardinality(Commune.name_grams, type_=Integer)


def _ranked(name: str, communes: list[Commune]) -> list[Commune]:
    scored = [(_likeness(name, commune.folded_name), commune) for commune in communes]
    kept = [pair for pair in scored if pair[0] >= LEAST_LIKENESS]
    kept.sort(key=lambda pair: (-pair[0], -(pair[1].population or 0), pair[1].code))
    return [commune for _, commune in kept]


def _likeness(name: str, folded: str) -> float:
    if name == folded:
        return 1.2
    if folded.startswith(name):
        return 1.1
    return OSA.normalized_similarity(name, folded)
