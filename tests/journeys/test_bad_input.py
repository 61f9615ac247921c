"""Wrong, late, twice or by somebody else: a clear sentence, nothing lost, nothing done twice."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select, update

from app import clock
from app.links import Link, LinkPurpose
from cases.casework.models import CaseAction, CaseFile, LegalBasis, TimelineEntry
from cases.referrals.models import Need, Referral
from partners.organisations.enums import Subject
from partners.organisations.models import Seat
from partners.people.models import MemberSession, Membership
from tests.factories.casework import make_case
from tests.factories.links import make_link
from tests.factories.people import make_member
from tests.factories.referrals import make_need
from tests.factories.stage import Stage, make_stage
from tests.factories.world import World, make_world
from tests.journeys.entering import sign_in
from tests.journeys.hands import Hand
from tests.support.acting import seeding
from tests.support.browser import DESK, PHONE, Screen, Windows
from tests.support.live import LiveSite

pytestmark = pytest.mark.browser

PLAIN = Screen(has_javascript=False)
TYPED = "Le bailleur accepte d’attendre la fin du mois."


@pytest.fixture
def stage(site: LiveSite) -> Stage:
    """Organisations and their people, no case yet."""
    return make_stage()


@pytest.fixture
def world(site: LiveSite) -> World:
    """A case, its referrals, its people."""
    return make_world()


def count(model: type, *conditions: object) -> int:
    """How many rows there are, whoever may read them."""
    with seeding() as session:
        return session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0  # type: ignore[arg-type]


@pytest.mark.parametrize("screen", [DESK, PLAIN], ids=str)
def test_a_double_click_on_send_sends_once(windows: Windows, stage: Stage, screen: Screen) -> None:
    need = make_need(make_case(stage.adviser), stage.adviser, Subject.CASH_FLOW)
    hand = at_the_gate(windows.open(screen, stage.adviser), need)
    hand.choose("Par écrit")
    hand.button("Envoyer").dblclick()
    hand.sees("Entraide et entrepreneurs")
    assert count(Referral, Referral.need_id == need.id) == 1


def at_the_gate(page: Page, need: Need) -> Hand:
    """The last page before the sending."""
    page.goto(f"/besoins/{need.id}/partenaires")
    hand = Hand(page)
    hand.leave("Chambre Exemple")
    hand.choose("Entraide et entrepreneurs")
    hand.press("Continuer")
    return hand


def test_two_advisers_answer_at_once(windows: Windows, world: World) -> None:
    path = f"/orientations/{world.waiting.id}"
    first = Hand(windows.open(DESK, world.pending))
    colleague = make_member(Seat(id=world.pending.seat_id))
    second = Hand(windows.open(PHONE, colleague))
    for hand in (first, second):
        hand.page.goto(path)
    first.press("Accepter")
    first.sees("acceptée")
    second.press("Accepter")
    expect(second.page.locator("body")).to_contain_text("Déjà répondu par")
    assert count(Referral, Referral.id == world.waiting.id, Referral.state == "accepted") == 1


@pytest.mark.parametrize("screen", [DESK, PLAIN], ids=str)
def test_a_session_that_expired_while_typing_loses_nothing(
    windows: Windows, stage: Stage, screen: Screen
) -> None:
    case = make_case(stage.adviser)
    hand = Hand(windows.open(screen, stage.adviser))
    hand.page.goto(f"/dossiers/{case.id}")
    hand.open("Écrire dans le fil")
    hand.type("Texte", TYPED)
    expire_sessions(stage.adviser)
    hand.press("Ajouter au fil")
    hand.is_at("Se connecter")
    assert count(TimelineEntry, TimelineEntry.body == TYPED) == 0
    sign_in(hand, stage)
    hand.sees(TYPED)
    hand.press("Continuer et envoyer")
    hand.sees(TYPED)
    assert count(TimelineEntry, TimelineEntry.body == TYPED) == 1


def expire_sessions(member: Membership) -> None:
    """Time has passed."""
    over = clock.now() - timedelta(minutes=1)
    with seeding() as session:
        session.execute(
            update(MemberSession)
            .where(MemberSession.user_id == member.user_id)
            .values(ends_at=over, last_seen_at=over)
        )


def test_a_link_opens_for_somebody_who_is_signed_in(windows: Windows, world: World) -> None:
    """It is read as the link: being signed in gives nothing more, and breaks nothing."""
    token = make_link(LinkPurpose.CONSENT, world.basis.id)
    page = windows.open(DESK, world.stranger)
    answer = page.goto(f"/accord/{token}")
    assert answer is not None
    assert answer.ok
    expect(page.get_by_role("heading", level=1)).to_have_text("Mon espace")


def test_an_altered_link_says_what_to_do(windows: Windows, world: World) -> None:
    token = make_link(LinkPurpose.CONSENT, world.basis.id)
    page = windows.open(PHONE)
    assert_gone(page, f"/accord/{token[:-2]}xx")
    assert_gone(page, f"/invitations/{token}")


def test_an_expired_link_says_what_to_do(windows: Windows, world: World) -> None:
    token = make_link(LinkPurpose.CONSENT, world.basis.id)
    with seeding() as session:
        past = clock.now() - timedelta(minutes=1)
        session.execute(
            update(Link).where(Link.object_id == world.basis.id).values(expires_at=past)
        )
    assert_gone(windows.open(PHONE), f"/accord/{token}")


@pytest.mark.parametrize("screen", [PHONE, Screen(390, has_javascript=False)], ids=str)
def test_a_link_used_to_withdraw_serves_no_more(
    windows: Windows, world: World, screen: Screen
) -> None:
    token = make_link(LinkPurpose.CONSENT, world.basis.id)
    hand = Hand(windows.open(screen))
    hand.page.goto(f"/accord/{token}")
    assert count(LegalBasis, LegalBasis.withdrawn_at.is_not(None)) == 0
    hand.press("Retirer")
    hand.sees("retiré")
    assert count(LegalBasis, LegalBasis.withdrawn_at.is_not(None)) == 1
    assert_gone(hand.page, f"/accord/{token}")


def assert_gone(page: Page, path: str) -> None:
    """A sentence that says that the link is over, not a blank refusal."""
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 410
    expect(page.get_by_role("main")).to_contain_text("lien")


def test_a_second_open_case_is_shown_instead_of_made(windows: Windows, world: World) -> None:
    hand = Hand(windows.open(DESK, world.adviser))
    hand.page.goto(f"/dossiers/nouveau?entreprise={world.case.company_id}")
    hand.press("Ouvrir")
    hand.sees(world.case.reference)
    assert count(CaseFile, CaseFile.company_id == world.case.company_id) == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("732829321", "SIREN"),
        ("73282932X", "SIREN"),
        ("7328293200007", "14"),
    ],
)
@pytest.mark.parametrize("path", ["/entreprises", "/orientations/nouvelle"])
def test_a_wrong_number_is_explained_and_kept(
    windows: Windows, world: World, path: str, typed: str, sentence: str
) -> None:
    hand = Hand(windows.open(PHONE, world.adviser))
    hand.page.goto(path)
    hand.type("SIREN", typed)
    hand.press("Rechercher")
    hand.sees(sentence)
    expect(hand.field("SIREN")).to_have_value(typed)


@pytest.mark.parametrize("typed", ["31/02/2027", "demain", "2027-13-01"])
def test_an_impossible_date_is_explained_and_kept(
    windows: Windows, world: World, typed: str
) -> None:
    before = count(CaseAction)
    hand = Hand(windows.open(DESK, world.adviser))
    hand.page.goto(f"/dossiers/{world.case.id}/actions/nouvelle")
    hand.type("Objectif", TYPED)
    hand.field("À faire avant le").evaluate("field => { field.type = 'text'; }")
    hand.type("À faire avant le", typed)
    hand.press("Ajouter l’action")
    hand.sees("Cette date n’existe pas")
    expect(hand.field("Objectif")).to_have_value(TYPED)
    expect(hand.field("À faire avant le")).to_have_attribute("value", typed)
    assert count(CaseAction) == before


def test_a_note_of_tomorrow_is_explained_and_kept(windows: Windows, world: World) -> None:
    tomorrow = clock.today() + timedelta(days=1)
    hand = Hand(windows.open(PHONE, world.adviser))
    hand.page.goto(f"/dossiers/{world.case.id}")
    hand.open("Écrire dans le fil")
    hand.type("Date", tomorrow.isoformat())
    hand.type("Texte", TYPED)
    hand.press("Ajouter au fil")
    hand.sees("Cette date est à venir")
    expect(hand.field("Texte")).to_have_value(TYPED)
    assert count(TimelineEntry, TimelineEntry.body == TYPED) == 0


def test_a_decline_without_reason_is_asked_for_one(windows: Windows, world: World) -> None:
    hand = Hand(windows.open(PHONE, world.pending))
    hand.page.goto(f"/orientations/{world.waiting.id}/decliner")
    hand.type("En une phrase", TYPED)
    hand.press("Décliner")
    hand.sees("Choisissez")
    expect(hand.field("En une phrase")).to_have_value(TYPED)
    assert count(Referral, Referral.state == "declined") == 0
