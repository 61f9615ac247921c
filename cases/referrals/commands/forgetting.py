"""Needs and referrals at the end of their time: words, sheets and names go, states stay."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import String, cast, delete, func, select, update

from app.db import db, moved
from cases.referrals.models import (
    AccessRequest,
    AccessRequestMatch,
    Need,
    Printout,
    Referral,
    ReferralSheet,
    ReferralStep,
)

#: What stays of the frozen names: who sent to whom, and what was promised. No place, no member.
FROZEN = func.jsonb_build_object(
    "sender",
    func.jsonb_build_object("organisation", Referral.frozen["sender"]["organisation"]),
    "receiver",
    func.jsonb_build_object(
        "organisation",
        Referral.frozen["receiver"]["organisation"],
        "kind",
        Referral.frozen["receiver"]["kind"],
    ),
    "promises",
    Referral.frozen["promises"],
)
NOTHING_SYNCHRONISED = {"synchronize_session": False}


def forget_referrals_of_cases(delays: Mapping[uuid.UUID, timedelta]) -> None:
    """Clear needs, referrals and their steps, delete sheets, printouts and matched requests.

    Handler of the hook ``cases_anonymised``.
    """
    ids = list(delays)
    referrals = select(Referral.id).where(Referral.case_id.in_(ids)).scalar_subquery()
    delete_copies(referrals)
    _run(delete(AccessRequestMatch).where(AccessRequestMatch.case_id.in_(ids)))
    blank_step = {"note": "", "member_id": None, "signed_name": "", "signed_function": ""}
    _run(update(ReferralStep).where(ReferralStep.referral_id.in_(referrals)).values(**blank_step))
    blank_need = {
        "description": "",
        "budget_euros": None,
        "client_key": None,
        "author_id": None,
    }
    _run(update(Need).where(Need.case_id.in_(ids)).values(**blank_need))
    _run(
        update(Referral)
        .where(Referral.case_id.in_(ids))
        .values(
            message="",
            decline_text="",
            end_note="",
            frozen=FROZEN,
            client_key=cast(Referral.id, String),
            sender_member_id=None,
            receiver_member_id=None,
            receiver_unit_id=None,
        )
    )
    for case_id, delay in delays.items():
        _move(case_id, delay)


def forget_sheets(referral_ids: list[uuid.UUID]) -> None:
    """Referrals that led nowhere: what was copied for the receiver goes, the answer stays."""
    delete_copies(referral_ids)
    _run(update(Referral).where(Referral.id.in_(referral_ids)).values(message=""))


def forget_requests(request_ids: list[uuid.UUID]) -> None:
    """Access requests past their time, with the case they fell upon."""
    _run(delete(AccessRequestMatch).where(AccessRequestMatch.request_id.in_(request_ids)))
    _run(delete(AccessRequest).where(AccessRequest.id.in_(request_ids)))


def delete_copies(referral_ids: Any) -> None:
    """The frozen sheets, and the documents that were printed from them."""
    for copy in (ReferralSheet, Printout):
        _run(delete(copy).where(copy.referral_id.in_(referral_ids)))


def _move(case_id: uuid.UUID, delay: timedelta) -> None:
    referrals = select(Referral.id).where(Referral.case_id == case_id)
    steps = update(ReferralStep).where(ReferralStep.referral_id.in_(referrals))
    _run(steps.values(**moved(ReferralStep, delay)))
    for model in (Need, Referral):
        _run(update(model).where(model.case_id == case_id).values(**moved(model, delay)))


def _run(statement: Any) -> None:
    db.session.execute(statement, execution_options=NOTHING_SYNCHRONISED)
