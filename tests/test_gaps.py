"""What is missing, cut off, or was never fetched."""

from datetime import date, timedelta
from pathlib import Path

import polars as pl

from tests.stored import append, at, observations, opened
from warehouse.catalogue import SERIES
from warehouse.gaps import OPEN_END, find_gaps
from warehouse.store import Store
from warehouse.tables.facts import FISCAL_FLOW
from warehouse.tables.quality import GAP

NOW = at(30)


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
