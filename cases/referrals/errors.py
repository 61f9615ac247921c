"""What needs and referrals refuse, in words fit for the user."""

from app.errors import Refusal


class ReferralAlreadyAnswered(Refusal):
    """A colleague answered first: says who and when."""

    message = "Cette orientation a déjà reçu une réponse."


class ReferralNotWaiting(Refusal):
    """It was taken back, expired or closed meanwhile."""

    message = "Cette orientation n’attend plus de réponse."


class WrongStep(Refusal):
    """The state machine does not go there."""

    message = "Cette étape n’est plus possible : l’orientation a changé entre-temps."


class BasisMissing(Refusal):
    """The consent gate is closed; the message says why."""

    message = "Il faut l’accord de l’entrepreneur avant d’envoyer."


class ReceiverNotPossible(Refusal):
    """This organisation cannot receive this referral."""

    message = "Cette organisation ne peut pas recevoir cette orientation."


class AlreadyWaiting(Refusal):
    """The same need waits already for an answer of the same organisation."""

    message = "Une orientation attend déjà la réponse de cette organisation pour ce besoin."


class NobodyChosen(Refusal):
    """A sending has at least one receiver."""

    message = "Choisissez au moins une organisation."


class OneLeadOnly(Refusal):
    """The relay is passed to one organisation at a time."""

    message = "Le relais se passe à une seule organisation à la fois."


class DeclineNeedsReason(Refusal):
    """A decline has a coded reason and a text."""

    message = "Dites pourquoi vous déclinez : un motif et une phrase."


class RedirectNeedsSeat(Refusal):
    """Redirecting proposes another organisation, and says why."""

    message = "Choisissez l’organisation que vous proposez et dites pourquoi."


class TooLateToUndo(Refusal):
    """The minute is over, the message left, or something happened since."""

    message = "Il est trop tard pour annuler : le message est parti, ou la situation a changé."


class CaseIsOver(Refusal):
    """Nothing is sent from a closed case."""

    message = "Ce dossier est clos : rouvrez-le avant d’orienter."


class PrintoutNotReady(Refusal):
    """The document is still being made."""

    message = "Le document n’est pas encore prêt. Patientez quelques secondes."
