"""Effects that wait for the worker when the demonstration starts: links that really open."""

from app.actors import ActorKind
from app.db import Base
from app.jobs import Outbox
from cases.casework.models import LegalBasis
from cases.demo.randomness import Dice
from cases.demo.world import World


def leave_effect(world: World, kind: str, about: Base, dice: Dice, **payload: object) -> None:
    """An effect that waits for the worker, asked for by the system."""
    about_id = about.id  # type: ignore[attr-defined]
    world.rows.add(
        Outbox(
            id=dice.identifier(world.now),
            kind=kind,
            dedupe_key=f"{kind}:demo:{about_id}",
            payload={name: str(value) for name, value in payload.items()},
            principal=ActorKind.SYSTEM,
            basis_id=about_id if isinstance(about, LegalBasis) else None,
            available_at=world.now,
            created_at=world.now,
        )
    )
