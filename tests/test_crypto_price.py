"""Daily prices and volumes of coins: whose close it is, whose volume is summed, and when both were known."""

import pytest

from tests.crypto_models import candles, days
from tests.models import Facts, Row, built, moment, series
from warehouse.catalogue.coins import DOLLARS, coin_rows
from warehouse.catalogue.venues import VENUES

ON = "2026-01-07"


def prices(*given: Facts, as_of: str | None = None) -> dict[tuple[str, str], Row]:
    rows = built("metrics.crypto_price", *given, as_of=as_of)
    return {(row["symbol"], row["date"].isoformat()): row for row in rows}


def test_the_close_is_of_the_first_venue_and_volume_of_all_of_them() -> None:
    row = prices(
        candles("BTC", {ON: 90_000}, venue="okx", quote="USDT", coins=3),
        candles("BTC", {ON: 90_100}, venue="coinbase", coins=2),
        candles("BTC", {ON: 90_200}, venue="kraken", coins=1),
    )["BTC", ON]
    assert (row["close_usd"], row["close_venue"]) == (90_100, "coinbase")
    assert row["spot_volume_usd"] == 3 * 90_000 + 2 * 90_100 + 90_200
    assert row["venues"] == "coinbase, kraken, okx"
    assert row["known_at"] == moment("2026-01-08 00:01")
    assert row["market_cap_usd"] is None


@pytest.mark.parametrize("venue", [v for v in VENUES.values() if any(i.market == "spot" for i in v.instruments)])
def test_every_spot_venue_of_the_catalogue_can_tell_the_close_and_the_default_ones_the_volume(venue) -> None:  # type: ignore[no-untyped-def]
    row = prices(candles("BTC", {ON: 90_000}, venue=venue.name))["BTC", ON]
    assert row["close_venue"] == venue.name
    assert row["spot_volume_usd"] == (90_000 if venue.is_default else None)


def test_where_no_venue_tells_a_close_yahoo_does_and_its_later_known_at_touches_no_other_day() -> None:
    rows = prices(
        series("YAHOO_BTC_USD_CLOSE", {"2026-01-06": 89_000, ON: 89_500}), candles("BTC", {ON: 90_000}, coins=2)
    )
    told = {day: (row["close_usd"], row["close_venue"], row["spot_volume_usd"]) for (_, day), row in rows.items()}
    assert told == {"2026-01-06": (89_000, "yahoo", None), ON: (90_000, "coinbase", 180_000)}
    assert [row["known_at"] for row in rows.values()] == [moment("2026-01-07 01:01"), moment("2026-01-08 00:01")]


def test_two_quotes_of_one_venue_are_one_venue_and_a_currency_that_is_no_dollar_is_left_out() -> None:
    row = prices(
        candles("BTC", {ON: 90_050}, quote="USDC", coins=2),
        candles("BTC", {ON: 90_000}, quote="USD", coins=1),
        candles("BTC", {ON: 80_000}, quote="EUR", coins=9),
    )["BTC", ON]
    assert (row["close_usd"], row["spot_volume_usd"], row["venues"]) == (90_000, 270_100, "coinbase")


def test_perpetuals_are_no_spot() -> None:
    assert prices(candles("BTC", {ON: 90_000}, venue="okx", quote="USDT", market="perpetual")) == {}


def test_while_a_venue_owes_a_day_volume_is_not_known_and_after_a_week_it_is_gone() -> None:
    whole = days("2026-01-20", 20)
    rows = prices(
        candles("BTC", dict.fromkeys(whole, 100)),
        candles("BTC", dict.fromkeys(whole[:3], 101), venue="kraken"),
    )
    volumes = [row["spot_volume_usd"] for row in rows.values()]
    # Six days are owed after the last one of kraken.
    assert volumes == [201] * 3 + [None] * 6 + [100] * 11
    assert [row["venues"] for row in rows.values()][2:4] == ["coinbase, kraken", "coinbase"]


def test_what_a_venue_owes_does_not_depend_on_what_it_does_later() -> None:
    whole = days("2026-01-10", 10)
    given = (
        candles("BTC", dict.fromkeys(whole, 100)),
        candles("BTC", dict.fromkeys([*whole[:3], *whole[7:]], 101), venue="kraken"),
    )
    early, late = prices(*given, as_of=f"{whole[6]} 12:00"), prices(*given)
    assert len(early) == 6
    assert all(late[key] == row for key, row in early.items())


def test_the_return_is_simple_over_exactly_30_days() -> None:
    rows = prices(candles("ETH", {"2020-11-12": 400, "2020-11-13": 500, "2020-12-13": 550, "2020-12-14": 600}))
    returns = [row["return_30d"] for row in rows.values()]
    assert returns == [None, None, pytest.approx(0.10), None]


def test_a_late_correction_of_the_start_of_a_return_is_in_its_known_at() -> None:
    given = (
        candles("ETH", {"2020-11-13": 500, "2020-12-13": 550}),
        candles("ETH", {"2020-11-13": 505}, known_at="2021-02-01 08:00"),
    )
    row = prices(*given)["ETH", "2020-12-13"]
    assert (row["return_30d"], row["known_at"]) == (pytest.approx(550 / 505 - 1), moment("2021-02-01 08:00"))
    assert prices(*given, as_of="2021-01-01 00:00")["ETH", "2020-12-13"]["return_30d"] == pytest.approx(0.1)


def test_a_day_is_not_there_before_its_candle_has_ended() -> None:
    given = candles("BTC", {ON: 90_000})
    assert prices(given, as_of="2026-01-08 00:00") == {}
    assert len(prices(given, as_of="2026-01-08 00:01")) == 1


def test_coins_say_what_they_stand_for() -> None:
    coins = {row["symbol"]: row for row in coin_rows()}
    assert {name for name, row in coins.items() if row["is_dollar"]} == set(DOLLARS)
    assert {listing.quote for venue in VENUES.values() for listing in venue.listings} <= DOLLARS
    assert not any(coins[name]["is_altcoin"] for name in ("BTC", "ETH", "USDT", "WBTC", "PAXG", "USD"))
    assert coins["SOL"]["is_altcoin"]


def test_illiquidity_is_what_a_billion_dollars_move_the_close_by_on_average() -> None:
    """2 %, 1 % and 3 % on 4, 2 and 5 billion, again and again: 0.005, 0.005 and 0.006, on average 0.0053333."""
    moves, billions = (0.02, -0.01, 0.03), (4, 2, 5)
    closes = [100.0]
    for n in range(30):
        closes.append(closes[-1] * (1 + moves[n % 3]))
    on = days(ON, 31)
    given = [
        candles("BTC", {on[n]: close}, coins=billions[(n - 1) % 3] * 1e9 / close) for n, close in enumerate(closes)
    ]
    rows = list(prices(*given).values())
    assert rows[-1]["amihud_30d"] == pytest.approx(0.00533333, abs=5e-9)
    assert [row["amihud_30d"] is not None for row in rows] == [False] * 20 + [True] * 11
