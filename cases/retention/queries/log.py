"""Reads of the log of erasures, and of the proofs kept apart."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Select, or_, select

from app.actors import Actor, Role
from app.db import db
from app.folding import fold
from cases.retention.models import AgreementProof, Erasure


def erasures_visible_to(actor: Actor) -> Select[Erasure]:
    """Lines of the auditor's organisation and of the platform; nothing for anybody else."""
    statement = select(Erasure)
    if actor.is_system:
        return statement
    if actor.role is not Role.AUDITOR:
        return statement.where(Erasure.id.is_(None))
    own = Erasure.organisation_id == actor.organisation_id
    return statement.where(or_(own, Erasure.organisation_id.is_(None)))


def lines_since(at: datetime | None, actor: Actor) -> Sequence[Erasure]:
    """The log from an instant on, in order."""
    statement = erasures_visible_to(actor).order_by(Erasure.at, Erasure.id)
    return db.session.scalars(statement.where(Erasure.at >= at) if at else statement).all()


def waiting_lines(limit: int) -> Sequence[Erasure]:
    """Lines that are not outside of the database yet, in order, for this transaction."""
    waiting = select(Erasure).where(Erasure.exported_at.is_(None))
    ordered = waiting.order_by(Erasure.at, Erasure.id).limit(limit)
    return db.session.scalars(ordered.with_for_update()).all()


def known_lines(ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Which of these lines are in the log."""
    return set(db.session.scalars(select(Erasure.id).where(Erasure.id.in_(ids))))


def find_proofs(words: str) -> list[AgreementProof]:
    """Proofs whose company or person bears these words, as the system."""
    wanted = fold(words)
    order = (AgreementProof.given_at, AgreementProof.id)
    proofs = db.session.scalars(select(AgreementProof).order_by(*order))
    return [one for one in proofs if wanted and wanted in fold(f"{one.concerns} {one.given_by}")]
