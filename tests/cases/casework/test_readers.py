"""« Lu par : … » before anything is written."""

import uuid

import pytest

from app.actors import Actor, ActorKind, Role, Side
from cases.casework.enums import Audience
from cases.casework.readers import names_in_words, readers_sentence, readers_sentences
from partners.organisations.models import Organisation, Seat


def seat(name: str, side: Side = Side.AID) -> Seat:
    return Seat(id=uuid.uuid4(), side=side, organisation=Organisation(name=name))


MINE = seat("Urssaf Exemple")
HELPER = seat("Entraide et entrepreneurs")
CREDITOR = seat("Impôts Exemple", Side.RECOVERY)


def actor(side: Side = Side.AID) -> Actor:
    return Actor(kind=ActorKind.MEMBER, seat_id=MINE.id, side=side, role=Role.ADVISER)


@pytest.mark.parametrize(
    ("audience", "seats", "sentence"),
    [
        (Audience.OWN, [MINE, HELPER], "votre organisation seulement. Pas par le recouvrement."),
        (
            Audience.AID,
            [MINE, HELPER, CREDITOR],
            "votre organisation et Entraide et entrepreneurs. Pas par le recouvrement.",
        ),
        (
            Audience.AID,
            [MINE, CREDITOR],
            "votre organisation, et les partenaires qui rejoindront le dossier."
            " Pas par le recouvrement.",
        ),
        (
            Audience.ALL,
            [MINE, HELPER, CREDITOR],
            "votre organisation, Entraide et entrepreneurs et Impôts Exemple (recouvrement)."
            " Le recouvrement lit aussi.",
        ),
        (
            Audience.ALL,
            [MINE],
            "votre organisation, et le recouvrement s’il rejoint le dossier.",
        ),
    ],
)
def test_the_sentence_names_who_reads(audience, seats, sentence):
    assert readers_sentence(audience, seats, actor()) == sentence


def test_recovery_is_offered_two_audiences():
    assert list(readers_sentences(actor(Side.RECOVERY), [MINE])) == ["own", "all"]


def test_names_in_words():
    assert names_in_words([]) == ""
    assert names_in_words(["A"]) == "A"
    assert names_in_words(["A", "B", "C"]) == "A, B et C"
