"""Refusals about organisations."""

from app.errors import Refusal


class HoursUnreadable(Refusal):
    """Opening hours that cannot be read."""

    message = "Ces horaires ne sont pas lisibles. Écrivez par exemple 9 h - 12 h, 13 h 30 - 17 h."


class PlaceUnknown(Refusal):
    """A territory that is in no official list."""

    message = "Ce territoire n’est pas reconnu."


class NameTaken(Refusal):
    """Another organisation bears this name."""

    message = "Une structure porte déjà ce nom. Ouvrez sa fiche dans l’annuaire."


class NoRecoverySide(Refusal):
    """A recovery side for an organisation that claims nothing."""

    message = (
        "Seuls les organismes créanciers (Urssaf, MSA, finances publiques, banque, AGS) ont un"
        " versant recouvrement."
    )


class RuleUnreadable(Refusal):
    """A routing rule whose condition and value do not go together."""

    message = "Cette règle n’est pas complète. Vérifiez la condition et la valeur."


class LastUnit(Refusal):
    """Closing the only open unit would take the organisation out of every list."""

    message = (
        "C’est votre seule antenne ouverte. Ouvrez-en une autre avant de la fermer : sans antenne,"
        " plus aucune orientation ne vous parviendrait."
    )
