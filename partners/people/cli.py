"""``relais create-admin`` and ``relais invite``: the first people, from the command line."""

import click
from flask.cli import with_appcontext

from app.actors import SYSTEM, Role, Side
from app.db import unit_of_work
from app.errors import Refusal
from app.mail import public_address
from partners.organisations.commands import open_organisation
from partners.organisations.enums import OrganisationKind
from partners.organisations.models import Organisation, Seat
from partners.organisations.queries import find_organisation_named, seats_of
from partners.people.commands.invitations import hand_out_invitation, send_invitation
from partners.people.commands.invitations import invite as invite_person
from partners.people.rules import read_email

ADMINISTRATION = "Administration de la plateforme"


def _email(_context: click.Context, _option: click.Parameter, value: str) -> str:
    try:
        return read_email(value)
    except ValueError as error:
        raise click.BadParameter("not an e-mail address") from error


@click.command("create-admin")
@click.argument("email", callback=_email)
@click.option("--name", required=True, help="First name and family name.")
@click.option("--organisation", default=ADMINISTRATION, help="Who administers the platform.")
@with_appcontext
def create_admin(email: str, name: str, organisation: str) -> None:
    """Invite an administrator of the platform; prints the link that lets them in."""
    found = find_organisation_named(organisation)
    with _refusals(), unit_of_work():
        found = found or open_organisation(organisation, OrganisationKind.OTHER, by=SYSTEM)
        seat = seats_of([found.id])[found.id]
        offer = invite_person(email, name, Role.PLATFORM_ADMIN, seat, by=SYSTEM)
        token = hand_out_invitation(offer, by=SYSTEM)
    click.echo(public_address("people.accept_invitation", token=token))


@click.command("invite")
@click.argument("email", callback=_email)
@click.option("--name", default="", help="First name and family name.")
@click.option("--organisation", required=True, help="Name of an organisation that is open.")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--side", type=click.Choice([side.value for side in Side]), default=Side.AID.value)
@click.option("--mail/--no-mail", "is_mailed", default=False, help="Send the link by mail too.")
@with_appcontext
def invite(email: str, name: str, organisation: str, role: str, side: str, is_mailed: bool) -> None:
    """Invite someone to an organisation; prints the link that lets them in."""
    seat = _seat(_organisation(organisation), Side(side))
    with _refusals(), unit_of_work():
        offer = invite_person(email, name or email.split("@")[0], Role(role), seat, by=SYSTEM)
        token = hand_out_invitation(offer, by=SYSTEM)
        if is_mailed:
            send_invitation(offer, by=SYSTEM)
    click.echo(public_address("people.accept_invitation", token=token))


def _organisation(name: str) -> Organisation:
    found = find_organisation_named(name)
    if found is None:
        raise click.ClickException(f"no organisation is named {name!r}")
    return found


def _seat(organisation: Organisation, side: Side) -> Seat:
    found = seats_of([organisation.id], side).get(organisation.id)
    if found is None:
        raise click.ClickException(f"{organisation.name} has no {side.value} side")
    return found


class _refusals:
    """Refusals of the domain as errors of the command line."""

    def __enter__(self) -> None:
        """Nothing to open."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Say the refusal and leave with 1."""
        if isinstance(error, Refusal):
            raise click.ClickException(error.message) from error


commands: list[click.Command] = [create_admin, invite]
