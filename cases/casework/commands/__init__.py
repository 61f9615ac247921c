"""What changes a case: one function for each thing, none of which commits."""

from cases.casework.commands.acting import (
    add_action,
    answer_action,
    ask_again,
    drop_action,
    finish_action,
    keep_proposed_day,
    start_action,
)
from cases.casework.commands.agreeing import (
    confirm_agreement,
    lapse_unconfirmed_agreements,
    record_agreement,
    record_permission,
    send_confirmation_again,
    withdraw_agreement,
)
from cases.casework.commands.assessing import DebtFacts, record_assessment
from cases.casework.commands.opening import count_opening, open_case
from cases.casework.commands.outside import give_reason
from cases.casework.commands.sharing import (
    assign_case,
    end_participation,
    hand_over_cases,
    leave_case,
    note_export,
)
from cases.casework.commands.steering import (
    change_phase,
    change_status,
    close_case,
    pause_case,
    reopen_case,
)
from cases.casework.commands.writing import add_line, correct_entry, tell, write_entry

__all__ = [
    "DebtFacts",
    "add_action",
    "add_line",
    "answer_action",
    "ask_again",
    "assign_case",
    "change_phase",
    "change_status",
    "close_case",
    "confirm_agreement",
    "correct_entry",
    "count_opening",
    "drop_action",
    "end_participation",
    "finish_action",
    "give_reason",
    "hand_over_cases",
    "keep_proposed_day",
    "lapse_unconfirmed_agreements",
    "leave_case",
    "note_export",
    "open_case",
    "pause_case",
    "record_agreement",
    "record_assessment",
    "record_permission",
    "reopen_case",
    "send_confirmation_again",
    "start_action",
    "tell",
    "withdraw_agreement",
    "write_entry",
]
