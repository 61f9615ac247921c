"""The entrepreneur's story: my page, who opened my case, my copy, from asking to downloading."""

import json
import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from app.kept_mails import list_mails
from app.links import LinkPurpose
from cases.casework.enums import Audience
from cases.casework.models import CaseFile
from partners.organisations.enums import OrganisationKind
from partners.organisations.models import Seat
from partners.people.models import Membership
from tests.factories.casework import make_basis, make_case, make_entry, make_participation
from tests.factories.links import make_link
from tests.factories.organisations import make_organisation, make_seat
from tests.factories.people import make_member
from tests.journeys.hands import Hand, Keys
from tests.support.browser import DESK, SCREENS, Screen, Windows, axe_violations
from tests.support.live import LiveSite

pytestmark = pytest.mark.browser

TOLD, OF_OTHERS = "Deux chantiers impayés depuis juillet.", "Madame Tierce doit de l’argent."
OWN_OF_PARTNER = "Confidence gardée par le partenaire."
PERSON = "dominique@exemple.test"


@dataclass(frozen=True)
class Scene:
    """A case led by the Urssaf, a partner inside, and the address that the person received."""

    adviser: Membership
    partner: Membership
    case: CaseFile
    address: str


@pytest.fixture
def scene(site: LiveSite) -> Scene:
    """Both organisations have written; the agreement is confirmed."""
    adviser = make_member(make_seat(make_organisation("Urssaf Exemple", OrganisationKind.URSSAF)))
    partner = make_member(make_seat(make_organisation("Entraide Exemple")))
    case = make_case(adviser)
    basis = make_basis(case, [Seat(id=partner.seat_id)], adviser, sent_to=PERSON)
    make_participation(case, partner, basis)
    make_entry(case, adviser, Audience.AID, TOLD)
    make_entry(case, adviser, Audience.ALL, OF_OTHERS)
    make_entry(case, partner, Audience.OWN, OWN_OF_PARTNER)
    address = f"/accord/{make_link(LinkPurpose.CONSENT, basis.id)}"
    return Scene(adviser, partner, case, address)


@pytest.mark.parametrize("screen", SCREENS, ids=str)
def test_the_person_sees_who_opened_and_receives_a_copy(
    site: LiveSite, windows: Windows, scene: Scene, screen: Screen
) -> None:
    person, adviser = Hand(windows.open(screen)), Hand(windows.open(screen, scene.adviser))
    text = tell_the_story(site, scene, person, adviser, leaves_out=True)
    assert TOLD in text and OF_OTHERS not in text and OWN_OF_PARTNER not in text
    assert "1 autre organisation garde" in text.replace("\xa0", " ")


def test_the_same_with_the_keyboard_alone(site: LiveSite, windows: Windows, scene: Scene) -> None:
    person, adviser = Keys(windows.open(DESK)), Keys(windows.open(DESK, scene.adviser))
    text = tell_the_story(site, scene, person, adviser, leaves_out=False)
    assert TOLD in text and OF_OTHERS in text and OWN_OF_PARTNER not in text


def tell_the_story(
    site: LiveSite, scene: Scene, person: Hand, adviser: Hand, *, leaves_out: bool
) -> str:
    """From the person's page to the file in their hands; its text."""
    adviser.page.goto(f"/dossiers/{scene.case.id}")
    see_who_opened(person, scene)
    ask_for_a_copy(person)
    site.drain()
    give_the_copy(site, adviser, leaves_out=leaves_out)
    site.drain()
    return fetch_the_copy(site, person, scene)


def see_who_opened(hand: Hand, scene: Scene) -> None:
    """Who helps, who read, and not under their own name."""
    hand.page.goto(scene.address)
    hand.is_at("Mon espace")
    hand.sees("Entraide Exemple")
    expect(hand.page.locator("#lectures")).to_contain_text(
        "Urssaf Exemple, conseiller·ère, a ouvert le dossier"
    )
    look_closely(hand)


def ask_for_a_copy(hand: Hand) -> None:
    """One right, one page, one act."""
    hand.follow("Recevoir une copie")
    hand.is_at("Recevoir une copie")
    hand.sees("Lu par : Urssaf Exemple".replace(" :", "\xa0:"))
    hand.type("En quelques mots", "Pour mon avocate.")
    look_closely(hand)
    hand.press("Envoyer ma demande")
    hand.is_at("Mon espace")
    hand.sees("Votre demande est envoyée")
    expect(hand.page.locator("#droits")).to_contain_text("encore")


def give_the_copy(site: LiveSite, hand: Hand, *, leaves_out: bool) -> None:
    """The adviser finds it on *Aujourd'hui*, has it prepared, reads it again, gives it."""
    hand.page.goto("/")
    hand.follow("Répondre à une demande")
    hand.sees("Pour mon avocate.")
    look_closely(hand)
    hand.press("Préparer la copie")
    hand.is_at("Copie en préparation")
    look_closely(hand)
    site.drain()
    hand.page.reload()
    hand.is_at("Relire et remettre la copie")
    hand.sees(TOLD)
    if leaves_out:
        entry = hand.page.locator(".rl-copy > li", has_text=OF_OTHERS)
        entry.get_by_role("combobox").select_option("others")
    look_closely(hand)
    hand.press("Remettre la copie")
    hand.sees("La copie est remise")


def fetch_the_copy(site: LiveSite, hand: Hand, scene: Scene) -> str:
    """The mail, its link, both files; nobody else opens it."""
    settings = site.web.config["SETTINGS"]
    [mail] = [one for one in list_mails(settings) if "/copie/" in one.text]
    assert mail.to == PERSON and "Menuiserie" not in mail.subject + mail.text
    found = re.search(r"/copie/\S+", mail.text)
    assert found is not None
    hand.page.goto(found.group())
    hand.is_at("Votre copie")
    look_closely(hand)
    with hand.page.expect_download() as download:
        hand.follow("Le document à lire")
    assert download.value.suggested_filename == "copie-de-vos-donnees.pdf"
    with hand.page.expect_download() as download:
        hand.follow("Le fichier pour un logiciel")
    text = download.value.path().read_text(encoding="utf-8")
    assert json.loads(text)["organisation"] == "Urssaf Exemple"
    hand.page.goto(scene.address)
    hand.sees("Répondue")
    return text


def look_closely(hand: Hand) -> None:
    """Axe, in the story told with the keyboard: it is a script, which not every screen runs."""
    if isinstance(hand, Keys):
        assert axe_violations(hand.page) == []
