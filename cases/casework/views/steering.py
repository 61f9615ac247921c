"""Phase, status, closing, reopening, the colleague in charge."""

import uuid
from collections.abc import Callable
from typing import Any

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue

from app.db import unit_of_work
from app.errors import Refusal
from app.security import requires
from app.web.forms import BaseForm
from cases.casework import commands, queries
from cases.casework.enums import CaseStatus
from cases.casework.errors import CaseChangedMeanwhile, KnownElsewhere
from cases.casework.forms import AssignForm, CloseForm, PhaseForm, ReopenForm, StatusForm
from cases.casework.views.blueprint import (
    OpenedCase,
    back_to,
    blueprint,
    load_case,
    reads_cases,
    refuse_unless,
)
from cases.casework.views.opening import pass_on


@blueprint.route("/dossiers/<uuid:case_id>/phase", methods=["GET", "POST"])
@requires(reads_cases)
def change_phase(case_id: uuid.UUID) -> ResponseReturnValue:
    """Another phase of the difficulty."""
    opened = load_case(case_id)
    refuse_unless(opened.can_steer)
    form = PhaseForm(obj=opened.case)

    def act() -> str:
        commands.change_phase(opened.case, form.phase.data, **_signed(form, opened))
        return f"Phase : {opened.case.phase.label}. Les participants le voient dans le fil."

    return _steer(opened, form, act, "cases/casework/phase.html")


@blueprint.route("/dossiers/<uuid:case_id>/statut", methods=["GET", "POST"])
@requires(reads_cases)
def change_status(case_id: uuid.UUID) -> ResponseReturnValue:
    """Open, watched or paused."""
    opened = load_case(case_id)
    refuse_unless(opened.can_steer)
    form = StatusForm(obj=opened.case)

    def act() -> str:
        signed = _signed(form, opened)
        if form.status.data is CaseStatus.PAUSED:
            commands.pause_case(opened.case, until=form.until.data, **signed)
        else:
            commands.change_status(opened.case, form.status.data, **signed)
        return f"Statut : {opened.case.status.label}. Les participants le voient dans le fil."

    return _steer(opened, form, act, "cases/casework/status.html")


@blueprint.route("/dossiers/<uuid:case_id>/clore", methods=["GET", "POST"])
@requires(reads_cases)
def close(case_id: uuid.UUID) -> ResponseReturnValue:
    """Close with an outcome, on a page that says what stops."""
    opened = load_case(case_id)
    refuse_unless(opened.can_steer)
    form = CloseForm(obj=opened.case)

    def act() -> str:
        commands.close_case(opened.case, outcome=form.outcome.data, **_signed(form, opened))
        return "Le dossier est clos. Les orientations en attente sont arrêtées."

    return _steer(opened, form, act, "cases/casework/close.html")


@blueprint.route("/dossiers/<uuid:case_id>/rouvrir", methods=["GET", "POST"])
@requires(reads_cases)
def reopen(case_id: uuid.UUID) -> ResponseReturnValue:
    """Open a closed case again."""
    opened = load_case(case_id)
    refuse_unless(opened.can_reopen)
    form = ReopenForm(obj=opened.case)

    def act() -> str:
        commands.reopen_case(opened.case, **_signed(form, opened))
        return "Le dossier est rouvert."

    return _steer(opened, form, act, "cases/casework/reopen.html")


@blueprint.route("/dossiers/<uuid:case_id>/confier", methods=["GET", "POST"])
@requires(reads_cases)
def assign(case_id: uuid.UUID) -> ResponseReturnValue:
    """Name the colleague who follows the case."""
    opened = load_case(case_id)
    refuse_unless(opened.leads)
    case, colleagues = opened.case, queries.list_colleagues(opened.case.lead_seat_id)
    form = AssignForm(data={"member": str(case.lead_member_id or "")})
    form.member.choices = [(str(one.id), one.user.full_name) for one in colleagues]

    def act() -> str:
        member = next(one for one in colleagues if str(one.id) == form.member.data)
        commands.assign_case(case, member, by=opened.actor)
        return f"{member.user.full_name} suit maintenant ce dossier."

    return _steer(opened, form, act, "cases/casework/assign.html")


def _signed(form: Any, opened: OpenedCase) -> dict[str, Any]:
    return {
        "reason": form.reason.data or "",
        "version": int(form.version.data) if str(form.version.data or "").isdigit() else None,
        "by": opened.actor,
    }


def _steer(
    opened: OpenedCase, form: BaseForm, act: Callable[[], str], template: str
) -> ResponseReturnValue:
    """Act when the form is right; a refusal is said on the page, with what was typed kept."""
    status = 200
    if form.validate_on_submit():
        try:
            with unit_of_work():
                sentence = act()
        except KnownElsewhere:
            return pass_on(opened.case.company)
        except CaseChangedMeanwhile as refusal:
            form.form_errors.append(refusal.message)
            _take_present_version(form, opened)
            status = 409
        except Refusal as refusal:
            form.form_errors.append(refusal.message)
            status = 409
        else:
            flash(sentence, "success")
            return back_to(opened.case.id)
    elif request.method == "POST":
        status = 422
    return render_template(template, opened=opened, case=opened.case, form=form), status


def _take_present_version(form: Any, opened: OpenedCase) -> None:
    """Read again, so that saving once more is a choice made knowingly."""
    fresh = load_case(opened.case.id)
    form.version.data = str(fresh.case.version)
    form.version.raw_data = None
