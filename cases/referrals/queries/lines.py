"""What the lines of the box tell, as documents: of rows named by identifier, in the order in which
they are named, each under the policies of its own table."""

from typing import Any

from sqlalchemy import ColumnElement, Select, any_, func, select
from sqlalchemy.orm import aliased

from app.actors import Actor
from app.documents import document_of, documents
from cases.casework.models import CaseFile
from cases.casework.queries import case_title, is_read_by, with_title
from cases.companies.models import Company
from cases.referrals.models import AccessRequest, AccessRequestMatch, Need, Referral
from cases.referrals.queries.needs import needs_visible_to
from cases.referrals.queries.referrals import is_told_to, told_title
from cases.referrals.shown import ShownDeclined, ShownLine, ShownMatch, ShownRequest
from partners.organisations.models import Organisation, Seat


def referral_lines(ids: ColumnElement[Any], actor: Actor) -> ColumnElement[Any]:
    """A list of ``ShownLine``: referrals as lists tell them."""
    sender, receiver = _Named(), _Named()
    one = document_of(
        ShownLine,
        Referral,
        title=told_title(),
        commune_code=Company.commune_code,
        sender=sender.organisation.name,
        receiver=receiver.organisation.name,
    )
    found = select(_in_order(one, Referral.id, ids)).select_from(Referral)
    found = with_title(found.outerjoin(Referral.sheet).outerjoin(Referral.case))
    found = sender.joined(found, Referral.sender_seat_id)
    found = receiver.joined(found, Referral.receiver_seat_id)
    return found.where(is_told_to(actor), Referral.id == any_(ids)).scalar_subquery()


def need_lines(ids: ColumnElement[Any], actor: Actor) -> ColumnElement[Any]:
    """A list of ``ShownDeclined``: needs, and the case that each is of."""
    one = document_of(ShownDeclined, Need, title=case_title())
    found = with_title(needs_visible_to(actor).with_only_columns(_in_order(one, Need.id, ids)))
    return found.where(Need.id == any_(ids)).scalar_subquery()


def match_lines(ids: ColumnElement[Any], actor: Actor) -> ColumnElement[Any]:
    """A list of ``ShownMatch``: access requests, and the case that each fell upon."""
    asking = _Named()
    one = document_of(
        ShownMatch,
        AccessRequest,
        request_id=AccessRequest.id,
        organisation=asking.organisation.name,
        case_id=CaseFile.id,
        title=case_title(),
    )
    found = select(_in_order(one, AccessRequest.id, ids)).select_from(AccessRequestMatch)
    found = found.join(AccessRequestMatch.request).join(AccessRequestMatch.case)
    found = asking.joined(with_title(found), AccessRequest.seat_id)
    told = CaseFile.lead_seat_id == actor.seat_id, is_read_by(actor)
    return found.where(*told, AccessRequestMatch.request_id == any_(ids)).scalar_subquery()


def request_lines(own: Select[Any]) -> ColumnElement[Any]:
    """A list of ``ShownRequest``: these rows of ``access_request``, the last first."""
    asked = own.subquery()
    latest = (asked.c.created_at.desc(), asked.c.id.desc())
    return select(documents(document_of(ShownRequest, asked.c), *latest)).scalar_subquery()


class _Named:
    """The organisation of a seat that the row names: joined under names of their own."""

    def __init__(self) -> None:
        self.seat, self.organisation = aliased(Seat), aliased(Organisation)

    def joined(self, statement: Select[Any], seat_id: Any) -> Select[Any]:
        """The statement with the organisation."""
        found = statement.join(self.seat, self.seat.id == seat_id)
        of_seat = self.organisation.id == self.seat.organisation_id
        return found.join(self.organisation, of_seat)


def _in_order(one: ColumnElement[Any], key: Any, ids: ColumnElement[Any]) -> ColumnElement[Any]:
    return documents(one, func.array_position(ids, key))
