"""Upstreams that change their ways, over real sockets: each change noticed once, and nothing stored is lost."""

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from assets.clients.jobs import Client
from assets.fetching import fetch
from assets.recording import Recorded, record, record_again
from pipelines.origins import Origin
from pipelines.sample.server import SampleServer, serve
from pipelines.sample.wire.reply import Reply
from tests.stored import opened
from warehouse.landing import Landing, body_path
from warehouse.losses import Loss
from warehouse.store import Store
from warehouse.tables.quality import SENTINEL

MONDAY = datetime(2026, 1, 5, 12, tzinfo=UTC)
WEEK = timedelta(weeks=1)
UPSTREAMS = ("fred", "fiscaldata")
HELD = "select series_id, period, known_at, value from facts.observation"
KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def server() -> Iterator[SampleServer]:
    with serve(at=MONDAY) as running:
        yield running


@dataclass
class Warehouse:
    """A warehouse that is fed from the sample world, one run after the other."""

    folder: Path
    server: SampleServer

    def run(self, at: datetime, spoil: Callable[[str, Reply], Reply] | None = None, *, whole: bool = False) -> Recorded:
        """One run at a moment; a ``whole`` one asks for everything again."""
        self.server.at, self.server.spoil = at, spoil
        asked = {name: client for name, client in self.clients(at).items() if name in UPSTREAMS}
        with opened(self.folder) as store:
            newest = (lambda key: None) if whole else store.newest_periods().get
            fetched = fetch(asked, self.landing, newest, f"{at} {whole}", at, sleep=lambda _seconds: None)
            assert {job.outcome for job in fetched} <= {"ok", "absent"}
            return record(store, self.landing, self.clients)

    @property
    def landing(self) -> Landing:
        return Landing(self.folder / "landing")

    def clients(self, at: datetime) -> Mapping[str, Client]:
        return Origin("replay", self.server.url, at).clients(self.landing, at)

    def read(self, query: str) -> list[tuple[object, ...]]:
        with opened(self.folder) as store:
            return store.read(query).rows()


@pytest.fixture(scope="module")
def before(server: SampleServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All that was known on the first Monday of 2026."""
    warehouse = Warehouse(tmp_path_factory.mktemp("before"), server)
    assert seen(warehouse.run(MONDAY)) == []
    return warehouse.folder


@pytest.fixture
def warehouse(before: Path, server: SampleServer, tmp_path: Path) -> Warehouse:
    shutil.copytree(before, tmp_path / "copy")
    return Warehouse(tmp_path / "copy", server)


def seen(said: Recorded) -> list[tuple[str, str]]:
    return [(sentinel.kind, sentinel.source) for sentinel in said.sentinels.detected]


def over(said: Recorded) -> list[tuple[str, str]]:
    return [(sentinel.kind, sentinel.source) for sentinel in said.sentinels.ended]


def lines(series_id: str, change: Callable[[str, str], str]) -> Callable[[str, Reply], Reply]:
    """Change the lines of one series' CSV, given their day and value."""

    def spoil(target: str, reply: Reply) -> Reply:
        if f"fredgraph.csv?id={series_id}&" not in target:
            return reply
        header, *rows = reply.body.decode().splitlines()
        told = [change(*row.split(",")) if row.split(",")[1] else f"{row}\n" for row in rows]
        return replace(reply, body=f"{header}\n{''.join(told)}".encode())

    return spoil


def thousandfold(target: str, reply: Reply) -> Reply:
    return lines("WALCL", lambda day, value: f"{day},{float(value) * 1000}\n")(target, reply)


def renamed_column(target: str, reply: Reply) -> Reply:
    if "fredgraph.csv?id=WALCL&" not in target:
        return reply
    return replace(reply, body=reply.body.replace(b"observation_date,WALCL", b"observation_date,WALCL_V2", 1))


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [(thousandfold, "the first: outside"), (renamed_column, "expected the header observation_date,WALCL")],
    ids=["x1000", "renamed column"],
)
def test_a_reply_that_is_not_believed_is_told_once_until_it_is_over(
    warehouse: Warehouse, spoil: Callable[[str, Reply], Reply], reason: str
) -> None:
    held = set(warehouse.read(HELD))
    first = warehouse.run(MONDAY + WEEK, spoil)
    assert seen(first) == [("refused_reply", "WALCL")]
    assert reason in first.sentinels.detected[0].detail
    assert [rejected.source for rejected in first.quarantined] == ["WALCL"]
    # A week later other periods are told, in other numbers: it is the same fault.
    second = warehouse.run(MONDAY + 2 * WEEK, spoil)
    assert (seen(second), over(second), second.quarantined) == ([], [], [])
    assert "WALCL" not in {row[0] for row in set(warehouse.read(HELD)) - held}
    healed = warehouse.run(MONDAY + 3 * WEEK)
    assert (seen(healed), over(healed)) == ([], [("refused_reply", "WALCL")])
    assert held <= set(warehouse.read(HELD))
    # What is over can begin again.
    assert seen(warehouse.run(MONDAY + 4 * WEEK, spoil)) == [("refused_reply", "WALCL")]


def test_another_fault_of_the_same_series_is_told_too(warehouse: Warehouse) -> None:
    warehouse.run(MONDAY + WEEK, thousandfold)
    said = warehouse.run(MONDAY + 2 * WEEK, renamed_column)
    assert (seen(said), over(said)) == ([("refused_reply", "WALCL")], [("refused_reply", "WALCL")])
    assert len(said.quarantined) == 1
    assert warehouse.read("select count(*), count(ended_at) from quality.sentinel") == [(2, 1)]


def other_unit(target: str, reply: Reply) -> Reply:
    if "/fred/series?series_id=WALCL" not in target:
        return reply
    return replace(reply, body=reply.body.replace(b"Millions of U.S. Dollars", b"Billions of U.S. Dollars"))


def test_another_unit_is_told_once(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRED_API_KEY", KEY)
    held = set(warehouse.read(HELD))
    first = warehouse.run(MONDAY + WEEK, other_unit)
    assert seen(first) == [("refused_reply", "WALCL")]
    assert "units are declared as usd_millions" in first.sentinels.detected[0].detail
    second = warehouse.run(MONDAY + 2 * WEEK, other_unit)
    assert (seen(second), second.quarantined) == ([], [])
    assert "WALCL" not in {row[0] for row in set(warehouse.read(HELD)) - held}
    assert over(warehouse.run(MONDAY + 3 * WEEK)) == [("refused_reply", "WALCL")]


def renamed_category(target: str, reply: Reply) -> Reply:
    if "deposits_withdrawals" not in target:
        return reply
    document = json.loads(reply.body)
    for row in document["data"]:
        if row["transaction_catg"].startswith("DHS - Customs"):
            row["transaction_catg"] = "Customs Receipts (renamed)"
    return replace(reply, body=json.dumps(document).encode())


def test_a_renamed_category_costs_its_own_lines_only(warehouse: Warehouse) -> None:
    count = "select count(*) from facts.fiscal_flow where category like 'DHS - Customs%'"
    (customs,), (lines_before,) = (
        warehouse.read(query)[0] for query in (count, "select count(*) from facts.fiscal_flow")
    )
    said = warehouse.run(MONDAY + WEEK, renamed_category)
    assert seen(said) == []
    assert {(r.source, r.reason.split(" are not in ")[0]) for r in said.quarantined} == {
        ("facts.fiscal_flow", "transaction type and category")
    }
    assert warehouse.read(count) == [(customs,)]
    assert warehouse.read("select count(*) from facts.fiscal_flow")[0] > (lines_before,)


def test_a_series_that_stops_while_its_release_goes_on_is_told_once_and_its_end_too(warehouse: Warehouse) -> None:
    def ends(target: str, reply: Reply) -> Reply:
        return lines("TREAST", lambda day, value: f"{day},{value}\n" if day < "2026-01-01" else "")(target, reply)

    assert seen(warehouse.run(MONDAY + WEEK, ends)) == []  # the week of 7 January is out, one value behind
    second = warehouse.run(MONDAY + 2 * WEEK, ends)
    assert seen(second) == [("stopped_series", "TREAST")]
    assert second.sentinels.detected[0].detail == "nothing after 2025-12-31"
    assert seen(warehouse.run(MONDAY + 3 * WEEK, ends)) == []
    assert over(warehouse.run(MONDAY + 3 * WEEK)) == [("stopped_series", "TREAST")]


def test_a_series_that_stops_alone_is_told_after_a_while(warehouse: Warehouse) -> None:
    def ends(target: str, reply: Reply) -> Reply:
        return lines("RRPONTSYD", lambda day, value: f"{day},{value}\n" if day < "2026-01-03" else "")(target, reply)

    found = [seen(warehouse.run(MONDAY + timedelta(days=n), ends)) for n in range(2, 12, 3)]
    assert [told for told in found if told] == [[("stopped_series", "RRPONTSYD")]]


def test_a_restated_history_is_told_once_and_both_vintages_are_kept(warehouse: Warehouse) -> None:
    def restated(target: str, reply: Reply) -> Reply:
        return lines("DGS10", lambda day, value: f"{day},{float(value) + 0.01:.2f}\n")(target, reply)

    held = set(warehouse.read(HELD))
    first = warehouse.run(MONDAY + timedelta(days=1), restated)
    assert seen(first) == [("restated_history", "DGS10")]
    changed, compared = re.match(r"(\d+) of (\d+) stored values restated", first.sentinels.detected[0].detail).groups()  # type: ignore[union-attr]
    assert changed == compared
    assert held < set(warehouse.read(HELD))
    second = warehouse.run(MONDAY + timedelta(days=2), restated)
    assert (seen(second), over(second)) == ([], [("restated_history", "DGS10")])  # it is the history now


def test_one_correction_is_no_restated_history(warehouse: Warehouse) -> None:
    def corrected(target: str, reply: Reply) -> Reply:
        change = lambda day, value: f"{day},{'9.99' if day == '2025-12-30' else value}\n"  # noqa: E731
        return lines("DGS10", change)(target, reply)

    said = warehouse.run(MONDAY + timedelta(days=1), corrected)
    assert (seen(said), said.appended["facts.observation"].revised) == ([], 1)


def shortened(series_id: str) -> Callable[[str, Reply], Reply]:
    return lines(series_id, lambda day, value: f"{day},{value}\n" if day >= "2023-01-05" else "")


def test_a_history_that_begins_later_is_told_once_and_what_is_stored_stays(warehouse: Warehouse) -> None:
    held = set(warehouse.read(HELD))
    begins = warehouse.read("select min(period) from facts.observation where series_id = 'DGS10'")
    assert begins == [(date(2019, 1, 2),)]
    assert seen(warehouse.run(MONDAY + timedelta(days=1), shortened("DGS10"))) == []  # asks for the last days only
    first = warehouse.run(MONDAY + timedelta(days=2), shortened("DGS10"), whole=True)
    assert seen(first) == [("shortened_history", "DGS10")]
    assert first.sentinels.detected[0].detail == "begins on 2023-01-05 now, stored from 2019-01-02 on"
    for whole in (True, False):
        again = warehouse.run(MONDAY + timedelta(days=3), shortened("DGS10"), whole=whole)
        assert (seen(again), over(again)) == ([], [])
    assert held < set(warehouse.read(HELD))
    assert over(warehouse.run(MONDAY + timedelta(days=4), whole=True)) == [("shortened_history", "DGS10")]


def test_a_window_that_is_declared_is_no_news(warehouse: Warehouse) -> None:
    assert seen(warehouse.run(MONDAY + timedelta(days=1), shortened("BAMLH0A0HYM2"), whole=True)) == []


def told(store: Store) -> list[list[tuple[object, ...]]]:
    tables = ("quality.sentinel", "quality.quarantine", "facts.observation")
    return [store.read(f"from {table} order by all").rows() for table in tables]


def test_a_rebuild_notices_the_same_at_the_same_times(warehouse: Warehouse) -> None:
    def ends(target: str, reply: Reply) -> Reply:
        return lines("TREAST", lambda day, value: f"{day},{value}\n" if day < "2026-01-01" else "")(target, reply)

    warehouse.run(MONDAY + WEEK, lambda target, reply: ends(target, thousandfold(target, reply)))
    warehouse.run(MONDAY + 2 * WEEK, ends)
    warehouse.run(MONDAY + 3 * WEEK, shortened("DGS10"), whole=True)
    with opened(warehouse.folder) as store:
        before = told(store)
    ended = [(row["kind"], row["source"], row["ended_at"] is not None) for row in sentinels(before)]
    assert sorted(ended) == [
        ("refused_reply", "WALCL", True),
        ("shortened_history", "DGS10", False),
        ("stopped_series", "TREAST", True),
    ]
    with Store.open(warehouse.folder / "again.duckdb", "again") as store:
        record_again(store, warehouse.landing, warehouse.clients, lambda _done, _of: None)
        assert told(store) == before


def sentinels(tables: list[list[tuple[object, ...]]]) -> list[dict[str, object]]:
    return [dict(zip(SENTINEL.polars_schema, row, strict=True)) for row in tables[0]]


def test_what_nobody_asked_for_has_not_stopped(warehouse: Warehouse) -> None:
    """A run that records and asks for nothing, however late, and one that asks for one series alone."""
    later = MONDAY + 3 * WEEK
    warehouse.server.at, warehouse.server.spoil = later, None
    with opened(warehouse.folder) as store:
        assert seen(record(store, warehouse.landing, warehouse.clients)) == []
        asked = {"fred": warehouse.clients(later)["fred"]}
        fetch(asked, warehouse.landing, store.newest_periods().get, "one", later, only={"DGS10"})
        said = record(store, warehouse.landing, warehouse.clients)
    assert (seen(said), said.appended["facts.observation"].new > 10) == ([], True)


def test_a_reply_that_we_lost_is_no_change_of_its_upstream(warehouse: Warehouse) -> None:
    warehouse.run(MONDAY + WEEK)
    run = [job for job in warehouse.landing.journal() if job.now == MONDAY + WEEK]
    (reply,) = next(job for job in run if job.key == "WALCL").replies
    body_path(warehouse.landing.root, reply.sha256).unlink()
    warehouse.landing.losses.note(
        [
            Loss(
                what="body",
                sha256=reply.sha256,
                upstream="fred",
                key="WALCL",
                request=reply.request,
                landed_ids=(reply.landed_id,),
                noted_at=MONDAY + WEEK,
            )
        ]
    )
    with Store.open(warehouse.folder / "again.duckdb", "again") as store:
        said = record_again(store, warehouse.landing, warehouse.clients, lambda _done, _of: None)
    assert [rejected.source for rejected in said.quarantined] == ["WALCL"]
    assert seen(said) == []
