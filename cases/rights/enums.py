"""Rights of the person, where a request stands, why it may be refused (RGPD art. 12 to 21)."""

import enum

from cases.casework.enums import Labelled


class RightsKind(enum.StrEnum):
    """What is asked for."""

    COPY = "copy"
    RECTIFICATION = "rectification"
    OBJECTION = "objection"
    ERASURE = "erasure"
    RESTRICTION = "restriction"

    @property
    def label(self) -> str:
        """French term."""
        return KINDS[self][0]

    @property
    def article(self) -> str:
        """Article of the RGPD."""
        return KINDS[self][1]

    @property
    def ask(self) -> str:
        """What the button of the entrepreneur's page says."""
        return KINDS[self][2]

    @property
    def slug(self) -> str:
        """Its word in an address."""
        return KINDS[self][3]


KINDS = {
    RightsKind.COPY: ("Copie", "RGPD art. 15", "Recevoir une copie", "copie"),
    RightsKind.RECTIFICATION: (
        "Correction",
        "RGPD art. 16",
        "Faire corriger une erreur",
        "correction",
    ),
    RightsKind.OBJECTION: ("Opposition", "RGPD art. 21", "M’opposer", "opposition"),
    RightsKind.ERASURE: ("Effacement", "RGPD art. 17", "Faire effacer", "effacement"),
    RightsKind.RESTRICTION: ("Limitation", "RGPD art. 18", "Faire mettre de côté", "limitation"),
}
BY_SLUG = {kind.slug: kind for kind in RightsKind}


class RequestState(Labelled):
    """Where a request stands; ``extended`` still waits for its answer."""

    RECEIVED = "received", "Reçue"
    EXTENDED = "extended", "Délai prolongé"
    ANSWERED = "answered", "Répondue"
    REFUSED = "refused", "Refusée"


class Channel(Labelled):
    """How a request came in."""

    LINK = "link", "Par son espace"
    POST = "post", "Par courrier"
    PHONE = "phone", "Par téléphone"
    MAIL = "mail", "Par messagerie"
    COUNTER = "counter", "De vive voix"


#: What a member notes by hand.
NOTED_CHANNELS = (Channel.POST, Channel.PHONE, Channel.MAIL, Channel.COUNTER)


class RefusalReason(Labelled):
    """The closed list of reasons for which a request may be refused, each with its article."""

    IDENTITY = "identity", "L’identité de la personne n’est pas établie (art. 12-6)"
    EXCESSIVE = "excessive", "Demande manifestement infondée ou excessive (art. 12-5)"
    NOTHING_HELD = "nothing_held", "Rien de tel n’est gardé dans ce dossier"
    OTHERS = "others", "Droits et libertés d’autres personnes (art. 15-4)"
    SECRECY = "secrecy", "Secret professionnel (C. pén. 226-13)"
    ACCURATE = "accurate", "Vérification faite, les données sont exactes (art. 16)"
    LEGAL_DUTY = "legal_duty", "Conservation imposée par la loi (art. 17-3 b)"
    LEGAL_CLAIMS = "legal_claims", "Défense de droits en justice (art. 17-3 e, 21-1)"
    COMPELLING = "compelling", "Motifs légitimes et impérieux (art. 21-1)"
    NO_GROUND = "no_ground", "Aucun des cas prévus par l’article n’est rempli"


class LeftOutReason(Labelled):
    """Why an entry is not in the copy that is given."""

    OTHERS = "others", "droits d’autres personnes (art. 15-4)"
    SECRECY = "secrecy", "secret professionnel (C. pén. 226-13)"


class CopyStatus(Labelled):
    """Where the making of a copy stands."""

    WAITING = "waiting", "En préparation"
    READY = "ready", "À relire"
    GIVEN = "given", "Remise"
