"""Pulses: when each long-lived process last said that it was alive; read by ``/readyz``."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.db import Base, RowClass, db, row_class, unit_of_work

RELAY = "relay"
SCHEDULER = "scheduler"
BROKER = "broker"


class Pulse(Base):
    """One process, or one neighbour it has just spoken to (the broker)."""

    __tablename__ = "pulse"
    __table_args__ = (row_class(RowClass.SYSTEM),)

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


def pulse(*names: str) -> None:
    """Write that these are alive now, in a transaction of its own."""
    rows = [{"name": name, "at": clock.now()} for name in names]
    statement = insert(Pulse).values(rows)
    changed = {"at": statement.excluded.at}
    with unit_of_work():
        db.session.execute(statement.on_conflict_do_update(index_elements=["name"], set_=changed))
