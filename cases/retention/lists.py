"""The log of erasures as a list: what may be asked of it, and the rows that answer."""

from typing import Any

from sqlalchemy import func, select

from app.actors import Actor
from app.db import db
from app.web.tables import MAX_COUNTED_ROWS, ListRequest, Page
from cases.retention.enums import Kind
from cases.retention.models import Erasure
from cases.retention.queries.log import erasures_visible_to


def ask_erasures(arguments: Any) -> ListRequest:
    """What an address asks of the list."""
    return ListRequest.from_args(arguments, filters={"quoi": list(Kind)})


def list_erasures(listing: ListRequest, actor: Actor) -> Page[Erasure]:
    """One page of the log, the latest first; two statements."""
    statement = erasures_visible_to(actor)
    if kind := listing.filter("quoi"):
        statement = statement.where(Erasure.kind == kind)
    counted = statement.with_only_columns(Erasure.id).limit(MAX_COUNTED_ROWS).subquery()
    total = db.session.scalar(select(func.count()).select_from(counted)) or 0
    ordered = statement.order_by(Erasure.at.desc(), Erasure.id.desc())
    rows = db.session.scalars(ordered.offset(listing.offset).limit(listing.size)).all()
    return listing.page(rows, total)
