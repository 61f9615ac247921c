"""The chain of the journal, in parts."""

from tests.app import test_sealing
from tests.app.in_parts import again

globals().update(again(test_sealing))
