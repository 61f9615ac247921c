"""The client of the public company search, against a stand-in that fails on request."""

import threading
import time
from collections.abc import Iterator

import pytest

from cases.companies.errors import (
    RegistryBusy,
    RegistryQuestionRefused,
    RegistryUnavailable,
)
from cases.companies.pacing import MemoryCache, Pace
from cases.companies.registry_client import RegistryClient
from tests.support.registry_stand_in import RegistryStandIn, registry_stand_in


@pytest.fixture
def service() -> Iterator[RegistryStandIn]:
    with registry_stand_in() as server:
        yield server


@pytest.fixture
def client(service: RegistryStandIn) -> RegistryClient:
    return RegistryClient(
        service.url, timeout_seconds=0.2, total_seconds=1.5, pace=Pace(per_second=100)
    )


def test_search_reads_a_real_answer(client: RegistryClient) -> None:
    assert [company.name for company in client.search("843701079")] == ["BESOIN DE TOIT"]


def test_search_finds_nothing(client: RegistryClient) -> None:
    assert client.search("société introuvable") == []


def test_search_asks_once_for_the_same_question(
    client: RegistryClient, service: RegistryStandIn
) -> None:
    assert len(client.search("aga")) == len(client.search(" AGA ")) == 10
    assert service.questions == ["aga"]


def test_search_keeps_an_empty_answer_too(client: RegistryClient, service: RegistryStandIn) -> None:
    assert client.search("rien du tout") == client.search("rien du tout") == []
    assert len(service.questions) == 1


def test_search_does_not_keep_a_failure(client: RegistryClient, service: RegistryStandIn) -> None:
    service.next_answers.append("html")
    with pytest.raises(RegistryUnavailable):
        client.search("aga")

    assert len(client.search("aga")) == 10


def test_search_refuses_a_short_question_without_asking(
    client: RegistryClient, service: RegistryStandIn
) -> None:
    with pytest.raises(RegistryQuestionRefused) as refusal:
        client.search(" ab ")

    assert "au moins 3 caractères" in refusal.value.message
    assert service.questions == []


def test_search_tells_a_question_the_service_refuses(
    client: RegistryClient, service: RegistryStandIn
) -> None:
    service.always = "400"
    with pytest.raises(RegistryQuestionRefused):
        client.search("???")

    assert len(service.questions) == 1


@pytest.mark.parametrize("failure", ["500", "time-out"])
def test_search_tries_again_after_a_passing_failure(service: RegistryStandIn, failure: str) -> None:
    patient = RegistryClient(
        service.url, timeout_seconds=1, total_seconds=30, pace=Pace(per_second=100)
    )
    service.next_answers.append(failure)

    assert len(patient.search("aga")) == 10
    assert len(service.questions) == 2


@pytest.mark.parametrize("failure", ["500", "time-out", "drip"])
def test_search_gives_up_within_its_time(
    client: RegistryClient, service: RegistryStandIn, failure: str
) -> None:
    service.always = failure
    begun = time.monotonic()
    with pytest.raises(RegistryUnavailable) as refusal:
        client.search("aga")

    assert time.monotonic() - begun < 10
    assert "saisir l’entreprise à la main" in refusal.value.message


@pytest.mark.parametrize("garbage", ["html", "truncated", "other", "redirect", "deep", "not-utf8"])
def test_search_does_not_insist_on_garbage(
    client: RegistryClient, service: RegistryStandIn, garbage: str
) -> None:
    service.always = garbage
    with pytest.raises(RegistryUnavailable):
        client.search("aga")

    assert len(service.questions) == 1


def test_search_waits_as_long_as_the_service_asks(
    client: RegistryClient, service: RegistryStandIn
) -> None:
    service.next_answers.append("429")
    begun = time.monotonic()

    assert len(client.search("aga")) == 10
    assert time.monotonic() - begun >= 1


def test_search_says_busy_at_once_when_asked_to_wait_long(
    client: RegistryClient, service: RegistryStandIn
) -> None:
    service.retry_after = "30"
    service.next_answers.append("429")
    with pytest.raises(RegistryBusy):
        client.search("aga")
    with pytest.raises(RegistryBusy):
        client.search("843701079")

    assert service.questions == ["aga"]


def test_search_refused_when_nobody_listens() -> None:
    with registry_stand_in() as gone:
        address = gone.url
    with pytest.raises(RegistryUnavailable):
        RegistryClient(address, total_seconds=0.5).search("aga")


def test_pace_is_shared_by_threads() -> None:
    pace = Pace(per_second=7, clock=lambda: 100.0)
    waits: list[float | None] = []
    threads = [
        threading.Thread(target=lambda: waits.append(pace.book(longest_wait=10))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(wait or 0.0 for wait in waits) == pytest.approx([turn / 7 for turn in range(8)])


def test_pace_books_nothing_when_the_wait_would_be_too_long() -> None:
    pace = Pace(per_second=1, clock=lambda: 0.0)

    assert [pace.book(1.0) for _ in range(4)] == [0.0, 1.0, None, None]


def test_memory_cache_forgets() -> None:
    present = [0.0]
    cache = MemoryCache(size=2, clock=lambda: present[0])
    for key in ("first", "second", "third"):
        cache.set(key, [key], ttl_seconds=10)
    kept = [cache.get(key) for key in ("first", "second", "third")]
    present[0] = 11.0

    assert (kept, cache.get("third")) == ([None, ["second"], ["third"]], None)
