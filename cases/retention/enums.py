"""Kinds of records, as the reference table ``ref_retention`` knows them."""

import enum


class Kind(enum.StrEnum):
    """A kind of record with a duration of its own (``domain.md`` §14)."""

    CASE = "case"
    AGREEMENT = "agreement"
    ACCESS_REQUEST = "access_request"
    REFERRAL_SHEET = "referral_sheet"
    COMPANY = "company"
    PERSON = "person"
    FORMER_MEMBER = "former_member"
    ABSENCE = "absence"
    INVITATION = "invitation"
    PLEDGE = "pledge"
    JOURNAL = "journal"
    SESSION = "session"
    LINK = "link"
    NOTICE = "notice"
    OUTBOX = "outbox"
    THROTTLE = "throttle"
    PRINTOUT = "printout"
    JOB_RUN = "job_run"

    @property
    def label(self) -> str:
        """What an auditor reads of it, in one or two words."""
        return KIND_LABELS[self]


KIND_LABELS = {
    Kind.CASE: "Dossier rendu anonyme",
    Kind.AGREEMENT: "Preuve d’accord",
    Kind.ACCESS_REQUEST: "Demande d’accès",
    Kind.REFERRAL_SHEET: "Fiche d’une orientation sans suite",
    Kind.COMPANY: "Entreprise sans dossier",
    Kind.PERSON: "Personne sans dossier",
    Kind.FORMER_MEMBER: "Coordonnées d’un ancien membre",
    Kind.ABSENCE: "Absences passées",
    Kind.INVITATION: "Invitation",
    Kind.PLEDGE: "Engagements signés",
    Kind.JOURNAL: "Journal des accès",
    Kind.SESSION: "Sessions fermées",
    Kind.LINK: "Liens échus",
    Kind.NOTICE: "Messages",
    Kind.OUTBOX: "Envois faits",
    Kind.THROTTLE: "Tentatives comptées",
    Kind.PRINTOUT: "Documents imprimés",
    Kind.JOB_RUN: "Passages des tâches",
}


def kind_label(code: str) -> str:
    """Words of a kind; one that is no longer known is named as it is."""
    return KIND_LABELS[Kind(code)] if code in set(Kind) else code


def rule_words(rule: str) -> str:
    """« 36 mois » from ``36 months``, as the log names the duration that was applied."""
    return rule.replace("months", "mois").replace("days", "jours").replace("1 jours", "1 jour")
