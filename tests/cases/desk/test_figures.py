"""Figures of a territory: details given to the entrepreneur count as referrals."""

from sqlalchemy.orm import Session

from app import clock
from app.actors import Role
from cases.desk.enums import Measure
from cases.desk.queries.territory import figures_of_territory
from cases.referrals.enums import ReferralKind, ReferralState
from tests.factories import (
    make_basis,
    make_case,
    make_member,
    make_need,
    make_organisation,
    make_referral,
    make_seat,
    make_unit,
)
from tests.support.acting import act_as_member


def test_signposts_are_counted(session: Session) -> None:
    since, organisation, receiver = clock.today(), make_organisation(), make_seat()
    unit = make_unit(organisation)
    for kind in (*[ReferralKind.SIGNPOST] * 3, *[ReferralKind.JOINT] * 4):
        sender = make_member()
        need = make_need(case := make_case(sender), sender)
        given = {"kind": kind, "state": ReferralState.COMPLETED}
        make_referral(need, sender, receiver, make_basis(case, [receiver], sender), **given)
    act_as_member(make_member(make_seat(organisation), Role.OBSERVER, unit_id=unit.id))
    cells = figures_of_territory(since)[Measure.KIND]
    found = [(cell.label, cell.figure) for cell in cells]
    assert found == [("Suivi partagé", 4), ("Remise de coordonnées", 3)]
