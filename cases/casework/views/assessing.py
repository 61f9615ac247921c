"""The *état des lieux*: the last one beside the one before, and a new one."""

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import journal
from app.db import unit_of_work
from app.security import requires
from cases.casework import commands, queries, rules
from cases.casework.commands import DebtFacts
from cases.casework.forms import AssessmentForm
from cases.casework.models import Assessment
from cases.casework.views.blueprint import (
    OpenedCase,
    blueprint,
    load_case,
    reads_cases,
    refuse_unless,
)

TEXTS = (
    "order_book",
    "staff",
    "legal_deadlines",
    "personal_situation",
    "moral_strand",
    "technical_strand",
)


@blueprint.get("/dossiers/<uuid:case_id>/etat-des-lieux")
@requires(reads_cases)
def assessments(case_id: uuid.UUID) -> str:
    """The last assessment, compared with the one before; the earlier ones below."""
    opened = load_case(case_id)
    rows = queries.list_assessments(case_id, opened.actor)
    changes = dict(rules.comparison(rows[0], rows[1])) if len(rows) > 1 else {}
    journal.record_reading(opened.case, "assessment.read", by=opened.actor)
    return render_template(
        "cases/casework/assessments.html",
        opened=opened,
        case=opened.case,
        assessments=rows,
        changes=changes,
        debts_total=rules.debts_total,
    )


@blueprint.route("/dossiers/<uuid:case_id>/etat-des-lieux/nouveau", methods=["GET", "POST"])
@requires(reads_cases)
def record_assessment(case_id: uuid.UUID) -> ResponseReturnValue:
    """A new assessment, filled with what the last one said."""
    opened = load_case(case_id)
    refuse_unless(opened.can_write)
    form = _form(opened)
    if form.validate_on_submit():
        with unit_of_work():
            commands.record_assessment(
                opened.case,
                done_on=form.done_on.data,
                audience=form.audience.data,
                debts=_debts(form),
                treasury_cents=form.treasury_cents.data,
                headcount=form.headcount.data,
                **{name: form[name].data or "" for name in TEXTS},
                by=opened.actor,
            )
        flash("L’état des lieux est enregistré. Les précédents restent, pour comparer.", "success")
        return redirect(url_for("casework.assessments", case_id=case_id))
    journal.record_reading(opened.case, "assessment.read", by=opened.actor)
    page = render_template("cases/casework/record_assessment.html", opened=opened, form=form)
    return page, 422 if request.method == "POST" else 200


def _form(opened: OpenedCase) -> AssessmentForm:
    actor = opened.actor
    last = None if request.method == "POST" else queries.latest_assessment(opened.case.id, actor)
    return AssessmentForm(
        data=_typed(last) if last else None,
        audiences=rules.audiences_of(actor),
        chosen=rules.default_audience(actor),
    )


def _typed(last: Assessment) -> dict[str, object]:
    debts = [
        {
            "creditor": one.creditor,
            "amount": one.amount_cents,
            "is_overdue": str(int(one.is_overdue)),
        }
        for one in last.debts
    ]
    facts = {name: getattr(last, name) for name in (*TEXTS, "treasury_cents", "headcount")}
    return {**facts, "audience": last.audience, "debts": debts}


def _debts(form: AssessmentForm) -> list[DebtFacts]:
    return [
        DebtFacts(line["creditor"].strip(), line["amount"], line["is_overdue"] == "1")
        for line in form.debts.data
        if line["amount"] is not None
    ]
