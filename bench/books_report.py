"""The figures of bench.books beside their goals: Markdown and a plot."""

from pathlib import Path
from typing import Any

from bench import books_depth, books_ingest


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
        "A level is one price with its size. Ours reads the spool, checks, orders and syncs the books and computes "
        "metrics; the JSON readers read the same books as JSON lines; the IO manager and one of two dlt runs get them "
        "as one Arrow table already in memory. Peak memory is VmHWM of a process of its own.",
        "",
        "| goal | measured | |",
        "|---|---|---|",
        *(f"| {goal} | {measured} | {'met' if is_met else 'short'} |" for goal, measured, is_met in goals(found)),
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


def goals(found: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """Each goal, what was measured, and whether it is met; a peer that did not run gives no line."""
    lines = []
    for size in ("small", "large"):
        part = found[f"ingest_{size}"]
        lines += _times(part, books_ingest.OURS, books_ingest.DUCKDB, 1, f"ingest ({size})")
    for peer, goal in ((books_ingest.DLT_TABLE, 4), (books_ingest.DLT_SPOOL, 4), (books_ingest.PANDAS, 10)):
        lines += _times(found["ingest_small"], books_ingest.OURS, peer, goal, "ingest (small)")
    lines += _times(found["metrics"], books_depth.OURS, books_depth.DUCKDB, 10, "metrics")
    lines += _times(found["metrics"], books_depth.OURS, books_depth.POLARS, 5, "metrics")
    size = found["ingest_small"][books_ingest.OURS]["bytes_per_level"]
    lines.append(("at most 1.3 bytes per level", f"{size:.2f}", size <= 1.3))
    peaks = [found[f"memory_{each}"]["peak_mb"] for each in ("small", "large")]
    lines.append(("peak memory at most 800 MB", " and ".join(f"{peak:.0f} MB" for peak in peaks), max(peaks) <= 800))
    lines.append(("flat from small to large", f"{peaks[1] / peaks[0]:.2f} times", peaks[1] <= 1.25 * peaks[0]))
    few, many = (each["new_seconds"] for each in found["growth"])
    lines.append(("merge growth at most 2 times", f"{many / few:.2f} times", many <= 2 * few))
    commit = found["commit"]
    told = f"{commit['p50_ms']:.2f} ms (p99 {commit['p99_ms']:.2f} ms)"
    return [*lines, ("20 books committed in at most 2 ms (p50)", told, commit["p50_ms"] <= 2)]


def _times(part: dict[str, Any], ours: str, peer: str, goal: float, what: str) -> list[tuple[str, str, bool]]:
    if "skipped" in part[ours] or "skipped" in part[peer]:
        return []
    ratio = part[ours]["m_levels_per_s"] / part[peer]["m_levels_per_s"]
    return [(f"{what}: {goal:g} times {peer}", f"{ratio:.1f} times", ratio >= goal)]


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
