"""The story of Relais: two organisations, one referral, and nobody else sees it."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from app.actors import Role
from partners.organisations.models import Seat
from partners.people.models import Membership
from tests.factories.people import make_member
from tests.factories.stage import Stage, make_stage
from tests.journeys.entering import sign_in
from tests.journeys.hands import Hand, Keys
from tests.support.browser import DESK, SCREENS, Screen, Windows
from tests.support.live import LiveSite

pytestmark = pytest.mark.browser

SIREN, COMPANY = "843 701 079", "BESOIN DE TOIT"
PERSON = "Dominique Ardoise"
SITUATION = "Deux chantiers impayés depuis juillet, la trésorerie ne passera pas l’hiver."
NOTE = "Vu ce matin : il accepte de rencontrer la banque avec nous."
ANSWER = "Bien lu, je prépare le dossier bancaire avec lui lundi."
MOST_TYPED = 8
OWN_LISTS = ("/dossiers?q=toit", "/dossiers/export.csv")
#: Where somebody would look for it: lists, searches, files.
SEARCHED = (
    *("/", "/dossiers", "/dossiers?q=toit", "/dossiers?q=ardoise", "/dossiers/export.csv"),
    *("/orientations", "/orientations?onglet=envoyees", "/orientations?q=toit"),
    *("/entreprises", "/entreprises?q=ardoise", "/entreprises/export.csv"),
    *("/journal", "/journal?q=toit", "/journal.csv", "/structure", "/annuaire?q=toit"),
)


@dataclass(frozen=True)
class Traces:
    """Addresses and words that the story leaves; strangers must find none."""

    case_path: str
    referral_path: str
    reference: str


@pytest.fixture
def stage(site: LiveSite) -> Stage:
    """The organisations and their people."""
    return make_stage()


@pytest.mark.parametrize("screen", SCREENS, ids=str)
def test_two_organisations_share_a_case_and_nobody_else_sees_it(
    site: LiveSite, windows: Windows, stage: Stage, screen: Screen
) -> None:
    adviser = Hand(windows.open(screen))
    adviser.page.goto("/")
    sign_in(adviser, stage)
    adviser.is_at("Aujourd’hui")
    partner = Hand(windows.open(screen, stage.partner))
    traces = tell_the_story(site, adviser, partner)
    assert [COMPANY in text for text in texts_of(adviser.page, OWN_LISTS)] == [True, True]
    for member in (stage.third, stage.recovery, auditor_beside(stage.adviser)):
        find_nothing(windows.open(screen, member), traces)


def test_the_story_with_the_keyboard_alone(site: LiveSite, windows: Windows, stage: Stage) -> None:
    adviser = Keys(windows.open(DESK))
    adviser.page.goto("/")
    sign_in(adviser, stage)
    adviser.is_at("Aujourd’hui")
    tell_the_story(site, adviser, Keys(windows.open(DESK, stage.partner)))


def tell_the_story(site: LiveSite, adviser: Hand, partner: Hand) -> Traces:
    """From *Nouvelle orientation* to the shared timeline."""
    referral_path = refer(adviser)
    site.drain()
    accept(partner)
    site.drain()
    case_path = read_the_answer(adviser)
    reference = reference_on(adviser.page)
    write_note(adviser, NOTE)
    partner.page.goto(case_path)
    partner.sees(NOTE)
    write_note(partner, ANSWER)
    adviser.page.goto(case_path)
    adviser.sees(ANSWER)
    return Traces(case_path, referral_path, reference)


def refer(hand: Hand) -> str:
    """Company, need, partner, consent, sending; the address of the referral."""
    hand.follow("Nouvelle orientation")
    hand.type("SIREN", SIREN)
    hand.press("Rechercher")
    hand.press("Choisir")
    hand.is_at("Situation et besoin")
    hand.choose("Trésorerie")
    hand.type("La situation", SITUATION)
    hand.type("Prénom et nom", PERSON)
    hand.type("Téléphone", "05 56 00 00 00")
    hand.type("Adresse électronique", "ardoise@exemple.test")
    hand.press("Voir qui peut aider")
    hand.is_at("À qui adresser")
    hand.leave("Chambre Exemple")
    hand.choose("Entraide et entrepreneurs")
    hand.press("Continuer")
    hand.choose("Par écrit")
    hand.type("Votre message", "Merci de l’appeler avant jeudi.")
    hand.press("Envoyer")
    hand.is_at("Orientation vers Entraide et entrepreneurs")
    assert hand.typed <= MOST_TYPED
    return path_of(hand.page)


def accept(hand: Hand) -> None:
    """The partner finds the referral first on *Aujourd'hui*, reads the sheet, accepts."""
    hand.page.goto("/")
    first = hand.page.get_by_role("main").locator("li a").first
    expect(first).to_have_text("Répondre à Urssaf Exemple")
    hand.follow("Répondre à Urssaf Exemple")
    hand.sees(SITUATION)
    hand.press("Accepter")
    hand.sees("acceptée")


def read_the_answer(hand: Hand) -> str:
    """The sender learns it on *Aujourd'hui*, and opens the case; its address."""
    hand.page.goto("/")
    hand.sees("Entraide et entrepreneurs")
    hand.page.goto("/dossiers")
    hand.follow(COMPANY)
    hand.sees("Acceptée")
    return path_of(hand.page)


def write_note(hand: Hand, text: str) -> None:
    """A line of the timeline, for those who accompany."""
    hand.open("Écrire dans le fil")
    hand.choose("Les partenaires qui accompagnent")
    hand.type("Texte", text)
    hand.press("Ajouter au fil")
    hand.sees(text)


def find_nothing(page: Page, traces: Traces) -> None:
    """Lists, search, counts, addresses, downloads: not a word of it."""
    for path in (traces.case_path, traces.referral_path):
        answer = page.goto(path)
        assert answer is not None and answer.status in (403, 404), path
    texts = texts_of(page, SEARCHED)
    for word in (COMPANY, PERSON, SITUATION, NOTE, ANSWER, traces.reference):
        assert not [text for text in texts if word.casefold() in text.casefold()], word


def texts_of(page: Page, paths: tuple[str, ...]) -> list[str]:
    """What these addresses answer to the person of this window."""
    return [page.request.get(path).text() for path in paths]


def auditor_beside(member: Membership) -> Membership:
    """The auditor of the organisation that leads the case: they read the journal, never a name."""
    return make_member(Seat(id=member.seat_id), Role.AUDITOR)


def reference_on(page: Page) -> str:
    """The reference of the case that is shown."""
    found = re.search(r"D-[A-Z0-9]{6}", page.get_by_role("main").inner_text())
    assert found is not None
    return found.group()


def path_of(page: Page) -> str:
    """The address of the page, without its site and question."""
    return "/" + page.url.split("/", 3)[3].split("?")[0].split("#")[0]
