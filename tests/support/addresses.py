"""Every address of the site, filled with the objects of a world."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from flask import Flask, url_for
from werkzeug.routing import Rule

from tests.factories.world import World


class UnknownArgument(LookupError):
    """An address names an object that the world does not have: add it to ``ids_of``."""


@dataclass(frozen=True)
class Address:
    """One address of a page, with the methods it answers and the arguments it names."""

    endpoint: str
    path: str
    methods: frozenset[str]
    arguments: frozenset[str]


def addresses(app: Flask, ids: dict[str, tuple[object, ...]]) -> Iterator[Address]:
    """All addresses of all pages, each argument taking each of its values in ``ids``."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static" or rule.endpoint.endswith(".static"):
            continue
        yield from _addresses_of(app, rule, ids)


def _addresses_of(app: Flask, rule: Rule, ids: dict[str, tuple[object, ...]]) -> Iterator[Address]:
    names = sorted(rule.arguments)
    if unknown := [name for name in names if name not in ids]:
        raise UnknownArgument(f"{rule.rule}: {unknown}")
    methods = frozenset(rule.methods or ()) - {"HEAD", "OPTIONS"}
    with app.test_request_context():
        for values in product(*(ids[name] for name in names)):
            path = url_for(rule.endpoint, **dict(zip(names, values, strict=True)))  # type: ignore[arg-type]
            yield Address(rule.endpoint, path, methods, frozenset(names))


def ids_of(world: World) -> dict[str, tuple[object, ...]]:
    """For each argument of an address, the objects of the world that it may name."""
    return {
        "case_id": (world.case.id,),
        "company_id": (world.case.company_id,),
        "person_id": (world.case.person_id,),
        "basis_id": (world.basis.id,),
        "need_id": (world.need.id,),
        "referral_id": (world.accepted.id, world.waiting.id),
        "entry_id": (world.aid_entry.id, world.own_entry.id, world.all_entry.id),
        "organisation_id": (world.urssaf.id,),
        "membership_id": (world.adviser.id, world.partner.id),
        "token": ("jeton-qui-n-existe-pas",),
        **{name: (uuid.uuid4(),) for name in UNKNOWN},
    }


#: Objects that no factory makes: an unknown identifier must be refused as well.
UNKNOWN: tuple[str, ...] = ()
