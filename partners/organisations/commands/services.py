"""Services and routing rules: what an organisation offers, and to whom."""

import uuid
from typing import Any

from app import clock, journal
from app.actors import Actor
from app.db import db
from partners.organisations.enums import RuleEffect, RuleField, RuleOperator, Subject
from partners.organisations.models import Organisation, RoutingRule, Service


def add_service(
    organisation: Organisation,
    subject: Subject,
    name: str,
    *,
    by: Actor,
    description: str = "",
    unit_id: uuid.UUID | None = None,
) -> Service:
    """A service on a subject; ``unit_id`` when one unit only offers it."""
    service = Service(
        organisation_id=organisation.id,
        subject=subject,
        name=name,
        description=description,
        unit_id=unit_id,
        checked_at=clock.now(),
    )
    db.session.add(service)
    journal.record(service, "service.added", by=by, details={"subject": subject.value})
    return service


def change_service(
    service: Service,
    *,
    subject: Subject,
    name: str,
    description: str,
    unit_id: uuid.UUID | None,
    by: Actor,
) -> None:
    """Other words for a service."""
    service.subject = subject
    service.name = name
    service.description = description
    service.unit_id = unit_id
    service.checked_at = clock.now()
    journal.record(service, "service.changed", by=by, details={"subject": subject.value})


def withdraw_service(service: Service, *, by: Actor) -> None:
    """Offered no more; referrals already sent stay."""
    service.is_active = False
    journal.record(service, "service.withdrawn", by=by)


def restore_service(service: Service, *, by: Actor) -> None:
    """Offered again."""
    service.is_active = True
    service.checked_at = clock.now()
    journal.record(service, "service.restored", by=by)


def add_routing_rule(
    organisation: Organisation,
    field: RuleField,
    operator: RuleOperator,
    value: Any,
    *,
    effect: RuleEffect,
    reason: str,
    by: Actor,
    unit_id: uuid.UUID | None = None,
    source: str = "",
) -> RoutingRule:
    """A condition or a preference; ``reason`` is what the adviser will read."""
    rule = RoutingRule(
        organisation_id=organisation.id,
        unit_id=unit_id,
        field=field,
        operator=operator,
        value=value,
        effect=effect,
        reason=reason,
        source=source,
    )
    db.session.add(rule)
    journal.record(rule, "routing_rule.added", by=by, details={"field": field.value})
    return rule


def remove_routing_rule(rule: RoutingRule, *, by: Actor) -> None:
    """The rule counts no more."""
    journal.record(rule, "routing_rule.removed", by=by, details={"field": rule.field.value})
    db.session.delete(rule)
