"""Passing on what was asked of a case that others follow (*transmis*)."""

from app.actors import Actor
from cases.companies.models import Company
from cases.referrals.commands.asking import request_access
from cases.referrals.models import AccessRequest
from partners.organisations.enums import Subject


def pass_on_opening(company: Company, reason: str, by: Actor) -> AccessRequest:
    """Handler of ``known_elsewhere``: a case was asked for, and others follow the company."""
    return request_access(company.name, company.siren, Subject.OTHER, reason, by=by)
