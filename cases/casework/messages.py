"""Mails of the casework. No name of a company, no content: one reads them behind the link."""

from typing import NamedTuple


class Message(NamedTuple):
    """Subject and text of a mail."""

    subject: str
    text: str


def consent_message(given_by: str, organisation: str, url: str) -> Message:
    """Ask the entrepreneur to confirm, by the link, what was said on the phone."""
    text = (
        f"Bonjour,\n\n{organisation} a noté votre accord pour partager votre situation avec "
        "d’autres organisations qui peuvent vous aider.\n\n"
        f"Pour voir avec qui, et confirmer ou retirer votre accord :\n{url}\n\n"
        "Ce lien est personnel et vaut 8 jours. Sans confirmation, l’accord prend fin de "
        "lui-même et plus rien n’est partagé.\n\n"
        "Si vous n’avez rien demandé, ouvrez le lien et choisissez « Retirer mon accord ».\n"
    )
    return Message("Votre accord de partage", text)


def action_message(name: str, organisation: str, url: str) -> Message:
    """Ask somebody without account to say, by the link, where something to do stands."""
    text = (
        f"Bonjour {name},\n\n{organisation} compte sur vous pour quelque chose, et souhaite "
        "savoir où cela en est.\n\n"
        f"Pour lire de quoi il s’agit et répondre en un geste, sans compte :\n{url}\n\n"
        "Ce lien est personnel et vaut 8 jours. S’il n’est plus valable, demandez-en un autre à "
        f"la personne qui vous suit chez {organisation}.\n"
    )
    return Message("Où en êtes-vous ?", text)
