"""Kinds of organisations, levels of units, subjects of services, effects of routing rules."""

import enum

from app.actors import Side

__all__ = [
    "SIDE_LABELS",
    "OrganisationKind",
    "RuleEffect",
    "RuleField",
    "RuleOperator",
    "Side",
    "Subject",
    "TerritoryKind",
    "UnitLevel",
]

SIDE_LABELS = {Side.AID: "accompagnement", Side.RECOVERY: "recouvrement"}


class OrganisationKind(enum.StrEnum):
    """What an organisation is (``domain.md`` §1)."""

    URSSAF = "urssaf"
    MSA = "msa"
    CCI = "cci"
    CMA = "cma"
    ASSOCIATION = "association"
    DREETS = "dreets"
    PREFECTURE = "prefecture"
    ACCOUNTANCY = "accountancy"
    DGFIP = "dgfip"
    BANQUE_DE_FRANCE = "banque_de_france"
    COURT = "court"
    PREVENTION_CENTRE = "prevention_centre"
    INSOLVENCY_OFFICE = "insolvency_office"
    AGS = "ags"
    MEDIATION_BODY = "mediation_body"
    BANK = "bank"
    LOCAL_AUTHORITY = "local_authority"
    ESS_NETWORK = "ess_network"
    HEALTH_SUPPORT = "health_support"
    OTHER = "other"

    @property
    def label(self) -> str:
        """French term."""
        return KIND_LABELS[self]

    @property
    def can_claim(self) -> bool:
        """A creditor: it has a recovery side beside its aid side."""
        return self in CLAIMING_KINDS


KIND_LABELS = {
    OrganisationKind.URSSAF: "Urssaf",
    OrganisationKind.MSA: "MSA",
    OrganisationKind.CCI: "Chambre de commerce et d’industrie",
    OrganisationKind.CMA: "Chambre de métiers et de l’artisanat",
    OrganisationKind.ASSOCIATION: "Association",
    OrganisationKind.DREETS: "DREETS, DDETS, DEETS",
    OrganisationKind.PREFECTURE: "Préfecture",
    OrganisationKind.ACCOUNTANCY: "Expertise comptable, tiers déclarant",
    OrganisationKind.DGFIP: "Finances publiques",
    OrganisationKind.BANQUE_DE_FRANCE: "Banque de France",
    OrganisationKind.COURT: "Tribunal, greffe",
    OrganisationKind.PREVENTION_CENTRE: "Centre de prévention (CIP, GPA)",
    OrganisationKind.INSOLVENCY_OFFICE: "Administrateur, mandataire judiciaire",
    OrganisationKind.AGS: "AGS",
    OrganisationKind.MEDIATION_BODY: "Organisme de médiation",
    OrganisationKind.BANK: "Banque",
    OrganisationKind.LOCAL_AUTHORITY: "Collectivité",
    OrganisationKind.ESS_NETWORK: "Réseau de l’économie sociale et solidaire",
    OrganisationKind.HEALTH_SUPPORT: "Soutien psychologique et santé",
    OrganisationKind.OTHER: "Autre",
}
CLAIMING_KINDS = frozenset(
    {
        OrganisationKind.URSSAF,
        OrganisationKind.MSA,
        OrganisationKind.DGFIP,
        OrganisationKind.BANK,
        OrganisationKind.AGS,
    }
)


class UnitLevel(enum.StrEnum):
    """Level of an *antenne*."""

    NATIONAL = "national"
    REGIONAL = "regional"
    DEPARTMENTAL = "departmental"
    LOCAL = "local"

    @property
    def label(self) -> str:
        """French term."""
        return {
            UnitLevel.NATIONAL: "Nationale",
            UnitLevel.REGIONAL: "Régionale",
            UnitLevel.DEPARTMENTAL: "Départementale",
            UnitLevel.LOCAL: "Locale",
        }[self]


class TerritoryKind(enum.StrEnum):
    """What a unit covers: everything, regions, départements or communes (INSEE codes)."""

    COUNTRY = "country"
    REGION = "region"
    DEPARTEMENT = "departement"
    COMMUNE = "commune"

    @property
    def label(self) -> str:
        """French term."""
        return {
            TerritoryKind.COUNTRY: "Toute la France",
            TerritoryKind.REGION: "Région",
            TerritoryKind.DEPARTEMENT: "Département",
            TerritoryKind.COMMUNE: "Commune",
        }[self]


class Subject(enum.StrEnum):
    """What a need is about and what a service answers (``domain.md`` §5)."""

    CASH_FLOW = "cash_flow"
    SOCIAL_DEBTS = "social_debts"
    TAX_DEBTS = "tax_debts"
    BANK = "bank"
    COMMERCIAL_DISPUTE = "commercial_dispute"
    PUBLIC_BUYER = "public_buyer"
    EMPLOYMENT = "employment"
    LEGAL_PROCEDURE = "legal_procedure"
    ACCOUNTING = "accounting"
    BUSINESS_MODEL = "business_model"
    PREMISES = "premises"
    INSURANCE = "insurance"
    HEALTH = "health"
    PERSONAL_FINANCES = "personal_finances"
    HOUSING = "housing"
    SOCIAL_RIGHTS = "social_rights"
    REBOUND_JOB = "rebound_job"
    REBOUND_COMPANY = "rebound_company"
    REGULATION = "regulation"
    OTHER = "other"

    @property
    def label(self) -> str:
        """French term."""
        return SUBJECT_LABELS[self]


SUBJECT_LABELS = {
    Subject.CASH_FLOW: "Trésorerie",
    Subject.SOCIAL_DEBTS: "Dettes sociales",
    Subject.TAX_DEBTS: "Dettes fiscales",
    Subject.BANK: "Relation bancaire et crédit",
    Subject.COMMERCIAL_DISPUTE: "Litige commercial",
    Subject.PUBLIC_BUYER: "Paiement d’un acheteur public",
    Subject.EMPLOYMENT: "Emploi : activité partielle, réduction d’effectif",
    Subject.LEGAL_PROCEDURE: "Procédure et tribunal",
    Subject.ACCOUNTING: "Comptabilité et gestion",
    Subject.BUSINESS_MODEL: "Modèle économique et ventes",
    Subject.PREMISES: "Locaux, travaux",
    Subject.INSURANCE: "Assurance",
    Subject.HEALTH: "Santé et soutien psychologique",
    Subject.PERSONAL_FINANCES: "Finances personnelles et familiales",
    Subject.HOUSING: "Logement",
    Subject.SOCIAL_RIGHTS: "Droits sociaux du dirigeant",
    Subject.REBOUND_JOB: "Rebond : emploi",
    Subject.REBOUND_COMPANY: "Rebond : nouvelle entreprise",
    Subject.REGULATION: "Réglementation et première embauche",
    Subject.OTHER: "Autre",
}


class RuleField(enum.StrEnum):
    """What a routing rule looks at."""

    PHASE = "phase"
    HEADCOUNT = "headcount"
    LEGAL_FORM = "legal_form"
    NAF = "naf"
    IS_ESS = "is_ess"
    IS_CRAFT = "is_craft"
    IN_LIQUIDATION = "in_liquidation"
    BUDGET_EUROS = "budget_euros"
    AGE_MONTHS = "age_months"

    @property
    def label(self) -> str:
        """French term."""
        return FIELD_LABELS[self]

    @property
    def is_number(self) -> bool:
        """Compared with a number."""
        return self in NUMBER_FIELDS

    @property
    def is_fact(self) -> bool:
        """True or false."""
        return self in FACT_FIELDS


FIELD_LABELS = {
    RuleField.PHASE: "Phase de la difficulté",
    RuleField.HEADCOUNT: "Nombre de salariés",
    RuleField.LEGAL_FORM: "Forme juridique",
    RuleField.NAF: "Activité (code NAF)",
    RuleField.IS_ESS: "Économie sociale et solidaire",
    RuleField.IS_CRAFT: "Artisanat",
    RuleField.IN_LIQUIDATION: "Liquidation judiciaire en cours",
    RuleField.BUDGET_EUROS: "Budget de l’entreprise, en euros",
    RuleField.AGE_MONTHS: "Âge de l’entreprise, en mois",
}
#: Phases of a difficulty, by the codes that cases give them.
PHASE_LABELS = {
    "anticipation": "Anticipation",
    "difficulty": "Difficulté",
    "emergency": "Urgence",
    "procedure": "Procédure collective",
    "rebound": "Rebond",
}
NUMBER_FIELDS = frozenset({RuleField.HEADCOUNT, RuleField.BUDGET_EUROS, RuleField.AGE_MONTHS})
FACT_FIELDS = frozenset({RuleField.IS_ESS, RuleField.IS_CRAFT, RuleField.IN_LIQUIDATION})


class RuleOperator(enum.StrEnum):
    """How a routing rule compares."""

    ONE_OF = "one_of"
    NONE_OF = "none_of"
    BELOW = "below"
    ABOVE = "above"
    STARTS_WITH = "starts_with"
    IS_TRUE = "is_true"
    IS_FALSE = "is_false"

    @property
    def label(self) -> str:
        """French term."""
        return OPERATOR_LABELS[self]


OPERATOR_LABELS = {
    RuleOperator.ONE_OF: "est l’un de",
    RuleOperator.NONE_OF: "n’est aucun de",
    RuleOperator.BELOW: "est inférieur à",
    RuleOperator.ABOVE: "est supérieur à",
    RuleOperator.STARTS_WITH: "commence par",
    RuleOperator.IS_TRUE: "oui",
    RuleOperator.IS_FALSE: "non",
}


class RuleEffect(enum.StrEnum):
    """What a routing rule does: bars where it fails, or ranks higher where it holds."""

    REQUIRE = "require"
    PREFER = "prefer"

    @property
    def label(self) -> str:
        """French term."""
        return "Condition" if self is RuleEffect.REQUIRE else "Préférence"
