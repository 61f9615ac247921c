"""Refusals about people."""

from app.errors import Gone, Refusal, TooMany


class SignInRefused(Refusal):
    """Wrong address or wrong password: the same sentence for both."""

    message = "L’adresse ou le mot de passe ne correspond pas. Vérifiez-les, puis réessayez."


class CodeRefused(Refusal):
    """A one-time code that is wrong, or was used."""

    message = (
        "Ce code n’est pas valable, ou il a déjà servi. Attendez le code suivant de votre"
        " application, puis saisissez-le."
    )


class RecoveryCodeRefused(Refusal):
    """A recovery code that is wrong, or was used."""

    message = "Ce code de secours n’est pas valable, ou il a déjà servi."


class NoSeatLeft(Refusal):
    """Nobody to act for."""

    message = (
        "Votre compte n’est plus rattaché à aucune structure. Demandez à la personne responsable"
        " de votre structure de vous inviter."
    )


class TooManyAttempts(TooMany):
    """Throttled; ``seconds`` until the next attempt is heard."""

    def __init__(self, seconds: int) -> None:
        minutes = -(-seconds // 60)
        wait = "une minute" if minutes <= 1 else f"{minutes}\u00a0minutes"
        super().__init__(
            f"Trop d’essais en peu de temps. Réessayez dans {wait}\u00a0: rien n’est bloqué,"
            " votre compte reste le vôtre."
        )
        self.seconds = seconds


class PasswordRefused(Refusal):
    """A password that is easily guessed; the sentence says why."""


class InvitationGone(Gone):
    """Accepted, revoked, or meant for someone else."""

    message = (
        "Cette invitation n’est plus valable, ou elle est adressée à quelqu’un d’autre. Demandez-en"
        " une nouvelle à la personne responsable de votre structure."
    )


class AlreadyMember(Refusal):
    """Inviting someone who is there."""

    message = "Cette personne est déjà membre de votre structure, sur ce versant."


class AlreadyInvited(Refusal):
    """An invitation waits for the same person."""

    message = "Une invitation attend déjà cette personne. Vous pouvez la renvoyer depuis la liste."


class UnitElsewhere(Refusal):
    """A unit of another organisation."""

    message = "Cette antenne n’appartient pas à votre structure."


class SuccessorNeeded(Refusal):
    """Somebody must take the cases over."""

    message = "Choisissez la personne qui reprend les dossiers, dans l’équipe du même versant."


class MemberGone(Refusal):
    """Somebody else ended this membership meanwhile."""

    message = "Cette personne ne fait déjà plus partie de votre structure."


class LastManager(Refusal):
    """An organisation keeps someone responsible."""

    message = (
        "C’est la seule personne responsable de votre structure. Donnez d’abord ce rôle à"
        " quelqu’un d’autre."
    )


class FactorKept(Refusal):
    """The second factor of this person is not yours to reset."""

    message = (
        "Vous ne pouvez pas réinitialiser la double vérification de cette personne : elle protège"
        " aussi d’autres structures. Demandez-le à l’administration de la plateforme."
    )


class DeputyRefused(Refusal):
    """A deputy must be a colleague of the same seat."""

    message = "Choisissez une personne qui vous remplace parmi les collègues du même versant."


class AbsenceOverlaps(Refusal):
    """Two absences at once."""

    message = "Une absence est déjà notée sur ces jours. Modifiez les dates."
