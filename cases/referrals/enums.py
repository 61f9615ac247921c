"""Kinds, states and decline codes of referrals; computed states of needs."""

import enum

from cases.casework.enums import Labelled


class ReferralKind(Labelled):
    """What is passed on (``domain.md`` §5)."""

    SIGNPOST = "signpost", "Remise de coordonnées"
    JOINT = "joint", "Suivi partagé"
    HANDOVER = "handover", "Passage de relais"
    REQUEST = "request", "Demande d’accès"

    @property
    def needs_basis(self) -> bool:
        """Something personal travels: the entrepreneur must have agreed."""
        return self in (ReferralKind.JOINT, ReferralKind.HANDOVER)


class ReferralState(Labelled):
    """Where a referral stands."""

    DRAFT = "draft", "Brouillon"
    SENT = "sent", "Envoyée"
    SEEN = "seen", "Lue"
    ACCEPTED = "accepted", "Acceptée"
    FIRST_CONTACT = "first_contact", "Premier contact pris"
    IN_PROGRESS = "in_progress", "En cours"
    COMPLETED = "completed", "Terminée"
    GIVEN_UP = "given_up", "Abandonnée"
    DECLINED = "declined", "Déclinée"
    REDIRECTED = "redirected", "Réorientée"
    EXPIRED = "expired", "Expirée"
    REVOKED = "revoked", "Annulée"


class DeclineCode(Labelled):
    """Why a partner declines."""

    OUT_OF_TERRITORY = "out_of_territory", "Hors de notre territoire"
    OUT_OF_SCOPE = "out_of_scope", "Hors de notre mission"
    NO_CAPACITY = "no_capacity", "Pas de disponibilité"
    ALREADY_FOLLOWED = "already_followed", "Déjà accompagné par nous"
    UNREACHABLE = "unreachable", "Injoignable"
    ENTREPRENEUR_REFUSES = "entrepreneur_refuses", "L’entrepreneur refuse"
    CONFLICT_OF_INTEREST = "conflict_of_interest", "Conflit d’intérêts"
    OTHER = "other", "Autre raison"


class NeedState(Labelled):
    """State of a need, always computed from its referrals."""

    TO_SEND = "to_send", "À orienter"
    WAITING = "waiting", "En attente de réponse"
    TAKEN = "taken", "Prise en charge"
    MET = "met", "Satisfait"
    ALL_DECLINED = "all_declined", "Tous ont décliné"
    GIVEN_UP = "given_up", "Abandonné"


class PrintoutStatus(enum.StrEnum):
    """Where a document being made stands."""

    WAITING = "waiting"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
