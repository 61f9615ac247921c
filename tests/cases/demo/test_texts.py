"""Sentences: slots filled, French contractions, gender, capitals."""

from datetime import UTC, datetime

import pytest

from cases.demo.randomness import Dice
from cases.demo.texts import Voice, content, gender_slots, notes

AT = datetime(2026, 8, 12, 9, tzinfo=UTC)
SLOTS = {"M": "Mme Larrivaude", "activite": "le salon", "ville": "Le Bouscat"}


def voice(is_woman: bool = True) -> Voice:
    return Voice(Dice("voice"), is_woman, {**gender_slots(is_woman), **SLOTS})


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("Vu {M}, fatigué{e}.", "Vu Mme Larrivaude, fatiguée."),
        ("Passé devant {activite}, près de {activite}.", "Passé devant le salon, près du salon."),
        ("Visite à {ville}.", "Visite au Bouscat."),
        ("Chiffres de {mois}.", "Chiffres d’août."),
        ("Vu hier. {il} va mieux.", "Vu hier. Elle va mieux."),
        ("C'est prêt·e, combatif·ve, pour lui·elle.", "C’est prête, combative, pour elle."),
    ],
)
def test_a_sentence_is_filled_in_good_french(template: str, said: str) -> None:
    assert voice().fill(template, AT) == said


def test_a_man_is_spoken_of_as_a_man() -> None:
    assert (
        voice(is_woman=False).fill("Prêt·e, seul{e}, tout{e_seul}.", AT) == "Prêt, seul, tout seul."
    )


def test_a_sentence_is_not_said_twice_while_another_is_left() -> None:
    speaker = voice()
    said = {speaker.say(["Un.", "Deux.", "Trois."], AT) for _ in range(3)}
    assert said == {"Un.", "Deux.", "Trois."}


def test_the_next_month_of_december_is_january() -> None:
    december = datetime(2026, 12, 31, tzinfo=UTC)
    assert voice().fill("Fin {mois_prochain}.", december) == "Fin janvier."


def test_there_are_many_sentences() -> None:
    by_stage = [texts for subject in notes().values() for texts in subject.values()]
    count = sum(
        len(one) if isinstance(one, list) else sum(map(len, one.values())) for one in by_stage
    )
    assert count >= 150
    assert set(content("needs")) >= {"cash_flow", "health", "rebound_job"}
