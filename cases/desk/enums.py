"""Words of the desk: measures of a territory, actions of the journal."""

import enum


class Measure(enum.StrEnum):
    """What the figures of a territory count."""

    PHASE = "phase"
    OUTCOME = "outcome"
    SUBJECT = "subject"
    REFERRAL = "referral"
    KIND = "kind"

    @property
    def label(self) -> str:
        """Title of the table."""
        return MEASURE_LABELS[self]

    def definition(self, since: str) -> str:
        """What is counted, and since when (« 1er novembre 2025 »)."""
        return MEASURE_DEFINITIONS[self].format(since=since)


MEASURE_LABELS = {
    Measure.PHASE: "Dossiers ouverts, par phase",
    Measure.OUTCOME: "Dossiers clos, par issue",
    Measure.SUBJECT: "Besoins exprimés",
    Measure.REFERRAL: "Orientations envoyées, par état",
    Measure.KIND: "Orientations envoyées, par forme",
}
MEASURE_DEFINITIONS = {
    Measure.PHASE: "Dossiers non clos à cet instant, selon la phase de la difficulté.",
    Measure.OUTCOME: "Dossiers clos depuis le {since}, selon leur issue.",
    Measure.SUBJECT: "Besoins écrits depuis le {since}, santé exclue.",
    Measure.REFERRAL: (
        "Orientations envoyées depuis le {since}, selon leur état d’aujourd’hui, santé exclue."
    ),
    Measure.KIND: (
        "Les mêmes, selon leur forme ; une remise de coordonnées compte pour une orientation."
    ),
}

#: French term of the thing an action is about: the first half of its code.
THINGS = {
    "absence": "Absence",
    "access": "Demande d’accès",
    "account": "Compte",
    "action": "Action",
    "agreement": "Accord de partage",
    "answer_link": "Lien de réponse",
    "assessment": "État des lieux",
    "case": "Dossier",
    "cases": "Liste de dossiers",
    "companies": "Liste d’entreprises",
    "company": "Entreprise",
    "correspondent": "Correspondant",
    "directory": "Annuaire",
    "entry": "Texte du fil",
    "invitation": "Invitation",
    "journal": "Journal",
    "member": "Membre",
    "membership": "Membre",
    "need": "Besoin",
    "organisation": "Structure",
    "participation": "Participation",
    "password": "Mot de passe",
    "permission": "Permission de la loi",
    "person": "Personne",
    "pledge": "Engagement de confidentialité",
    "printout": "Document",
    "profile": "Profil",
    "recovery_code": "Code de secours",
    "recovery_codes": "Codes de secours",
    "referral": "Orientation",
    "referrals": "Liste d’orientations",
    "retention": "Conservation",
    "rights_copy": "Copie remise à la personne",
    "rights_request": "Demande sur les données",
    "routing_rule": "Règle d’orientation",
    "second_factor": "Second facteur",
    "service": "Service",
    "session": "Session",
    "sharing": "Partage",
    "sheet": "Fiche de liaison",
    "space": "Espace de l’entrepreneur",
    "totp": "Second facteur",
    "sign_in": "Connexion",
    "unit": "Antenne",
    "user": "Compte",
}
#: French term of what happened: the second half of an action's code, without gender.
HAPPENINGS = {
    "history.read": "lecture de l’historique",
    "acceptance_undone": "acceptation annulée dans la minute",
    "accepted": "acceptation",
    "added": "ajout",
    "anonymised": "anonymisation",
    "answered": "réponse",
    "asked": "demande",
    "assigned": "attribution",
    "cancelled": "annulation",
    "cases_handed_over": "dossiers confiés à un collègue",
    "changed": "modification",
    "closed": "clôture",
    "completed": "fin de l’accompagnement",
    "completion_undone": "fin annulée dans la minute",
    "confirmed": "confirmation",
    "corrected": "correction",
    "created": "création",
    "decline_undone": "refus annulé dans la minute",
    "declined": "refus",
    "disabled": "désactivation",
    "doing": "action commencée",
    "done": "action faite",
    "downloaded": "téléchargement",
    "draft": "brouillon",
    "dropped": "action abandonnée",
    "ended": "fin",
    "enrolled": "enregistrement",
    "erased": "effacement au terme de la durée",
    "expired": "expiration",
    "exported": "export",
    "extended": "prolongation",
    "failed": "échec",
    "first_contact": "premier contact",
    "first_contact_noted": "premier contact",
    "first_contact_undone": "premier contact annulé dans la minute",
    "given": "remise",
    "given_up": "abandon",
    "giving_up_undone": "abandon annulé dans la minute",
    "handled": "traitement",
    "in_progress": "accompagnement commencé",
    "invited": "invitation",
    "lapsed": "accord non confirmé, tombé",
    "lead_changed": "changement de pilote",
    "left": "départ",
    "link_sent": "lien envoyé",
    "linked": "rattachement",
    "moved": "changement de poste",
    "named": "nomination",
    "noted": "inscription",
    "opened": "ouverture",
    "opened_outside_territory": "ouverture hors du territoire, avec une raison",
    "paused": "mise en pause",
    "postponed": "nouvelle échéance",
    "phase_changed": "changement de phase",
    "previewed": "aperçu avant envoi",
    "printed": "impression",
    "read": "lecture",
    "received": "réception",
    "recorded": "enregistrement",
    "redirected": "réorientation",
    "redirection_undone": "réorientation annulée dans la minute",
    "refreshed": "mise à jour depuis le registre",
    "refused": "refus",
    "removed": "retrait",
    "renamed": "changement de nom",
    "renewed": "renouvellement",
    "reopened": "réouverture",
    "requested": "demande",
    "resent": "nouvel envoi",
    "reset": "réinitialisation",
    "restored": "remise en service",
    "resumed": "reprise",
    "revocation_undone": "annulation reprise dans la minute",
    "revoked": "annulation",
    "seen": "lecture",
    "sending_undone": "envoi annulé dans la minute",
    "sent": "envoi",
    "signed": "signature",
    "signed_in": "connexion",
    "signed_out": "déconnexion",
    "start_undone": "début annulé dans la minute",
    "started": "début",
    "status_changed": "changement de statut",
    "suspended": "suspension",
    "switched": "changement de structure",
    "todo": "action à faire",
    "used": "utilisation",
    "withdrawn": "retrait",
    "written": "écriture",
}


def action_label(code: str) -> str:
    """« Orientation : acceptation » from ``referral.accepted``; an unknown half stays."""
    thing, _, happening = code.partition(".")
    words = HAPPENINGS.get(happening, happening.replace("_", " "))
    return f"{THINGS.get(thing, thing)} : {words}"


#: French term of the table an event is about.
OBJECTS = {
    "absence": "absence",
    "access_request": "demande d’accès",
    "assessment": "état des lieux",
    "case_action": "action",
    "case_file": "dossier",
    "company": "entreprise",
    "correspondent": "correspondant",
    "invitation": "invitation",
    "journal_checkpoint": "repère du journal",
    "legal_basis": "accord",
    "member_session": "session",
    "membership": "membre",
    "need": "besoin",
    "organisation": "structure",
    "outside_access": "raison d’un accès",
    "participation": "participation",
    "person": "personne",
    "pledge": "engagement",
    "printout": "document",
    "referral": "orientation",
    "retention_extension": "durée du journal",
    "rights_copy": "copie remise",
    "rights_request": "demande sur les données",
    "routing_rule": "règle",
    "service": "service",
    "timeline_entry": "texte",
    "unit": "antenne",
    "user_account": "compte",
}


def object_label(table: str) -> str:
    """« dossier » from ``case_file``; an unknown table is named as it is."""
    return OBJECTS.get(table, table)
