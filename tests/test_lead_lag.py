"""Leads and lags as a table: what is compared, over which weeks, and that nothing depends on threads."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from assets.statistics.metrics import lead_lag
from assets.statistics.weeks import friday
from tests.crypto_models import built_alone
from tests.made_series import autoregressive
from tests.models import Row

RANDOM = np.random.default_rng(23)
WEEKS = 200


def inputs(**series: np.ndarray) -> list[Row]:  # type: ignore[type-arg]
    """Weekly returns that end with the same week, known an hour after it."""
    return [
        {
            "measure": name,
            "kind": "coin" if name.isupper() else "index",
            "week_ending": (week := friday(2_900 - len(values) + n)),
            "level_date": week,
            "change_unit": "log ratio",
            "change_1w": float(value),
            "change_6w": float(value) / 2,
            "known_at": datetime(week.year, week.month, week.day, 22, tzinfo=UTC),
        }
        for name, values in series.items()
        for n, value in enumerate(values)
    ]


def table(*rows: Row) -> dict[tuple[str, str, int], Row]:
    found = built_alone("metrics.lead_lag", {"metrics.weekly_return": list(rows)})
    return {(row["driver"], row["target"], row["lag_weeks"]): row for row in found}


def planted(lag: int) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    x, noise = RANDOM.normal(size=(2, WEEKS))
    return x, 0.5 * np.roll(x, lag) + noise


def test_what_was_planted_six_weeks_later_stands_at_lag_six_and_nowhere_else() -> None:
    x, y = planted(6)
    rows = table(*inputs(russell_2000=x, BTC=y))
    assert len(rows) == 53
    found = rows["russell_2000", "BTC", 6]
    assert found["correlation"] == max(row["correlation"] for row in rows.values())
    assert found["low_95"] < found["correlation"] < found["high_95"]
    assert found["low_95"] > 0
    assert found["hac_t"] > 3
    assert found["p_family_wise"] == pytest.approx(1 / 2_001)
    assert found["correlation"] > found["minimum_detectable_effect"]
    assert {row["n"] + abs(row["lag_weeks"]) for row in rows.values()} == {WEEKS}
    assert min(row["p_family_wise"] for row in rows.values() if row["lag_weeks"] < 0) > 0.05
    weeks = friday(2_900 - WEEKS), friday(2_899)
    assert {(row["first_week"], row["last_week"]) for row in rows.values()} == {weeks}


def test_a_target_that_leads_stands_at_a_negative_lag() -> None:
    x, y = planted(-3)
    rows = table(*inputs(russell_2000=x, BTC=y))
    assert rows["russell_2000", "BTC", -3]["p_family_wise"] < 0.01
    assert min(row["p_family_wise"] for row in rows.values() if row["lag_weeks"] > 0) > 0.05


def test_a_couple_is_compared_over_the_weeks_that_both_have_and_dated_by_them() -> None:
    rows = table(*inputs(russell_2000=RANDOM.normal(size=WEEKS), BTC=RANDOM.normal(size=120)))
    row = rows["russell_2000", "BTC", 0]
    assert (row["n"], row["first_week"]) == (120, friday(2_780))
    assert row["known_at"].date() == friday(2_899)


def test_a_week_without_a_value_takes_its_pairs_and_shifts_nothing() -> None:
    x, y = planted(2)
    rows = inputs(russell_2000=x, BTC=y)
    del rows[50]
    with_gap = table(*rows)["russell_2000", "BTC", 2]
    assert with_gap["n"] == WEEKS - 2 - 1
    assert with_gap["correlation"] == pytest.approx(np.corrcoef(np.delete(x[:-2], 50), np.delete(y[2:], 50))[0, 1])


def test_two_years_in_common_are_needed() -> None:
    assert table(*inputs(russell_2000=RANDOM.normal(size=WEEKS), BTC=RANDOM.normal(size=103))) == {}
    assert table(*inputs(russell_2000=RANDOM.normal(size=WEEKS), BTC=RANDOM.normal(size=104))) != {}


def test_only_bitcoin_and_ether_were_not_chosen_in_hindsight() -> None:
    noise = RANDOM.normal(size=(4, 110))
    rows = table(*inputs(russell_2000=noise[0], BTC=noise[1], ETH=noise[2], SOL=noise[3]))
    assert {target: row["is_survivorship_biased"] for (_, target, _), row in rows.items()} == {
        "BTC": False,
        "ETH": False,
        "SOL": True,
    }


def test_net_liquidity_drives_over_one_week_and_over_six() -> None:
    x, y = RANDOM.normal(size=(2, 110))
    rows = table(*inputs(net_liquidity=x, BTC=y))
    assert {(driver, row["driver_weeks"]) for (driver, _, _), row in rows.items()} == {
        ("net_liquidity_1w", 1),
        ("net_liquidity_6w", 6),
    }


def test_rows_depend_neither_on_threads_nor_on_order_nor_on_other_couples(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("BTC", "ETH", "SOL")
    start = datetime(2026, 1, 3, tzinfo=UTC)
    values = dict(zip(("russell_2000", "high_yield_oas", *names), autoregressive(RANDOM, 150, 0.2, 5), strict=True))

    def frame(column: str, keys: list[str]) -> pl.DataFrame:
        told = [
            {column: key, "driver_weeks": 1, "week_ending": friday(n), "change": float(value), "known_at": start}
            for key in keys
            for n, value in enumerate(values[key][: 120 if key == "SOL" else 150])
        ]
        return pl.DataFrame(told, schema_overrides={"known_at": pl.Datetime("us", "UTC")})

    def rows(drivers: list[str], targets: list[str], workers: int) -> pl.DataFrame:
        monkeypatch.setattr(lead_lag, "WORKERS", workers)
        found = lead_lag.rows(frame("driver", drivers), frame("target", targets))
        return found.sort("driver", "target", "lag_weeks")

    all_at_once = rows(["russell_2000", "high_yield_oas"], [*names], workers=4)
    assert all_at_once.equals(rows(["high_yield_oas", "russell_2000"], [*reversed(names)], workers=1))
    alone = rows(["russell_2000"], ["ETH"], workers=1)
    assert alone.equals(all_at_once.filter(driver="russell_2000", target="ETH"))
    assert alone["known_at"].to_list() == [start + timedelta(0)] * 53
