"""Open interest of a coin: the same venues on both sides of every comparison."""

import pytest

from tests.crypto_models import days, interest
from tests.models import Facts, Row, built, moment

LAST = "2026-01-07"
AT = f"{LAST} 00:00"


def open_interest(*given: Facts, as_of: str | None = None) -> dict[str, Row]:
    rows = built("metrics.open_interest", *given, as_of=as_of)
    return {f"{row['observed_at']:%Y-%m-%d %H:%M}": row for row in rows}


def history(venue: str, coins: list[float], last: str = LAST, price: float = 100.0) -> Facts:
    return interest(
        venue, {f"{on} 00:00": (coin, price) for on, coin in zip(days(last, len(coins)), coins, strict=True)}
    )


def test_coins_and_dollars_are_summed_over_the_same_venues() -> None:
    row = open_interest(interest("okx", {AT: (21_367.38, 30_000)}), interest("gate", {AT: (15_050.8526, 30_551.93)}))[
        AT
    ]
    assert row["open_interest_coin"] == pytest.approx(36_418.2326)
    assert row["open_interest_usd"] == pytest.approx(641_021_400 + 459_832_595.0755, abs=0.01)
    assert row["venues"] == "gate, okx"


def test_two_instruments_of_a_venue_are_one_venue() -> None:
    row = open_interest(interest("deribit", {AT: (3, 100)}), interest("deribit", {AT: (4, 100)}, quote="USDC"))[AT]
    assert (row["open_interest_coin"], row["venues"]) == (7, "deribit")


def test_a_coin_has_a_row_for_each_day_and_one_for_its_newest_observation() -> None:
    rows = open_interest(
        interest("okx", {"2026-01-06 00:00": (10, 100), AT: (11, 100)}),
        interest("gate", {"2026-01-06 18:00": (5, 100), "2026-01-07 06:30": (6, 100)}),
    )
    assert {at: (row["open_interest_coin"], row["venues"]) for at, row in rows.items()} == {
        "2026-01-06 00:00": (10, "okx"),
        AT: (16, "gate, okx"),
        "2026-01-07 06:30": (17, "gate, okx"),
    }


def test_what_a_venue_told_two_days_ago_is_not_told() -> None:
    rows = open_interest(
        interest("okx", {"2026-01-05 00:01": (10, 100)}),
        interest("gate", {"2026-01-05 00:00": (99, 100)}),
        interest("hyperliquid", {AT: (5, 100)}),
    )
    assert (rows[AT]["open_interest_coin"], rows[AT]["venues"]) == (15, "hyperliquid, okx")


def test_a_day_that_has_not_begun_has_no_row() -> None:
    given = interest("okx", {"2026-01-06 18:00": (10, 100), "2026-01-07 06:00": (11, 100)})
    assert list(open_interest(given, as_of="2026-01-07 05:59")) == ["2026-01-06 18:00"]
    rows = open_interest(given)
    assert list(rows) == [AT, "2026-01-07 06:00"]
    assert rows[AT]["known_at"] == moment("2026-01-07 06:00")


def test_a_change_is_of_the_venues_seen_on_both_days() -> None:
    before = "2026-01-06 00:00"
    row = open_interest(
        interest("okx", {before: (100, 100), AT: (90, 110)}),
        interest("gate", {before: (50, 100)}),
        interest("bitget", {AT: (500, 110)}),
    )[AT]
    # Gate counts as it was a day ago, for the level only; bitget is new.
    assert row["open_interest_coin"] == 640
    assert row["open_interest_coin_change_24h"] == pytest.approx(-0.10)
    assert row["price_change_24h"] == pytest.approx(0.10)
    assert (row["venues"], row["change_venues"]) == ("bitget, gate, okx", "okx")


@pytest.mark.parametrize(
    ("earlier", "change"),
    [("2026-01-05 12:00", 0.1), ("2026-01-05 11:59", None), ("2026-01-06 00:00", 0.1), ("2026-01-06 00:01", None)],
)
def test_a_change_is_over_24_hours_and_up_to_12_more(earlier: str, change: float | None) -> None:
    row = open_interest(interest("okx", {earlier: (100, 100), AT: (110, 100)}))[AT]
    assert row["open_interest_coin_change_24h"] == (change if change is None else pytest.approx(change))


def test_a_percentile_needs_90_observations_and_counts_itself() -> None:
    rows = open_interest(history("okx", [float(n) for n in range(1, 91)]))
    percentiles = [row["percentile_own_history"] for row in rows.values()]
    assert percentiles == [None] * 89 + [1.0]
    low = open_interest(history("okx", [*map(float, range(11, 110)), 10.0]))
    assert low[AT]["percentile_own_history"] == pytest.approx(0.01)


def test_a_percentile_in_dollars_moves_with_the_price_and_that_in_coins_does_not() -> None:
    rising = {f"{on} 00:00": (100.0 - n / 100, 100.0 + n) for n, on in enumerate(days(LAST, 100))}
    row = open_interest(interest("okx", rising))[AT]
    assert (row["percentile_own_history"], row["percentile_usd_own_history"]) == (pytest.approx(0.01), 1.0)


def test_a_venue_that_drops_out_is_no_deleveraging() -> None:
    coins = [float(n) for n in range(1, 101)]
    last_but_three = days(LAST, 4)[0]
    rows = open_interest(history("okx", coins), history("gate", coins[:-3], last=last_but_three))
    row = rows[AT]
    assert (row["venues"], row["percentile_venues"]) == ("okx", "okx")
    assert row["open_interest_coin"] == 100  # It was 97 + 97 on the last day of both.
    assert row["percentile_own_history"] == 1.0
    assert row["open_interest_coin_change_24h"] == pytest.approx(100 / 99 - 1)


def test_a_venue_that_joins_is_no_leveraging() -> None:
    coins = [float(200 - n) for n in range(100)]
    row = open_interest(history("okx", coins), history("bitget", [1e6] * 5))[AT]
    assert (row["venues"], row["percentile_venues"]) == ("bitget, okx", "okx")
    assert row["percentile_own_history"] == pytest.approx(0.01)
    assert row["open_interest_coin_change_24h"] == pytest.approx((1e6 + 101) / (1e6 + 102) - 1)


def test_a_row_is_known_with_the_latest_of_what_it_rests_on() -> None:
    before = "2026-01-06 00:00"
    given = (
        interest("okx", {before: (100, 100), AT: (90, 100)}),
        interest("okx", {before: (120, 100)}, known_at="2026-02-01 08:00"),
    )
    row = open_interest(*given)[AT]
    assert row["open_interest_coin_change_24h"] == pytest.approx(-0.25)
    assert row["known_at"] == moment("2026-02-01 08:00")
    early = open_interest(*given, as_of="2026-01-31 00:00")[AT]
    assert (early["open_interest_coin_change_24h"], early["known_at"]) == (pytest.approx(-0.10), moment(AT))
