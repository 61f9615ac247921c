"""Choosing organisations among many: search, add, remove, without a line of script."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from wtforms import Form, SelectMultipleField

from app.actors import Side
from partners.organisations import queries
from partners.organisations.enums import OrganisationKind
from partners.organisations.models import Organisation, Seat
from partners.organisations.picking import MOST_FOUND, Picker, pick_seats
from tests.factories import make_member, make_organisation, make_seat
from tests.support.acting import act_as_member, seeding
from tests.support.counting import recorded_statements


class Sharing(Form):
    """A form that names seats."""

    seats = SelectMultipleField(choices=[])


@pytest.fixture
def own(app: Flask, session: Session) -> Seat:
    seat = make_seat(make_organisation("Nous-mêmes"))
    act_as_member(make_member(seat))
    return seat


def seat_named(name: str, kind: OrganisationKind | None = None, side: Side = Side.AID) -> Seat:
    return make_seat(make_organisation(name, kind), side)


def pick(own: Seat, *posted: tuple[str, str], suggested: tuple[Seat, ...] = ()) -> Picker:
    values = MultiDict(posted)
    form = Sharing(values)
    found = pick_seats(form.seats, values, suggested=[one.id for one in suggested], never=[own.id])
    assert form.seats.data == [key for key, _ in found.chosen]
    return found


def labels(choices: list[tuple[str, str]]) -> list[str]:
    return [label for _, label in choices]


@pytest.mark.parametrize(
    "typed", ["Entraide d’Aquitaine", "ENTRAIDE AQUITAINE", "entraid aquitaine"]
)
def test_a_name_is_found_as_one_types_it(own: Seat, typed: str) -> None:
    seat_named("Entraide d’Aquitaine")
    seat_named("Banque du Nord")
    found = pick(own, ("seats-q", typed), ("seats-chercher", "1"))
    assert labels(found.found) == ["Entraide d’Aquitaine"]
    assert found.is_moving and not found.chosen


def test_what_is_chosen_stays_through_searches_and_goes_when_removed(own: Seat) -> None:
    first, second = seat_named("Entraide A"), seat_named("Entraide B")
    a, b = str(first.id), str(second.id)
    added = pick(own, ("seats-q", "entraide"), ("seats-ajouter", a))
    assert (labels(added.chosen), labels(added.found)) == (["Entraide A"], ["Entraide B"])
    both = pick(own, ("seats", a), ("seats-ajouter", b), ("seats-ajouter", "nimporte"))
    assert labels(both.chosen) == ["Entraide A", "Entraide B"]
    left = pick(own, ("seats", a), ("seats", b), ("seats-retirer", a))
    assert labels(left.chosen) == ["Entraide B"] and left.is_moving
    sent = pick(own, ("seats", b), ("seats", b))
    assert labels(sent.chosen) == ["Entraide B"] and not sent.is_moving


def test_ones_own_seat_closed_ones_and_unknown_ones_are_never_chosen(own: Seat) -> None:
    closed = seat_named("Structure fermée")
    with seeding() as session:
        session.get_one(Organisation, closed.organisation_id).is_active = False
    forged = [("seats", str(one)) for one in (own.id, closed.id, own.organisation_id)]
    assert pick(own, *forged, ("seats-q", "structure fermee")).chosen == []
    assert queries.find_seats("nous mêmes", [own.id]) == []
    assert queries.find_seats("%") == queries.find_seats("") == []


def test_suggestions_come_without_search_and_sides_are_said(own: Seat) -> None:
    recovery = seat_named("Urssaf Exemple", OrganisationKind.URSSAF, Side.RECOVERY)
    found = pick(own, suggested=(recovery, own))
    assert labels(found.suggested) == ["Urssaf Exemple (recouvrement)"]
    again = pick(own, ("seats", str(recovery.id)), suggested=(recovery,))
    assert again.suggested == [] and labels(again.chosen) == ["Urssaf Exemple (recouvrement)"]


def test_a_wide_search_is_bounded_and_asks_two_statements(own: Seat) -> None:
    for number in range(MOST_FOUND + 3):
        seat_named(f"Chambre {number:02d}")
    with recorded_statements() as statements:
        found = pick(own, ("seats-q", "chambre"))
    assert len(found.found) == MOST_FOUND and found.has_more
    assert len([one for one in statements if "set_config" not in one]) == 2
