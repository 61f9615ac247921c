"""The second lock, in parts; the tables that no model names are looked at in ``test_parts``."""

from tests.app.in_parts import again
from tests.contracts import test_second_lock

OTHERWISE = (
    "test_every_table_of_the_database_is_mapped_and_protected",
    "test_every_protected_table_has_its_policies",
)
globals().update(again(test_second_lock, but=OTHERWISE))
