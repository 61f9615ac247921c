"""*Boîte d'orientation*, and the page of one referral."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Response, render_template, request

from app import clock, journal
from app.actors import Actor
from app.db import unit_of_work
from app.saved_views import list_views
from app.security import current_actor, requires
from app.web.formatting import masked_email
from app.web.tables import ListRequest
from cases.casework.enums import Section
from cases.casework.territory import is_outside
from cases.referrals import commands
from cases.referrals.models import Referral
from cases.referrals.printouts import referrals_csv
from cases.referrals.queries.access import list_own_requests
from cases.referrals.queries.box import (
    Standing,
    Tab,
    count_box,
    list_all_declined,
    list_box,
)
from cases.referrals.queries.links import find_answer_address, is_staffed, last_link_at
from cases.referrals.queries.referrals import get_referral, list_steps
from cases.referrals.queries.today import list_access_requests_to_handle
from cases.referrals.rules import rights
from cases.referrals.rules.rights import works_with_referrals
from cases.referrals.rules.states import is_waiting, last_answer
from cases.referrals.views.blueprint import blueprint
from partners.organisations.enums import Subject
from partners.people.sessions import ask_password_again

#: An answer due in less than this is called soon.
SOON_HOURS = 8
LONGEST_EXPORT = 2000
FILTERS = {"etat": Standing, "sujet": Subject}


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
    listing = ListRequest.from_args(request.args, filters=FILTERS)
    shown = {
        "tab": tab,
        "counts": count_box(actor),
        "listing": listing,
        "subjects": [(one.value, one.label) for one in Subject],
        "answer_state": answer_state,
        "is_outside": is_outside,
    }
    if tab is Tab.ALL_DECLINED:
        return render_template("cases/referrals/box.html", needs=list_all_declined(actor), **shown)
    if tab is Tab.ACCESS:
        received, own = list_access_requests_to_handle(actor), list_own_requests(actor)
        return render_template("cases/referrals/box.html", matches=received, own=own, **shown)
    found, total = _listed(tab, listing, actor, offset=listing.offset, limit=listing.size)
    return render_template(
        "cases/referrals/box.html",
        page=listing.page(found, total),
        views=list_views("referrals.box", actor),
        **shown,
    )


@blueprint.get("/orientations/export.csv")
@requires(works_with_referrals)
def export() -> Response:
    """What the tab shows, all its pages, as a file; the journal says who took it."""
    if again := ask_password_again():
        return again
    actor, tab = current_actor(), _tab()
    listing = ListRequest.from_args(request.args, filters=FILTERS)
    shown = tab if tab in (Tab.RECEIVED, Tab.SENT) else Tab.RECEIVED
    found, _ = _listed(shown, listing, actor, offset=0, limit=LONGEST_EXPORT)
    with unit_of_work():
        commands.note_export(len(found), by=actor)
    headers = {"Content-Disposition": "attachment; filename=orientations.csv"}
    return Response(referrals_csv(found), mimetype="text/csv", headers=headers)


def _listed(
    tab: Tab, listing: ListRequest, actor: Actor, *, offset: int, limit: int
) -> tuple[Sequence[Referral], int]:
    standing, subject = listing.filter("etat"), listing.filter("sujet")
    return list_box(
        tab,
        actor,
        standing=Standing(standing) if standing else None,
        subject=Subject(subject) if subject else None,
        offset=offset,
        limit=limit,
    )


@blueprint.get("/orientations/<uuid:referral_id>")
@requires(works_with_referrals)
def show(referral_id: uuid.UUID) -> str:
    """Before it accepts, the receiver reads the frozen sheet and nothing else."""
    actor = current_actor()
    referral = get_referral(referral_id, actor)
    steps = list_steps(referral.id)
    with unit_of_work():
        journal.record(referral, "referral.read", by=actor)
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
    return AnswerLink(
        address=masked_email(find_answer_address(referral)),
        sent_at=last_link_at(referral.id),
        is_staffed=is_staffed(referral.receiver_seat_id),
    )


def answer_state(referral: Referral) -> str:
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
