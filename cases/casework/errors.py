"""What the casework refuses, in words fit for the user."""

import uuid
from typing import TYPE_CHECKING

from app.errors import NotAllowed, Refusal, TooMany

if TYPE_CHECKING:
    from cases.casework.models import CaseFile


class ReasonNeeded(Refusal):
    """A case outside the member's usual territory: they say why first (``domain.md`` §14)."""

    message = "Ce dossier est hors de votre territoire habituel : dites d’abord pourquoi."

    def __init__(self, case_id: uuid.UUID) -> None:
        self.case_id = case_id
        super().__init__()


class ReasonMissing(Refusal):
    """« Another reason » says nothing by itself."""

    message = "Dites en une phrase quelle est cette raison."


class CaseAlreadyOpen(Refusal):
    """An open case exists, and this seat takes part in it: ``case`` is that one."""

    def __init__(self, case: "CaseFile") -> None:
        self.case = case
        super().__init__(
            f"Un dossier est déjà ouvert : {case.reference}. "
            "Vous pouvez le rejoindre, ou dire pourquoi il en faut un second."
        )


class RecoveryOpensNoCase(NotAllowed):
    """The recovery side asks to be let in: the answer is the same whether or not a case exists."""

    message = (
        "Le côté recouvrement n’ouvre pas de dossier d’accompagnement. Vous pouvez faire une"
        " demande d’accès : la réponse est la même qu’un dossier existe ou non."
    )


class TooManyOpenings(TooMany):
    """More cases than anybody opens by hand in an hour."""

    message = "Vous avez ouvert beaucoup de dossiers en une heure. Reprenez un peu plus tard."


class KnownElsewhere(Refusal):
    """The blind answer: others follow this company, and nothing more is said (*transmis*)."""

    message = (
        "Votre demande est transmise. L’organisation compétente vous répondra "
        "si elle peut vous associer ; vous n’avez rien d’autre à faire."
    )


class SecondCaseNotAllowed(Refusal):
    """A second case needs a reason, and a first one that this seat reads."""

    message = "Dites en une phrase pourquoi il faut un second dossier."


class CaseIsClosed(Refusal):
    """Nothing is written in a closed case until it is reopened."""

    message = "Ce dossier est clos. Rouvrez-le pour y écrire de nouveau."


class CaseIsOpen(Refusal):
    """Only a closed case is reopened."""

    message = "Ce dossier est déjà ouvert."


class CaseChangedMeanwhile(Refusal):
    """Somebody else changed the case since the page was shown."""

    message = (
        "Quelqu’un d’autre a modifié ce dossier entre-temps. "
        "Relisez-le, puis enregistrez de nouveau : votre saisie est gardée."
    )


class CaseNotLed(Refusal):
    """Only the lead seat does this."""

    message = "Seule l’organisation pilote du dossier peut faire cela."


class NothingChanged(Refusal):
    """The new value is the present one."""

    message = "C’est déjà le cas : choisissez une autre valeur."


class PauseIncomplete(Refusal):
    """A pause has a reason and a day on which it ends, in the future."""

    message = "Une pause a une raison et une date de reprise à venir."


class LeadCannotLeave(Refusal):
    """A case always has a lead."""

    message = "Le pilote ne peut pas quitter le dossier : passez d’abord le relais."


class AudienceNotOpen(Refusal):
    """This side does not write for that audience."""

    message = "Vous ne pouvez pas écrire pour ces lecteurs."


class HappensLater(Refusal):
    """The timeline tells what happened, not what will."""

    message = "Cette date est à venir. Le fil raconte ce qui a eu lieu."


class ActionIsOver(Refusal):
    """The action was finished or dropped already."""

    message = "Cette action est déjà terminée."


class ActionAnswered(Refusal):
    """It was answered, or nothing is expected any more: the page says which."""

    message = "Cette action n’attend plus de réponse."


class ActionHasNoAddress(Refusal):
    """The link of an action leaves for an address."""

    message = "Cette action n’a pas d’adresse : personne ne peut y répondre par un lien."


class NoDayProposed(Refusal):
    """« Not yet » comes with another day, and only a day that was proposed is kept."""

    message = "Indiquez le jour où ce sera fait."


class AgreementIncomplete(Refusal):
    """An agreement names who agreed, for which organisations and which sections."""

    message = "Indiquez qui a donné son accord, pour quelles organisations et quelles rubriques."


class AddressMissing(Refusal):
    """An agreement by phone is confirmed by a link, which needs an address."""

    message = "Un accord par téléphone se confirme par un lien : indiquez une adresse électronique."


class RemindedToday(Refusal):
    """A link is sent again once a day: nobody helps by pressing harder."""

    message = "Le lien est déjà reparti aujourd’hui à cette adresse. Il pourra repartir demain."


class AgreementOver(Refusal):
    """The agreement was withdrawn, or lapsed for want of confirmation."""

    message = "Cet accord n’est plus en vigueur."


class PermissionNeedsManager(Refusal):
    """Only a manager records a permission of the law, with its reason."""

    message = (
        "Seule la personne responsable de la structure peut invoquer une permission de la loi."
    )


class PermissionNeedsReason(Refusal):
    """A permission of the law is never recorded without saying why."""

    message = "Dites pourquoi cette permission de la loi s’applique."


class CasesLeftAlone(Refusal):
    """The only member who reads the cases of a seat stays while some are open."""

    def __init__(self, count: int) -> None:
        open_cases = (
            "un dossier est encore ouvert"
            if count == 1
            else (f"{count}\u00a0dossiers sont encore ouverts")
        )
        super().__init__(
            f"C’est la seule personne qui suit les dossiers ici, et {open_cases}. Invitez d’abord"
            " quelqu’un qui les reprendra, passez-les à une autre structure, ou quittez-les."
        )
