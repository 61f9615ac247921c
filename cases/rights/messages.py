"""Mails about requests of the person: those to members name nobody; those to the person say what
the law wants said (RGPD art. 12-3, 12-4)."""

from dataclasses import dataclass
from datetime import date, datetime

from app.web.formatting import date_long

REMEDY = (
    "Si cette réponse ne vous convient pas, vous pouvez saisir la CNIL (www.cnil.fr, ou 3 place de"
    " Fontenoy, TSA 80715, 75334 Paris Cedex 07) et le tribunal. C’est gratuit à la CNIL."
)


@dataclass(frozen=True)
class Message:
    """A mail: its subject, its text."""

    subject: str
    text: str


def request_waits(due_on: date, link: str) -> Message:
    """To whoever answers for the lead."""
    text = (
        "Bonjour,\n\nUne personne que vous accompagnez exerce un droit sur ses données."
        f" La loi demande une réponse avant le {date_long(due_on)}.\n\n"
        f"Ouvrez la demande dans Relais :\n{link}\n\n"
        "Ce message ne contient aucun nom : la suite se lit après connexion.\n"
    )
    return Message("Une demande sur des données personnelles vous attend", text)


def request_received(organisation: str, due_on: date) -> Message:
    """To the person: it is received, and by when it is answered."""
    text = (
        f"Bonjour,\n\nVotre demande est reçue par {organisation}, qui pilote votre dossier."
        f" La réponse vous arrive ici avant le {date_long(due_on)}. C’est gratuit, et vous n’avez"
        " rien d’autre à faire.\n\n"
        "Si vous n’avez rien demandé, répondez-le à la personne qui vous accompagne.\n"
    )
    return Message("Votre demande est bien reçue", text)


def request_extended(organisation: str, due_on: date, reason: str) -> Message:
    """To the person: two more months, and why."""
    text = (
        f"Bonjour,\n\n{organisation} a besoin de plus de temps pour vous répondre, jusqu’au"
        f" {date_long(due_on)} au plus tard. Voici pourquoi :\n\n{reason}\n\n{REMEDY}\n"
    )
    return Message("Votre demande : un délai supplémentaire", text)


def request_answered(organisation: str, answer: str) -> Message:
    """To the person: what was done."""
    text = f"Bonjour,\n\n{organisation} répond à votre demande :\n\n{answer}\n\n{REMEDY}\n"
    return Message("La réponse à votre demande", text)


def request_refused(organisation: str, reason: str, answer: str) -> Message:
    """To the person: refused, why, and before whom one may complain."""
    text = (
        f"Bonjour,\n\n{organisation} ne peut pas donner suite à votre demande.\n"
        f"Motif : {reason}.\n\n{answer}\n\n{REMEDY}\n"
    )
    return Message("La réponse à votre demande", text)


def copy_given(organisation: str, answer: str, link: str, until: datetime) -> Message:
    """To the person: where the copy is, and until when."""
    said = f"{answer}\n\n" if answer else ""
    text = (
        f"Bonjour,\n\n{organisation} vous remet la copie que vous avez demandée.\n\n{said}"
        f"Pour la télécharger :\n{link}\n\n"
        f"Ce lien est personnel. Il vaut jusqu’au {date_long(until)} ; ensuite les fichiers sont"
        f" effacés, et vous pouvez en demander d’autres.\n\n{REMEDY}\n"
    )
    return Message("Votre copie est prête", text)
