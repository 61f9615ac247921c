"""The embedded broker alone, to see that nothing is lost while it is away."""

from app.embedded.valkey import ensure_valkey, stop_valkey
from config import load_settings


def start(_arguments: list[str]) -> int:
    """Start the embedded broker."""
    ensure_valkey(load_settings().var_dir)
    print("Relais: broker started")
    return 0


def stop(_arguments: list[str]) -> int:
    """Stop the embedded broker and leave the rest running."""
    was_running = stop_valkey(load_settings().var_dir)
    print("Relais: broker stopped" if was_running else "Relais: the broker was not running")
    return 0
