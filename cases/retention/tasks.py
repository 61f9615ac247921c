"""The periodic job of retention."""

from datetime import timedelta

from flask import current_app

from app.schedule import periodic
from cases.retention.running import LOG_FILE, run_retention


@periodic("retention.run", every=timedelta(hours=1))
def run() -> None:
    """Erase what is past its time; a failure (a ceiling) is shown until a human has looked."""
    run_retention(current_app.config["SETTINGS"].var_dir / LOG_FILE)
