"""*Boîte d'orientation*, and the page of one referral."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from flask import Response, render_template, request

from app import clock, journal
from app.actors import Actor
from app.db import unit_of_work
from app.replica import read_report
from app.saved_views import list_views
from app.security import current_actor, requires
from app.web.exports import csv_answer, read_in_parts
from app.web.formatting import masked_email
from app.web.periods import read_period
from app.web.tables import ListRequest
from cases.casework.enums import Section
from cases.casework.territory import is_outside_home
from cases.referrals import commands
from cases.referrals.lists import (
    KINDS,
    ask_box,
    list_exported,
    show_access,
    show_box,
    show_declined,
    sort_choices,
)
from cases.referrals.models import Referral
from cases.referrals.printouts import referrals_csv
from cases.referrals.queries.box import MOST_WAITING, Standing, Tab
from cases.referrals.queries.links import answer_link_facts
from cases.referrals.queries.orders import LIFE
from cases.referrals.queries.referrals import get_referral, list_steps
from cases.referrals.queries.shown import read_lines
from cases.referrals.rules import rights
from cases.referrals.rules.rights import works_with_referrals
from cases.referrals.rules.states import is_waiting, last_answer
from cases.referrals.shown import ShownLine
from cases.referrals.views.blueprint import blueprint
from partners.organisations.enums import Subject
from partners.people.sessions import ask_password_again

#: An answer due in less than this is called soon.
SOON_HOURS = 8
#: The page of the access requests to handle, in the address: that of one's own is « page ».
HANDLING = "a-traiter"
#: How far referrals are, then each state by its name.
STANDING_CHOICES = [
    (Standing.WAITING.value, "En attente de réponse"),
    (Standing.TAKEN.value, "Prises en charge"),
    (Standing.ENDED.value, "Terminées ou closes"),
    *((one.value, f"– {one.label}") for one in LIFE),
]


@dataclass(frozen=True)
class AnswerLink:
    """What the sender may do and know about the link by which the receiver answers.

    ``address`` is masked, empty when the directory knows none.
    """

    address: str
    sent_at: datetime | None
    is_staffed: bool


@blueprint.get("/orientations")
@requires(works_with_referrals)
def box() -> str:
    """Received, sent, declined by all, access requests: one tab at a time."""
    actor, tab = current_actor(), _tab()
    listing = ask_box(tab, request.args)
    return render_template(
        "cases/referrals/box.html",
        tab=tab,
        most_waiting=MOST_WAITING,
        listing=listing,
        answer_state=answer_state,
        is_outside_home=is_outside_home,
        subjects=[(one.value, one.label) for one in Subject],
        **_shown(tab, listing, actor),
    )


def _shown(tab: Tab, listing: ListRequest, actor: Actor) -> dict[str, Any]:
    """What the tab alone shows."""
    if tab is Tab.ACCESS:
        handling = ListRequest.from_args({"page": request.args.get(HANDLING, "")})
        return {"box": show_access(handling, listing, actor), "handling": HANDLING}
    views = list_views("referrals.box", actor)
    if tab is Tab.ALL_DECLINED:
        return {"box": show_declined(listing, actor), "views": views}
    return {
        "box": show_box(tab, listing, actor),
        "views": views,
        "wrong": read_period(listing).wrong,
        "standings": STANDING_CHOICES,
        "sorts": sort_choices(tab),
        "kinds": [(one.value, one.label) for one in KINDS],
    }


@blueprint.get("/orientations/export.csv")
@requires(works_with_referrals)
def export() -> Response:
    """What the tab shows, all its pages, as a file; the journal says who took it."""
    if again := ask_password_again():
        return again
    actor, tab = current_actor(), _tab()
    shown = tab if tab in (Tab.RECEIVED, Tab.SENT) else Tab.RECEIVED
    asked = ask_box(shown, request.args)
    found = read_report(lambda: list_exported(shown, asked, actor), actor)
    with unit_of_work():
        commands.note_export(len(found), by=actor)
    lines = read_in_parts(found, partial(read_lines, actor=actor), actor)
    return csv_answer("orientations.csv", referrals_csv(lines))


@blueprint.get("/orientations/<uuid:referral_id>")
@requires(works_with_referrals)
def show(referral_id: uuid.UUID) -> str:
    """Before it accepts, the receiver reads the frozen sheet and nothing else."""
    actor = current_actor()
    referral = get_referral(referral_id, actor)
    steps = list_steps(referral.id)
    journal.record_reading(referral, "referral.read", by=actor)
    return render_template(
        "cases/referrals/show.html",
        referral=referral,
        steps=steps,
        rights=rights,
        labels={section.value: section.label for section in Section},
        answer_state=answer_state,
        answered=last_answer(steps),
        answer_link=_answer_link(referral, actor),
    )


def _answer_link(referral: Referral, actor: Actor) -> AnswerLink | None:
    if not rights.can_send_answer_link(actor, referral):
        return None
    address, sent_at, is_staffed = answer_link_facts(referral)
    return AnswerLink(masked_email(address), sent_at, is_staffed)


def answer_state(referral: Referral | ShownLine) -> str:
    """How the time left to answer is shown: ``running``, ``soon``, ``late`` or ``kept``."""
    if not is_waiting(referral) or referral.answer_by is None:
        return "kept"
    left = referral.answer_by - clock.now()
    if left.total_seconds() < 0:
        return "late"
    return "soon" if left.total_seconds() < SOON_HOURS * 3600 else "running"


def _tab() -> Tab:
    asked = request.args.get("onglet", "")
    return Tab(asked) if asked in list(Tab) else Tab.RECEIVED
