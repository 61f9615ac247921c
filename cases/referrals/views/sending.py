"""*Nouvelle orientation*, step 4: the agreement, what each will read, sending."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock, journal
from app.actors import Actor, Role, Side
from app.db import unit_of_work
from app.errors import NotAllowed, Refusal
from app.reference.models import Commune
from app.security import current_actor, requires
from cases.casework import commands as casework
from cases.casework.enums import Section
from cases.casework.models import LegalBasis
from cases.casework.queries import latest_assessment_for
from cases.casework.readers import names_in_words
from cases.casework.rules import role_of
from cases.referrals import commands
from cases.referrals.commands import Receiver
from cases.referrals.enums import ReferralKind
from cases.referrals.forms import SendForm
from cases.referrals.models import Need, Referral
from cases.referrals.queries.access import get_match
from cases.referrals.queries.needs import get_need_to_send
from cases.referrals.queries.referrals import find_referral, find_sendings, take_sending_turn
from cases.referrals.queries.sending import Standing, list_receivers
from cases.referrals.routing import covering_unit
from cases.referrals.rules.gate import covering_basis, sections_needed, sections_offered
from cases.referrals.rules.rights import can_send, works_with_referrals
from cases.referrals.sheets import sheet_content
from cases.referrals.views.blueprint import blueprint
from cases.referrals.views.choosing import commune_of, picked_seats
from cases.referrals.views.telling import flash_done
from partners.organisations.models import Seat


@dataclass
class Sending:
    """What step 4 is about, by seat: ``keys`` under which the form sends to it, ``standings``
    towards the need, ``covered`` the agreement that holds already."""

    need: Need
    kind: ReferralKind
    commune: Commune | None
    keys: Mapping[uuid.UUID, str]
    seats: Sequence[Seat]
    standings: Mapping[uuid.UUID, Standing]
    covered: dict[uuid.UUID, LegalBasis] = field(default_factory=dict)

    @property
    def uncovered(self) -> list[Seat]:
        """Seats for which the entrepreneur must still agree."""
        return [s for s in self.seats if self.kind.needs_basis and s.id not in self.covered]

    @property
    def names(self) -> str:
        """Receivers, in words."""
        return names_in_words([_name(seat) for seat in self.seats])

    @property
    def side(self) -> Side:
        """The recovery side as soon as one receiver sits there: the preview shows the least."""
        return Side.RECOVERY if any(s.side is Side.RECOVERY for s in self.seats) else Side.AID

    @property
    def readers(self) -> str:
        """Who reads the message."""
        is_closed = self.side is Side.AID
        end = "Pas par le recouvrement." if is_closed else "Le recouvrement lit aussi."
        return f"{self.names} et votre organisation. {end}"


@blueprint.route("/besoins/<uuid:need_id>/envoi", methods=["GET", "POST"])
@requires(works_with_referrals)
def send(need_id: uuid.UUID) -> ResponseReturnValue:
    """The consent gate: who agreed and how, what each will read; then it leaves."""
    actor = current_actor()
    need = get_need_to_send(need_id, actor)
    form = _form(need)
    sending = _sending(need, form, actor)
    if not sending.seats:
        return redirect(_back(sending, erreur="personne"))
    if sending.kind is ReferralKind.HANDOVER and len(sending.seats) > 1:
        return redirect(_back(sending, erreur="un-seul"))
    if form.validate_on_submit() and (not sending.uncovered or form.require_agreement()):
        try:
            return _send(sending, form, actor)
        except Refusal as refusal:
            form.form_errors.append(refusal.message)
            need = get_need_to_send(need_id, actor)  # the rollback forgot it
            sending = _sending(need, form, actor)
    return _page(sending, form, actor), 422 if form.is_submitted() else 200


def _sending(need: Need, form: SendForm, actor: Actor) -> Sending:
    kind = _kind()
    if not can_send(actor, need.case, role_of(actor, need.case.participations), kind):
        raise NotAllowed("Vous ne pouvez pas envoyer cette orientation depuis ce dossier.")
    key = form.client_key.data or ""
    if form.is_submitted():
        take_sending_turn(key)  # then what another post of this form has sent is seen
    keys = {seat_id: key_of(key, seat_id) for seat_id in picked_seats()}
    receivers = list_receivers(need, keys, actor)
    sending = Sending(
        need,
        kind,
        commune_of(need),
        keys,
        [seat for seat, _ in receivers],
        {seat.id: standing for seat, standing in receivers},
    )
    if kind.needs_basis:
        bases, now = need.case.bases, clock.now()
        found = {s.id: covering_basis(bases, s.id, now, need.subject) for s in sending.seats}
        sending.covered = {seat_id: basis for seat_id, basis in found.items() if basis}
    return sending


def _kind() -> ReferralKind:
    asked = request.values.get("type", "")
    kinds = (ReferralKind.JOINT, ReferralKind.HANDOVER, ReferralKind.SIGNPOST)
    return next((kind for kind in kinds if kind.value == asked), ReferralKind.JOINT)


def _form(need: Need) -> SendForm:
    person, needed = need.case.person, sections_needed(need.subject)
    form = SendForm(
        given_by=person.full_name if person else "",
        email=person.email if person else "",
        sections=sorted(needed),
    )
    form.offer(sections_offered(need.subject))
    return form


def _send(sending: Sending, form: SendForm, actor: Actor) -> ResponseReturnValue:
    with unit_of_work():
        if any(one.was_sent for one in sending.standings.values()):
            sent = list(find_sendings(sending.keys.values(), actor))
        else:
            sent = _send_each(sending, form, actor)
        _close_request(actor)
    for referral in sent:
        flash_done(referral, _sentence(referral))
    if len(sent) == 1:
        return redirect(url_for("referrals.show", referral_id=sent[0].id))
    return redirect(url_for("referrals.box", onglet="envoyees"))


def _send_each(sending: Sending, form: SendForm, actor: Actor) -> list[Referral]:
    code = sending.commune.code if sending.commune else None
    return [
        commands.send_referral(
            sending.need,
            Receiver(
                seat,
                covering_unit(seat.organisation.units, code)[0],
                sending.standings[seat.id],
            ),
            sending.kind,
            basis=(basis := _basis(sending, seat, form, actor)),
            sections=_sections(sending, basis, form),
            message=form.message.data or "",
            commune=sending.commune,
            redirected_from=_redirected(sending.need, actor),
            client_key=sending.keys[seat.id],
            by=actor,
        )
        for seat in sending.seats
    ]


def key_of(key: str, seat_id: uuid.UUID) -> str:
    """The key under which a form sends to one seat."""
    return f"{key}:{seat_id}"


def _redirected(need: Need, actor: Actor) -> uuid.UUID | None:
    """The referral of this need that was redirected; an identifier from elsewhere counts not."""
    found = find_referral(_uuid("suite"), actor)
    return found.id if found and found.need_id == need.id else None


def _basis(sending: Sending, seat: Seat, form: SendForm, actor: Actor) -> LegalBasis | None:
    """One agreement per receiver: those of one need do not learn of one another."""
    if not sending.kind.needs_basis:
        return None
    if known := sending.covered.get(seat.id):
        return known
    sections = _chosen(sending, form)
    case = sending.need.case
    if form.permission.data is not None:
        reason = form.permission_reason.data or ""
        return casework.record_permission(
            case, [seat.id], sections, form.permission.data, reason=reason, by=actor
        )
    return casework.record_agreement(
        case,
        [seat.id],
        sections,
        form.mode.data,
        given_by=form.given_by.data or "",
        email=form.email.data or "",
        by=actor,
    )


def _chosen(sending: Sending, form: SendForm) -> list[Section]:
    """What was ticked, and what a sheet cannot do without."""
    needed = sections_needed(sending.need.subject)
    return [s for s in Section if s in needed or s in (form.sections.data or ())]


def _sections(sending: Sending, basis: LegalBasis | None, form: SendForm) -> list[str]:
    if basis is None:
        return []
    return [section.value for section in _chosen(sending, form) if section in basis.sections]


def _close_request(actor: Actor) -> None:
    """The lead invited whoever asked to be let in."""
    if request_id := _uuid("demande"):
        commands.close_access_request(get_match(request_id, actor), by=actor)


def _page(sending: Sending, form: SendForm, actor: Actor) -> str:
    need = sending.need
    is_read = sending.kind.needs_basis
    assessment = latest_assessment_for(sending.side, need.case_id, actor) if is_read else None
    needed = sections_needed(need.subject)
    offered = [section.value for section in sections_offered(need.subject)]
    preview = sheet_content(
        need.case,
        need,
        "",
        offered,
        assessment=assessment,
        commune=sending.commune,
        side=sending.side,
    )
    journal.record_reading(need, "sheet.previewed", by=actor)
    return render_template(
        "cases/referrals/send.html",
        sending=sending,
        form=form,
        preview=preview,
        section_help={section: _help(section, needed) for section in offered},
        labels={section.value: section.label for section in Section},
        needed=needed,
        is_manager=actor.role is Role.MANAGER,
        back_url=_back(sending),
    )


def _name(seat: Seat) -> str:
    side = " (recouvrement)" if seat.side is Side.RECOVERY else ""
    return f"{seat.organisation.name}{side}"


def _help(section: str, needed: frozenset[str]) -> str:
    if section in needed:
        return "Toujours dans la fiche : sans elle, le partenaire ne peut rien faire."
    return "Seulement si l’entrepreneur l’accepte."


def _back(sending: Sending, **more: Any) -> str:
    """Step 3 again, with what was ticked."""
    carried: dict[str, Any] = {name: request.values.get(name) for name in ("suite", "demande")}
    return url_for(
        "referrals.choose",
        need_id=sending.need.id,
        vers=[str(seat.id) for seat in sending.seats],
        type=sending.kind.value,
        **carried,
        **more,
    )


def _uuid(name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.values[name]) if request.values.get(name) else None
    except ValueError:
        return None


def _sentence(referral: Referral) -> str:
    name = referral.receiver_seat.organisation.name
    if referral.kind is ReferralKind.SIGNPOST:
        return f"Coordonnées de {name} remises. Rien n’est envoyé au partenaire."
    return f"Orientation envoyée à {name}, qui sera prévenu dans une minute."
