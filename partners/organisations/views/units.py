"""Units of an organisation: opening, changing, closing one."""

import uuid

from flask import flash, render_template
from werkzeug import Response

from app.db import unit_of_work
from app.reference.queries import get_commune, list_communes
from app.security import current_actor, requires
from partners.organisations import commands, queries
from partners.organisations.enums import TerritoryKind, UnitLevel
from partners.organisations.errors import LastUnit
from partners.organisations.forms import UnitForm
from partners.organisations.models import Organisation, Unit
from partners.organisations.opening import week_of
from partners.organisations.places import codes_of, pieces, places_from, read_departments
from partners.organisations.rules import COUNTRY_CODE, runs_organisations
from partners.organisations.views.base import blueprint, organisation_run_by
from partners.organisations.views.structure import back_to_structure

Page = str | Response | tuple[str, int]


@blueprint.route("/structures/<uuid:organisation_id>/antennes/nouvelle", methods=["GET", "POST"])
@requires(runs_organisations)
def new_unit(organisation_id: uuid.UUID) -> Page:
    """A new unit."""
    actor = current_actor()
    organisation = organisation_run_by(actor, organisation_id)
    form = UnitForm(level=UnitLevel.DEPARTMENTAL)
    facts = _facts(form) if form.validate_on_submit() else None
    if facts is None:
        return _form_page(organisation, form, None)
    with unit_of_work():
        commands.open_unit(organisation, facts, by=actor)
    flash("L’antenne est ouverte. Elle peut recevoir des orientations dès maintenant.", "success")
    return back_to_structure(organisation, "antennes")


@blueprint.route("/antennes/<uuid:unit_id>/modifier", methods=["GET", "POST"])
@requires(runs_organisations)
def edit_unit(unit_id: uuid.UUID) -> Page:
    """A unit's place, territory and hours."""
    actor = current_actor()
    unit = queries.get_unit(unit_id)
    organisation = organisation_run_by(actor, unit.organisation_id)
    form = UnitForm(data=_typed(unit))
    facts = _facts(form) if form.validate_on_submit() else None
    if facts is None:
        return _form_page(organisation, form, unit)
    with unit_of_work():
        commands.change_unit(unit, facts, by=actor)
    flash("C’est enregistré. Les prochaines orientations en tiennent compte.", "success")
    return back_to_structure(organisation, "antennes")


@blueprint.post("/antennes/<uuid:unit_id>/fermer")
@requires(runs_organisations)
def close_unit(unit_id: uuid.UUID) -> Response:
    """No more referral for this unit."""
    actor = current_actor()
    unit = queries.get_unit(unit_id)
    organisation = organisation_run_by(actor, unit.organisation_id)
    try:
        with unit_of_work():
            commands.close_unit(unit, organisation, by=actor)
    except LastUnit as refusal:
        flash(refusal.message, "warning")
    else:
        flash(f"L’antenne « {unit.name} » ne reçoit plus d’orientation.", "success")
    return back_to_structure(organisation, "antennes")


@blueprint.post("/antennes/<uuid:unit_id>/rouvrir")
@requires(runs_organisations)
def reopen_unit(unit_id: uuid.UUID) -> Response:
    """The unit works again."""
    actor = current_actor()
    unit = queries.get_unit(unit_id)
    organisation = organisation_run_by(actor, unit.organisation_id)
    with unit_of_work():
        commands.reopen_unit(unit, by=actor)
    flash(f"L’antenne « {unit.name} » reçoit de nouveau des orientations.", "success")
    return back_to_structure(organisation, "antennes")


def _form_page(organisation: Organisation, form: UnitForm, unit: Unit | None) -> Page:
    page = render_template(
        "partners/organisations/unit.html", organisation=organisation, form=form, unit=unit
    )
    return (page, 422) if form.errors else page


def _facts(form: UnitForm) -> commands.UnitFacts | None:
    """What was typed, places recognised; None, with sentences at the fields, when one is not."""
    homes, unknown_home = queries.communes_typed([form.commune.data] if form.commune.data else [])
    communes, unknown = queries.communes_typed(pieces(form.communes.data or "")[:60])
    if unknown_home or unknown:
        _point_at(form, unknown_home, unknown)
        return None
    places = places_from(
        form.is_everywhere.data,
        form.regions.data or [],
        read_departments(form.departments.data or ""),
        [commune.code for commune in communes],
    )
    return commands.UnitFacts(
        name=form.name.data or "",
        level=form.level.data,
        address=form.address.data or "",
        commune_code=homes[0].code if homes else None,
        phone=form.phone.data or "",
        email=form.email.data or "",
        places=places,
        hours=form.hours,
    )


def _point_at(form: UnitForm, unknown_home: list[str], unknown: list[str]) -> None:
    for field, texts in ((form.commune, unknown_home), (form.communes, unknown)):
        if texts:
            names = ", ".join(texts)
            field.errors = [f"Commune non reconnue : {names}. Écrivez son nom entier."]


def _typed(unit: Unit) -> dict[str, object]:
    """The unit as its form shows it."""
    home = get_commune(unit.commune_code)
    communes = list_communes(codes_of(unit.territories, TerritoryKind.COMMUNE))
    facts: dict[str, object] = {
        name: getattr(unit, name) for name in ("name", "level", "address", "phone", "email")
    }
    facts |= {f"hours_{day.weekday}": day.hours for day in week_of(unit.opening_periods)}
    return facts | {
        "commune": f"{home.name} ({home.code})" if home else "",
        "is_everywhere": COUNTRY_CODE in codes_of(unit.territories, TerritoryKind.COUNTRY),
        "regions": codes_of(unit.territories, TerritoryKind.REGION),
        "departments": ", ".join(codes_of(unit.territories, TerritoryKind.DEPARTEMENT)),
        "communes": "\n".join(f"{commune.name} ({commune.code})" for commune in communes),
    }
