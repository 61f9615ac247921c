"""What changes needs and referrals: one function for each thing, none of which commits."""

from cases.referrals.commands.answering import (
    accept_referral,
    decline_referral,
    redirect_referral,
    refuse_answered,
)
from cases.referrals.commands.asking import close_access_request, request_access
from cases.referrals.commands.ending import (
    expire_referrals,
    stop_referrals_of_case,
    tell_partners_of_withdrawal,
)
from cases.referrals.commands.following import (
    complete_referral,
    give_up_referral,
    note_first_contact,
    start_work,
)
from cases.referrals.commands.linking import ask_answer_link
from cases.referrals.commands.needs import add_need, correct_need
from cases.referrals.commands.printing import (
    ask_printout,
    finish_printout,
    forget_printouts,
    note_export,
)
from cases.referrals.commands.sending import Receiver, revoke_referral, send_referral
from cases.referrals.commands.starting import Contact, open_case_for
from cases.referrals.commands.steps import Signature
from cases.referrals.commands.undoing import undo_last_step

__all__ = [
    "Contact",
    "Receiver",
    "Signature",
    "accept_referral",
    "add_need",
    "ask_answer_link",
    "ask_printout",
    "close_access_request",
    "complete_referral",
    "correct_need",
    "decline_referral",
    "expire_referrals",
    "finish_printout",
    "forget_printouts",
    "give_up_referral",
    "note_export",
    "note_first_contact",
    "open_case_for",
    "redirect_referral",
    "refuse_answered",
    "request_access",
    "revoke_referral",
    "send_referral",
    "start_work",
    "stop_referrals_of_case",
    "tell_partners_of_withdrawal",
    "undo_last_step",
]
