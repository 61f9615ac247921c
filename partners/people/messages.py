"""Mails about one's own account: subject and text. No name of a case, ever."""

from partners.people.enums import ROLE_LABELS
from partners.people.models import Invitation, UserAccount

GOODBYE = "\n\nL’équipe Relais\nCe message est envoyé automatiquement.\n"


def invitation_mail(invitation: Invitation, organisation: str, url: str) -> tuple[str, str]:
    """The link that lets someone in; it lives eight days."""
    text = (
        f"Bonjour {invitation.full_name},\n\n"
        f"{organisation} vous invite à rejoindre Relais, où les organismes qui aident les"
        " entreprises en difficulté travaillent ensemble.\n"
        f"Rôle proposé : {ROLE_LABELS[invitation.role]}.\n\n"
        f"Pour accepter, ouvrez ce lien dans les huit jours :\n{url}\n\n"
        "Il vous sera demandé de choisir un mot de passe et d’activer la double vérification avec"
        " votre téléphone : comptez cinq minutes.\n"
        "Si vous n’attendiez pas cette invitation, ignorez ce message."
    )
    return f"{organisation} vous invite sur Relais", text + GOODBYE


def reset_mail(account: UserAccount, url: str) -> tuple[str, str]:
    """The link that lets one choose another password; it lives an hour."""
    text = (
        f"Bonjour {account.full_name},\n\n"
        "Pour choisir un nouveau mot de passe, ouvrez ce lien dans l’heure :\n"
        f"{url}\n\n"
        "Vos sessions ouvertes seront alors toutes fermées.\n"
        "Si vous n’avez rien demandé, ignorez ce message : votre mot de passe ne change pas."
    )
    return "Choisir un nouveau mot de passe", text + GOODBYE


def factor_reset_mail(account: UserAccount, url: str) -> tuple[str, str]:
    """The second factor was taken away by a manager."""
    text = (
        f"Bonjour {account.full_name},\n\n"
        "Votre double vérification vient d’être réinitialisée par la personne responsable de votre"
        " structure, et vos sessions sont fermées.\n"
        f"À votre prochaine connexion, Relais vous proposera de la réactiver : {url}\n\n"
        "Si vous ne l’avez pas demandé, prévenez tout de suite cette personne."
    )
    return "Votre double vérification est à réactiver", text + GOODBYE


def password_changed_mail(account: UserAccount, url: str) -> tuple[str, str]:
    """The password was changed from the profile."""
    text = (
        f"Bonjour {account.full_name},\n\n"
        "Votre mot de passe Relais vient d’être changé et vos autres sessions sont fermées.\n\n"
        "Si ce n’est pas vous, choisissez-en un autre sans attendre :\n"
        f"{url}"
    )
    return "Votre mot de passe a été changé", text + GOODBYE
