"""No template that nothing uses, none that uses what is not there."""

import re

from app.web.errors import PAGES
from config import ROOT

TEMPLATES = ROOT / "templates"
USES = re.compile(r"""["']([\w./-]+\.(?:html|txt|xml))["']""")


def test_every_template_is_used() -> None:
    known = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html")}
    sources = [*TEMPLATES.rglob("*.html")]
    sources += [p for floor in ("app", "partners", "cases") for p in (ROOT / floor).rglob("*.py")]
    used = {name for path in sources for name in USES.findall(path.read_text(encoding="utf-8"))}
    errors = {f"errors/{status}.html" for status in PAGES}
    assert known - used - errors == set()
    assert {name for name in used if name.endswith(".html")} - known == set()
