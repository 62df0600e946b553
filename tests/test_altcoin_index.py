"""The altcoin index: who is in it as of each week, what their weights are, and what becomes of a coin that dies."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest

from tests.crypto_models import built_alone, candles, days
from tests.models import Row, built, day, moment

SUNDAY = "2026-02-01"
MONDAY = "2026-02-02"
#: A Sunday and the days before it that its volumes need: one Sunday fewer has too few of them.
BEFORE = days(SUNDAY, 21)
#: The days of the first coins' first week, and the Sunday that ends it.
WEEK = days("2026-02-08", 7)


def coin(
    symbol: str, closes: Mapping[str, float], *, volume: float | None = 1e6, cap: float | None = None
) -> list[Row]:
    """A coin's days, each with this volume, and on all of them this market capitalisation."""
    return [
        {
            "symbol": symbol,
            "date": day(on),
            "close_usd": float(close),
            "close_venue": "coinbase",
            "spot_volume_usd": volume,
            "market_cap_usd": cap,
            "known_at": moment(on) + timedelta(days=1, minutes=1),
        }
        for on, close in closes.items()
    ]


def reported(symbol: str, volume: float, on: Sequence[str] = BEFORE) -> list[Row]:
    """What Yahoo reports as traded."""
    known = {day(d): moment(d) + timedelta(days=1, hours=1) for d in on}
    return [
        {"series_id": f"YAHOO_{symbol}_USD_VOLUME", "period": d, "value": volume, "unit": "usd", "known_at": at}
        for d, at in known.items()
    ]


def index(*coins: Sequence[Row], reports: Sequence[Row] = ()) -> dict[str, Row]:
    reference = [
        {"symbol": name, "is_altcoin": False, "known_at": moment("1970-01-01")}
        for name in ("BTC", "ETH", "USDT", "WBTC")
    ]
    prices = [row for rows in coins for row in rows]
    given = {"reference.coin": reference, "metrics.crypto_price": prices, "staged.series": list(reports)}
    rows = built_alone("metrics.altcoin_index", given)
    return {row["date"].isoformat(): row for row in rows}


def steady(close: float, on: Sequence[str] = BEFORE) -> dict[str, float]:
    return dict.fromkeys(on, close)


def test_three_coins_by_equal_weight_and_by_capitalisation() -> None:
    rows = index(
        coin("A", {**steady(100), MONDAY: 110}, cap=60),
        coin("B", {**steady(50), MONDAY: 45}, cap=30),
        coin("C", {**steady(10), MONDAY: 13}, cap=10),
    )
    assert list(rows) == [SUNDAY, MONDAY]
    assert (rows[SUNDAY]["equal_weighted"], rows[SUNDAY]["cap_weighted"]) == (100, pytest.approx(100))
    assert rows[MONDAY]["equal_weighted"] == pytest.approx(110.0)
    assert rows[MONDAY]["cap_weighted"] == pytest.approx(106.0)
    assert (rows[MONDAY]["members"], rows[MONDAY]["member_count"]) == ("A, B, C", 3)


def test_without_capitalisations_there_is_no_cap_weighted_level() -> None:
    rows = index(coin("A", steady(1), cap=60), coin("B", steady(1), cap=30), coin("C", steady(1)))
    assert (rows[SUNDAY]["equal_weighted"], rows[SUNDAY]["cap_weighted"]) == (100, None)


def test_a_capitalisation_that_is_lost_ends_the_cap_weighted_level_for_good() -> None:
    later = days("2026-02-17", 16)
    coins = [coin(name, {**steady(1), **steady(1, later)}, cap=10) for name in "ABC"]
    lost = [row | {"market_cap_usd": None} if row["date"] == day("2026-02-08") else row for row in coins[0]]
    levels = [row["cap_weighted"] for row in index(lost, *coins[1:]).values()]
    assert levels == [pytest.approx(100)] * 8 + [None] * 9


@pytest.mark.parametrize(
    ("caps", "weights"),
    [
        # One is cut to a quarter, the others share the rest by capitalisation.
        ((600, 100, 100, 100, 100), (0.25, 0.1875, 0.1875, 0.1875, 0.1875)),
        # What the first is cut by would lift the second above a quarter, and then the third.
        ((600, 200, 100, 60, 40), (0.25, 0.25, 0.25, 0.15, 0.10)),
        ((24, 20, 20, 18, 18), (0.24, 0.20, 0.20, 0.18, 0.18)),
        ((60, 30, 5, 5), (0.25, 0.25, 0.25, 0.25)),
        ((60, 30, 10), (0.60, 0.30, 0.10)),
    ],
)
def test_no_weight_is_above_a_quarter_where_four_can_share(caps: tuple[float, ...], weights: tuple[float, ...]) -> None:
    # On each day of the week another coin is at twice its price.
    coins = [
        coin(f"C{n}", {**steady(10), **steady(10, WEEK[: len(caps)]), WEEK[n]: 20}, cap=cap)
        for n, cap in enumerate(caps)
    ]
    levels = index(*coins)
    assert [levels[on]["cap_weighted"] for on in WEEK[: len(caps)]] == [
        pytest.approx(100 * (1 + weight)) for weight in weights
    ]


def test_weights_are_made_equal_again_each_sunday() -> None:
    after = "2026-02-09"
    rows = index(
        coin("A", {**steady(100), **steady(200, WEEK), after: 100}),
        coin("B", {**steady(100), **steady(100, WEEK), after: 100}),
        coin("C", {**steady(100), **steady(100, WEEK), after: 100}),
    )
    assert rows["2026-02-08"]["equal_weighted"] == pytest.approx(100 * 4 / 3)
    # A halves at an equal weight again: a sixth is lost. Never sold, it would be back at 100.
    assert rows[after]["equal_weighted"] == pytest.approx(100 * 4 / 3 * 5 / 6)


def test_the_ten_of_the_largest_volume_are_in_and_never_bitcoin_ether_stable_or_wrapped_coins() -> None:
    names = [f"C{n:02}" for n in range(12)]
    rows = index(
        *(coin(name, steady(1), volume=1e6 + n) for n, name in enumerate(names)),
        *(coin(name, steady(1), volume=1e12) for name in ("BTC", "ETH", "USDT", "WBTC")),
    )
    assert rows[SUNDAY]["members"] == ", ".join(names[2:])


def test_members_are_those_of_the_time_and_not_of_today() -> None:
    later = days("2026-03-31", 58)
    fading = coin("OLD", steady(1), volume=9e6) + coin("OLD", steady(1, later), volume=1)
    rising = coin("NEW", steady(1), volume=1) + coin("NEW", steady(1, later), volume=9e6)
    others = [coin(f"C{n}", {**steady(1), **steady(1, later)}) for n in range(9)]
    rows = index(fading, rising, *others)
    assert ("OLD" in rows[MONDAY]["members"], "NEW" in rows[MONDAY]["members"]) == (True, False)
    assert ("OLD" in rows["2026-03-31"]["members"], "NEW" in rows["2026-03-31"]["members"]) == (False, True)


def test_the_volume_of_the_sunday_itself_is_not_known_at_its_close() -> None:
    others = [coin(f"C{n}", {**steady(1), MONDAY: 1}) for n in range(10)]
    spike = coin("X", steady(1, BEFORE[:-1]), volume=1) + coin("X", {SUNDAY: 1, MONDAY: 1}, volume=1e12)
    assert "X" not in index(*others, spike)[MONDAY]["members"]


def test_a_coin_that_stops_trading_leaves_its_loss_behind_and_stays_in_history() -> None:
    whole = {**steady(100), **steady(100, WEEK), "2026-02-09": 100}
    dying = {**steady(100), MONDAY: 40, "2026-02-03": 1}
    rows = index(coin("A", whole), coin("B", whole), coin("C", whole), coin("DEAD", dying, volume=9e6))
    lost = 100 - 99 / 4
    assert [row["equal_weighted"] for row in rows.values()] == [pytest.approx(x) for x in (100, 85, *[lost] * 7)]
    assert [row["carried_members"] for row in rows.values()] == [0, 0, 0, 1, 1, 1, 1, 1, 0]
    assert rows["2026-02-08"]["members"] == "A, B, C, DEAD"
    assert rows["2026-02-09"]["members"] == "A, B, C"


def test_a_sunday_on_which_most_closes_are_missing_changes_nothing() -> None:
    whole = {**steady(100), **steady(100, WEEK), "2026-02-09": 110}
    without = {on: close for on, close in whole.items() if on != "2026-02-08"}
    rows = index(*(coin(name, without) for name in "ABCDEF"), *(coin(name, whole) for name in "XYZ"[:2]))
    assert rows["2026-02-08"]["carried_members"] == 6
    assert rows["2026-02-09"]["member_count"] == 8
    assert rows["2026-02-09"]["equal_weighted"] == pytest.approx(110)


def test_two_coins_are_no_index() -> None:
    assert index(coin("A", steady(1)), coin("B", steady(1))) == {}


@pytest.mark.parametrize("as_of", ["2026-02-03 12:00", "2026-02-08 12:00", "2026-02-10 00:00"])
def test_as_of_an_earlier_day_the_levels_are_those_of_now(as_of: str) -> None:
    on = [*BEFORE, *days("2026-02-15", 14)]
    given = [
        candles(name, {d: 10 + step * n for n, d in enumerate(on)}, coins=1e6 + step)
        for step, name in enumerate(("SOL", "XRP", "ADA", "DOGE"))
    ]
    early, late = (built("metrics.altcoin_index", *given, as_of=moment) for moment in (as_of, None))
    assert early
    assert early == late[: len(early)]
    assert all(row["known_at"] == moment(row["date"].isoformat()) + timedelta(days=1, minutes=1) for row in late)


def test_without_volumes_of_venues_coins_are_ranked_by_what_yahoo_reports() -> None:
    names = [f"A{n:02}" for n in range(11)]
    bare = [coin(name, steady(100), volume=None) for name in names]
    reports = [row for n, name in enumerate(names) for row in reported(name, 1e6 + n)]
    rows = index(*bare, reports=reports)
    assert rows[SUNDAY]["members"] == ", ".join(names[1:])
    assert rows[SUNDAY]["known_at"] == moment(MONDAY) + timedelta(minutes=1)


def test_two_coins_with_volumes_of_venues_are_too_few_and_three_are_ranked_among_themselves() -> None:
    names = ("A", "B", "C", "D")
    reports = [row for name in names for row in reported(name, 9e9)]

    def members(with_venues: int) -> str:
        told = [1e6 if n < with_venues else None for n in range(len(names))]
        return str(index(*map(of, names, told), reports=reports)[SUNDAY]["members"])

    def of(name: str, volume: float | None) -> list[Row]:
        return coin(name, steady(100), volume=volume)

    assert (members(2), members(3)) == ("A, B, C, D", "A, B, C")
