"""The first people, from the command line."""

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from app import rows
from app.actors import Role
from partners.people.cli import create_admin, invite
from partners.people.models import Invitation
from tests.factories.organisations import make_organisation, make_seat
from tests.support.acting import SEEDER, seeding


@pytest.fixture
def runner(app: Flask) -> CliRunner:
    """Commands run in the test's application, as the system."""
    rows.act_as(SEEDER)
    return CliRunner()


def test_an_administrator_is_invited(runner: CliRunner) -> None:
    done = runner.invoke(create_admin, ["Admin@Exemple.test", "--name", "Ada Exemple"])
    assert done.exit_code == 0, done.output
    assert "/invitations/" in done.output
    with seeding() as session:
        made = session.scalars(select(Invitation)).one()
    assert (made.email, made.role) == ("admin@exemple.test", Role.PLATFORM_ADMIN)


def test_inviting_says_what_is_wrong(runner: CliRunner) -> None:
    make_seat(make_organisation("Association Exemple"))
    rows.act_as(SEEDER)
    base = ["a@exemple.test", "--organisation", "association exemple", "--role", "manager"]
    assert "/invitations/" in runner.invoke(invite, base).output
    assert "attend déjà" in runner.invoke(invite, base).output
    assert "no recovery side" in runner.invoke(invite, [*base, "--side", "recovery"]).output
    unknown = runner.invoke(invite, ["a@b.test", "--organisation", "X", "--role", "manager"])
    assert "no organisation" in unknown.output
    assert runner.invoke(invite, ["a", *base[1:]]).exit_code == 2
