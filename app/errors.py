"""Refusals: what the product says when it will not do something.

A refusal carries a French sentence fit for the user. The edge (``app.web``) decides the HTTP code:
``NotVisible`` 404, ``NotAllowed`` 403, ``Gone`` 410, ``TooMany`` 429, every other refusal 409.
"""


class Refusal(Exception):
    """The domain refuses; ``message`` is the sentence shown to the user."""

    message = "Cette action n’est pas possible."

    def __init__(self, message: str | None = None) -> None:
        self.message = message or type(self).message
        super().__init__(self.message)


class NotVisible(Refusal):
    """The row does not exist for this actor."""

    message = "Cette page n’existe pas, ou elle ne vous est pas destinée."


class NotAllowed(Refusal):
    """The row is visible, the act is not allowed."""

    message = "Vous n’avez pas le droit de faire cela."


class Gone(Refusal):
    """A link that has expired, was used or was revoked.

    ``renewal_url`` is where its bearer asks for another, empty when they may not.
    """

    renewal_url = ""
    message = (
        "Ce lien n’est plus valable. Demandez-en un nouveau à la personne qui vous l’a envoyé."
    )


class TooMany(Refusal):
    """Too many attempts."""

    message = "Trop de tentatives. Patientez quelques minutes avant de réessayer."
