"""Resampled lead-lag correlations against a plain NumPy loop over the same draws, in one run.

    python -m bench.statistics [--quick] [--repeat 5]

Writes bench/results/statistics.md. The loop is given its draws; ours makes them.
"""

import argparse
import os
import platform
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from assets.statistics.arrays import Floats
from assets.statistics.bootstrap import DRAWS, indices
from assets.statistics.coincidence import by_chance
from assets.statistics.correlation import Pair, interval, lagged, resampled
from assets.statistics.newey_west import slope_t

RESULTS = Path(__file__).parent / "results"
WEEKS = 520
ASSETS = 12
LAGS = range(27)
SECONDS, TIMES, APART = 1.0, 50, 1e-9


def grid() -> list[list[Pair]]:
    """Ten years of one driver and twelve assets: by lag, the pairs of each asset."""
    random = np.random.default_rng(0)
    x, y = random.standard_t(4, WEEKS) * 0.03, random.standard_t(4, (ASSETS, WEEKS)) * 0.1
    return [[lagged(x, one, lag) for one in y] for lag in LAGS]


def ours(by_lag: list[list[Pair]]) -> list[Floats]:
    return [resampled(pairs) for pairs in by_lag]


def loop(by_lag: list[list[Pair]], draws: int, correlation: Callable[[Floats, Floats], float]) -> list[Floats]:
    """One correlation at a time; only resampling and correlating is timed by the caller's clock."""
    found = []
    for pairs in by_lag:
        drawn = indices(len(pairs[0][0]))[:draws]
        found.append(np.array([[correlation(x[draw], y[draw]) for draw in drawn] for x, y in pairs]))
    return found


def corrcoef(x: Floats, y: Floats) -> float:
    return float(np.corrcoef(x, y)[0, 1])


def by_hand(x: Floats, y: Floats) -> float:
    x, y = x - x.mean(), y - y.mean()
    return float((x @ y) / np.sqrt((x @ x) * (y @ y)))


def timed(work: Callable[[], Any], repeat: int) -> tuple[list[float], Any]:
    """Seconds of each run, and what the last one returned."""
    spent = []
    for _ in range(repeat):
        indices.cache_clear()
        started = time.perf_counter()
        result = work()
        spent.append(time.perf_counter() - started)
    return spent, result


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="the loops do a tenth of the draws")
    parser.add_argument("--repeat", type=int, default=5, help="runs of ours before and after each loop")
    options = parser.parse_args()
    by_lag, draws = grid(), DRAWS // 10 if options.quick else DRAWS
    ours(by_lag)  # once uncounted
    spent, found = timed(lambda: ours(by_lag), options.repeat)
    rows = []
    for name, correlation in (("a loop over np.corrcoef", corrcoef), ("a loop over Pearson by hand", by_hand)):
        (seconds,), theirs = timed(lambda correlation=correlation: loop(by_lag, draws, correlation), 1)
        apart = max(float(np.abs(a[:, :draws] - b).max()) for a, b in zip(found, theirs, strict=True))
        rows.append((name, seconds * DRAWS / draws, "1 run" + (", scaled up" if options.quick else ""), apart))
        spent += timed(lambda: ours(by_lag), options.repeat)[0]
    note = f"median of {len(spent)}, {min(spent):.3f} to {max(spent):.3f}"
    rows.insert(0, ("tidegauge: weights times moments", median(spent), note, 0.0))
    first = by_lag[0]
    rest, _ = timed(
        lambda: ([by_chance(x, y, range(-26, 27)) for x, y in first], *map(interval, found)), options.repeat
    )
    errors, _ = timed(lambda: [slope_t(x, y, 8) for pairs in by_lag for x, y in pairs], options.repeat)
    text = _report(rows, median(rest), median(errors))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "statistics.md").write_text(text)
    print(text)


def _report(rows: list[tuple[str, float, str, float]], rest: float, errors: float) -> str:
    own = rows[0][1]
    apart = max(row[3] for row in rows)
    goals = [
        (f"the grid within {SECONDS:g} s", f"{own:.3f} s", own <= SECONDS),
        (f"{TIMES} times the plain loop", f"{rows[1][1] / own:.0f} times", rows[1][1] >= TIMES * own),
        (f"equal to them draw for draw within {APART:g}", f"{apart:.1e}", apart <= APART),
    ]
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", "polars"))
    return "\n".join(
        [
            "# Lead-lag statistics against a plain loop",
            "",
            f"{len(os.sched_getaffinity(0))} cores (shared; load {os.getloadavg()[0]:.1f} at the end), "
            f"Python {platform.python_version()}, {versions}. One driver, {ASSETS} assets, {WEEKS} weeks, lags 0 to "
            f"{LAGS[-1]}, {DRAWS:,} draws of the stationary bootstrap: {ASSETS * len(LAGS) * DRAWS:,} correlations. "
            "Ours runs in one thread, between the loops, and makes its draws; the loops are given theirs once per lag.",
            "",
            "| goal | measured | |",
            "|---|---|---|",
            *(f"| {goal} | {measured} | {'met' if is_met else 'short'} |" for goal, measured, is_met in goals),
            "",
            "| | seconds | | times ours | largest difference |",
            "|---|---|---|---|---|",
            *(f"| {name} | {s:.3f} | {note} | {s / own:.1f} | {apart:.1e} |" for name, s, note, apart in rows),
            "",
            f"Beside it, for the same couples: family-wise shares at lags -26 to 26 and the percentiles {rest:.3f} s, "
            f"t ratios {errors:.3f} s.",
            "",
        ]
    )


if __name__ == "__main__":
    main()
