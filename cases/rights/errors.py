"""What the rights refuse, in words fit for the user."""

from app.errors import Refusal


class AlreadyAsked(Refusal):
    """The same request is waiting already: its clock runs, a second one would start no other."""

    message = "La même demande est déjà reçue. La réponse arrive avant la date indiquée."


class AlreadyAnswered(Refusal):
    """Somebody answered meanwhile."""

    message = "Cette demande a déjà reçu sa réponse."


class TooLateToExtend(Refusal):
    """The person is told of an extension within the first month (RGPD art. 12-3)."""

    message = "Le délai ne se prolonge qu’une fois, et avant la fin du premier mois."


class ReasonNotForThis(Refusal):
    """This reason is not among those of this right."""

    message = "Ce motif ne convient pas à cette demande : choisissez-en un autre."


class AnswerIncomplete(Refusal):
    """An answer is written, a refusal is explained."""

    message = "Écrivez la réponse : la personne doit la comprendre sans vous appeler."


class CopyNotReady(Refusal):
    """The worker has not finished, or the copy was given or taken away."""

    message = "La copie n’est pas prête. Actualisez la page dans un instant."


class NothingToGive(Refusal):
    """Everything was left out: that is a refusal, with its reason."""

    message = "Tout est laissé de côté : ce serait un refus. Refusez la demande, avec son motif."
