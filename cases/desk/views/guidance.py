"""*Aide* and *Confidentialité*: how to, who reads what, the words."""

from flask import render_template

from app.security import current_actor, members_only, public
from cases.desk.glossary import list_terms
from cases.desk.views.base import blueprint


@blueprint.get("/aide")
@members_only
def help() -> str:
    """How to, in short chapters with anchors, then the words."""
    return render_template("cases/desk/help.html", terms=list_terms())


@blueprint.get("/confidentialite")
@public
def privacy() -> str:
    """What is kept, why, how long, and the rights of the person. For everybody."""
    is_member = current_actor().is_member
    return render_template("cases/desk/privacy.html", is_member=is_member)
