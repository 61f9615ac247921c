"""Durations: the defaults, what organisations reduced, the longer journal."""

import uuid
from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select

from app.db import db
from app.errors import NotVisible
from app.reference.models import RetentionRule
from cases.retention.enums import Kind
from cases.retention.models import RetentionExtension, RetentionReduction
from cases.retention.rules import Duration, Durations


def durations_in_force() -> Durations:
    """Defaults (the journal's extension counted), and all reductions, in three statements."""
    defaults = {
        Kind(rule.code): Duration(rule.months, rule.days)
        for rule in list_rules()
        if rule.code in set(Kind)
    }
    if extension := find_extension():
        defaults[Kind(extension.kind)] = Duration(extension.months)
    reduced: dict[Kind, dict[uuid.UUID, int]] = defaultdict(dict)
    for one in db.session.scalars(select(RetentionReduction)):
        reduced[Kind(one.kind)][one.organisation_id] = one.months
    return Durations(defaults, reduced)


def list_rules() -> Sequence[RetentionRule]:
    """Every kind of record with its default, in the order of the page."""
    return db.session.scalars(select(RetentionRule).order_by(RetentionRule.rank)).all()


def get_rule(code: str) -> RetentionRule:
    """One of them. Raises NotVisible."""
    rule = db.session.get(RetentionRule, code)
    if rule is None:
        raise NotVisible
    return rule


def reductions_of(organisation_id: uuid.UUID) -> dict[str, RetentionReduction]:
    """What an organisation reduced, by kind."""
    own = RetentionReduction.organisation_id == organisation_id
    return {one.kind: one for one in db.session.scalars(select(RetentionReduction).where(own))}


def find_extension() -> RetentionExtension | None:
    """The last decision about the journal, None when it is kept for its default time."""
    order = (RetentionExtension.decided_at.desc(), RetentionExtension.id.desc())
    return db.session.scalars(select(RetentionExtension).order_by(*order).limit(1)).one_or_none()
