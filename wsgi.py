"""The roof: builds the web application (``wsgi:app``) and the Celery one (``wsgi:celery``)."""

from typing import Any


def __getattr__(name: str) -> Any:
    """Build what is asked for, and only that: a worker needs no web application."""
    from app import factory

    if name == "app":
        return factory.create_served_app()
    if name == "celery":
        return factory.create_celery()
    raise AttributeError(name)
