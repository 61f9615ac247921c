"""Every address of the site, filled with the objects of a world."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from flask import Flask, url_for
from sqlalchemy import select
from werkzeug.routing import Rule

from app.notices import Notice
from app.saved_views import SavedView
from app.waiting import Group
from cases.casework.models import Assessment, CaseAction, LegalBasis, Participation
from cases.referrals.models import AccessRequest, Printout, ReferralStep
from partners.organisations.models import RoutingRule, Service, Unit
from partners.people.models import Absence, Invitation, MemberSession
from tests.factories.world import World
from tests.support.acting import seeding

#: A token of no link.
NO_TOKEN = "jeton-qui-n-existe-pas"


class UnknownArgument(LookupError):
    """An address names an object that the world does not have: add it to ``MODELS``."""


@dataclass(frozen=True)
class Address:
    """One address of a page, with the methods it answers and the arguments it names."""

    endpoint: str
    path: str
    methods: frozenset[str]
    arguments: frozenset[str]

    def with_token(self, token: str) -> "Address":
        """The same page, opened by a link that is good for it."""
        return replace(self, path=self.path.replace(NO_TOKEN, token)) if token else self

    def with_question(self, question: str) -> "Address":
        """The same page, asked something in its address."""
        return replace(self, path=self.path + question)


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
    with seeding() as session:
        stored = {
            name: tuple(session.scalars(select(model.id).limit(2))) or (uuid.uuid4(),)  # type: ignore[attr-defined]
            for name, model in MODELS.items()
        }
    return {
        **stored,
        "case_id": (world.case.id,),
        "company_id": (world.case.company_id,),
        "person_id": (world.case.person_id,),
        "need_id": (world.need.id,),
        "referral_id": (world.accepted.id, world.waiting.id),
        "entry_id": (world.aid_entry.id, world.own_entry.id, world.all_entry.id),
        "organisation_id": (world.urssaf.id,),
        "membership_id": (world.adviser.id, world.partner.id),
        "key": ("courriel-inconnu",),
        "token": (NO_TOKEN,),
        "verb": ("commencer", "terminer", "abandonner", "relancer", "retenir"),
        "rights_request_id": (world.asked.id, world.given.request_id),
        "right": ("correction", "opposition"),
        "ending": ("pdf", "json"),
        "siren": ("843701079",),
        "kind": ("case",),
        "group": tuple(Group),
    }


#: The model behind each argument of an address whose objects are read in the database.
MODELS: dict[str, type] = {
    "absence_id": Absence,
    "action_id": CaseAction,
    "assessment_id": Assessment,
    "basis_id": LegalBasis,
    "invitation_id": Invitation,
    "notice_id": Notice,
    "participation_id": Participation,
    "printout_id": Printout,
    "request_id": AccessRequest,
    "rule_id": RoutingRule,
    "service_id": Service,
    "session_id": MemberSession,
    "step_id": ReferralStep,
    "unit_id": Unit,
    "view_id": SavedView,
}
