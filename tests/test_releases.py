"""When a value could first be known."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from warehouse import releases
from warehouse.catalogue import SERIES, Series
from warehouse.releases import NEW_YORK, Release, new_york


def utc(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


#: Rule, period, and the moment in UTC.
MOMENTS = [
    ("H.4.1 on Thursday, in winter", releases.H41, date(2026, 1, 7), utc(2026, 1, 8, 21, 30)),
    ("H.4.1 on Thursday, in summer", releases.H41, date(2026, 7, 8), utc(2026, 7, 9, 20, 30)),
    ("H.4.1 after Thanksgiving", releases.H41, date(2025, 11, 26), utc(2025, 11, 28, 21, 30)),
    ("H.4.1 moved by order", releases.H41, date(2025, 12, 24), utc(2025, 12, 29, 21, 30)),
    ("H.4.1 on New Year", releases.H41, date(2025, 12, 31), utc(2026, 1, 2, 21, 30)),
    ("the cash statement of a Monday", releases.DAILY_TREASURY_STATEMENT, date(2026, 1, 5), utc(2026, 1, 6, 21)),
    (
        "the cash statement before Columbus Day",
        releases.DAILY_TREASURY_STATEMENT,
        date(2025, 10, 10),
        utc(2025, 10, 14, 20),
    ),
    (
        "the cash statement before Veterans Day",
        releases.DAILY_TREASURY_STATEMENT,
        date(2025, 11, 10),
        utc(2025, 11, 12, 21),
    ),
    ("M2 on the fourth Tuesday", releases.H6, date(2025, 11, 1), utc(2025, 12, 23, 18)),
    ("M2 of December", releases.H6, date(2025, 12, 1), utc(2026, 1, 27, 18)),
    ("M2 when the month begins on Tuesday", releases.H6, date(2025, 6, 1), utc(2025, 7, 22, 17)),
    ("IORB of a Monday", releases.ADMINISTERED_RATE, date(2026, 1, 12), utc(2026, 1, 9, 21, 31)),
    ("IORB of a Sunday", releases.ADMINISTERED_RATE, date(2026, 1, 11), utc(2026, 1, 9, 21, 31)),
    ("IORB of the day after a holiday", releases.ADMINISTERED_RATE, date(2025, 11, 28), utc(2025, 11, 26, 21, 31)),
    ("SOFR before Good Friday", releases.SECURED_RATE, date(2026, 4, 2), utc(2026, 4, 6, 12, 2)),
    ("EFFR before Good Friday", releases.UNSECURED_RATE, date(2026, 4, 2), utc(2026, 4, 3, 13)),
    ("reverse repo on its day", releases.REVERSE_REPO, date(2026, 1, 7), utc(2026, 1, 7, 19, 2)),
    ("an index at 21:00, the next day in UTC", releases.INDEX_ON_FRED, date(2026, 1, 9), utc(2026, 1, 10, 2)),
    ("the evening before clocks go forward", releases.INDEX_ON_FRED, date(2026, 3, 6), utc(2026, 3, 7, 2)),
    ("the evening after clocks went forward", releases.INDEX_ON_FRED, date(2026, 3, 9), utc(2026, 3, 10, 1)),
    ("an event at the end of its day", releases.END_OF_DAY, date(2026, 1, 7), utc(2026, 1, 8, 5)),
    ("income about a month after its month", releases.PERSONAL_INCOME, date(2026, 1, 1), utc(2026, 3, 2, 13, 30)),
]


@pytest.mark.parametrize(
    ("rule", "period", "moment"), [pytest.param(rule, day, at, id=name) for name, rule, day, at in MOMENTS]
)
def test_a_value_is_known_from_its_release(rule: Release, period: date, moment: datetime) -> None:
    assert rule.known_at(period) == moment
    assert rule.known_at(period).utcoffset() == timedelta(0)


def test_a_new_york_clock_is_an_hour_earlier_in_utc_in_summer() -> None:
    assert new_york(date(2026, 1, 7), time(8)) == datetime(2026, 1, 7, 13, tzinfo=UTC)
    assert new_york(date(2026, 7, 7), time(8)) == datetime(2026, 7, 7, 12, tzinfo=UTC)


PERIODS = [date(2024, 1, 1) + timedelta(days=n) for n in range(800)]


@pytest.mark.parametrize("series", SERIES.values(), ids=SERIES)
def test_no_series_is_known_before_its_period_unless_its_rate_is_set_ahead(series: Series) -> None:
    periods = [day.replace(day=1) for day in PERIODS[::31]] if series.frequency == "monthly" else PERIODS
    for period in periods:
        known = series.known_at(period)
        assert known == series.known_at(period)
        if series.release is releases.ADMINISTERED_RATE:
            assert known.astimezone(NEW_YORK).date() < period
        else:
            assert known >= datetime.combine(period, time(), NEW_YORK)


@pytest.mark.parametrize("series", SERIES.values(), ids=SERIES)
def test_a_later_period_is_never_known_earlier(series: Series) -> None:
    period, known = date(2024, 1, 1), series.known_at(date(2024, 1, 1))
    for _ in range(60):
        following = series.next_period(period)
        assert following > period
        assert series.known_at(following) >= known
        period, known = following, series.known_at(following)
