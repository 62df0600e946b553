"""Recording: from landed replies to facts, with what is not believed in quarantine."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from assets.clients.fred import FredGraph
from assets.clients.jobs import Client, Job, Newest
from assets.clients.transport import Host
from assets.recording import Recorded, record
from tests.canned import Served, host
from tests.stored import at, opened
from warehouse.claims import Parsed, Reply, UpstreamError
from warehouse.landing import Fetched, Landed, Landing
from warehouse.store import Store

GRAPH = FredGraph(host(Served("http://127.0.0.1:9"), "fred"))
SETTLED = datetime(2026, 1, 2, tzinfo=UTC)


def landed(landing: Landing, body: str, day: int, request: str) -> Landed:
    return landing.keep(
        upstream="fred",
        base_url="http://127.0.0.1",
        request=request,
        status=200,
        content_type="text/csv",
        requested_at=at(day),
        received_at=at(day),
        body=body.encode(),
    )


def finish(landing: Landing, key: str, *lines: str, day: int = 20, outcome: str = "ok", upstream: str = "fred") -> str:
    """Land one finished job with one CSV reply; returns the reply's identifier."""
    body = "".join(f"{line}\n" for line in (f"observation_date,{key}", *lines))
    reply = landed(landing, body, day, f"GET /graph/fredgraph.csv?id={key}")
    landing.finish(
        Fetched(
            run_id="run-1",
            now=at(day),
            upstream=upstream,
            key=key,
            outcome=outcome,  # type: ignore[arg-type]
            reason="",
            finished_at=at(day),
            replies=(reply,),
        )
    )
    return reply.landed_id


def recorded(store: Store, landing: Landing, clients: dict[str, Client] | None = None) -> Recorded:
    return record(store, landing, lambda _now: clients or {"fred": GRAPH})


def values(store: Store) -> list[tuple[str, date, float]]:
    return store.read("select series_id, period, value from facts.observation order by all").rows()


def quarantine(store: Store) -> list[dict[str, object]]:
    return store.read("from quality.quarantine order by first_seen_at, locator").rows(named=True)


def resting_on(store: Store) -> set[str]:
    """The replies that facts and quarantined values name."""
    query = "select landed_id from facts.observation union select landed_id from quality.quarantine"
    return set(store.read(query)["landed_id"])


def replies(store: Store) -> set[str]:
    return set(store.read("select landed_id from facts.landed")["landed_id"])


def test_a_landed_reply_becomes_facts_that_point_back_to_their_bytes(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    reply = finish(landing, "WALCL", "2026-01-07,6600000", "2026-01-14,6610000")
    with opened(tmp_path) as store:
        said = recorded(store, landing)
        assert (said.appended["facts.observation"].new, said.quarantined) == (2, [])
        assert values(store) == [("WALCL", date(2026, 1, 7), 6.6e6), ("WALCL", date(2026, 1, 14), 6.61e6)]
        assert store.read("select landed_id, locator, unit from facts.observation order by period").rows() == [
            (reply, "line 2", "usd_millions"),
            (reply, "line 3", "usd_millions"),
        ]
        (row,) = store.read("from facts.landed").rows(named=True)
        body = next(landing.journal()).replies[0]
        assert {name: row[name] for name in ("sha256", "bytes", "request", "received_at")} == {
            "sha256": body.sha256,
            "bytes": body.bytes,
            "request": "GET /graph/fredgraph.csv?id=WALCL",
            "received_at": at(20),
        }


def test_a_bad_reply_is_quarantined_and_the_good_ones_of_others_are_recorded(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    bad = finish(landing, "WALCL", "2026-01-07;6600000")
    good = finish(landing, "SOFR", "2026-01-07,4.1")
    with opened(tmp_path) as store:
        recorded(store, landing)
        assert values(store) == [("SOFR", date(2026, 1, 7), 4.1)]
        (row,) = quarantine(store)
        assert row == {
            "landed_id": bad,
            "locator": "$",
            "source": "WALCL",
            "field": "reply",
            "value": "GET /graph/fredgraph.csv?id=WALCL",
            "reason": "line 2 is not date,value: '2026-01-07;6600000'",
            "first_seen_at": at(20),
            "known_at": at(20),
        }
        assert replies(store) == resting_on(store) == {bad, good}


def test_one_bad_value_is_quarantined_with_its_place_and_the_rest_of_its_reply_is_recorded(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    lines = ["2026-01-02,4.0", "2026-01-05,four", "2026-01-06,4.1", "2026-01-07,99", "2026-01-08,4.2", "2026-01-09,4.2"]
    finish(landing, "SOFR", *lines)
    with opened(tmp_path) as store:
        recorded(store, landing)
        assert [value for _, _, value in values(store)] == [4.0, 4.1, 4.2, 4.2]
        told = [(row["locator"], row["field"], row["value"], row["reason"]) for row in quarantine(store)]
        assert told == [
            ("line 3", "value of 2026-01-05", "four", "not a date and a number"),
            ("line 5", "value of 2026-01-07", "99.0", "outside -5.0 to 25.0 percent"),
        ]


def test_the_same_problem_seen_again_is_not_repeated_but_another_is_told(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    with opened(tmp_path) as store:
        for day, bad in ((20, "four"), (21, "four"), (22, "five")):
            finish(landing, "SOFR", f"2026-01-05,{bad}", "2026-01-06,4.1", day=day)
            recorded(store, landing)
        assert [(row["value"], row["first_seen_at"]) for row in quarantine(store)] == [
            ("four", at(20)),
            ("five", at(22)),
        ]
        assert replies(store) == resting_on(store)


def test_a_reply_that_adds_nothing_is_not_among_those_facts_rest_on(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    with opened(tmp_path) as store:
        first = finish(landing, "SOFR", "2026-01-05,4.0")
        recorded(store, landing)
        finish(landing, "SOFR", "2026-01-05,4.0", day=21)
        said = recorded(store, landing)
        assert said.appended["facts.observation"].unchanged == 1
        third = finish(landing, "SOFR", "2026-01-05,4.1", day=22)
        recorded(store, landing)
        assert replies(store) == resting_on(store) == {first, third}


def test_a_job_fetched_twice_before_it_was_recorded_is_recorded_in_order(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    for day, value in ((20, 4.0), (21, 4.1), (22, 4.0)):
        finish(landing, "SOFR", f"2026-01-05,{value}", day=day)
    with opened(tmp_path) as store:
        recorded(store, landing)
        query = "select value, known_at from facts.observation order by known_at"
        assert [value for value, _ in store.read(query).rows()] == [4.0, 4.1, 4.0]


def test_recording_again_from_the_beginning_changes_nothing(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    for day, value in ((20, "4.0"), (21, "four"), (22, "4.1"), (23, "4.0")):
        finish(landing, "SOFR", f"2026-01-05,{value}", "2026-01-06,4.2", day=day)
    with opened(tmp_path) as store:
        recorded(store, landing)
        before = values(store), quarantine(store), replies(store), store.ledger.versions()
        store.do("delete from quality.recording")  # as if nothing had been read
        recorded(store, landing)
        assert (values(store), quarantine(store), replies(store), store.ledger.versions()) == before


@pytest.mark.parametrize("outcome", ["failed", "absent"])
def test_a_job_that_did_not_end_well_is_not_parsed(tmp_path: Path, outcome: str) -> None:
    landing = Landing(tmp_path)
    finish(landing, "SOFR", "2026-01-05,4.0", outcome=outcome)
    with opened(tmp_path) as store:
        recorded(store, landing)
        assert (values(store), quarantine(store), replies(store)) == ([], [], set())
        assert store.ledger.versions() == {}


@dataclass(frozen=True)
class Pages:
    """FRED's keyless parser over several pages, one of which goes wrong in its own way."""

    host: Host
    goes_wrong: Callable[[Reply], None]

    def jobs(self, newest: Newest) -> list[Job]:
        return []

    def parse(self, key: str, replies: Sequence[Reply]) -> Parsed:
        parsed = Parsed()
        for reply in replies:
            if b"wrong" in reply.body:
                self.goes_wrong(reply)
            parsed.frames += GRAPH.parse(key, [reply]).frames
        return parsed


def refused(reply: Reply) -> None:
    raise UpstreamError("SOFR", "page 2 is not what page 1 announced", request=reply.landed.request)


def unforeseen(reply: Reply) -> None:
    raise KeyError("data")


def absent(reply: Reply) -> None:
    raise UpstreamError("SOFR", "there is none", absent=True)


@pytest.mark.parametrize(
    ("goes_wrong", "told"),
    [
        (refused, [("GET /2", "page 2 is not what page 1 announced")]),
        (unforeseen, [("GET /1", "unreadable reply: KeyError: 'data'")]),
        (absent, []),
    ],
    ids=["a broken contract", "an error nobody foresaw", "a thing that is not there"],
)
def test_one_bad_page_leaves_nothing_of_its_job_and_all_of_the_others(
    tmp_path: Path, goes_wrong: Callable[[Reply], None], told: list[tuple[str, str]]
) -> None:
    landing = Landing(tmp_path)
    pages = (
        landed(landing, "observation_date,SOFR\n2026-01-05,4.0\n", 20, "GET /1"),
        landed(landing, "wrong", 20, "GET /2"),
    )
    landing.finish(
        Fetched(
            run_id="run-1",
            now=at(20),
            upstream="paged",
            key="SOFR",
            outcome="ok",
            reason="",
            finished_at=at(20),
            replies=pages,
        )
    )
    finish(landing, "WALCL", "2026-01-07,6600000")
    with opened(tmp_path) as store:
        recorded(store, landing, {"fred": GRAPH, "paged": Pages(GRAPH.host, goes_wrong)})
        assert values(store) == [("WALCL", date(2026, 1, 7), 6.6e6)]
        assert [(row["value"], row["reason"]) for row in quarantine(store)] == told
        assert replies(store) == resting_on(store)


def test_a_damaged_body_stops_recording_and_nothing_is_taken_for_read(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    finish(landing, "SOFR", "2026-01-05,4.0")
    (body,) = (path for path in (tmp_path / "body").rglob("*.zst"))
    whole = body.read_bytes()
    with opened(tmp_path) as store:
        body.write_bytes(b"damaged")
        with pytest.raises(ValueError, match="missing or damaged"):
            recorded(store, landing)
        body.write_bytes(whole)
        recorded(store, landing)
        assert len(values(store)) == 1
