"""Deciding how long: an organisation goes down from the defaults, the journal may go up."""

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from app import clock, journal
from app.actors import Actor
from app.db import db
from app.reference.models import RetentionRule
from cases.retention.errors import DurationOutOfBounds, KindNotReducible, ReasonMissing
from cases.retention.models import RetentionExtension, RetentionReduction
from cases.retention.rules import SHORTEST_REASON, can_reduce, is_within
from partners.organisations.models import Organisation


def reduce_duration(
    organisation: Organisation, rule: RetentionRule, months: int, *, by: Actor
) -> None:
    """Keep a kind of record for fewer months. Raises KindNotReducible, DurationOutOfBounds."""
    _refuse_unless(can_reduce(by, organisation.id, rule))
    if not is_within(rule, months):
        raise DurationOutOfBounds(rule.least_months or 0, rule.months)
    decided = {"months": months, "decided_by": by.user_id, "decided_at": clock.now()}
    key = {"organisation_id": organisation.id, "kind": rule.code}
    statement = insert(RetentionReduction).values(**key, **decided)
    db.session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=decided))
    details = {"kind": rule.code, "months": months}
    journal.record(organisation, "retention.changed", by=by, details=details)


def restore_default(organisation: Organisation, rule: RetentionRule, *, by: Actor) -> None:
    """Keep a kind of record for the default time again. Raises KindNotReducible."""
    _refuse_unless(can_reduce(by, organisation.id, rule))
    own = RetentionReduction.organisation_id == organisation.id
    db.session.execute(delete(RetentionReduction).where(own, RetentionReduction.kind == rule.code))
    details = {"kind": rule.code, "months": rule.months}
    journal.record(organisation, "retention.restored", by=by, details=details)


def extend_journal(rule: RetentionRule, months: int, reason: str, *, by: Actor) -> None:
    """Keep the access journal for so many months, up to three years, for a written reason.

    Raises DurationOutOfBounds, ReasonMissing (CNIL 2021-122: a documented need of internal
    control).
    """
    longest = rule.longest_months or rule.months
    if not rule.months <= months <= longest:
        raise DurationOutOfBounds(rule.months, longest)
    if len(reason.strip()) < SHORTEST_REASON:
        raise ReasonMissing
    assert by.user_id is not None
    decided = RetentionExtension(
        kind=rule.code,
        months=months,
        reason=reason.strip(),
        decided_by=by.user_id,
        decided_at=clock.now(),
    )
    db.session.add(decided)
    db.session.flush()
    journal.record(decided, "retention.extended", by=by, details={"months": months})


def _refuse_unless(is_allowed: bool) -> None:
    if not is_allowed:
        raise KindNotReducible
