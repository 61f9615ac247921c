"""The box as a file: one's own lines, named as far as their reader may know, written down."""

from sqlalchemy import select

from app.journal import JournalEvent
from cases.referrals import commands
from cases.referrals.enums import DeclineCode
from tests.cases.referrals.story import make_story
from tests.support.acting import acting_as, seeding
from tests.support.pages import InspectingClient
from tests.support.signing import sign_in


def test_the_box_leaves_as_a_file(client: InspectingClient) -> None:
    story = make_story()
    kept, declined = story.send(), story.send(to=story.rival)
    referral, actor = story.opened_by(story.rival, declined)
    with acting_as(actor):
        commands.decline_referral(
            referral,
            code=DeclineCode.NO_CAPACITY,
            text="Complet.",
            can_entrepreneur_read=False,
            by=actor,
        )
    sign_in(client, story.adviser)
    lines = client.get("/orientations/export.csv?onglet=envoyees").text.splitlines()
    assert len(lines) == 3 and kept.id
    waiting = client.get("/orientations/export.csv?onglet=envoyees&etat=attente").text
    assert "Entraide Exemple" in waiting and "Conseil Exemple" not in waiting
    sign_in(client, story.rival)
    lines = client.get("/orientations/export.csv").text.splitlines()
    assert len(lines) == 2 and "Menuiserie" not in lines[1]
    sign_in(client, story.stranger)
    assert len(client.get("/orientations/export.csv").text.splitlines()) == 1
    with seeding() as session:
        taken = select(JournalEvent.details).where(JournalEvent.action == "referrals.exported")
        found = session.scalars(taken.order_by(JournalEvent.at)).all()
    assert found == [{"referrals": number} for number in (2, 1, 1, 0)]
