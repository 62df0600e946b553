"""Which days are open on which calendar."""

from datetime import date

import pytest

from warehouse.calendars import Calendar, add_open_days, is_open, open_days, open_on_or_after, open_on_or_before

#: Day, what it is, and the calendars that are open on it.
DAYS = [
    (date(2025, 10, 13), "Columbus Day", {"nyse"}),
    (date(2025, 11, 11), "Veterans Day", {"nyse"}),
    (date(2025, 11, 27), "Thanksgiving", set()),
    (date(2025, 11, 28), "the day after Thanksgiving", {"fed", "federal", "bond", "repo", "nyse"}),
    (date(2026, 4, 3), "Good Friday with half a day of bonds", {"fed", "federal", "bond"}),
    (date(2025, 4, 18), "Good Friday", {"fed", "federal"}),
    (date(2025, 1, 9), "a day of mourning", {"fed", "federal", "bond", "repo"}),
    (date(2001, 9, 12), "the day after 11 September 2001", {"fed", "federal"}),
    (date(2012, 10, 29), "Hurricane Sandy", {"fed", "federal", "bond", "repo"}),
    (date(2026, 1, 1), "New Year", set()),
    (date(2026, 7, 3), "Independence Day kept on Friday", {"fed"}),
    (date(2026, 1, 7), "an ordinary Wednesday", {"fed", "federal", "bond", "repo", "nyse"}),
    (date(2026, 1, 10), "a Saturday", set()),
    (date(2026, 1, 11), "a Sunday", set()),
]
ALL: tuple[Calendar, ...] = ("fed", "federal", "bond", "repo", "nyse")


@pytest.mark.parametrize(
    ("day", "calendar", "expected"),
    [
        pytest.param(day, calendar, calendar in opened, id=f"{name}: {calendar}")
        for day, name, opened in DAYS
        for calendar in ALL
    ],
)
def test_a_day_is_open_where_it_should_be(day: date, calendar: Calendar, expected: bool) -> None:
    assert is_open(calendar, day) == expected


@pytest.mark.parametrize("day", [day for day, _, _ in DAYS])
def test_every_day_is_open_on_the_calendar_of_all_days(day: date) -> None:
    assert is_open("every_day", day)


def test_rolling_and_counting_leave_closed_days_out() -> None:
    wednesday, friday, monday = date(2025, 11, 26), date(2025, 11, 28), date(2025, 12, 1)
    assert open_on_or_after("fed", date(2025, 11, 27)) == friday
    assert open_on_or_before("fed", date(2025, 11, 27)) == wednesday
    assert open_on_or_after("fed", friday) == open_on_or_before("fed", friday) == friday
    assert list(open_days("fed", wednesday, monday)) == [wednesday, friday, monday]
    assert list(open_days("fed", date(2025, 11, 29), date(2025, 11, 30))) == []
    assert list(open_days("fed", monday, wednesday)) == []
    assert [add_open_days("fed", wednesday, count) for count in range(3)] == [wednesday, friday, monday]
