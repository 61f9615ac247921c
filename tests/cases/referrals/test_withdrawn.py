"""An agreement withdrawn while a message is being sent, or sent again after a worker was killed."""

import pytest

from app import clock
from app.actors import SYSTEM
from app.jobs import JOBS, NoLongerDue
from cases.casework.models import LegalBasis
from tests.cases.referrals.story import Story, make_story
from tests.cases.referrals.test_tasks import notices, waiting
from tests.support.acting import acting_as, seeding


@pytest.fixture
def story(app) -> Story:
    return make_story()


def test_nobody_is_told_of_what_was_withdrawn_meanwhile(story: Story) -> None:
    story.send()
    row = waiting("tell_receiver")
    with seeding() as session:
        session.get_one(LegalBasis, story.basis.id).withdrawn_at = clock.now()
    with acting_as(SYSTEM) as session, pytest.raises(NoLongerDue):
        session.expunge_all()
        JOBS[row.kind].run(row)
    assert notices() == []
