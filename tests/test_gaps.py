"""What is missing, cut off, or was never fetched."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from pipelines.origins import Origin
from tests.crypto_models import candles, funding, interest
from tests.models import Facts
from tests.stored import append, at, observations, opened
from warehouse.catalogue import SERIES
from warehouse.gaps import OPEN_END, find_gaps, job_of
from warehouse.landing import Landing
from warehouse.store import Store
from warehouse.tables.facts import FISCAL_FLOW
from warehouse.tables.quality import BACKFILL, GAP

NOW = at(30)
CLIENTS = Origin("live", None, NOW).clients(Landing(Path("nowhere")), NOW).values()


def gaps(store: Store, key: str, table: str = "facts.observation") -> list[tuple[object, ...]]:
    found = find_gaps(store, NOW).filter(table_name=table, key=key)
    return found.sort("from_period").select("from_period", "to_period", "reason").rows()


def store_days(store: Store, series_id: str, *days: date) -> None:
    append(store, observations(*((series_id, day, 1.0) for day in days), received_at=at(29)))


def test_what_was_never_fetched_is_an_open_gap_from_its_first_period_on(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        found = find_gaps(store, NOW)
        assert gaps(store, "SOFR") == [(date(2018, 4, 3), OPEN_END, "not_fetched")]
        assert gaps(store, "", "facts.fiscal_flow") == [(date(2005, 10, 3), OPEN_END, "not_fetched")]
        assert set(SERIES) <= set(found["key"])
        assert set(found["reason"]) == {"not_fetched"}
        assert dict(found.schema) == dict(GAP.polars_schema)


def test_open_days_without_a_value_are_a_gap(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        # 2018-04-03 is a Tuesday. Missing: Thursday and Friday, Monday. Present: Wednesday, the next Tuesday.
        store_days(store, "SOFR", date(2018, 4, 3), date(2018, 4, 4), date(2018, 4, 10))
        assert gaps(store, "SOFR") == [(date(2018, 4, 5), date(2018, 4, 9), "missing")]


def test_a_weekend_with_memorial_day_is_no_gap(tmp_path: Path) -> None:
    friday, tuesday = date(2018, 5, 25), date(2018, 5, 29)
    with opened(tmp_path) as store:
        store_days(store, "SOFR", friday, tuesday)
        assert gaps(store, "SOFR") == [(date(2018, 4, 3), date(2018, 5, 24), "upstream_window")]


def test_a_hole_before_a_value_on_a_closed_day_is_a_gap_too(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store_days(store, "SOFR", date(2018, 4, 5), date(2018, 4, 7))  # Thursday and Saturday
        assert gaps(store, "SOFR") == [(date(2018, 4, 6), date(2018, 4, 6), "missing")]


def test_a_series_that_begins_later_than_declared_was_cut_by_its_upstream(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store_days(store, "SP500", date(2016, 1, 4))
        assert gaps(store, "SP500") == [(date(1957, 3, 4), date(2016, 1, 3), "upstream_window")]


def test_a_week_is_there_whatever_day_of_it_the_value_is_dated(tmp_path: Path) -> None:
    first = date(2002, 12, 18)
    weeks = [first + timedelta(weeks=n) for n in range(5)]
    weeks[1] -= timedelta(days=1)  # dated Tuesday
    with opened(tmp_path) as store:
        store_days(store, "WALCL", *weeks[:3], weeks[4])
        assert gaps(store, "WALCL") == [(weeks[3], weeks[3], "missing")]


def test_a_month_that_is_not_there_is_a_gap(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store_days(store, "M2SL", date(1959, 1, 1), date(1959, 2, 1), date(1959, 5, 1))
        assert gaps(store, "M2SL") == [(date(1959, 3, 1), date(1959, 4, 1), "missing")]


def test_a_business_day_without_a_statement_is_a_gap(tmp_path: Path) -> None:
    def line(day: date) -> dict[str, object]:
        return {
            "record_date": day,
            "transaction_type": "Deposits",
            "category": "Taxes",
            "detail": "",
            "value": 1.0,
            "unit": "usd_millions",
            "known_at": at(2),
            "known_at_basis": "rule",
            "received_at": at(29),
            "landed_id": "a",
            "locator": f"/data/{day}",
        }

    # Friday, Monday, Thursday: Tuesday and Wednesday have no statement.
    days = [date(2026, 1, 9), date(2026, 1, 12), date(2026, 1, 15)]
    with opened(tmp_path) as store:
        append(store, pl.DataFrame([line(day) for day in days], schema=FISCAL_FLOW.polars_schema), FISCAL_FLOW)
        assert gaps(store, "", "facts.fiscal_flow") == [(date(2026, 1, 13), date(2026, 1, 14), "missing")]


def test_a_gap_keeps_the_moment_it_was_first_seen_until_it_is_closed(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store_days(store, "SOFR", date(2018, 4, 3), date(2018, 4, 5))
        with store.transaction():
            store.replace(GAP, find_gaps(store, at(29)))
        later = find_gaps(store, at(30)).filter(key="SOFR")
        assert later.select("from_period", "first_seen_at", "known_at").rows() == [(date(2018, 4, 4), at(29), at(29))]
        with store.transaction():
            assert not store.replace(GAP, find_gaps(store, at(30)))  # nothing changed: the table is left alone
        store_days(store, "SOFR", date(2018, 4, 4))
        assert gaps(store, "SOFR") == []


def test_an_unscheduled_holiday_of_the_exchange_is_told_and_ordinary_ones_are_not(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        # Sandy closed the exchange on Monday and Tuesday; Thanksgiving is no news.
        days = (date(2012, 10, 26), date(2012, 10, 31), date(2012, 11, 21), date(2012, 11, 23))
        store_days(store, "SP500", *days)
        found = [gap for gap in gaps(store, "SP500") if gap[2] == "closed"]
        assert found == [(date(2012, 10, 29), date(2012, 10, 30), "closed")]
        assert (date(2012, 11, 1), date(2012, 11, 20), "missing") in gaps(store, "SP500")


def store_facts(store: Store, *given: Facts) -> None:
    with store.transaction():
        for some in given:
            put_more(store, some)


def put_more(store: Store, some: Facts) -> None:
    provenance = {"received_at": at(29), "landed_id": "a", "known_at": at(29), "known_at_basis": "rule"}
    rows = [provenance | {"locator": f"/{n}"} | row for n, row in enumerate(some.rows)]
    columns = some.table.polars_schema
    store.insert(some.table, pl.DataFrame([{name: row.get(name) for name in columns} for row in rows], schema=columns))


def test_coins_trade_every_day_on_each_venue(tmp_path: Path) -> None:
    weekend = {"2026-01-09": 1, "2026-01-12": 1}  # Friday and Monday
    with opened(tmp_path) as store:
        store_facts(
            store,
            candles("BTC", weekend, venue="okx"),
            candles("BTC", {"2026-01-09": 1, "2026-01-10": 1, "2026-01-11": 1}, venue="kraken"),
            funding("okx", {"2026-01-05 08:00": 0.1, "2026-01-06 00:00": 0.1, "2026-01-08 16:00": 0.1}),
            interest("okx", {"2026-01-05 00:00": (1, 1), "2026-01-07 00:00": (1, 1)}),
            interest("deribit", {"2026-01-05 09:00": (1, 1), "2026-01-07 00:00": (1, 1)}),
        )
        candle, interest_ = "facts.candle", "facts.open_interest"
        assert gaps(store, "okx candle_1d BTC/USD", candle) == [(date(2026, 1, 10), date(2026, 1, 11), "missing")]
        assert gaps(store, "kraken candle_1d BTC/USD", candle) == []
        assert gaps(store, "okx funding BTC/USDT:USDT", "facts.funding") == [
            (date(2026, 1, 7), date(2026, 1, 7), "missing")
        ]
        assert gaps(store, "okx open_interest BTC/USDT:USDT", interest_) == [
            (date(2026, 1, 6), date(2026, 1, 6), "missing")
        ]
        # Deribit tells open interest of now only: that day nobody asked.
        assert gaps(store, "deribit open_interest BTC/USDT:USDT", interest_) == [
            (date(2026, 1, 6), date(2026, 1, 6), "not_fetched")
        ]


def test_a_missing_hour_is_a_missing_day_but_on_the_first_and_the_last(tmp_path: Path) -> None:
    hours = [datetime(2026, 1, 5, 20, tzinfo=UTC) + timedelta(hours=n) for n in range(60)]  # to the 8th, 07:00
    told = candles("BTC", {f"{hour:%F %H:%M}": 1 for hour in hours if hour != datetime(2026, 1, 7, 3, tzinfo=UTC)})
    hourly = Facts(told.table, [row | {"interval": "1h"} for row in told.rows])
    with opened(tmp_path) as store:
        store_facts(store, hourly)
        found = gaps(store, "coinbase candle_1h BTC/USD", "facts.candle")
        assert found == [(date(2026, 1, 7), date(2026, 1, 7), "missing")]


def test_what_was_asked_for_again_in_vain_is_outside_what_the_upstream_serves(tmp_path: Path) -> None:
    def answered(day: int, asked_from: date) -> None:
        row = {"job": "SOFR", "answered_at": at(day), "asked_from": asked_from, "known_at": at(day)}
        with store.transaction():
            store.insert(BACKFILL, pl.DataFrame([row], schema=BACKFILL.polars_schema))

    with opened(tmp_path) as store:
        store_days(store, "SOFR", date(2018, 4, 3), date(2018, 4, 5))  # received on the 29th
        answered(28, date(2018, 4, 3))
        assert gaps(store, "SOFR") == [(date(2018, 4, 4), date(2018, 4, 4), "missing")]
        answered(30, date(2018, 4, 5))  # not for the day that is missing
        assert gaps(store, "SOFR") == [(date(2018, 4, 4), date(2018, 4, 4), "missing")]
        answered(31, date(2018, 4, 3))
        assert gaps(store, "SOFR") == [(date(2018, 4, 4), date(2018, 4, 4), "upstream_window")]


@pytest.mark.parametrize(
    ("table_name", "key", "job"),
    [
        ("facts.observation", "WALCL", "WALCL"),
        ("facts.observation", "SOMA_BILLS", "SOMA_TOTAL"),
        ("facts.observation", "DTS_TGA_OPEN", "DTS_TGA_CLOSE"),
        ("facts.observation", "YAHOO_SPY_ADJUSTED_CLOSE", "YAHOO_SPY_CLOSE"),
        ("facts.observation", "YAHOO_LTC_USD_VOLUME", "YAHOO_LTC_USD_CLOSE"),
        ("facts.fiscal_flow", "", "facts.fiscal_flow"),
        ("facts.gse_portfolio", "FNMA", "facts.gse_portfolio"),
        ("facts.etf_flow", "BTC IBIT", "facts.etf_flow"),
        ("facts.exchange_reserve", "BTC", "facts.exchange_reserve"),
        ("facts.candle", "okx candle_1d BTC/USDT", "okx candle_1d BTC/USDT"),
    ],
)
def test_a_gap_knows_the_job_that_would_close_it(table_name: str, key: str, job: str) -> None:
    assert job_of(table_name, key) == job
    jobs = {each.key for client in CLIENTS for each in client.jobs(lambda key: None)}
    assert job in jobs
