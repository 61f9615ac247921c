"""The directory as a file: what its pages show, no more."""

import uuid
from collections.abc import Iterable, Mapping

from app.web.formatting import date_short
from app.web.formatting import phone as phone_words
from app.web.tables import csv_bytes
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


def directory_csv(
    organisations: Iterable[Organisation],
    places: Mapping[str, str],
    delays: Mapping[uuid.UUID, str],
) -> bytes:
    """One line each, with units and services loaded; ``places`` are names of communes by code."""
    return csv_bytes(HEADER, (_row(one, places, delays) for one in organisations))


def _row(
    organisation: Organisation, places: Mapping[str, str], delays: Mapping[uuid.UUID, str]
) -> tuple[object, ...]:
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
