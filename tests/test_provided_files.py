"""The user's file of tomorrow: it adds and revises, and what it tells no more stays and is said."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assets.clients.jobs import Client
from assets.clients.provided import provided
from assets.fetching import fetch
from assets.recording import Recorded, record, record_again, review
from tests.stored import opened
from warehouse.landing import Landing
from warehouse.store import Store
from warehouse.tables.provided import ETF_FLOW

HEADER = "fund,symbol,date,net_flow_usd,known_at"
MONDAY = "IBIT,BTC,2026-01-12,50000000,2026-01-13T14:00Z"
TUESDAY = "IBIT,BTC,2026-01-13,-20000000,"
THURSDAY = "IBIT,BTC,2026-01-15,10000000,"


def noon(day: int) -> datetime:
    return datetime(2026, 1, day, 12, tzinfo=UTC)


@dataclass
class Provided:
    """A warehouse that is given one file, one run after the other."""

    folder: Path
    store: Store

    def run(self, day: int, *lines: str) -> Recorded:
        (self.folder / "etf_flow.csv").write_text("\n".join((HEADER, *lines)) + "\n")
        return self.record(day)

    def record(self, day: int) -> Recorded:
        (flows, reserves) = fetch(self.clients(noon(day)), self.landing, lambda _: None, "", noon(day))
        assert (flows.outcome, reserves.outcome) == ("ok", "absent")
        return record(self.store, self.landing, self.clients)

    def clients(self, now: datetime) -> Mapping[str, Client]:
        return {"provided": provided(self.landing, now, self.folder)}

    @property
    def landing(self) -> Landing:
        return Landing(self.folder / "landing")

    def read(self, query: str) -> list[tuple[object, ...]]:
        return self.store.read(query).rows()

    def told(self) -> list[tuple[object, ...]]:
        return self.read(
            "select day(date)::int, net_flow_usd / 1e6, known_at, known_at_basis from facts.etf_flow order by all"
        )

    def stands(self, kind: str = "shortened_history") -> list[object]:
        query = f"select detail from quality.sentinel where kind = '{kind}' and ended_at is null"
        return [detail for (detail,) in self.read(query)]


@pytest.fixture
def user(tmp_path: Path) -> Iterator[Provided]:
    with opened(tmp_path) as store:
        yield Provided(tmp_path, store)


def test_the_file_of_tomorrow_adds_and_revises_and_the_same_one_says_nothing(user: Provided) -> None:
    first = user.run(14, MONDAY, TUESDAY)
    assert first.appended[ETF_FLOW.name].new == 2
    again = user.run(15, MONDAY, TUESDAY)
    assert (again.appended[ETF_FLOW.name].new, again.appended[ETF_FLOW.name].unchanged) == (0, 2)
    later = user.run(16, MONDAY.replace("50000000", "60000000"), TUESDAY, THURSDAY)
    assert (later.appended[ETF_FLOW.name].new, later.appended[ETF_FLOW.name].revised) == (1, 1)
    assert user.told() == [
        (12, 50.0, datetime(2026, 1, 13, 14, tzinfo=UTC), "stamp"),
        (12, 60.0, noon(16), "observed"),  # its line still has the time of the figure before
        (13, -20.0, noon(14), "observed"),
        (15, 10.0, noon(16), "observed"),
    ]
    review(user.store, noon(16))
    assert user.read(
        "select key, from_period::varchar, reason from quality.gap where table_name = 'facts.etf_flow'"
    ) == [("BTC IBIT", "2026-01-14", "missing")]


def test_what_is_told_no_more_stays_in_force_and_is_said_until_it_is_back(user: Provided) -> None:
    user.run(14, MONDAY, TUESDAY)
    user.run(15, MONDAY)
    assert len(user.told()) == 2
    assert user.stands() == ["1 stored figures are told no more, from 2026-01-13 to 2026-01-13: they stay in force"]
    assert not user.run(16, MONDAY).sentinels.detected
    ended = user.run(17, MONDAY, TUESDAY).sentinels.ended
    assert [sentinel.source for sentinel in ended] == [ETF_FLOW.name]
    assert user.stands() == []


def test_a_figure_that_is_left_empty_is_taken_back_and_told_all_the_same(user: Provided) -> None:
    user.run(14, MONDAY, TUESDAY)
    user.run(15, MONDAY, "IBIT,BTC,2026-01-13,,")
    assert user.told()[-2:] == [(13, -20.0, noon(14), "observed"), (13, None, noon(15), "observed")]
    assert user.stands() == []


def test_a_bad_line_is_in_quarantine_by_its_number_and_a_bad_file_changes_nothing(user: Provided) -> None:
    user.run(14, MONDAY, "IBIT,BTC,2026-01-13,-20,")
    assert user.read("select locator, field, value from quality.quarantine") == [
        ("line 3", "net_flow_usd of IBIT,BTC,2026-01-13", "-20")
    ]
    user.run(15, "IBIT,BTC,2026-01-12,50,", "IBIT,BTC,2026-01-13,-20,", "IBIT,BTC,2026-01-14,-30,")
    assert [row[:2] for row in user.told()] == [(12, 50.0)]
    assert "3 of 3 lines are not believable" in str(user.stands("refused_reply"))
    user.run(16, MONDAY, TUESDAY)
    assert [row[:2] for row in user.told()] == [(12, 50.0), (13, -20.0)]
    assert user.stands("refused_reply") == []


def test_assets_in_millions_are_out_of_bounds(user: Provided) -> None:
    lines = [f"F{n},BTC,2026-01-12,50000000,{assets}" for n, assets in enumerate((70_000, 7e10, 7e10))]
    (user.folder / "etf_flow.csv").write_text("\n".join(("fund,symbol,date,net_flow_usd,aum_usd", *lines)) + "\n")
    (rejected,) = user.record(14).quarantined
    assert (rejected.locator, rejected.value) == ("line 2", "70000.0")
    assert "aum_usd" in rejected.field


def test_a_file_whose_figures_change_all_at_once_is_said(user: Provided) -> None:
    """To dollars from thousands, which may be either: so they are recorded, and can be corrected."""
    lines = [f"IBIT,BTC,2026-01-{day},{day}000," for day in (12, 13, 14, 15)]
    user.run(16, *lines)
    user.run(17, *(line.replace("000,", "000000,") for line in lines))
    assert user.stands("restated_history") == ["4 of 4 stored values restated at once, from 2026-01-12 to 2026-01-15"]


def test_what_was_landed_comes_to_the_same_when_it_is_recorded_again(user: Provided, tmp_path: Path) -> None:
    user.run(14, MONDAY, TUESDAY)
    user.run(15, MONDAY.replace("50000000", "60000000"), THURSDAY)
    told, sentinels = user.told(), user.read("from quality.sentinel")
    (user.folder / "etf_flow.csv").unlink()
    (tmp_path / "again").mkdir()
    with opened(tmp_path / "again") as store:
        record_again(store, user.landing, user.clients, lambda _done, _all: None)
        again = Provided(tmp_path / "again", store)
        assert (again.told(), again.read("from quality.sentinel")) == (told, sentinels)
