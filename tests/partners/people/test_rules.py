"""Truth tables: who runs whom, passwords, limits."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.actors import Actor, ActorKind, Role, Side
from partners.organisations.models import Seat
from partners.people import rules
from partners.people.models import Membership

OURS, THEIRS = uuid.uuid4(), uuid.uuid4()


def actor(role: Role) -> Actor:
    return Actor(kind=ActorKind.MEMBER, role=role, user_id=uuid.uuid4(), organisation_id=OURS)


def member(organisation: uuid.UUID, role: Role = Role.ADVISER, **more: object) -> Membership:
    seat = Seat(organisation_id=organisation)
    return Membership(user_id=uuid.uuid4(), role=role, seat=seat, **more)


@pytest.mark.parametrize("role", Role)
def test_who_runs_people(role: Role) -> None:
    runs = role in (Role.MANAGER, Role.PLATFORM_ADMIN)
    assert rules.manages_people(actor(role)) is runs
    assert rules.can_manage_member(actor(role), member(OURS)) is runs
    assert rules.can_manage_member(actor(role), member(THEIRS)) is (role is Role.PLATFORM_ADMIN)
    assert (Role.PLATFORM_ADMIN in rules.roles_offered(actor(role))) is (
        role is Role.PLATFORM_ADMIN
    )


def test_nobody_resets_nor_ends_oneself() -> None:
    manager = actor(Role.MANAGER)
    own = member(OURS)
    own.user_id = manager.user_id  # type: ignore[assignment]
    assert not rules.can_reset_factor(manager, own)
    assert not rules.can_end_membership(manager, own)
    assert rules.can_note_absence(actor(Role.ADVISER), own) is False
    assert rules.can_note_absence(manager, own)


def test_a_manager_does_not_reset_the_administration() -> None:
    admin = member(OURS, Role.PLATFORM_ADMIN)
    assert not rules.can_reset_factor(actor(Role.MANAGER), admin)
    assert rules.can_reset_factor(actor(Role.PLATFORM_ADMIN), admin)
    ended = member(OURS, ended_at=datetime.now(UTC))
    assert not rules.can_reset_factor(actor(Role.MANAGER), ended)


@pytest.mark.parametrize(
    ("password", "refusal"),
    [
        ("a" * 11, rules.TOO_SHORT),
        ("a" * 129, rules.TOO_LONG),
        ("vive Camille et le vent", rules.TOO_CLOSE),
        ("le relais de la poste 7", rules.TOO_CLOSE),
        ("Password12345", rules.TOO_COMMON),
        ("azertyuiop2026", rules.TOO_COMMON),
        ("girafe tonnerre lavande ficelle", None),
        ("ù€ж漢字🙂 ñandú zéphyr", None),
    ],
)
def test_passwords(password: str, refusal: str | None) -> None:
    assert rules.password_refusal(password, ["Camille Durand"]) == refusal


def test_a_window_ends_on_its_hour() -> None:
    at = datetime(2026, 3, 2, 10, 4, tzinfo=UTC)
    assert rules.Limit("x", 1, 300).seconds_left(at) == 60


@pytest.mark.parametrize("text", ["", "a", "a@", "a@b", "a b@c.fr", "a@b.fr\nBcc: c@d.fr"])
def test_unreadable_addresses(text: str) -> None:
    with pytest.raises(ValueError, match="pas complète"):
        rules.read_email(text)


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0", "Firefox, Windows"),
        ("Mozilla/5.0 (iPhone; CPU) Version/18.0 Mobile/1 Safari/604.1", "Safari, iPhone"),
        ("curl/8", "Appareil inconnu"),
    ],
)
def test_devices(agent: str, device: str) -> None:
    assert rules.device_of(agent) == device


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("target", Side)
def test_the_recovery_side_never_runs_the_aid_side(side: Side, target: Side) -> None:
    manager = replace(actor(Role.MANAGER), side=side)
    allowed = not (side is Side.RECOVERY and target is Side.AID)
    assert rules.can_run_seat(manager, Seat(organisation_id=OURS, side=target)) is allowed
    assert not rules.can_run_seat(manager, Seat(organisation_id=THEIRS, side=target))


def test_success_never_forgives_the_attempts_of_an_address() -> None:
    limits = rules.sign_in_limits("a@exemple.test", "192.0.2.1")
    keys = {limit.key for limit in rules.limits_of_account(limits)}
    assert keys == {"sign-in:a@exemple.test:192.0.2.1", "sign-in:a@exemple.test"}
