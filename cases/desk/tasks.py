"""The periodic job of figures."""

from datetime import timedelta

from app.db import unit_of_work
from app.schedule import periodic
from cases.desk.commands import fold_figures


@periodic("desk.fold_figures", every=timedelta(minutes=1))
def fold() -> None:
    """Fold what was appended to the figures, count again the cases that moved."""
    with unit_of_work():
        fold_figures()
