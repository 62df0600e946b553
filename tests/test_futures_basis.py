"""The basis: what futures that expire cost over spot, at the same moment and in the same currency."""

import pytest

from tests.crypto_models import candles, future, interest
from tests.models import Facts, Row, built, day, moment

ON = "2026-01-06"
#: The midnight that ends that day, and days after it.
END = "2026-01-07"
IN_13, IN_14, IN_30, IN_60, IN_120, IN_190, IN_191 = (
    "2026-01-20",
    "2026-01-21",
    "2026-02-06",
    "2026-03-08",
    "2026-05-07",
    "2026-07-16",
    "2026-07-17",
)
SPOT = candles("BTC", {ON: 100_000})


def basis(*given: Facts, as_of: str | None = None) -> Row:
    (row,) = built("metrics.futures_basis", *given, as_of=as_of)
    return row


def test_1_percent_over_30_days_is_so_much_a_year() -> None:
    row = basis(SPOT, *future("deribit", {ON: 101_000}, IN_30))
    assert row["annualised_simple_pct"] == pytest.approx(12.1667, abs=5e-5)
    assert row["annualised_compounded_pct"] == pytest.approx(12.8695, abs=5e-5)
    assert (row["symbol"], row["date"], row["venues"]) == ("BTC", day(ON), "deribit")


def test_each_future_has_a_row_for_each_day_until_it_expires() -> None:
    """And afterwards still: nothing is forgotten because it is over."""
    closes = {"2026-01-05": 101_000, ON: 102_000, END: 100_500}
    spot = candles("BTC", dict.fromkeys(closes, 100_000))
    rows = built("metrics.dated_future", spot, *future("okx", closes, f"{END} 08:00"))
    days = {(row["date"], row["days_to_expiry"]): row["basis_pct"] for row in rows}
    assert days == {(day("2026-01-05"), 1 + 8 / 24): pytest.approx(1), (day(ON), 8 / 24): pytest.approx(2)}
    assert {row["settle"] for row in rows} == {"BTC"}


def test_a_future_is_compared_with_spot_in_its_own_currency() -> None:
    """A dollar coin at 99.9 cents would be a percent a year over a month."""
    in_usdt = candles("BTC", {ON: 100_100}, venue="okx", quote="USDT")
    row = basis(SPOT, in_usdt, *future("okx", {ON: 101_101}, IN_30, quote="USDT"))
    assert row["annualised_simple_pct"] == pytest.approx(12.1667, abs=5e-5)
    assert built("metrics.futures_basis", SPOT, *future("okx", {ON: 101_101}, IN_30, quote="USDT")) == []


def test_spot_is_the_middle_one_of_its_venues() -> None:
    others = [candles("BTC", {ON: price}, venue=venue) for venue, price in (("kraken", 90_000), ("bitstamp", 101_000))]
    row = basis(SPOT, *others, *future("deribit", {ON: 101_000}, IN_30))
    assert row["annualised_simple_pct"] == pytest.approx(12.1667, abs=5e-5)


def test_between_two_futures_it_is_on_the_line_at_90_days() -> None:
    """6 percent a year at 60 days and 12 at 120 are 9 at 90; a third one further off changes nothing."""
    near, far = 100_000 * (1 + 0.06 * 60 / 365), 100_000 * (1 + 0.12 * 120 / 365)
    given = (*future("deribit", {ON: near}, IN_60), *future("deribit", {ON: far}, IN_120))
    assert basis(SPOT, *given)["annualised_simple_pct"] == pytest.approx(9)
    assert basis(SPOT, *given, *future("deribit", {ON: 140_000}, IN_190))["annualised_simple_pct"] == pytest.approx(9)
    assert basis(SPOT, *given[2:])["annualised_simple_pct"] == pytest.approx(12), "alone it speaks for itself"


@pytest.mark.parametrize(
    ("expires", "qualifies"),
    [(IN_13, False), (IN_14, True), (IN_190, True), (IN_191, False)],
    ids=["13", "14", "190", "191"],
)
def test_futures_of_14_to_190_days_qualify(expires: str, qualifies: bool) -> None:
    assert bool(built("metrics.futures_basis", SPOT, *future("deribit", {ON: 101_000}, expires))) is qualifies


def test_a_close_of_a_day_without_trades_is_not_used() -> None:
    assert built("metrics.futures_basis", SPOT, *future("deribit", {ON: 101_000}, IN_30, coins=0)) == []


def test_venues_and_currencies_of_settlement_count_once_each() -> None:
    """1, 2 and 9 percent over 30 days: the middle one."""
    row = basis(
        SPOT,
        candles("BTC", {ON: 100_000}, venue="okx", quote="USDT"),
        *future("deribit", {ON: 101_000}, IN_30),
        *future("okx", {ON: 102_000}, IN_30),
        *future("okx", {ON: 109_000}, IN_30, quote="USDT"),
    )
    assert row["annualised_simple_pct"] == pytest.approx(2 * 12.1667, abs=1e-4)
    assert row["venues"] == "deribit, okx"


def test_it_is_known_with_the_last_of_its_closes() -> None:
    given = (SPOT, *future("deribit", {ON: 101_000}, IN_30, known_at=f"{END} 00:05"))
    assert basis(*given)["known_at"] == moment(f"{END} 00:05")
    assert built("metrics.futures_basis", *given, as_of=f"{END} 00:04") == []


def test_leverage_has_it_beside_the_other_numbers_of_the_day() -> None:
    """Nothing where no future qualifies."""
    given = (SPOT, interest("okx", {f"{END} 00:00": (300, 100)}))
    (row,) = built("metrics.leverage", *given, *future("deribit", {ON: 101_000}, IN_30))
    assert row["basis_annualised_pct"] == pytest.approx(12.1667, abs=5e-5)
    assert row["known_at"] == moment(f"{END} 00:01")
    (row,) = built("metrics.leverage", *given, *future("deribit", {ON: 101_000}, IN_13))
    assert row["basis_annualised_pct"] is None
