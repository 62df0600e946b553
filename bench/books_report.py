"""The figures of bench.books beside their goals: Markdown and a plot."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import books_depth, books_ingest, books_stages


def write(found: dict[str, Any], folder: Path) -> None:
    """Write books.md and, where matplotlib is installed, books.svg."""
    about = found["about"]
    words = [
        "# Order books against peers",
        "",
        f"{about['cores']} cores (shared; load {about['load_at_start']} at the start), Python {about['python']}, "
        + ", ".join(f"{name} {number}" for name, number in about["versions"].items())
        + f". Seeded books, 100 levels a side, {about['churn']:.1%} of levels new from one book to the next. "
        f"Medians of {about['repeat']} after one uncounted run" + (", quick sizes." if about["quick"] else "."),
        "",
        "A level is one price with its size. Ours is what a run does with a spool: it reads, checks, orders and syncs "
        "the books, measures them, and commits the rows to the warehouse. The JSON readers read the same books as JSON "
        "lines; the IO manager and one of two dlt runs get them as one Arrow table already in memory. All are timed "
        "until what they left is synced to the disk. Peak memory is VmHWM of a process of its own.",
        "",
        "| goal | measured | |",
        "|---|---|---|",
        *(f"| {each.goal} | {each.told} | {_verdict(each)} |" for each in goals(found)),
        *_where_time_goes(found),
    ]
    for title, part in (
        (f"Ingest, {about['small_levels'] / 1e6:g} M levels", "ingest_small"),
        (f"Ingest, {about['large_levels'] / 1e6:g} M levels", "ingest_large"),
        ("Metrics from books in memory", "metrics"),
    ):
        words += ["", f"## {title}", "", "| | M levels/s | seconds (fastest to slowest) | bytes per level |"]
        words += ["|---|---|---|---|", *(_row(name, told) for name, told in found[part].items())]
    words += ["", "## Merging 1,000 facts", "", "| facts | new, ms | unchanged, ms |", "|---|---|---|"]
    words += [
        f"| {each['facts']:,} | {each['new_seconds'] * 1e3:.1f} | {each['unchanged_seconds'] * 1e3:.1f} |"
        for each in found["growth"]
    ]
    (folder / "books.md").write_text("\n".join(words) + "\n")
    try:
        _plot(found, folder / "books.svg")
    except ImportError:
        print("matplotlib is not installed: no plot")


MEMORY = ("peak_mb", "duckdb_cache_mb")


@dataclass(frozen=True)
class Goal:
    """What was to be reached and what was: ``share`` of it, 1 or more when it is met."""

    goal: str
    told: str
    share: float


def _verdict(goal: Goal) -> str:
    return "met" if goal.share >= 1 else f"short: {goal.share:.0%} of it"


def goals(found: dict[str, Any]) -> list[Goal]:
    """Each goal and what was measured; a peer that did not run gives no line."""
    lines = []
    for size in ("small", "large"):
        part = found[f"ingest_{size}"]
        lines += _times(part, books_ingest.OURS, books_ingest.DUCKDB, 1, f"ingest ({size})")
    for peer, goal in ((books_ingest.DLT_TABLE, 4), (books_ingest.DLT_SPOOL, 4), (books_ingest.PANDAS, 10)):
        lines += _times(found["ingest_small"], books_ingest.OURS, peer, goal, "ingest (small)")
    lines += _times(found["metrics"], books_depth.OURS, books_depth.DUCKDB, 10, "metrics")
    lines += _times(found["metrics"], books_depth.OURS, books_depth.POLARS, 5, "metrics")
    sizes = [found[f"ingest_{each}"][books_ingest.OURS]["bytes_per_level"] for each in ("small", "large")]
    lines.append(_at_most("{:g} bytes per level", 1.3, max(sizes), " and ".join(f"{size:.3f}" for size in sizes)))
    peaks = [found[f"memory_{each}"]["peak_mb"] for each in ("small", "large")]
    told = " and ".join(f"{peak:.0f} MB" for peak in peaks)
    lines.append(_at_most("{:g} MB of memory at the peak", 800, max(peaks), told))
    lines.append(_at_most("{:g} times that memory at the large size", 1.25, peaks[1] / peaks[0]))
    few, many = (each["new_seconds"] for each in found["growth"])
    lines.append(_at_most("{:g} times the time of a merge in ten times the facts", 2, many / few))
    commit = found["commit"]
    told = f"{commit['p50_ms']:.2f} ms (p99 {commit['p99_ms']:.2f} ms)"
    return [*lines, _at_most("{:g} ms (p50) for committing 20 books", 2, commit["p50_ms"], told)]


def _at_most(what: str, limit: float, value: float, told: str = "") -> Goal:
    return Goal(f"at most {what.format(limit)}", told or f"{value:.2f}", limit / value)


def _times(part: dict[str, Any], ours: str, peer: str, goal: float, what: str) -> list[Goal]:
    if "skipped" in part[ours] or "skipped" in part[peer]:
        return []
    ratio = part[ours]["m_levels_per_s"] / part[peer]["m_levels_per_s"]
    return [Goal(f"{what}: {goal:g} times {peer}", f"{ratio:.1f} times", ratio / goal)]


def _where_time_goes(found: dict[str, Any]) -> list[str]:
    """Our steps, and what follows from them for the goals that are short."""
    about, stages, small = found["about"], found["stages"], found["ingest_small"]
    ours, cores = small[books_ingest.OURS], about["cores"]
    times = about["small_levels"] / stages["levels"]
    spent = {name: seconds * times for name, seconds in stages["cpu_seconds"].items()}
    words = ["", "## Where our time goes", "", "| step | processor seconds | share |", "|---|---|---|"]
    words += [f"| {name} | {seconds:.3f} | {seconds / sum(spent.values()):.0%} |" for name, seconds in spent.items()]
    words += [
        "",
        f"For {about['small_levels'] / 1e6:g} M levels, a step at a time and one segment at a time. Spread evenly over "
        f"{cores} cores that is {sum(spent.values()) / cores:.3f} s, compressing to {ours['bytes_per_level']:.2f} "
        f"bytes a level alone {spent[books_stages.COMPRESS] / cores:.3f} s; measured: {ours['seconds']:.3f} s.",
    ]
    for peer, goal in ((books_ingest.DLT_TABLE, 4), (books_ingest.DLT_SPOOL, 4), (books_ingest.PANDAS, 10)):
        if "skipped" not in small[peer] and goal * ours["seconds"] > small[peer]["seconds"]:
            words += [
                "",
                f"{goal} times {peer} would be {small[peer]['seconds'] / goal:.3f} s. It writes "
                f"{small[peer]['bytes_per_level'] / ours['bytes_per_level']:.1f} times the bytes, and neither checks, "
                "orders nor measures a book.",
            ]
    peaks, caches = ([found[f"memory_{size}"][what] for size in ("small", "large")] for what in MEMORY)
    words += [
        "",
        f"Memory: {peaks[0]:.0f} and {peaks[1]:.0f} MB at the peak. In memory are as many segments as there are "
        f"threads, whatever their number; of the rows' table DuckDB then had {caches[0]:.0f} and {caches[1]:.0f} MB in "
        "its cache, which it gives back at its memory limit and not before.",
    ]
    return words


def _row(name: str, told: dict[str, Any]) -> str:
    if "skipped" in told:
        return f"| {name} | skipped | {told['skipped']} | |"
    size = told.get("bytes_per_level")
    part = f" (first {told['share_of_books']:.0%} of the books)" if told.get("share_of_books", 1) < 1 else ""
    spent = f"{told['seconds']:.3f} ({told['fastest']:.3f} to {told['slowest']:.3f})"
    return f"| {name}{part} | {told['m_levels_per_s']:.2f} | {spent} | {f'{size:.2f}' if size else ''} |"


def _plot(found: dict[str, Any], path: Path) -> None:
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "books"
    from matplotlib import pyplot

    parts = (("ingest_small", "Ingest"), ("metrics", "Metrics"))
    figure, axes = pyplot.subplots(len(parts), 1, figsize=(9, 6))
    for axis, (part, title) in zip(axes, parts, strict=True):
        rates = {name: told["m_levels_per_s"] for name, told in found[part].items() if "skipped" not in told}
        colours = ["#1f6f8b" if name.startswith("tidegauge") else "#b8b8b8" for name in rates]
        bars = axis.barh(list(rates), list(rates.values()), color=colours)
        axis.bar_label(bars, fmt="%.2f", padding=3)
        axis.set_xscale("log")
        axis.set_title(f"{title}, million levels a second (log scale)", loc="left")
        axis.invert_yaxis()
        axis.spines[["top", "right"]].set_visible(False)
        axis.margins(x=0.15)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
