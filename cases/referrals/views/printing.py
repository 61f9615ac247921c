"""The *fiche de liaison* as a PDF: asked for, watched, fetched."""

import uuid
from dataclasses import dataclass

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import journal
from app.actors import Actor
from app.db import unit_of_work
from app.errors import NotAllowed, NotVisible
from app.security import current_actor, requires
from cases.referrals import commands
from cases.referrals.enums import PrintoutStatus
from cases.referrals.errors import PrintoutNotReady
from cases.referrals.models import Printout, Referral
from cases.referrals.queries.printouts import get_printout
from cases.referrals.queries.referrals import get_referral
from cases.referrals.rules.rights import can_print_sheet, works_with_referrals
from cases.referrals.views.blueprint import blueprint

LABELS = {
    PrintoutStatus.WAITING: "La fiche va être préparée…",
    PrintoutStatus.RUNNING: "La fiche se prépare…",
    PrintoutStatus.READY: "La fiche est prête.",
    PrintoutStatus.FAILED: "La fiche n’a pas pu être préparée.",
}


@dataclass(frozen=True)
class Progress:
    """What ``story.progress`` shows of a document being made."""

    url: str
    percent: int | None
    label: str
    is_done: bool
    is_failed: bool
    result_url: str
    retry_url: str
    result_label: str = "Télécharger la fiche (PDF)"


@blueprint.post("/orientations/<uuid:referral_id>/imprimer")
@requires(works_with_referrals)
def print_sheet(referral_id: uuid.UUID) -> ResponseReturnValue:
    """Ask the worker for the document."""
    actor = current_actor()
    referral = get_referral(referral_id, actor)
    if not can_print_sheet(actor, referral):
        raise NotAllowed
    with unit_of_work():
        printout = commands.ask_printout(referral, by=actor)
    return redirect(url_for("referrals.printout", printout_id=printout.id))


@blueprint.get("/impressions/<uuid:printout_id>")
@requires(works_with_referrals)
def printout(printout_id: uuid.UUID) -> str:
    """How far it is; asked again every two seconds, or by hand."""
    found = get_printout(printout_id, current_actor())
    is_part = "HX-Request" in request.headers
    name = "cases/referrals/_printout.html" if is_part else "cases/referrals/printout.html"
    return render_template(name, job=_progress(found), referral_id=found.referral_id)


@blueprint.get("/impressions/<uuid:printout_id>/fichier")
@requires(works_with_referrals)
def download(printout_id: uuid.UUID) -> Response:
    """The document, after the right to read its sheet was checked again."""
    actor = current_actor()
    found = get_printout(printout_id, actor)
    referral = _readable(found, actor)
    if found.content is None:
        raise PrintoutNotReady
    journal.record_reading(referral, "sheet.downloaded", by=actor)
    headers = {"Content-Disposition": "attachment; filename=fiche-de-liaison.pdf"}
    return Response(found.content, mimetype="application/pdf", headers=headers)


def _readable(found: Printout, actor: Actor) -> Referral:
    referral = get_referral(found.referral_id, actor)
    if referral.sheet is None or not can_print_sheet(actor, referral):
        raise NotVisible
    return referral


def _progress(found: Printout) -> Progress:
    return Progress(
        url=url_for("referrals.printout", printout_id=found.id),
        percent=found.progress,
        label=LABELS[found.status],
        is_done=found.status is PrintoutStatus.READY,
        is_failed=found.status is PrintoutStatus.FAILED,
        result_url=url_for("referrals.download", printout_id=found.id),
        retry_url=url_for("referrals.print_sheet", referral_id=found.referral_id),
    )
