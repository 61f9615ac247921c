"""The box as it would be asked of the referrals themselves: slow, and short enough to be believed.

What triggers keep for the box is compared with this.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, case, exists, or_, select, text
from sqlalchemy.orm import aliased

from app import clock
from app.actors import Actor
from app.db import db
from app.web.tables import ListRequest
from cases.casework.models import CaseFile
from cases.companies.identifiers import searched
from cases.referrals.enums import ReferralKind, ReferralState
from cases.referrals.models import Need, Referral
from cases.referrals.queries.box import STANDINGS, Standing, Tab
from cases.referrals.queries.needs import needs_visible_to
from cases.referrals.queries.referrals import referrals_visible_to
from cases.referrals.rules.states import REFUSED, TAKEN, WAITING
from partners.organisations.models import Organisation, Seat
from tests.support.acting import seeding

STATES = [one for one in ReferralState if one is not ReferralState.DRAFT]
ALIVE = (*WAITING, *TAKEN, ReferralState.COMPLETED, ReferralState.GIVEN_UP)
#: Referrals whose company, person or partner answers, in the words that this seat may read now.
FOUND = text("""
SELECT r.id FROM referral r
  JOIN seat other ON other.id = CASE WHEN r.sender_seat_id = :seat
    THEN r.receiver_seat_id ELSE r.sender_seat_id END
  JOIN organisation o ON o.id = other.organisation_id
  LEFT JOIN referral_sheet s ON s.referral_id = r.id AND (r.receiver_seat_id <> :seat
    OR r.state NOT IN ('draft', 'declined', 'redirected', 'expired', 'revoked'))
  LEFT JOIN case_file f ON f.id = r.case_id AND s.referral_id IS NULL
    AND f.reader_seats @> ARRAY[CAST(:seat AS uuid)]
  LEFT JOIN company c ON c.id = f.company_id LEFT JOIN person t ON t.id = f.person_id
WHERE r.reader_seats @> ARRAY[CAST(:seat AS uuid)] AND (
  (length(:digits) >= 3 AND (s.siren LIKE :digits || '%' OR c.siren LIKE :digits || '%'))
  OR resembles(:grams, o.name_grams) OR resembles(:grams, folded_grams(s.folded_names))
  OR resembles(:grams, c.name_grams) OR resembles(:grams, folded_grams(t.folded_name)))
""")


def ids_before(tab: Tab, listing: ListRequest, actor: Actor) -> list[uuid.UUID]:
    """Identifiers of all the referrals that a tab holds, in the order asked."""
    statement = referrals_visible_to(actor).where(*_in_tab(tab, actor), *_narrowing(tab, listing))
    if listing.search:
        statement = statement.where(Referral.id.in_(_found(listing.search, actor)))
    rows: Select[Any] = statement.with_only_columns(Referral.id)
    return list(db.session.scalars(_sorted(rows, tab, listing)))


def partners_before(tab: Tab, actor: Actor) -> list[tuple[uuid.UUID, str]]:
    """Organisations met in a tab, by name."""
    met = referrals_visible_to(actor).where(*_in_tab(tab, actor))
    statement = (
        select(Organisation.id, Organisation.name)
        .join(Seat, Seat.organisation_id == Organisation.id)
        .where(Seat.id.in_(met.with_only_columns(_other_seat(tab))))
        .distinct()
        .order_by(Organisation.name)
    )
    return [(row.id, row.name) for row in db.session.execute(statement)]


def declined_before(actor: Actor) -> list[Need]:
    """Needs the seat leads or wrote, whose sendings that it reads all ended without a partner."""
    one, any_other = aliased(Referral), aliased(Referral)
    refused = exists().where(one.need_id == Need.id, one.state.in_(REFUSED))
    alive = exists().where(any_other.need_id == Need.id, any_other.state.in_(ALIVE))
    mine = or_(CaseFile.lead_seat_id == actor.seat_id, Need.seat_id == actor.seat_id)
    found = needs_visible_to(actor).where(mine, CaseFile.closed_at.is_(None), refused, ~alive)
    return list(db.session.scalars(found.order_by(Need.created_at, Need.id)))


def _found(typed: str, actor: Actor) -> Sequence[uuid.UUID]:
    known, digits = searched(typed)
    asked = {"seat": actor.seat_id, "grams": known, "digits": digits}
    with seeding() as session:
        return session.scalars(FOUND, asked).all()


def _in_tab(tab: Tab, actor: Actor) -> tuple[ColumnElement[bool], ...]:
    if tab is Tab.SENT:
        return (Referral.sender_seat_id == actor.seat_id,)
    return (
        Referral.receiver_seat_id == actor.seat_id,
        Referral.state != ReferralState.DRAFT,
        Referral.kind != ReferralKind.SIGNPOST,
    )


def _narrowing(tab: Tab, listing: ListRequest) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked := listing.filter("etat"):
        is_standing = asked in list(Standing)
        states = STANDINGS[Standing(asked)] if is_standing else [ReferralState(asked)]
        found.append(Referral.state.in_(states))
    if subject := listing.filter("sujet"):
        found.append(Referral.subject == subject)
    if kind := listing.filter("forme"):
        found.append(Referral.kind == kind)
    if partner := listing.filter("partenaire"):
        seats = select(Seat.id).where(Seat.organisation_id == uuid.UUID(partner))
        found.append(_other_seat(tab).in_(seats))
    if listing.filter("reponse"):
        found += [Referral.state.in_(WAITING), Referral.answer_by < clock.now()]
    if first := listing.filter("du"):
        found.append(Referral.sent_at >= _midnight(first))
    if last := listing.filter("au"):
        found.append(Referral.sent_at < _midnight(last) + timedelta(days=1))
    return found


def _midnight(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=ZoneInfo("Europe/Paris"))


def _other_seat(tab: Tab) -> Any:
    return Referral.sender_seat_id if tab is Tab.RECEIVED else Referral.receiver_seat_id


def _sorted(statement: Select[Any], tab: Tab, listing: ListRequest) -> Select[Any]:
    keys: dict[str, Any] = {
        "due": Referral.due_at,
        "sent": Referral.sent_at,
        "state": case(*((Referral.state == one, rank) for rank, one in enumerate(STATES))),
        "partner": Organisation.folded_name,
    }
    statement = statement.join(Seat, Seat.id == _other_seat(tab)).join(Seat.organisation)
    key = keys[listing.sort]
    asked = (key.desc() if listing.descending else key.asc()).nulls_last()
    return statement.order_by(asked, Referral.sent_at.desc(), Referral.id)
