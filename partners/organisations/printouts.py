"""The directory as a file: what its pages show, no more."""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence

from app.web.formatting import date_short
from app.web.formatting import phone as phone_words
from app.web.tables import csv_parts
from partners.organisations.models import Organisation
from partners.organisations.places import territories_in_words

HEADER = (
    "Structure",
    "Nature",
    "Présentation",
    "Téléphone",
    "Courriel",
    "Site",
    "Besoins servis",
    "Antennes",
    "Territoire",
    "Répond en moyenne en",
    "Fiche vérifiée le",
)


def directory_csv(lines: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The file, in parts as its lines are read."""
    return csv_parts(HEADER, lines)


def directory_line(
    organisation: Organisation, places: Mapping[str, str], delays: Mapping[uuid.UUID, str]
) -> tuple[object, ...]:
    """What is said of one organisation, its units and services loaded; ``places`` are names of
    communes by code, ``delays`` average answer delays in words."""
    units = sorted((one for one in organisation.units if one.is_active), key=lambda one: one.name)
    subjects = {one.subject.label for one in organisation.services if one.is_active}
    territories = [place for unit in units for place in unit.territories]
    return (
        organisation.name,
        organisation.kind.label,
        organisation.purpose,
        phone_words(organisation.phone),
        organisation.email,
        organisation.website,
        ", ".join(sorted(subjects)),
        ", ".join(unit.name for unit in units),
        ", ".join(dict.fromkeys(territories_in_words(territories, places))),
        delays.get(organisation.id, ""),
        date_short(organisation.checked_at) if organisation.checked_at else "",
    )
