"""Mails about referrals: they name nobody and say nothing of a case, they lead to a page."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Message:
    """A mail: its subject, its text."""

    subject: str
    text: str


def referral_waits(link: str) -> Message:
    """To the receiver: something waits for an answer."""
    return _message("Une orientation vous attend", "Une orientation attend votre réponse.", link)


def answer_by_link(sender: str, link: str) -> Message:
    """To an organisation whose people have no account, or none that answered."""
    text = (
        f"Bonjour,\n\n{sender} demande votre aide pour une entreprise, et attend votre réponse.\n\n"
        f"Pour lire sa demande, puis accepter, décliner ou proposer quelqu’un d’autre :\n{link}\n\n"
        "Aucun compte n’est nécessaire. Le lien vit huit jours ; ouvert plus tard, il permet d’en "
        "recevoir un autre. Il donne accès à des informations personnelles : ne le transmettez "
        "qu’à la personne de votre structure qui répondra.\n\n"
        "Ce message ne contient aucun nom d’entreprise ni de personne.\n"
    )
    return Message("Une orientation attend votre réponse", text)


def answer_arrived(link: str) -> Message:
    """To the sender: the receiver answered."""
    return _message("Une réponse à votre orientation", "Une orientation a reçu sa réponse.", link)


def referral_moved(link: str) -> Message:
    """To the sender: the work goes on, or ended."""
    return _message("Une orientation avance", "Une de vos orientations a avancé.", link)


def referral_closed(link: str) -> Message:
    """To the receiver: taken back, stopped or expired."""
    return _message("Une orientation est fermée", "Une orientation n’attend plus de réponse.", link)


def declined_for_entrepreneur(organisation: str, text: str) -> Message:
    """To the entrepreneur, when the partner chose so: its own words, and what happens next."""
    said = (
        f"Bonjour,\n\n{organisation} ne peut pas vous accompagner cette fois, et vous écrit :\n\n"
        f"{text}\n\nVotre conseiller le sait et cherche une autre solution avec vous.\n"
    )
    return Message("Une réponse à votre demande d’aide", said)


def access_asked(link: str) -> Message:
    """To the lead: somebody asks to be let in."""
    return _message("Une demande d’accès vous attend", "Une structure demande un accès.", link)


def _message(subject: str, sentence: str, link: str) -> Message:
    text = (
        f"Bonjour,\n\n{sentence}\n\nOuvrez-la dans Relais :\n{link}\n\n"
        "Ce message ne contient aucun nom : la suite se lit après connexion.\n"
    )
    return Message(subject, text)
