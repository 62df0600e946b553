"""Rotation down the ladder, from closes to score: which rungs there are, what they returned, and in which order."""

from datetime import timedelta
from math import exp

import pytest

from tests.crypto_models import candles
from tests.models import Facts, Row, built, day, moment, series, weeks

LAST = "2026-04-10"
FRIDAYS = weeks(LAST, 45)
FUNDS = {"LQD": 2, "HYG": 3, "SPY": 4, "IWM": 5}


def growing(rates: dict[str, float]) -> list[Facts]:
    """Funds and coins that grow by so much a week in logs, at Fridays."""
    facts = []
    for name, rate in rates.items():
        closes = {friday: 100 * exp(rate * n) for n, friday in enumerate(FRIDAYS)}
        funds = ("SHY", "IEF") if name == "UST" else (name,)
        if name in ("BTC", "ETH"):
            facts.append(candles(name, closes))
        else:
            facts += [series(f"YAHOO_{fund}_ADJUSTED_CLOSE", closes) for fund in funds]
    return facts


def rotation(*given: Facts) -> dict[str, Row]:
    return {row["week_ending"].isoformat(): row for row in built("metrics.rotation", *given)}


RISING = {"UST": 0.001, "LQD": 0.002, "HYG": 0.003, "SPY": 0.004, "IWM": 0.005, "BTC": 0.006, "ETH": 0.007}


def test_a_ladder_that_returns_more_the_higher_it_goes_scores_one() -> None:
    row = rotation(*growing(RISING))[LAST]
    assert (row["score"], row["breadth"], row["n_rungs"]) == (pytest.approx(1), 1, 7)
    # Every week is like every other, so drawing them anew changes nothing.
    assert (row["score_low"], row["score_high"]) == (pytest.approx(1), pytest.approx(1))


def test_a_ladder_upside_down_scores_minus_one() -> None:
    row = rotation(*growing({name: -rate for name, rate in RISING.items()}))[LAST]
    assert (row["score"], row["breadth"], row["n_rungs"]) == (pytest.approx(-1), 0, 7)


def test_rungs_return_what_thirteen_weeks_did() -> None:
    rows = built("metrics.rotation_rung", *growing(RISING))
    last = {row["asset"]: row for row in rows if row["week_ending"].isoformat() == LAST}
    assert {name: row["rung"] for name, row in last.items()} == {"UST": 1, **FUNDS, "BTC": 6, "ETH": 7}
    assert last["ETH"]["return_13w"] == pytest.approx(exp(13 * 0.007) - 1)
    assert last["UST"]["return_13w_4w_before"] == pytest.approx(exp(13 * 0.001) - 1)


def test_with_fewer_than_five_rungs_there_is_no_score_and_it_is_said_how_many() -> None:
    row = rotation(*growing({name: RISING[name] for name in FUNDS}))[LAST]
    assert (row["score"], row["breadth"], row["front"], row["n_rungs"]) == (None, None, None, 4)


def test_a_rung_joins_when_it_has_thirteen_weeks() -> None:
    late = candles("BTC", {friday: 100 + n for n, friday in enumerate(FRIDAYS[-14:])})
    rows = rotation(*growing({"UST": 0.001} | {name: RISING[name] for name in FUNDS}), late)
    assert [rows[friday]["n_rungs"] for friday in FRIDAYS[-2:]] == [5, 6]


#: 4 percent a year, told of each Thursday on the Friday.
BILLS = series("DGS3MO", {(day(friday) - timedelta(days=1)).isoformat(): 4.0 for friday in FRIDAYS})


def test_bills_earned_the_yield_known_thirteen_weeks_before() -> None:
    rung = built("metrics.rotation_rung", *growing(RISING), BILLS)[-1]
    assert rung["treasury_bill_return_13w"] == pytest.approx(0.04 * 91 / 365)


def test_the_front_is_what_rises_by_more_than_bills_and_by_more_than_before() -> None:
    # All grow by less and less, but for large caps, which jump in the last week.
    slowing = {name: {f: 100 * (1 + rate * n**0.5) for n, f in enumerate(FRIDAYS)} for name, rate in RISING.items()}
    slowing["SPY"][LAST] = 150.0
    given = [series(f"YAHOO_{name}_ADJUSTED_CLOSE", slowing[name]) for name in FUNDS]
    given += [series(f"YAHOO_{name}_ADJUSTED_CLOSE", slowing["UST"]) for name in ("SHY", "IEF")]
    given += [candles(name, slowing[name]) for name in ("BTC", "ETH")]
    assert rotation(*given, BILLS)[LAST]["front"] == FUNDS["SPY"]
    assert rotation(*given, BILLS)[FRIDAYS[-2]]["front"] is None
    assert rotation(*given)[LAST]["front"] is None  # without bills there is nothing to beat


def test_the_order_of_highs_is_the_order_in_which_rungs_first_made_one() -> None:
    """Each rung rises to its peak and falls: safe rungs peaked first, so the order is that of the ladder."""
    given = []
    for name, rung in FUNDS.items():
        peak = len(FRIDAYS) - 12 + rung
        # Down for half a year before, so that the peak is the first high of the half year.
        closes = {f: 200 - n if n < peak - 1 else 300 - 5 * n + 5 * peak for n, f in enumerate(FRIDAYS)}
        given.append(series(f"YAHOO_{name}_ADJUSTED_CLOSE", closes))
    row = rotation(*given)[LAST]
    assert (row["order_of_highs"], row["n_highs"]) == (1, 4)


def test_a_row_is_known_when_its_latest_close_is() -> None:
    assert rotation(*growing(RISING))[LAST]["known_at"] == moment("2026-04-11 00:01")
    assert rotation(*growing({"UST": 0.0, **dict.fromkeys(FUNDS, 0.0)}))[LAST]["known_at"] == moment("2026-04-10 20:30")
