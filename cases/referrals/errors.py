"""What needs and referrals refuse, in words fit for the user."""

from datetime import datetime

from app.errors import Refusal
from app.web.formatting import datetime_near
from cases.referrals.enums import ReferralState


class ReferralAlreadyAnswered(Refusal):
    """Somebody answered first, signed in or by a link: says who, when and what."""

    def __init__(self, who: str, at: datetime, state: ReferralState) -> None:
        who = who or "un membre de votre structure"
        answer = state.label.lower()
        super().__init__(
            f"Déjà répondu par {who}, {datetime_near(at)} : {answer}. Rien n’a changé."
        )


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


class RecoveryNeverLeads(Refusal):
    """A creditor's recovery side takes part when invited; it never leads."""

    message = "Le côté recouvrement ne peut pas piloter un dossier."


class AlreadyWaiting(Refusal):
    """The same need waits already for an answer of the same organisation."""

    message = "Une orientation attend déjà la réponse de cette organisation pour ce besoin."


class AlreadyInside(Refusal):
    """It takes part already: there is nothing to let it into."""

    message = "Cette organisation est déjà dans le dossier : vous pouvez lui passer le relais."


class SignatureMissing(Refusal):
    """Whoever answers by a link says who they are."""

    message = "Écrivez votre nom et votre fonction : ils accompagnent votre réponse."


class NoAnswerAddress(Refusal):
    """The directory knows no address to which a link may go."""

    message = (
        "L’annuaire ne connaît pas d’adresse à laquelle envoyer ce lien. Appelez la structure."
    )


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
