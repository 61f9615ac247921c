"""Where a company record comes from."""

import enum


class CompanySource(enum.StrEnum):
    """Typed by hand, or read in the public registry."""

    TYPED = "typed"
    REGISTRY = "registry"

    @property
    def label(self) -> str:
        """French term."""
        return {"typed": "Saisie à la main", "registry": "Annuaire public des entreprises"}[self]
