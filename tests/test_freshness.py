"""How new each series is, and when its next value is overdue."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.stored import append, at, observations, opened
from warehouse.catalogue import SERIES
from warehouse.freshness import freshness
from warehouse.tables.quality import FRESHNESS


def utc(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


#: Series, its newest period, and when the one after it is overdue: a business day after its release.
OVERDUE = [
    ("WALCL", date(2026, 1, 7), utc(2026, 1, 16, 21, 30)),  # next Wednesday, known Thursday 16:30
    ("WALCL", date(2025, 11, 19), utc(2025, 12, 1, 21, 30)),  # known Friday after Thanksgiving
    ("SOFR", date(2026, 1, 8), utc(2026, 1, 13, 13, 2)),  # Friday's rate, known Monday 08:02
    ("SP500", date(2026, 1, 8), utc(2026, 1, 13, 2)),  # Friday's close, known 21:00; overdue Monday 21:00
    ("SP500", date(2026, 3, 5), utc(2026, 3, 10, 1)),  # the same, and the clocks change in between
    ("RRPONTSYD", date(2025, 10, 9), utc(2025, 10, 14, 18, 2)),  # Friday's operation; Monday is Columbus Day
    ("M2SL", date(2025, 11, 1), utc(2026, 1, 28, 18)),  # December's, fourth Tuesday of January
]


@pytest.mark.parametrize(
    ("series_id", "newest", "expected_by"), OVERDUE, ids=[f"{series} {day}" for series, day, _ in OVERDUE]
)
def test_a_series_is_stale_a_business_day_after_its_next_value_was_due(
    tmp_path: Path, series_id: str, newest: date, expected_by: datetime
) -> None:
    with opened(tmp_path) as store:
        append(store, observations((series_id, newest, 1.0), received_at=at(9), known_at=utc(2025, 1, 1, 0)))
        for now, is_stale in ((expected_by, False), (expected_by + timedelta(seconds=1), True)):
            (row,) = freshness(store, now).filter(source=series_id).rows(named=True)
            assert (row["newest_period"], row["expected_by"], row["is_stale"]) == (newest, expected_by, is_stale)


def test_a_series_without_a_value_is_stale_and_every_series_is_there(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        found = freshness(store, at(30))
        assert found["source"].to_list() == list(SERIES)
        assert found["is_stale"].all()
        assert found["expected_by"].null_count() == len(SERIES)
        with store.transaction():
            assert store.replace(FRESHNESS, found)


def test_the_newest_period_was_known_from_its_first_vintage_on(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        for value, day in ((1.0, 9), (2.0, 12), (3.0, 14)):
            append(store, observations(("WALCL", date(2026, 1, 7), value), received_at=at(day), known_at=at(8)))
        (row,) = freshness(store, at(30)).filter(source="WALCL").rows(named=True)
        assert row["newest_known_at"] == row["known_at"] == at(8)
