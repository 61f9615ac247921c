"""The journal kept in parts: what is told of the plain table is told again of it, then the rest."""

from types import ModuleType
from typing import Any


def again(module: ModuleType, *, but: tuple[str, ...] = ()) -> dict[str, Any]:
    """The tests and fixtures of a module, for another to run them on its own database."""
    return {
        name: thing
        for name, thing in vars(module).items()
        if not name.startswith("__") and name not in but
    }
