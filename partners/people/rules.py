"""Who may run people, what a good password is, how many attempts are heard. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from email_validator import EmailNotValidError, validate_email

from app.actors import CASE_ROLES, Actor, Role, Side
from app.folding import fold
from partners.organisations.models import Seat, Service
from partners.organisations.rules import can_run_organisation
from partners.people.models import Absence, Membership

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 128
#: What French people type first, beside the lists of the library.
COMMON_WORDS = (
    *(
        "motdepasse",
        "azerty",
        "azertyuiop",
        "qsdfghjklm",
        "wxcvbn",
        "bonjour",
        "soleil",
        "chocolat",
    ),
    *("doudou", "loulou", "marseille", "bordeaux", "france", "entreprise", "urssaf", "bienvenue"),
    *("secret", "jetaime", "vacances", "printemps", "automne", "hiver", "janvier", "fevrier"),
    *("mars", "avril", "juin", "juillet", "aout", "septembre", "octobre", "novembre", "decembre"),
)
FROM_ADDRESS = "sign-in-from:"
#: Of 4: « safely unguessable » against someone who tries online.
GOOD_SCORE = 3
#: What the estimate reads at most; its time grows with the square of the length.
ESTIMATED_LENGTH = 72
SHORTEST_CONTEXT_WORD = 4

TOO_SHORT = f"Choisissez au moins {SHORTEST_PASSWORD} caractères : une phrase convient très bien."
TOO_LONG = f"Choisissez au plus {LONGEST_PASSWORD} caractères."
TOO_CLOSE = "N’y mettez ni votre nom, ni celui de votre structure, ni « relais »."
TOO_COMMON = (
    "Ce mot de passe est trop facile à deviner. Essayez quatre ou cinq mots sans rapport entre eux."
)
EMAIL_UNREADABLE = "Cette adresse n’est pas complète. Écrivez-la comme dans nom@exemple.fr."


def password_refusal(password: str, context: Iterable[str] = ()) -> str | None:
    """Why this password is refused, in words; None when it is good (``trust.md`` §5).

    ``context`` holds what anyone would try first: the person's name, address, organisation.
    """
    if len(password) < SHORTEST_PASSWORD:
        return TOO_SHORT
    if len(password) > LONGEST_PASSWORD:
        return TOO_LONG
    bare = fold(password).replace(" ", "")
    if any(word in bare for word in context_words(context)):
        return TOO_CLOSE
    return TOO_COMMON if _score(password) < GOOD_SCORE else None


def context_words(texts: Iterable[str]) -> set[str]:
    """Words of four letters or more that a password may not hold."""
    words = {word for one in ("relais", *texts) for word in fold(one).split()}
    return {word for word in words if len(word) >= SHORTEST_CONTEXT_WORD}


def _score(password: str) -> int:
    # Imported here: its lists of words take 12 MB, for the process where a password is chosen.
    from zxcvbn import zxcvbn

    return int(zxcvbn(password[:ESTIMATED_LENGTH], user_inputs=list(COMMON_WORDS))["score"])


def read_email(text: str) -> str:
    """An address in lower case. Raises ``ValueError`` with a French sentence."""
    try:
        found = validate_email(text.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise ValueError(EMAIL_UNREADABLE) from error
    return found.normalized.lower()


@dataclass(frozen=True)
class Limit:
    """So many attempts under one key in a window of seconds; the next window begins anew."""

    key: str
    attempts: int
    window: int

    def seconds_left(self, at: datetime) -> int:
        """Until the next window."""
        return self.window - int(at.timestamp()) % self.window


def sign_in_limits(email: str, address: str) -> tuple[Limit, ...]:
    """Limits on passwords: by account and address together, by account, by address.

    Someone who tries another's account cannot lock them out: from elsewhere the owner is heard
    again within the minute.
    """
    return (
        Limit(f"sign-in:{email}:{address}", 6, 300),
        Limit(f"sign-in:{email}", 20, 60),
        Limit(f"{FROM_ADDRESS}{address}", 60, 300),
    )


def limits_of_account(limits: Iterable[Limit]) -> list[Limit]:
    """Limits that one's own success forgives: never that of an address, or somebody with one
    account would try all the others from there without end."""
    return [limit for limit in limits if not limit.key.startswith(FROM_ADDRESS)]


def code_limits(user_id: object) -> tuple[Limit, ...]:
    """Limits on one-time codes, for whoever holds the password already."""
    return (Limit(f"code:{user_id}", 5, 600),)


def reset_limits(email: str, address: str) -> tuple[Limit, ...]:
    """Limits on « mot de passe oublié » : mails to one person, requests from one place."""
    return (Limit(f"reset:{email}", 3, 3600), Limit(f"reset-from:{address}", 20, 3600))


def renewal_limits(link: object, address: str) -> tuple[Limit, ...]:
    """Limits on « recevoir un nouveau lien » : mails for one object, requests from one place."""
    return (Limit(f"renewal:{link}", 3, 3600), Limit(f"renewal-from:{address}", 20, 3600))


def manages_people(actor: Actor) -> bool:
    """May this member open the pages about members?"""
    return actor.is_member and actor.role in (Role.MANAGER, Role.PLATFORM_ADMIN)


def can_run_seat(actor: Actor, seat: Seat) -> bool:
    """The manager of the very organisation of this seat, or the administration.

    Creditor firewall (``domain.md`` §9): a manager on the recovery side runs that side only, or
    could let themselves into the cases of the aid side.
    """
    if not manages_people(actor):
        return False
    if actor.role is Role.PLATFORM_ADMIN:
        return True
    is_ours = seat.organisation_id == actor.organisation_id
    return is_ours and (actor.side is not Side.RECOVERY or seat.side is Side.RECOVERY)


def can_manage_member(actor: Actor, membership: Membership) -> bool:
    """Whoever runs the seat of this member."""
    return can_run_seat(actor, membership.seat)


def can_reset_factor(actor: Actor, membership: Membership) -> bool:
    """Of someone else, still a member; the administration's own is not a manager's to reset."""
    if not can_manage_member(actor, membership) or not membership.is_active:
        return False
    is_above = membership.role is Role.PLATFORM_ADMIN and actor.role is not Role.PLATFORM_ADMIN
    return membership.user_id != actor.user_id and not is_above


def can_end_membership(actor: Actor, membership: Membership) -> bool:
    """Someone else's, still going on."""
    is_other = membership.user_id != actor.user_id
    return is_other and membership.is_active and can_manage_member(actor, membership)


def stops_reading_cases(before: Role, after: Role) -> bool:
    """A new role that follows no case: somebody else must take them over."""
    return before in CASE_ROLES and after not in CASE_ROLES


def roles_offered(actor: Actor) -> list[Role]:
    """Roles this actor may give: only the administration makes administrators."""
    if actor.is_system or actor.role is Role.PLATFORM_ADMIN:
        return list(Role)
    return [role for role in Role if role is not Role.PLATFORM_ADMIN]


def can_name_correspondents(actor: Actor, service: Service) -> bool:
    """The manager of the organisation, on the helping side: partners ask correspondents for help,
    and would tell the recovery side what it may not read (``domain.md`` §9)."""
    return can_run_organisation(actor, service.organisation_id) and actor.side is not Side.RECOVERY


def can_note_absence(actor: Actor, membership: Membership) -> bool:
    """One's own, or that of a member one manages."""
    return membership.user_id == actor.user_id or can_manage_member(actor, membership)


def is_away(absence: Absence, day: date) -> bool:
    """Both days included."""
    return absence.starts_on <= day <= absence.ends_on


BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"))
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def device_of(user_agent: str) -> str:
    """« Firefox, Windows »: enough to recognise one's own session, and nothing more."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    if not browser and re.search(r"Version/[\d.]+.*Safari", user_agent):
        browser = "Safari"
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return ", ".join(part for part in (browser, system) if part) or "Appareil inconnu"
