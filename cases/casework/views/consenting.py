"""The entrepreneur's page, by link: what is shared with whom, confirm, withdraw."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.db import unit_of_work
from app.links import LinkPurpose
from app.security import by_link, current_actor, public
from cases.casework import commands, queries, rules
from cases.casework.commands.agreeing import SEND_LINK
from cases.casework.enums import Section
from cases.casework.forms import WithdrawForm
from cases.casework.views.blueprint import blueprint
from partners.people.renewing import ask_another_link

AGAIN = "casework.renew_consent_link"


@blueprint.get("/accord/<token>")
@by_link("consent", renewal=AGAIN)
def consent(token: str) -> str:
    """Read only: opening the link changes nothing."""
    basis = queries.get_basis_of_link(current_actor())
    seats = queries.seats_by_id(basis.seat_ids)
    return render_template(
        "cases/casework/consent.html",
        token=token,
        basis=basis,
        state=rules.basis_state(basis, clock.now()),
        facts=queries.consent_facts(),
        seats=[seats[one] for one in basis.seat_ids if one in seats],
        sections=[one for one in Section if one.value in basis.sections],
        form=WithdrawForm(),
    )


@blueprint.post("/accord/<token>/confirmer")
@by_link("consent", renewal=AGAIN)
def confirm_consent(token: str) -> ResponseReturnValue:
    """Yes, I agree."""
    actor = current_actor()
    basis = queries.get_basis_of_link(actor)
    with unit_of_work():
        commands.confirm_agreement(basis, by=actor)
    flash("Merci. Votre accord est confirmé.", "success")
    return redirect(url_for("casework.consent", token=token))


@blueprint.post("/accord/<token>/retirer")
@by_link("consent", renewal=AGAIN)
def withdraw_consent(token: str) -> ResponseReturnValue:
    """No longer: everything that rests on it stops, and so does the link."""
    actor = current_actor()
    basis = queries.get_basis_of_link(actor)
    seats = queries.seats_by_id(basis.seat_ids)
    names = [seats[one].organisation.name for one in basis.seat_ids if one in seats]
    with unit_of_work():
        commands.withdraw_agreement(basis, withdrawn_by=basis.given_by, by=actor)
    return render_template("cases/casework/consent_withdrawn.html", names=names)


@blueprint.post("/accord/<token>/nouveau-lien")
@public
def renew_consent_link(token: str) -> str:
    """Another link, to the address of the first, if the agreement is still in force."""
    return ask_another_link(token, LinkPurpose.CONSENT, SEND_LINK, names="agreement_id")
