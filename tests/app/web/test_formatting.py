"""Dates, amounts and numbers as a French reader expects them."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from app.web import formatting

NOON = datetime(2026, 11, 26, 13, 5, tzinfo=UTC)


def test_dates_are_written_in_full() -> None:
    assert formatting.date_long(NOON) == "jeudi 26 novembre 2026"
    assert formatting.date_long(date(2026, 1, 1)) == "jeudi 1er janvier 2026"
    assert formatting.date_long(date(2026, 1, 21)) == "mercredi 21 janvier 2026"


def test_times_are_those_of_paris() -> None:
    assert formatting.time_short(NOON) == "14\u00a0h\u00a005"
    assert formatting.datetime_short(NOON.replace(minute=0)) == "26/11/2026 à\u00a014\u00a0h"
    assert formatting.date_short(datetime(2026, 6, 30, 22, 30, tzinfo=UTC)) == "01/07/2026"


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (25, "hier à\u00a014\u00a0h\u00a005"),
        (26, "aujourd’hui à\u00a014\u00a0h\u00a005"),
        (27, "demain à\u00a014\u00a0h\u00a005"),
        (29, "dimanche à\u00a014\u00a0h\u00a005"),
        (12, "jeudi 12 novembre à\u00a014\u00a0h\u00a005"),
    ],
)
def test_near_moments_are_named_from_today(day: int, text: str) -> None:
    with time_machine.travel(NOON, tick=False):
        assert formatting.datetime_near(NOON.replace(day=day)) == text


def test_the_last_minute_of_a_day_is_the_day() -> None:
    with time_machine.travel(NOON, tick=False):
        assert formatting.datetime_near(datetime(2026, 11, 27, 22, 59, tzinfo=UTC)) == "demain"


def test_ago_counts_from_the_clock() -> None:
    with time_machine.travel(NOON, tick=False):
        assert formatting.ago(NOON.replace(minute=2)) == "il y a 3 minutes"


@pytest.mark.parametrize(
    ("cents", "text"),
    [
        (150_000, "1\u00a0500,00\u00a0€"),
        (5, "0,05\u00a0€"),
        (-150, "-1,50\u00a0€"),
        (123_456_789, "1\u00a0234\u00a0567,89\u00a0€"),
        (None, ""),
    ],
)
def test_euros_come_from_whole_cents(cents: int | None, text: str) -> None:
    assert formatting.euros(cents) == text


def test_numbers_are_grouped() -> None:
    assert formatting.siren("732829320") == "732\u00a0829\u00a0320"
    assert formatting.siren("73282932000074") == "732\u00a0829\u00a0320 00074"
    assert formatting.phone("+33556000000") == "05\u00a056\u00a000\u00a000\u00a000"
    assert formatting.phone("poste 12") == "poste 12"


def test_plural_begins_at_two() -> None:
    counts = [formatting.plural(count, "dossier") for count in (0, 1, 2)]
    assert counts == ["0\u00a0dossier", "1\u00a0dossier", "2\u00a0dossiers"]
    assert formatting.plural(3, "avis", "avis") == "3\u00a0avis"


def test_initials_of_names() -> None:
    names = ("Camille Duroc", "Jean-Noé de la Vigne", "Relais", " ")
    assert [formatting.initials(name) for name in names] == ["CD", "JV", "R", "?"]


def test_de_is_elided_before_a_vowel() -> None:
    assert formatting.of_person("Étienne Durand") == "d’Étienne Durand"
    assert formatting.of_person("Camille Durand") == "de Camille Durand"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("contact@exemple.fr", "c…t@exemple.fr"),
        ("abc@exemple.fr", "a…@exemple.fr"),
        ("a@exemple.fr", "a…@exemple.fr"),
        ("", ""),
        ("sans arobase", ""),
    ],
)
def test_an_address_is_recognised_and_not_copied(address: str, shown: str) -> None:
    assert formatting.masked_email(address) == shown
