"""What a web process holds in memory without a use for it, and what every worker pays for."""

import subprocess
import sys
from pathlib import Path

import pytest

from config import ROOT

#: Tasks, migrations, documents, lists of passwords (read where one is chosen), tools of the tests.
UNUSED = {"alembic", "celery", "fontTools", "holidays", "mako", "weasyprint", "zxcvbn"}
MAKE = """
import sys
from app.factory import create_app
from config import load_settings
create_app(load_settings({"RELAIS_VAR": sys.argv[1]}), "web")
print(*{name.split(".")[0] for name in sys.modules})
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Packages of a web application made in a process of its own."""
    folder: Path = tmp_path_factory.mktemp("var")
    command = [sys.executable, "-c", MAKE, str(folder)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return set(done.stdout.splitlines()[-1].split())


def test_a_web_process_loads_nothing_that_it_has_no_use_for(loaded: set[str]) -> None:
    assert {"flask", "sqlalchemy"} < loaded
    assert loaded & UNUSED == set()
