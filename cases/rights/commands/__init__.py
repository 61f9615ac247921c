"""What changes a request of the person, and the copies that answer it; nothing here commits."""

from cases.rights.commands.answering import answer_request, extend_request, refuse_request
from cases.rights.commands.asking import ask_right, note_request
from cases.rights.commands.copying import (
    ask_copy,
    fill_copy,
    forget_copies,
    give_copy,
    lend_copy,
)

__all__ = [
    "answer_request",
    "ask_copy",
    "ask_right",
    "extend_request",
    "fill_copy",
    "forget_copies",
    "give_copy",
    "lend_copy",
    "note_request",
    "refuse_request",
]
