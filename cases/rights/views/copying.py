"""The copy: asked of the worker, read again and given by the lead, fetched by the person."""

import uuid

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import journal
from app.db import unit_of_work
from app.errors import Refusal
from app.security import by_link, current_actor, requires
from cases.casework.queries import seats_by_id
from cases.rights import commands
from cases.rights.enums import CopyStatus, LeftOutReason, RightsKind
from cases.rights.errors import CopyNotReady
from cases.rights.forms import GiveForm, give_form, left_out_of
from cases.rights.models import RightsCopy, RightsRequest
from cases.rights.queries.copies import find_copy, get_copy_files, get_copy_of_link
from cases.rights.rules import entries_of
from cases.rights.views.blueprint import (
    OpenedRights,
    blueprint,
    open_request,
    reads_cases,
    refuse_unless,
)

TYPES = {"pdf": "application/pdf", "json": "application/json"}


@blueprint.post("/droits/<uuid:rights_request_id>/copie/preparer")
@requires(reads_cases)
def prepare_copy(rights_request_id: uuid.UUID) -> ResponseReturnValue:
    """Ask the worker for what the case holds."""
    opened, asked = open_request(rights_request_id)
    refuse_unless(opened.can_answer(asked) and asked.kind is RightsKind.COPY)
    with unit_of_work():
        commands.ask_copy(asked, by=opened.actor)
    return redirect(url_for("rights.review_copy", rights_request_id=asked.id))


@blueprint.route("/droits/<uuid:rights_request_id>/copie", methods=["GET", "POST"])
@requires(reads_cases)
def review_copy(rights_request_id: uuid.UUID) -> ResponseReturnValue:
    """Read it again, leave out what is others', give it."""
    opened, asked = open_request(rights_request_id)
    refuse_unless(opened.can_answer(asked) and asked.kind is RightsKind.COPY)
    copy = find_copy(asked.id, opened.actor)
    if copy is None:
        return redirect(url_for("rights.show", rights_request_id=asked.id))
    if copy.status is not CopyStatus.READY or "HX-Request" in request.headers:
        return _wait(opened, asked, copy)
    form = give_form(one["key"] for one in entries_of(copy.content))
    status = 422 if request.method == "POST" else 200
    if form.validate_on_submit():
        try:
            _give(opened, asked, copy, form)
        except Refusal as refusal:
            form.form_errors.append(refusal.message)
            status = 409
        else:
            return redirect(url_for("rights.show", rights_request_id=asked.id))
    values = {"opened": opened, "asked": asked, "copy": copy, "form": form}
    return render_template("cases/rights/review_copy.html", **values), status


@blueprint.get("/droits/<uuid:rights_request_id>/copie/fichier.<any(pdf, json):ending>")
@requires(reads_cases)
def copy_file(rights_request_id: uuid.UUID, ending: str) -> Response:
    """What was given, for the lead: to print it for somebody without an address."""
    opened, asked = open_request(rights_request_id)
    refuse_unless(opened.answers)
    copy = find_copy(asked.id, opened.actor)
    return _file(copy.id if copy else None, ending)


@blueprint.get("/copie/<token>")
@by_link("copy")
def copy(token: str) -> str:
    """The person's page: two files, until when, what is not in them."""
    actor = current_actor()
    found = get_copy_of_link(actor)
    seats = seats_by_id([found.seat_id])
    journal.record_reading(found, "rights_copy.read", by=actor)
    return render_template(
        "cases/rights/copy.html",
        token=token,
        copy=found,
        organisation=seats[found.seat_id].organisation.name,
        left_out=[(LeftOutReason(code).label, count) for code, count in found.left_out.items()],
        parts=[(part["title"], len(part["entries"])) for part in found.content],
    )


@blueprint.get("/copie/<token>/fichier.<any(pdf, json):ending>")
@by_link("copy")
def download_copy(token: str, ending: str) -> Response:
    """One of the two files."""
    return _file(current_actor().link_object_id, ending)


def _give(opened: OpenedRights, asked: RightsRequest, copy: RightsCopy, form: GiveForm) -> None:
    with unit_of_work():
        commands.give_copy(
            asked, copy, left_out_of(form), answer=form.answer.data or "", by=opened.actor
        )
    if asked.answer_to:
        flash(
            "La copie est remise. Un lien part par courriel à la personne, pour 8 jours.", "success"
        )
    else:
        flash("La copie est prête. Imprimez-la et envoyez-la par courrier.", "success")


def _wait(opened: OpenedRights, asked: RightsRequest, copy: RightsCopy) -> str:
    is_part = "HX-Request" in request.headers
    name = "cases/rights/_copy_waits.html" if is_part else "cases/rights/copy_waits.html"
    return render_template(name, opened=opened, asked=asked, copy=copy)


def _file(copy_id: uuid.UUID | None, kind: str) -> Response:
    """An attachment of a fixed type; the headers of every page say nosniff and no-store."""
    found = get_copy_files(copy_id)
    content = found.pdf if kind == "pdf" else found.data
    if content is None:
        raise CopyNotReady
    journal.record_reading(
        found, "rights_copy.downloaded", by=current_actor(), details={"as": kind}
    )
    headers = {"Content-Disposition": f"attachment; filename=copie-de-vos-donnees.{kind}"}
    return Response(content, mimetype=TYPES[kind], headers=headers)
