"""Every hook has the handlers it expects."""

from flask import Flask
from werkzeug.utils import import_string

from app import hooks
from app.factory import HANDLERS


def test_every_hook_has_its_handlers(shared_app: Flask) -> None:
    connected = {name: hooks.handlers_of(name) for name in hooks.HOOKS}
    expected = {
        name: tuple(import_string(path) for hook, path in HANDLERS if hook == name)
        for name in hooks.HOOKS
    }
    assert connected == expected
    assert all(connected.values())
