"""Which weekly changes of what comes before crypto go with crypto's returns, at leads and lags of up to 26 weeks."""

from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import polars as pl
import polars.selectors as cs

from assets.statistics.coincidence import by_chance, detectable, families, family_wise
from assets.statistics.correlation import Pair, interval, lagged, pearson, resampled
from assets.statistics.newey_west import slope_t
from assets.statistics.weeks import Window, common, weekly
from warehouse.tables.statistics import LEAD_LAG

LAGS = range(-26, 27)
HAC_LAGS = 8
#: Weeks that both series must have: two years.
ENOUGH = 104
#: Decimals that are the same on every machine and for every number of threads.
DIGITS = 9
#: Threads. What is computed does not depend on how many, nor on which comes first.
WORKERS = 2
NAMED = ("driver", "driver_weeks", "target", "is_survivorship_biased", "first_week", "last_week", "known_at")
KEY = {"couple": pl.Int64, "lag_weeks": pl.Int64}
MEASURES = ("correlation", "low_95", "high_95", "hac_t")
JUDGEMENTS = ("p_family_wise", "minimum_detectable_effect")

READS = {
    "drivers": """
        with drivers (driver, measure, driver_weeks) as (
            values
                ('russell_2000', 'russell_2000', 1), ('nasdaq_composite', 'nasdaq_composite', 1),
                ('net_liquidity_1w', 'net_liquidity', 1), ('net_liquidity_6w', 'net_liquidity', 6),
                ('real_yield_10y', 'real_yield_10y', 1), ('high_yield_oas', 'high_yield_oas', 1),
                ('baa_10y_spread', 'baa_10y_spread', 1)
        )
        select driver, driver_weeks, week_ending, if(driver_weeks = 6, change_6w, change_1w) as change, known_at
        from drivers
        inner join metrics.weekly_return using (measure)
    """,
    "targets": """
        select measure as target, week_ending, change_1w as change, known_at
        from metrics.weekly_return
        where kind in ('coin', 'altcoins')
    """,
}


#: A couple's number, a lag, and the pairs of weeks at that lag.
Cell = tuple[int, int, Pair]


@dataclass(frozen=True)
class Couple:
    """A driver and a target over the weeks that both span."""

    driver: str
    driver_weeks: int
    target: str
    window: Window


def rows(drivers: pl.DataFrame, targets: pl.DataFrame) -> pl.DataFrame:
    """One row per driver, target and lag; none for a couple with too few weeks in common."""
    couples = list(_couples(drivers, targets))
    found = _named(couples).join(_measured(couples), on="couple").join(_judged(couples), on=["couple", "lag_weeks"])
    return found.drop("couple").with_columns(cs.float().fill_nan(None).round(DIGITS))


def _couples(drivers: pl.DataFrame, targets: pl.DataFrame) -> Iterator[Couple]:
    overlaps = dict(drivers.select("driver", "driver_weeks").unique().rows())
    leaders = weekly(drivers, "driver", "change")
    for target, y in weekly(targets, "target", "change").items():
        # Drivers have more history than coins: those of one coin are compared over as many weeks, with the same draws.
        for driver, x in leaders.items():
            window = common(x, y)
            if window and window.is_known.sum() >= ENOUGH:
                yield Couple(driver, overlaps[driver], target, window)


def _named(couples: list[Couple]) -> pl.DataFrame:
    """What is the same at all lags."""
    named = [
        (n, c.driver, c.driver_weeks, c.target, c.target not in ("BTC", "ETH"), *c.window.span, c.window.known_at)
        for n, c in enumerate(couples)
    ]
    return pl.DataFrame(
        named,
        orient="row",
        schema={"couple": pl.Int64} | {name: LEAD_LAG.polars_schema[name] for name in NAMED},
    )


def _measured(couples: list[Couple]) -> pl.DataFrame:
    """Correlation, interval and t ratio at each lag. Lags with as many pairs share their draws and are done at once."""
    by_length: defaultdict[int, list[Cell]] = defaultdict(list)
    for n, couple in enumerate(couples):
        for lag in LAGS:
            pair = lagged(couple.window.x.values, couple.window.y.values, lag)
            by_length[len(pair[0])].append((n, lag, pair))
    none = pl.DataFrame(schema=KEY | {"n": pl.Int64} | dict.fromkeys(MEASURES, pl.Float64))
    with ThreadPoolExecutor(WORKERS) as pool:
        return pl.concat([none, *pool.map(_measured_at_once, by_length.values())])


def _measured_at_once(cells: list[Cell]) -> pl.DataFrame:
    couples, lags, pairs = zip(*cells, strict=True)
    x, y = (np.stack([pair[side] for pair in pairs]) for side in (0, 1))
    low, high = interval(resampled(pairs))
    told = {"couple": couples, "lag_weeks": lags, "n": [x.shape[1]] * len(cells)}
    return pl.DataFrame(told | dict(zip(MEASURES, (pearson(x, y), low, high, slope_t(x, y, HAC_LAGS)), strict=True)))


def _judged(couples: list[Couple]) -> pl.DataFrame:
    """How often chance does as well over all lags on the same side, and what it would take to be seen."""
    none = pl.DataFrame(schema=KEY | dict.fromkeys(JUDGEMENTS, pl.Float64))
    with ThreadPoolExecutor(WORKERS) as pool:
        return pl.concat([none, *pool.map(_judged_alone, range(len(couples)), couples)])


def _judged_alone(number: int, couple: Couple) -> pl.DataFrame:
    x, y = couple.window.x.values, couple.window.y.values
    chance = by_chance(x[couple.window.is_known], y[couple.window.is_known], LAGS)
    found = np.array([pearson(*lagged(x, y, lag)) for lag in LAGS])
    p, effect = np.empty(len(LAGS)), np.empty(len(LAGS))
    for family in families(LAGS):
        p[family], effect[family] = family_wise(found[family], chance[:, family]), detectable(chance[:, family])
    told = {"couple": [number] * len(LAGS), "lag_weeks": LAGS}
    return pl.DataFrame(told | dict(zip(JUDGEMENTS, (p, effect), strict=True)))
