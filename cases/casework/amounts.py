"""Amounts typed in euros, kept in cents."""

import re
from decimal import Decimal, InvalidOperation

SPACES = re.compile(r"[\s\u00a0\u202f]|€|euros?")
WRONG_AMOUNT = "Écrivez un montant en euros, par exemple 12 500 ou 12 500,50."
LARGEST_EUROS = Decimal(10) ** 12


def parse_euros(text: str) -> int:
    """Whole cents of « 12 500,50 ». Raises ValueError with a French sentence."""
    bare = SPACES.sub("", text.lower()).replace(",", ".")
    try:
        euros = Decimal(bare)
    except InvalidOperation as error:
        raise ValueError(WRONG_AMOUNT) from error
    if not euros.is_finite() or abs(euros) > LARGEST_EUROS or euros.as_tuple().exponent < -2:  # type: ignore[operator]
        raise ValueError(WRONG_AMOUNT)
    return int(euros * 100)


def write_euros(cents: int | None) -> str:
    """What a field shows of an amount: « 12500,50 »."""
    if cents is None:
        return ""
    sign = "-" if cents < 0 else ""
    whole, rest = divmod(abs(cents), 100)
    return f"{sign}{whole},{rest:02d}"
