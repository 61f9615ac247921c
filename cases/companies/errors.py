"""What the company pages refuse, in words fit for the user."""

from app.errors import NotAllowed, Refusal


class WrongIdentifier(Refusal):
    """Letters, wrong length or wrong key in a SIREN or a SIRET."""

    message = "Ce numéro n’est ni un SIREN ni un SIRET."


class RegistryUnavailable(Refusal):
    """The public company search does not answer, or not in a form that can be read."""

    message = (
        "L’annuaire public des entreprises ne répond pas pour le moment. "
        "Vous pouvez saisir l’entreprise à la main."
    )


class RegistryBusy(RegistryUnavailable):
    """The public company search has had too many questions for now."""

    message = (
        "L’annuaire public des entreprises est très sollicité en ce moment. "
        "Réessayez dans une minute, ou saisissez l’entreprise à la main."
    )


class RegistryQuestionRefused(Refusal):
    """The public company search does not accept this question (too short, for instance)."""

    message = (
        "L’annuaire public des entreprises n’accepte pas cette recherche. "
        "Saisissez au moins 3 caractères : un nom, un SIREN ou un SIRET."
    )


class RegistryHasNoSuch(Refusal):
    """The public registry holds no company of this number."""

    message = (
        "L’annuaire public ne contient pas d’entreprise à ce numéro. "
        "Vous pouvez la saisir à la main."
    )


class NameMissing(Refusal):
    """A company and a person have a name, if nothing else."""

    message = "Indiquez un nom."


class CompanyHasNoNumber(Refusal):
    """Only a company with a SIREN is read again in the registry."""

    message = "Cette entreprise n’a pas de SIREN : elle ne peut pas être relue dans l’annuaire."


class CompanyIsPublic(NotAllowed):
    """What the public registry says is not corrected by hand; it is read again."""

    message = (
        "Cette fiche vient de l’annuaire public : relisez-la plutôt que de la corriger à la main."
    )


class PersonOfOthers(NotAllowed):
    """The recovery side does not change how the entrepreneur is reached."""

    message = "Les coordonnées de cette personne sont tenues par ceux qui l’accompagnent."
