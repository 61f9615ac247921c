"""The journal's own pages, and whatever else the desk shows, in parts."""

from tests.app.in_parts import again
from tests.cases.desk import test_views

globals().update(again(test_views))
