"""What is served refuses a database login that no policy binds."""

import pytest
from flask import Flask

from app import factory


def test_a_superuser_login_is_refused(shared_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factory, "create_app", lambda **_options: shared_app)
    with pytest.raises(RuntimeError, match="superuser"):
        factory.create_served_app()
