"""Saved views: a list as one member narrowed it, kept under a name and found again on that list."""

import uuid
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import Select, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from app.actors import Actor
from app.db import Base, Dated, Identified, RowClass, db, row_class
from app.errors import NotVisible, Refusal

LONGEST_NAME = 60
LONGEST_QUERY = 500
MOST_VIEWS = 20


class TooManyViews(Refusal):
    """No more room on this list."""

    message = f"Vous gardez déjà {MOST_VIEWS} vues ici : retirez-en une d’abord."


class SavedView(Identified, Dated, Base):
    """What a member asked of a list: ``page`` its endpoint, ``query`` what follows « ? »."""

    __tablename__ = "saved_view"
    __table_args__ = (
        UniqueConstraint("user_id", "page", "name"),
        row_class(RowClass.IDENTITY),
    )

    user_id: Mapped[uuid.UUID] = mapped_column(index=True)
    page: Mapped[str]
    name: Mapped[str]
    query: Mapped[str]


def list_views(page: str, actor: Actor) -> Sequence[SavedView]:
    """The actor's own views of a list, by name."""
    statement = _own(actor).where(SavedView.page == page)
    return db.session.scalars(statement.order_by(func.lower(SavedView.name))).all()


def get_view(view_id: uuid.UUID, actor: Actor) -> SavedView:
    """One of the actor's own views. Raises NotVisible."""
    found = db.session.scalars(_own(actor).where(SavedView.id == view_id)).one_or_none()
    if found is None:
        raise NotVisible
    return found


def save_view(page: str, name: str, query: str, *, by: Actor) -> SavedView:
    """Keep a list as it is shown; the same name again replaces. Raises TooManyViews."""
    known = {one.name: one for one in list_views(page, by)}
    view = known.get(name)
    if view is None:
        if len(known) >= MOST_VIEWS:
            raise TooManyViews
        assert by.user_id is not None
        view = SavedView(user_id=by.user_id, page=page, name=name)
        db.session.add(view)
    view.query = clean_query(query)
    return view


def forget_view(view: SavedView) -> None:
    """Drop a view; the list itself does not change."""
    db.session.delete(view)


def clean_query(query: str) -> str:
    """What narrows and sorts: neither the page number nor what is empty is kept."""
    asked = parse_qsl(query[:LONGEST_QUERY])
    # « _scheme », « _external »… would be orders to ``url_for``.
    kept = [(name, value) for name, value in asked if name != "page" and name[0] != "_"]
    return urlencode(kept)


def _own(actor: Actor) -> Select[SavedView]:
    return select(SavedView).where(SavedView.user_id == actor.user_id)
