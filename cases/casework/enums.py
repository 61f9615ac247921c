"""Phases, statuses, outcomes, audiences, agreements: the words of a case."""

import enum


class Labelled(enum.StrEnum):
    """A ``StrEnum`` whose members are written ``value, "French term"``."""

    label: str

    def __new__(cls, value: str, label: str = "") -> "Labelled":
        """Keep the French term beside the value."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


class Phase(Labelled):
    """Phase of the difficulty (source 004)."""

    ANTICIPATION = "anticipation", "Anticipation"
    DIFFICULTY = "difficulty", "Difficulté"
    EMERGENCY = "emergency", "Urgence"
    PROCEDURE = "procedure", "Procédure collective"
    REBOUND = "rebound", "Rebond"


class CaseStatus(Labelled):
    """Where the work on a case stands."""

    OPEN = "open", "Ouvert"
    WATCH = "watch", "En veille"
    PAUSED = "paused", "En pause"
    CLOSED = "closed", "Clos"


class Outcome(Labelled):
    """How a case ended."""

    RECOVERED = "recovered", "Sortie d’affaire"
    PLAN_UNDER_WAY = "plan_under_way", "Plan en cours"
    AMICABLE_AGREEMENT = "amicable_agreement", "Accord amiable"
    COLLECTIVE_PROCEDURE = "collective_procedure", "Procédure collective"
    SOLD = "sold", "Entreprise cédée"
    CEASED = "ceased", "Activité cessée"
    REBOUND_JOB = "rebound_job", "Rebond : emploi retrouvé"
    REBOUND_NEW_COMPANY = "rebound_new_company", "Rebond : nouvelle entreprise"
    REFUSED_HELP = "refused_help", "Aide refusée"
    UNREACHABLE = "unreachable", "Injoignable"
    NO_NEED = "no_need", "Sans difficulté avérée"


class ParticipantRole(Labelled):
    """How a seat takes part."""

    LEAD = "lead", "Pilote"
    PARTNER = "partner", "Partenaire"
    OBSERVER = "observer", "Observateur"


class Audience(Labelled):
    """Who reads a text (*cloisonnement*, ``domain.md`` §9)."""

    OWN = "own", "Mon organisation"
    AID = "aid", "Les partenaires qui accompagnent"
    ALL = "all", "Tous les participants, recouvrement compris"


class EntryKind(Labelled):
    """What a line of the timeline tells."""

    NOTE = "note", "Note"
    CALL = "call", "Appel"
    VISIT = "visit", "Visite"
    MEETING = "meeting", "Rencontre"
    LETTER = "letter", "Courrier"
    DECISION = "decision", "Décision"
    CASE_OPENED = "case_opened", "Ouverture"
    PHASE_CHANGED = "phase_changed", "Changement de phase"
    STATUS_CHANGED = "status_changed", "Changement de statut"
    CASE_CLOSED = "case_closed", "Clôture"
    PARTICIPANT_JOINED = "participant_joined", "Arrivée"
    PARTICIPANT_LEFT = "participant_left", "Départ"
    REFERRAL = "referral", "Orientation"
    CONSENT = "consent", "Accord de partage"
    ASSESSMENT = "assessment", "État des lieux"
    ACTION = "action", "Action"


#: What a member may write by hand; the other kinds are written by what happened.
WRITTEN_KINDS = (
    EntryKind.NOTE,
    EntryKind.CALL,
    EntryKind.VISIT,
    EntryKind.MEETING,
    EntryKind.LETTER,
    EntryKind.DECISION,
)


class ChangeKind(Labelled):
    """What of a case changed."""

    PHASE = "phase", "Phase"
    STATUS = "status", "Statut"
    LEAD = "lead", "Pilote"


class ActionStatus(Labelled):
    """Where an action stands."""

    TODO = "todo", "À faire"
    DOING = "doing", "En cours"
    DONE = "done", "Faite"
    DROPPED = "dropped", "Abandonnée"


class ActionAnswer(Labelled):
    """What somebody without account answers, by the link of an action."""

    DONE = "done", "C’est fait"
    NOT_YET = "not_yet", "Pas encore"
    HELP = "help", "J’ai besoin d’aide"


class BasisKind(Labelled):
    """What a sharing rests on (``trust.md`` §4)."""

    CONSENT = "consent", "Accord de partage"
    PERMISSION = "permission", "Permission de la loi"


class AgreementMode(Labelled):
    """How the entrepreneur agreed."""

    WRITING = "writing", "Par écrit"
    PHONE = "phone", "Par téléphone, puis confirmé par un lien"
    LINK = "link", "Dans son espace"


class Section(Labelled):
    """What of a case may travel."""

    IDENTITY = "identity", "Identité et coordonnées"
    SITUATION = "situation", "Situation et besoin"
    FIGURES = "figures", "Chiffres : trésorerie, dettes, effectif"
    DOCUMENTS = "documents", "Documents"
    HEALTH = "health", "Santé"


class Permission(enum.StrEnum):
    """The closed list of legal permissions to share without agreement.

    None lifts professional secrecy by a manager's will alone (C. pén. 226-13); each is a law.
    """

    COURT_REQUEST = "court_request"
    SOCIAL_BODIES_EXCHANGE = "social_bodies_exchange"
    PERSON_IN_DANGER = "person_in_danger"

    @property
    def label(self) -> str:
        """French term."""
        return PERMISSIONS[self][0]

    @property
    def article(self) -> str:
        """The article of law."""
        return PERMISSIONS[self][1]


class OutsideReason(Labelled):
    """Why one opens a case outside one's usual territory (``domain.md`` §14): a closed list."""

    REPLACEMENT = "replacement", "Je remplace un collègue"
    ASKED_BY_COMPANY = "asked_by_company", "L’entreprise me l’a demandé"
    MOVED = "moved", "L’entreprise a déménagé, ou un établissement est dans mon territoire"
    SHARED_FOLLOW_UP = "shared_follow_up", "Suivi commun avec une autre antenne"
    INTERNAL_CONTROL = "internal_control", "Contrôle interne par la responsable"
    OTHER = "other", "Une autre raison"


PERMISSIONS = {
    Permission.COURT_REQUEST: (
        "Renseignements demandés par le président du tribunal",
        "C. com. L. 611-2",
    ),
    Permission.SOCIAL_BODIES_EXCHANGE: (
        "Échange entre organismes de sécurité sociale",
        "CSS L. 114-12",
    ),
    Permission.PERSON_IN_DANGER: (
        "Personne en danger : dérogation au secret",
        "C. pén. 226-14",
    ),
}


#: Pages of a case whose readings are told, and what each is called.
READINGS = {
    "case.read": "le dossier",
    "case.history.read": "l’historique",
    "assessment.read": "l’état des lieux",
    "sharing.read": "la page des accès",
    "referral.read": "une fiche de liaison",
    "sheet.printed": "une fiche de liaison, imprimée",
    "sheet.downloaded": "une fiche de liaison, téléchargée",
    "rights_request.read": "une demande sur les données",
    "space.read": "l’espace de l’entrepreneur",
}
#: What the lead reads besides.
OPENINGS = {
    **READINGS,
    "case.opened_outside_territory": "le dossier, hors de son territoire",
    "action.read": "une action, par son lien",
}
