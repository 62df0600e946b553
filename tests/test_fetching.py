"""Fetching: what one upstream does wrong leaves the others whole."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest

from assets.clients.fred import FredGraph
from assets.clients.jobs import Job, Newest
from assets.clients.transport import Get, Host, Transport
from assets.fetching import fetch
from tests.canned import Canned, host, serving
from warehouse.catalogue import SERIES
from warehouse.claims import Parsed, Reply
from warehouse.landing import Fetched, Landing

FRED = [series.id for series in SERIES.values() if series.upstream == "fred"]
NOW = datetime(2026, 1, 8, 12, tzinfo=UTC)
NOTHING: Newest = lambda key: None  # noqa: E731


def failures(fetched: list[Fetched]) -> list[Fetched]:
    return [job for job in fetched if job.outcome == "failed"]


def graph(path: str) -> Canned:
    series_id = path.partition("id=")[2].partition("&")[0]
    return Canned(f"observation_date,{series_id}\n2026-01-07,1\n", content_type="application/csv")


def gone(path: str) -> Canned:
    return Canned("no such thing", status=404)


@dataclass(frozen=True)
class OneJob:
    """A client with one job that does what it is told."""

    host: Host
    does: Callable[[], Sequence[Reply]]

    def jobs(self, newest: Newest) -> list[Job]:
        return [Job("facts.policy_event", lambda get: self.does())]

    def parse(self, key: str, replies: Sequence[Reply]) -> Parsed:
        return Parsed()


def test_a_dead_upstream_leaves_the_other_complete(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    with serving(graph) as alive, serving(Canned("go away", status=403)) as dead:
        clients = {"fred": FredGraph(host(alive, "fred")), "other": FredGraph(host(dead, "other"))}
        fetched = fetch(clients, landing, NOTHING, "run-7", NOW)
    ended = Counter((job.upstream, job.outcome) for job in fetched)
    assert ended == {("fred", "ok"): len(FRED), ("other", "failed"): len(FRED)}
    for job in fetched:
        assert job.run_id == "run-7"
        assert len(job.replies) == (job.upstream == "fred")
        if job.upstream == "fred":
            assert landing.body(job.replies[0]) == f"observation_date,{job.key}\n2026-01-07,1\n".encode()
    assert {job.reason.partition(":")[0] for job in failures(fetched)} == {"other"}
    journal = list(landing.journal())
    assert sorted(journal, key=str) == sorted(fetched, key=str)


def test_what_an_upstream_does_not_have_is_absent_and_not_failed(tmp_path: Path) -> None:
    with serving(gone) as served:
        fetched = fetch({"fred": FredGraph(host(served, "fred"))}, Landing(tmp_path), NOTHING, "run-1", NOW)
    assert {job.outcome for job in fetched} == {"absent"}
    assert failures(fetched) == []
    assert all("HTTP 404" in job.reason for job in fetched)


def test_each_upstream_says_how_much_it_plans_and_when_each_job_is_done(tmp_path: Path) -> None:
    planned: list[tuple[str, int]] = []
    finished: list[tuple[str, int]] = []
    with serving(graph) as served:
        client = FredGraph(host(served, "fred"))
        fetch(
            {"fred": client},
            Landing(tmp_path),
            NOTHING,
            "run-1",
            NOW,
            lambda *said: planned.append(said),
            lambda *said: finished.append(said),
        )
    assert planned == [("fred", len(FRED))]
    assert finished == [("fred", 1)] * len(FRED)


UNREADABLE = [
    ValueError("no 3"),
    KeyError("units"),
    TypeError("no 3"),
    AttributeError("no text"),
    SyntaxError("not well-formed"),  # what xml.etree raises
    RecursionError("too deep"),
    OverflowError("too large"),
]


@pytest.mark.parametrize("error", UNREADABLE, ids=[type(error).__name__ for error in UNREADABLE])
def test_a_reply_a_library_cannot_read_is_a_failed_job_with_its_name(tmp_path: Path, error: Exception) -> None:
    def unreadable() -> Sequence[Reply]:
        raise error

    with serving(graph) as served:
        clients = {"one": OneJob(host(served), unreadable), "fred": FredGraph(host(served, "fred"))}
        fetched = fetch(clients, Landing(tmp_path), NOTHING, "run-1", NOW)
    (failed,) = failures(fetched)
    assert failed.reason.startswith(f"facts.policy_event: unreadable reply: {type(error).__name__}: ")
    assert sum(job.outcome == "ok" for job in fetched) == len(FRED)


@dataclass(frozen=True)
class AskingLate:
    """A client whose one job begins, and asks when the fetch is over."""

    host: Host
    begun: Event

    def jobs(self, newest: Newest) -> list[Job]:
        return [Job("facts.policy_event", self._ask)]

    def _ask(self, get: Get) -> Sequence[Reply]:
        transport: Transport = get.__self__  # type: ignore[attr-defined]
        self.begun.set()
        assert transport.over.wait(10)
        return [get("/late", expect="csv")]

    def parse(self, key: str, replies: Sequence[Reply]) -> Parsed:
        return Parsed()


def test_an_interrupted_fetch_asks_nothing_more_and_tells_of_no_failure(tmp_path: Path) -> None:
    def interrupt(upstream: str, jobs: int) -> None:
        if upstream == "fred":
            assert begun.wait(10)
            raise KeyboardInterrupt

    begun = Event()
    with serving(graph) as served:
        clients = {"late": AskingLate(host(served), begun), "fred": FredGraph(host(served, "fred"))}
        with pytest.raises(KeyboardInterrupt):
            fetch(clients, Landing(tmp_path), NOTHING, "run-1", NOW, interrupt)
    assert begun.is_set()
    assert (list(Landing(tmp_path).journal()), served.requests) == ([], [])


def test_a_disk_that_cannot_be_written_is_no_fault_of_an_upstream(tmp_path: Path) -> None:
    def full() -> Sequence[Reply]:
        raise OSError(28, "No space left on device")

    with serving(graph) as served, pytest.raises(OSError, match="No space left"):
        fetch({"one": OneJob(host(served), full)}, Landing(tmp_path), NOTHING, "run-1", NOW)
    assert list(Landing(tmp_path).journal()) == []
