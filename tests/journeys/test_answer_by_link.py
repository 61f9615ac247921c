"""Answering without an account: the mail, the page, the answer, its undo; what ends a link."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from app import clock
from app.links import Link, LinkPurpose
from app.mail import list_kept
from cases.casework.models import Participation
from cases.referrals.models import Referral
from partners.organisations.enums import OrganisationKind, Subject
from partners.organisations.models import Organisation, Seat
from tests.factories.links import make_link
from tests.factories.organisations import make_organisation, make_seat, make_service, make_unit
from tests.factories.stage import DEPARTMENTS, Stage, make_stage
from tests.factories.world import World, make_world
from tests.journeys.hands import Hand, Keys
from tests.support.acting import seeding
from tests.support.browser import DESK, PHONE, SCREENS, Screen, Windows, axe_violations
from tests.support.live import LiveSite

pytestmark = pytest.mark.browser

ADDRESS, PLACE = "contact@estuaire.exemple", "Compagnons de l’Estuaire"
NAME, FUNCTION = "Paule Estran", "bénévole"
PLAIN = Screen(width=390, has_javascript=False)
#: Asked of the page itself.
HAS_SCRIPT = "() => matchMedia('(scripting: enabled)').matches"


@pytest.fixture
def stage(site: LiveSite) -> Stage:
    """Organisations and their people, and one where nobody has an account."""
    stage = make_stage()
    organisation = make_organisation(PLACE, OrganisationKind.ASSOCIATION)
    make_seat(organisation)
    unit = make_unit(organisation, DEPARTMENTS)
    make_service(organisation, Subject.CASH_FLOW, unit_id=unit.id)
    with seeding() as session:
        session.get_one(Organisation, organisation.id).email = ADDRESS
    return stage


@pytest.fixture
def world(site: LiveSite) -> World:
    """A case and a referral that waits."""
    return make_world()


def refer(hand: Hand) -> None:
    """The adviser sends a need to the organisation where nobody has an account."""
    hand.page.goto("/")
    hand.follow("Nouvelle orientation")
    hand.type("SIREN", "843 701 079")
    hand.press("Rechercher")
    hand.press("Choisir")
    hand.choose("Trésorerie")
    hand.type("La situation", "Deux chantiers impayés depuis juillet.")
    hand.type("Prénom et nom", "Dominique Ardoise")
    hand.press("Voir qui peut aider")
    for other in ("Chambre Exemple", "Entraide et entrepreneurs"):
        hand.leave(other)
    hand.choose(PLACE)
    hand.press("Continuer")
    hand.choose("Par écrit")
    hand.press("Envoyer")
    hand.is_at(f"Orientation vers {PLACE}")


def link_of_last_mail(site: LiveSite) -> str:
    """Where the last mail to the organisation leads."""
    _key, mail = list_kept(site.web.config["SETTINGS"])[0]
    assert mail["To"] == ADDRESS
    found = re.search(r"(/reponse/\S+)", mail.get_content())
    assert found is not None
    return found[1]


def look(hand: Hand) -> None:
    """Axe finds nothing on this state of the page; it needs JavaScript to look."""
    if hand.page.evaluate(HAS_SCRIPT):
        assert axe_violations(hand.page) == []


def sign(hand: Hand) -> None:
    """Say who answers."""
    hand.type("Votre nom", NAME)
    hand.type("Votre fonction", FUNCTION)


@pytest.mark.parametrize("screen", SCREENS, ids=str)
def test_an_organisation_without_account_answers_by_its_link(
    site: LiveSite, windows: Windows, stage: Stage, screen: Screen
) -> None:
    adviser = Hand(windows.open(screen, stage.adviser))
    tell_the_story(site, adviser, Hand(windows.open(screen)))


def test_the_answer_with_the_keyboard_alone(site: LiveSite, windows: Windows, stage: Stage) -> None:
    adviser = Hand(windows.open(DESK, stage.adviser))
    tell_the_story(site, adviser, Keys(windows.open(DESK)))


def tell_the_story(site: LiveSite, adviser: Hand, bearer: Hand) -> None:
    """Sent, read, accepted, undone, accepted again: the sender reads by whom."""
    refer(adviser)
    path = adviser.page.url
    site.drain()
    bearer.page.goto(link_of_last_mail(site))
    bearer.is_at(f"Une orientation pour {PLACE}")
    bearer.sees("Deux chantiers impayés depuis juillet.")
    adviser.page.goto(path)
    adviser.sees("Lue")
    look(bearer)
    bearer.press("Accepter")
    bearer.sees("Écrivez votre prénom et votre nom.")
    look(bearer)
    sign(bearer)
    bearer.press("Accepter")
    bearer.sees("Orientation acceptée")
    look(bearer)
    bearer.press("Annuler")
    bearer.is_at(f"Une orientation pour {PLACE}")
    sign(bearer)
    bearer.press("Accepter")
    bearer.sees("Ce qui se passe maintenant")
    site.drain()
    adviser.page.goto(path)
    adviser.sees(f"{NAME}, {FUNCTION}")
    adviser.page.goto("/")
    adviser.sees(f"{PLACE} a accepté votre orientation")
    with seeding() as session:
        sent = session.scalars(select(Referral)).one()
        inside = select(Participation).where(
            Participation.seat_id == sent.receiver_seat_id, Participation.ended_at.is_(None)
        )
        assert session.scalars(inside).one().member_id is None


@pytest.mark.parametrize("screen", [DESK, PLAIN], ids=str)
def test_declining_in_two_acts(site: LiveSite, windows: Windows, world: World, screen) -> None:
    token = make_link(LinkPurpose.ANSWER, world.waiting.id)
    hand = Hand(windows.open(screen))
    hand.page.goto(f"/reponse/{token}")
    hand.follow("Décliner")
    hand.choose("Pas de disponibilité")
    hand.press("Décliner")
    hand.sees("Expliquez en une phrase")
    look(hand)
    hand.type("En une phrase", "Nous sommes complets.")
    sign(hand)
    hand.press("Décliner")
    hand.sees("Orientation déclinée")
    hand.sees("Nous sommes complets.")
    expect(hand.page.locator("body")).not_to_contain_text("Menuiserie Exemple")


@pytest.mark.parametrize("screen", [PHONE, PLAIN], ids=str)
def test_an_expired_link_gives_another(
    site: LiveSite, windows: Windows, world: World, screen: Screen
) -> None:
    with seeding() as session:
        seat = session.get_one(Seat, world.waiting.receiver_seat_id)
        session.get_one(Organisation, seat.organisation_id).email = ADDRESS
    token = make_link(LinkPurpose.ANSWER, world.waiting.id)
    with seeding() as session:
        past = clock.now() - timedelta(minutes=1)
        mine = update(Link).where(Link.object_id == world.waiting.id)
        session.execute(mine.values(expires_at=past))
    hand = Hand(windows.open(screen))
    answer = hand.page.goto(f"/reponse/{token}")
    assert answer is not None and answer.status == 410
    hand.sees("Ce lien a expiré")
    look(hand)
    hand.press("Recevoir un nouveau lien")
    hand.is_at("Regardez votre messagerie")
    look(hand)
    site.drain()
    hand.page.goto(link_of_last_mail(site))
    hand.is_at("Une orientation pour")


@pytest.mark.parametrize("screen", [DESK, PLAIN], ids=str)
def test_a_double_click_answers_once(windows: Windows, world: World, screen: Screen) -> None:
    token = make_link(LinkPurpose.ANSWER, world.waiting.id)
    first, second = (Hand(windows.open(screen)) for _ in range(2))
    for hand in (first, second):
        hand.page.goto(f"/reponse/{token}")
        sign(hand)
    first.press("Accepter")
    first.sees("Orientation acceptée")
    second.press("Accepter")
    second.sees(f"Déjà répondu par {NAME}")
