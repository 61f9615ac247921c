"""Row-level security, the second lock: every transaction says who acts.

One parameterised statement at the start of each transaction sets the database role and the
transaction-local settings; nobody's settings are the empty string. The policies read them through
SQL functions: ``app_seat()`` (for members whose role reads cases), ``app_member_seat()`` (any
member), ``app_user()``, ``app_principal()`` and ``app_link()``.
"""

from typing import Any

from flask import current_app
from sqlalchemy import RowMapping, TextClause, event, text
from sqlalchemy.orm import Session, SessionTransaction

from app.actors import Actor
from app.db import db, no_transaction

#: Policies make long plans: planned once for each connection and prepared statement, whoever acts.
#: A row found by an index costs hardly more than its neighbour: what is asked for is in memory, or
#: on discs without arms. The server's own setting has small tables read whole for each join.
#: One column, which nobody reads: describing seven takes longer than setting them.
OPEN_SCOPE = text(
    "SELECT concat(set_config('plan_cache_mode', 'force_generic_plan', true),"
    " set_config('random_page_cost', '1.1', true),"
    " set_config('role', :role, true), set_config('app.seat', :seat, true),"
    " set_config('app.case_seat', :case_seat, true), set_config('app.user', :user, true),"
    " set_config('app.principal', :principal, true), set_config('app.link', :link, true),"
    # A document writes instants in the zone of the session: some had odd seconds, a century ago.
    " set_config('timezone', 'UTC', true))"
)


class PrincipalChanged(RuntimeError):
    """Somebody else would act inside a transaction already begun."""


def scope_of(actor: Actor) -> dict[str, str]:
    """The settings of a transaction in which this actor acts."""
    return {
        "role": actor.database_role,
        "seat": str(actor.seat_id or ""),
        "case_seat": str(actor.seat_id or "") if actor.reads_cases else "",
        "user": str(actor.user_id or ""),
        "principal": actor.kind.value,
        "link": str(actor.link_id or ""),
    }


def act_as(actor: Actor) -> None:
    """From now on the session's transactions are this actor's."""
    session = db.session()
    if session.in_transaction() and acting(session) != actor:
        raise PrincipalChanged("commit or roll back before the principal changes")
    session.info["actor"] = actor


def acting(session: Session) -> Actor:
    """Who acts in this session: nobody on the web, the system in a worker, until told."""
    return session.info.get("actor") or current_app.extensions["relais.default_actor"]


def ask_before_anybody(statement: TextClause, values: dict[str, Any]) -> RowMapping | None:
    """The row that a definer function answers before it is known who acts, None for nothing.

    A transaction of its own, which begins and ends with the statement, and without a scope:
    nobody's settings are those of a transaction that says nothing, under which every policy finds
    no row.
    """
    session = db.session()
    if session.in_transaction():
        raise PrincipalChanged("somebody acts already")
    session.info["is_unscoped"] = True
    try:
        connection = session.connection()
        with no_transaction(connection):
            row = connection.execute(statement, values).mappings().one_or_none()
        session.commit()
        return row
    except BaseException:
        session.rollback()
        raise
    finally:
        del session.info["is_unscoped"]


@event.listens_for(Session, "after_begin")
def _open_scope(session: Session, transaction: SessionTransaction, connection: Any) -> None:
    if not transaction.nested and "is_unscoped" not in session.info:
        connection.execute(OPEN_SCOPE, scope_of(acting(session)))
