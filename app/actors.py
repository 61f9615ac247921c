"""The Actor: who acts, built once per request or task and passed on as ``by=actor``."""

import enum
import uuid
from dataclasses import dataclass, field


class ActorKind(enum.StrEnum):
    """The four principals that the database knows."""

    MEMBER = "member"
    LINK = "link"
    ANONYMOUS = "anonymous"
    SYSTEM = "system"


class Side(enum.StrEnum):
    """The side of an organisation a member sits on: creditors help *and* claim."""

    AID = "aid"
    RECOVERY = "recovery"


class Role(enum.StrEnum):
    """Professional roles (``domain.md`` §1)."""

    ADVISER = "adviser"
    MEDIATOR = "mediator"
    COORDINATOR = "coordinator"
    MANAGER = "manager"
    ACCOUNTANT = "accountant"
    OBSERVER = "observer"
    AUDITOR = "auditor"
    PLATFORM_ADMIN = "platform_admin"


#: Roles that may read cases in which their seat takes part. A mediator reads the mediations they
#: are appointed to, an observer aggregates, an auditor the journal (``domain.md`` §1).
CASE_ROLES = frozenset({Role.ADVISER, Role.MANAGER, Role.COORDINATOR, Role.ACCOUNTANT})


@dataclass(frozen=True)
class Actor:
    """Who acts: a member on a seat, the bearer of a link, nobody, or the system.

    ``territory`` holds the département codes of the member's unit; ``seats`` the memberships the
    person may switch to, as ``(membership_id, label)``.
    """

    kind: ActorKind
    user_id: uuid.UUID | None = None
    membership_id: uuid.UUID | None = None
    seat_id: uuid.UUID | None = None
    organisation_id: uuid.UUID | None = None
    unit_id: uuid.UUID | None = None
    side: Side | None = None
    role: Role | None = None
    user_name: str = ""
    organisation_name: str = ""
    organisation_kind: str = ""
    seat_label: str = ""
    session_id: uuid.UUID | None = None
    link_id: uuid.UUID | None = None
    link_purpose: str = ""
    link_object_id: uuid.UUID | None = None
    territory: frozenset[str] = field(default_factory=frozenset)
    seats: tuple[tuple[uuid.UUID, str], ...] = ()
    must_pledge: bool = False

    @property
    def is_member(self) -> bool:
        """Signed in, on a seat."""
        return self.kind is ActorKind.MEMBER

    @property
    def is_system(self) -> bool:
        """The platform itself, under the worker's own database role."""
        return self.kind is ActorKind.SYSTEM

    @property
    def reads_cases(self) -> bool:
        """This role may read the cases in which its seat takes part."""
        return self.is_member and self.role in CASE_ROLES

    @property
    def database_role(self) -> str:
        """The PostgreSQL role in which this actor's transactions run."""
        return "relais_worker" if self.is_system else "relais_web"


ANONYMOUS = Actor(kind=ActorKind.ANONYMOUS)
SYSTEM = Actor(kind=ActorKind.SYSTEM)
