"""Connections: what they keep from one request to the next, and what is done of dead ones."""

from typing import Any

import psycopg
import pytest
from flask import Flask
from psycopg.pq import TransactionStatus
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.db import db, is_found, no_transaction
from app.embedded.postgres import PostgresInfo
from app.reference.models import Commune

PREPARED = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%ref_commune%'")
BACKEND = text("SELECT pg_backend_pid()")


def read_a_page() -> int:
    """As a page that only reads does: nothing is committed. Gives the backend that answered."""
    session: Session = db.session()
    session.execute(select(Commune.code).limit(1)).all()
    backend: int = session.scalar(BACKEND)
    db.session.remove()
    return backend


def prepared() -> int:
    found: int = db.session.scalar(PREPARED)
    db.session.remove()
    return found


@pytest.mark.commits
def test_pages_that_only_read_keep_what_they_prepared(committed_app: Flask) -> None:
    assert len({read_a_page() for _ in range(4)}) == 1, "one connection, or this proves nothing"
    assert prepared() == 1


@pytest.mark.commits
def test_what_is_rolled_back_is_not_written(committed_app: Flask) -> None:
    for _ in range(3):
        db.session.execute(text("CREATE TEMPORARY TABLE kept (one int)"))
        db.session.remove()
    assert db.session.scalar(text("SELECT to_regclass('pg_temp.kept')")) is None


@pytest.mark.commits
def test_a_transaction_in_error_is_left_to_the_driver(committed_app: Flask) -> None:
    read_a_page()
    with pytest.raises(Exception, match="division"):
        db.session.execute(text("SELECT 1 / 0"))
    db.session.remove()
    assert read_a_page()


@pytest.mark.commits
def test_a_connection_that_died_while_it_rested_is_replaced(
    committed_app: Flask, cluster: PostgresInfo
) -> None:
    before = read_a_page()
    with cluster.connect_as_superuser("postgres") as superuser:
        superuser.execute("SELECT pg_terminate_backend(%s, 5000)", [before])
    assert read_a_page() != before


@pytest.mark.commits
def test_a_connection_closed_here_is_replaced(committed_app: Flask) -> None:
    before = read_a_page()
    with db.engine.connect() as connection:
        driver: psycopg.Connection = connection.connection.dbapi_connection  # type: ignore[assignment]
    driver.close()
    assert read_a_page() != before


def test_what_a_function_finds_is_asked_once(session: Session) -> None:
    session.execute(text("CREATE TEMPORARY SEQUENCE asked"))
    session.execute(
        text(
            "CREATE FUNCTION pg_temp.find() RETURNS SETOF text LANGUAGE sql VOLATILE AS"
            " $$ SELECT code FROM ref_commune, (SELECT nextval('asked')) n ORDER BY code LIMIT 3 $$"
        )
    )
    rows = session.scalars(
        select(Commune).where(is_found(Commune.code, select(func.pg_temp.find())))
    )
    assert len(rows.all()) == 3
    assert session.scalar(text("SELECT last_value FROM asked")) == 1


@pytest.mark.commits
def test_a_statement_alone_leaves_the_connection_as_it_was(committed_app: Flask) -> None:
    with db.engine.connect() as connection:
        driver: Any = connection.connection.dbapi_connection
        with no_transaction(connection):
            connection.execute(text("SELECT 1"))
            assert driver.info.transaction_status == TransactionStatus.IDLE
        assert not driver.autocommit
        with pytest.raises(DBAPIError), no_transaction(connection):
            connection.execute(text("SELECT 1 / 0"))
        assert not driver.autocommit and driver.info.transaction_status == TransactionStatus.IDLE


@pytest.mark.commits
def test_a_statement_cut_in_the_middle_takes_its_connection_away(committed_app: Flask) -> None:
    with db.engine.connect() as connection:
        driver: Any = connection.connection.dbapi_connection
        with pytest.raises(ZeroDivisionError), no_transaction(connection):
            driver.pgconn.send_query(b"SELECT pg_sleep(5)")
            raise ZeroDivisionError
        assert connection.invalidated
        assert driver.closed
