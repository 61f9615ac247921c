"""What retention refuses, in words fit for the user."""

from collections.abc import Collection

from app.errors import NotAllowed, Refusal


class KindNotReducible(NotAllowed):
    """This duration is the same for everybody."""

    message = "Cette durée est la même pour toutes les structures."


class DurationOutOfBounds(Refusal):
    """Durations go down from the default, to a floor."""

    def __init__(self, least: int, longest: int) -> None:
        super().__init__(f"Indiquez un nombre de mois entre {least} et {longest}.")


class ReasonMissing(Refusal):
    """A longer journal needs a written reason."""

    message = "Écrivez pourquoi : le besoin de contrôle interne doit être documenté."


class AboveCeiling(RuntimeError):
    """More is due than a run may erase by itself: a human looks, then goes on."""

    def __init__(self, kinds: Collection[str]) -> None:
        super().__init__(f"above the ceiling, a human must look: {', '.join(sorted(kinds))}")


class JournalBroken(RuntimeError):
    """The prefix to be erased does not verify: erasing it would hide what somebody did."""
