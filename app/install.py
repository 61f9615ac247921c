"""What a fresh machine needs, step by step; each step is skipped while its mark still holds.

Run by the system's Python, before anything is installed: the standard library only, and no
syntax that an older Python could not read before being told so.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)
PANGO = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")
PANGO_PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-dejavu-core")
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class InstallError(Exception):
    """A step cannot be done; the message is the sentence to type."""


def main(arguments: list[str]) -> None:
    """``run`` or ``test``: prepare the machine for it."""
    purpose = arguments[0] if arguments else "run"
    try:
        check_python()
        ensure_venv()
        ensure_packages("requirements-dev.txt" if purpose == "test" else "requirements.txt")
        ensure_project()
        ensure_frontend()
        ensure_pango(is_required=purpose == "test")
        if purpose == "test":
            ensure_chromium()
    except (InstallError, subprocess.CalledProcessError) as refusal:
        sys.exit(f"Relais: {refusal}")


def check_python() -> None:
    """Python is recent enough."""
    if sys.version_info < OLDEST:
        wanted, found = ".".join(map(str, OLDEST)), platform.python_version()
        raise InstallError(
            f"Python {wanted} or later is needed, this one is {found}. "
            f"With another one installed, type: make {sys.argv[-1]} PYTHON=python3.11"
        )


def ensure_venv() -> None:
    """The virtual environment, made anew when Python changed or the folder moved."""
    mark = digest(str(VENV), platform.python_version(), sys.base_prefix)
    if is_done("venv", mark) and PYTHON.exists():
        return
    say("virtual environment")
    ensure_venv_module()
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)
    done("venv", mark)


def ensure_venv_module() -> None:
    """Debian and Ubuntu keep ``venv`` in a package of its own."""
    probe = [sys.executable, "-c", "import ensurepip, venv"]
    if subprocess.run(probe, stderr=subprocess.DEVNULL).returncode == 0:
        return
    name = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    if not install_system_packages([name]):
        raise InstallError(f"Python's venv module is missing. Type: sudo apt-get install {name}")


def ensure_packages(lock: str) -> None:
    """The locked packages; the development lock holds the same versions as the other and more."""
    names = ["requirements-dev.txt", "requirements.txt"]
    kept = [n for n in names[: names.index(lock) + 1] if is_done(n, digest_of(n))]
    if kept:
        return
    say(f"packages of {lock}")
    options = ["--quiet", "--disable-pip-version-check", "--require-hashes"]
    pip("install", *options, "-r", str(ROOT / lock))
    done(lock, digest_of(lock))


def ensure_project() -> None:
    """The ``relais`` command."""
    mark = digest_of("pyproject.toml")
    if is_done("project", mark) and (VENV / "bin" / "relais").exists():
        return
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--disable-pip-version-check"]
    pip("install", *options, "--config-settings", "editable_mode=compat", "-e", str(ROOT))
    done("project", mark)


def ensure_frontend() -> None:
    """Files served to browsers."""
    mark = digest_of("package.json", "package-lock.json")
    vendor = ROOT / "app" / "static" / "vendor"
    if is_done("frontend", mark) and vendor.exists():
        return
    say("browser files")
    subprocess.run([str(PYTHON), "-m", "app.frontend"], cwd=str(ROOT), check=True)
    done("frontend", mark)


def ensure_pango(is_required: bool) -> None:
    """The library that lays out PDF files; the site runs without, its PDF files do not."""
    if all(map(has_library, PANGO)) or install_system_packages(PANGO_PACKAGES):
        return
    sentence = "Pango is missing. Type: sudo apt-get install " + " ".join(PANGO_PACKAGES)
    if is_required:
        raise InstallError(sentence)
    say("PDF files will fail: " + sentence)


def ensure_chromium() -> None:
    """The browser of the browser tests, which are reported as skipped without it."""
    if not any(map(shutil.which, CHROMIUM)) and not install_system_packages(["chromium"]):
        say(
            "browser tests will be skipped: Chromium is missing. "
            "Type: sudo apt-get install chromium"
        )


def has_library(name: str) -> bool:
    """The system can load this library."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def install_system_packages(names: Sequence[str]) -> bool:
    """Install Debian packages when root; whether it was done."""
    apt = shutil.which("apt-get")
    if os.geteuid() != 0 or apt is None:
        return False
    say("system packages: " + " ".join(names))
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    commands = (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", *names])
    codes = [quietly([apt, *command], environment) for command in commands]
    return codes[-1] == 0


def quietly(command: list[str], environment: dict[str, str]) -> int:
    """Exit code of a command that is shown only when it fails."""
    run = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if run.returncode != 0:
        sys.stderr.write(run.stdout.decode(errors="replace")[-2000:])
    return run.returncode


def pip(*arguments: str) -> None:
    """Run the environment's own pip."""
    subprocess.run([str(PYTHON), "-m", "pip", *arguments], check=True)


def say(what: str) -> None:
    """One line per step that takes time."""
    print(f"Relais: {what}", flush=True)


def digest(*parts: str) -> str:
    """A mark of these texts."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def digest_of(*names: str) -> str:
    """A mark of the content of these files."""
    return digest(*((ROOT / name).read_text(encoding="utf-8") for name in names))


def is_done(step: str, mark: str) -> bool:
    """This step was finished for this very mark."""
    path = VENV / "marks" / step
    return path.exists() and path.read_text() == mark


def done(step: str, mark: str) -> None:
    """Remember that this step is finished; forgotten with the environment."""
    path = VENV / "marks" / step
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(mark)


if __name__ == "__main__":
    main(sys.argv[1:])
