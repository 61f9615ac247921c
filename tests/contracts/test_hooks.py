"""Every hook has the handlers it expects."""

from flask import Flask

from app import hooks
from app.factory import HANDLERS


def test_every_hook_has_its_handlers(shared_app: Flask) -> None:
    connected = [
        (name, f"{handler.__module__}:{handler.__name__}")
        for name in hooks.HOOKS
        for handler in hooks.handlers_of(name)
    ]
    assert sorted(connected) == sorted(HANDLERS)
    assert {name for name, _ in HANDLERS} == set(hooks.HOOKS)
