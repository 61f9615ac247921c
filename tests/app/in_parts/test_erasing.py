"""Erasing the journal at the end of its time, in parts."""

from tests.app import test_erasing_journal
from tests.app.in_parts import again

globals().update(again(test_erasing_journal))
