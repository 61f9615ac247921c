"""Coming in through the pages: password, then the code of the authenticator."""

from tests.factories.stage import PASSWORD, Stage, code_of
from tests.journeys.hands import Hand


def sign_in(hand: Hand, stage: Stage) -> None:
    """From the sign-in page on; the fields typed here are not counted."""
    typed = hand.typed
    give_password(hand)
    give_code(hand, stage)
    hand.typed = typed


def give_password(hand: Hand) -> None:
    """The first step."""
    hand.is_at("Se connecter")
    hand.type("Adresse électronique", "camille.durand@exemple.test")
    hand.type("Mot de passe", PASSWORD)
    hand.press("Continuer")


def give_code(hand: Hand, stage: Stage) -> None:
    """The second step."""
    hand.type("Code à six chiffres", code_of(stage.totp_secret))
    hand.press("Se connecter")
