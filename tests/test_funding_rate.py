"""Funding of a coin: rates of any interval on one footing, weighted by open interest."""

import pytest

from tests.crypto_models import funding, interest
from tests.models import Facts, Row, built, moment

AT = "2026-01-07 00:00"


def rate(*given: Facts, as_of: str | None = None) -> Row | None:
    rows = [row for row in built("metrics.funding_rate", *given, as_of=as_of) if row["observed_at"] == moment(AT)]
    return rows[0] if rows else None


@pytest.mark.parametrize(("per_interval", "hours"), [(0.0001, 8), (0.00005, 4), (0.0000125, 1)])
def test_a_rate_is_annualised_by_its_own_interval(per_interval: float, hours: float) -> None:
    row = rate(interest("okx", {AT: (10, 100)}), funding("okx", {AT: per_interval}, hours=hours))
    assert row
    assert row["annualised_simple_pct"] == pytest.approx(10.95)


def test_what_is_paid_more_often_compounds_more_often() -> None:
    (row,) = built("staged.funding", funding("okx", {AT: 0.0001}, hours=8))
    assert row["annualised_compounded_pct"] == pytest.approx(11.5714, abs=5e-5)
    hourly = rate(interest("okx", {AT: (10, 100)}), funding("okx", {AT: 0.0001 / 8}, hours=1))
    assert hourly
    assert hourly["annualised_compounded_pct"] == pytest.approx(100 * ((1 + 0.0001 / 8) ** 8760 - 1))


def test_a_rate_that_compounds_beyond_all_numbers_has_no_compounded_rate() -> None:
    row = rate(interest("okx", {AT: (10, 100)}), funding("okx", {AT: 0.1}, hours=1))
    assert row
    assert row["annualised_simple_pct"] == pytest.approx(87_600)
    assert row["annualised_compounded_pct"] is None


def test_venues_weigh_by_their_open_interest_in_dollars() -> None:
    row = rate(
        interest("okx", {AT: (30, 100)}),
        interest("gate", {AT: (10, 100)}),
        funding("okx", {AT: 0.0001}),
        funding("gate", {AT: 0.0003}),
    )
    assert row
    # Three quarters of 10.95 and one quarter of 32.85.
    assert row["annualised_simple_pct"] == pytest.approx(16.425)
    assert row["venues"] == "gate, okx"


def test_an_interval_that_changes_changes_the_footing_from_then_on() -> None:
    given = (
        interest("okx", {"2026-01-06 00:00": (10, 100), AT: (10, 100)}),
        funding("okx", {"2026-01-06 00:00": 0.0001}, hours=8),
        funding("okx", {AT: 0.0001}, hours=4),
    )
    rows = built("metrics.funding_rate", *given)
    assert [row["annualised_simple_pct"] for row in rows] == [pytest.approx(10.95), pytest.approx(21.9)]


def test_a_forecast_of_a_payment_to_come_is_not_counted_and_a_paid_rate_replaces_it() -> None:
    given = (
        interest("okx", {AT: (10, 100)}),
        funding("okx", {"2026-01-06 16:00": 0.0001}),
        funding("okx", {"2026-01-07 08:00": 0.0009}, known_at=AT),
    )
    row = rate(*given)
    assert row
    assert row["annualised_simple_pct"] == pytest.approx(10.95)
    paid = rate(*given, funding("okx", {AT: 0.0005}, known_at="2026-01-06 20:00"), funding("okx", {AT: 0.0002}))
    assert paid
    assert paid["annualised_simple_pct"] == pytest.approx(21.9)


def test_a_rate_older_than_a_day_is_none() -> None:
    assert rate(interest("okx", {AT: (10, 100)}), funding("okx", {"2026-01-06 00:00": 0.0001})) is None


def test_a_venue_without_open_interest_has_no_weight() -> None:
    row = rate(interest("okx", {AT: (10, 100)}), funding("okx", {AT: 0.0001}), funding("gate", {AT: 0.05}))
    assert row
    assert (row["annualised_simple_pct"], row["venues"]) == (pytest.approx(10.95), "okx")


def test_a_rate_is_known_when_it_and_the_open_interest_are() -> None:
    given = (interest("okx", {AT: (10, 100)}), funding("okx", {AT: 0.0001}, known_at="2026-01-07 00:05"))
    row = rate(*given)
    assert row
    assert row["known_at"] == moment("2026-01-07 00:05")
    assert rate(*given, as_of="2026-01-07 00:04") is None
