"""No template that nothing uses, none that uses what is not there."""

import re

from config import ROOT

TEMPLATES = ROOT / "templates"
USES = re.compile(r"""["']([\w./-]+\.(?:html|txt|xml))["']""")


def test_every_template_is_used() -> None:
    known = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html")}
    sources = [*TEMPLATES.rglob("*.html")]
    sources += [p for floor in ("app", "partners", "cases") for p in (ROOT / floor).rglob("*.py")]
    used = {name for path in sources for name in USES.findall(path.read_text(encoding="utf-8"))}
    errors = {
        f"errors/{status}.html" for status in (400, 403, 404, 405, 409, 410, 413, 429, 500, 503)
    }
    assert known - used - errors == set()
    assert {name for name in used if name.endswith(".html")} - known == set()
