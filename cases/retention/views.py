"""« Durées de conservation »: what is kept how long, shorter for one's organisation."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug import Response

from app import clock
from app.actors import Actor
from app.db import unit_of_work
from app.errors import NotAllowed
from app.reference.models import RetentionRule
from app.security import current_actor, requires
from cases.retention import rules
from cases.retention.commands import deciding
from cases.retention.enums import Kind
from cases.retention.forms import ExtensionForm, ReductionForm
from cases.retention.queries.due import count_cases_due_with
from cases.retention.queries.durations import (
    find_extension,
    get_rule,
    list_rules,
    reductions_of,
)
from partners.organisations.models import Organisation
from partners.organisations.queries import get_organisation
from partners.organisations.rules import can_see_structure, runs_organisations, runs_platform
from partners.people.sessions import ask_password_again

blueprint = Blueprint("retention", __name__)
blueprints = (blueprint,)
Page = str | Response | tuple[str, int]


def duration_words(months: int, days: int = 0) -> str:
    """« 3 ans », « 18 mois », « 1 jour »."""
    if months and months % 12 == 0:
        years = months // 12
        return f"{years}\u00a0an{'s' if years > 1 else ''}"
    if months:
        return f"{months}\u00a0mois"
    return f"{days}\u00a0jour{'s' if days > 1 else ''}"


@blueprint.get("/structure/conservation")
@blueprint.get("/structures/<uuid:organisation_id>/conservation")
@requires(runs_organisations)
def durations(organisation_id: uuid.UUID | None = None) -> str:
    """Every kind of record: default, own duration, what is counted, what happens.

    A manager of the recovery side reads it, as the rest of *Structure*, and decides nothing.
    """
    actor = current_actor()
    wanted = organisation_id or actor.organisation_id
    if wanted is None or not can_see_structure(actor, wanted):
        raise NotAllowed
    organisation = get_organisation(wanted)
    return render_template(
        "cases/retention/durations.html",
        organisation=organisation,
        rules=list_rules(),
        own=reductions_of(organisation.id),
        extension=find_extension(),
        can_reduce=lambda rule: rules.can_reduce(actor, organisation.id, rule),
        duration_words=duration_words,
    )


@blueprint.route(
    "/structures/<uuid:organisation_id>/conservation/<kind>/modifier", methods=["GET", "POST"]
)
@requires(runs_organisations)
def reduce(organisation_id: uuid.UUID, kind: str) -> Page:
    """A shorter duration: what it erases at once is said before it is kept."""
    actor = current_actor()
    organisation, rule = _load(actor, organisation_id, kind)
    if again := ask_password_again():
        return again
    own = reductions_of(organisation.id).get(kind)
    form = ReductionForm(months=own.months if own else rule.months)
    form.bound_by(rule)
    if not form.validate_on_submit():
        return _reduction_page(organisation, rule, form)
    months = form.months.data or 0
    if request.form.get("sure") != str(months):
        return _reduction_page(organisation, rule, form, announced=months)
    with unit_of_work():
        deciding.reduce_duration(organisation, rule, months, by=actor)
    flash(f"C’est enregistré : {rule.label.lower()}, {duration_words(months)}.", "success")
    return _back(actor, organisation)


@blueprint.post("/structures/<uuid:organisation_id>/conservation/<kind>/par-defaut")
@requires(runs_organisations)
def restore(organisation_id: uuid.UUID, kind: str) -> Page:
    """The default duration again."""
    actor = current_actor()
    organisation, rule = _load(actor, organisation_id, kind)
    if again := ask_password_again():
        return again
    with unit_of_work():
        deciding.restore_default(organisation, rule, by=actor)
    flash(f"La durée par défaut s’applique de nouveau : {duration_words(rule.months)}.", "success")
    return _back(actor, organisation)


@blueprint.route("/administration/conservation", methods=["GET", "POST"])
@requires(runs_platform)
def extend() -> Page:
    """The access journal, kept longer for a documented need."""
    actor = current_actor()
    if again := ask_password_again():
        return again
    rule, extension = get_rule(Kind.JOURNAL), find_extension()
    form = ExtensionForm(months=extension.months if extension else rule.months)
    form.bound_by(rule)
    if not form.validate_on_submit():
        page = render_template(
            "cases/retention/extend.html",
            form=form,
            rule=rule,
            extension=extension,
            duration_words=duration_words,
        )
        return (page, 422) if form.errors else page
    months = form.months.data or 0
    with unit_of_work():
        deciding.extend_journal(rule, months, form.reason.data or "", by=actor)
    flash(f"C’est enregistré : le journal est gardé {duration_words(months)}.", "success")
    return redirect(url_for("retention.extend"))


def _load(
    actor: Actor, organisation_id: uuid.UUID, kind: str
) -> tuple[Organisation, RetentionRule]:
    rule = get_rule(kind)
    if not rules.can_reduce(actor, organisation_id, rule):
        raise NotAllowed
    return get_organisation(organisation_id), rule


def _reduction_page(
    organisation: Organisation,
    rule: RetentionRule,
    form: ReductionForm,
    announced: int | None = None,
) -> Page:
    """The form; ``announced`` months are kept only once what they erase has been read."""
    is_case = announced is not None and rule.code == Kind.CASE
    page = render_template(
        "cases/retention/reduce.html",
        organisation=organisation,
        rule=rule,
        form=form,
        announced=announced,
        cases_due=count_cases_due_with(announced, organisation.id, clock.now())
        if is_case and announced is not None
        else None,
        duration_words=duration_words,
    )
    return (page, 422) if form.errors else page


def _back(actor: Actor, organisation: Organisation) -> Response:
    if actor.organisation_id == organisation.id:
        return redirect(url_for("retention.durations"))
    return redirect(url_for("retention.durations", organisation_id=organisation.id))
