"""Order books against peers, on the same generated books in one run.

    python -m bench.books [--quick] [--repeat 5]

Writes bench/results/books.md, books.json and books.svg. Peers that cannot run are named with the reason.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.metadata import PackageNotFoundError, version
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa

from bench import books_depth, books_ingest, books_stages
from bench.books_growth import commit_latency, merge_seconds
from bench.books_made import churn
from bench.books_report import write
from bench.books_work import batches, json_lines, spooled

BEGUN = time.monotonic()
RESULTS = Path(__file__).parent / "results"
PACKAGES = ("duckdb", "polars", "pyarrow", "numpy", "numba", "pandas", "dlt", "dagster", "dagster-duckdb-polars")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the size")
    parser.add_argument("--repeat", type=int, default=5, help="medians are of this many")
    options = parser.parse_args()
    share = 10 if options.quick else 1
    small, large = 4_000_000 // share, 100_000_000 // share
    found: dict[str, Any] = {"about": _about(options, small, large)}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        told(f"books: making {small / 1e6:g} M levels")
        spool = spooled(folder / "spool-small", small)
        _ingest(found, "small", spool, folder, small, options.repeat)
        told("metrics from books in memory")
        made = list(batches(spool))
        found["about"]["churn"] = sum(churn(*pair) for pair in pairwise(made[2:23])) / 20
        found["metrics"] = books_depth.measured(pa.concat_batches(made), options.repeat)
        found["stages"] = books_stages.measured(spool, options.repeat)
        told(f"books: making {large / 1e6:g} M levels")
        _ingest(found, "large", spooled(folder / "spool-large", large), folder, large, 2)
        told("merge growth")
        found["growth"] = [merge_seconds(folder, facts // share, 9) for facts in (10_000_000, 100_000_000)]
        told("live commits")
        found["commit"] = commit_latency(folder / "commits", 1_000 // min(share, 4))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "books.json").write_text(json.dumps(found, indent=1) + "\n")
    write(found, RESULTS)
    print((RESULTS / "books.md").read_text())


def _ingest(found: dict[str, Any], size: str, spool: Path, folder: Path, levels: int, repeat: int) -> None:
    told(f"ingest, {size}")
    lines = json_lines(spool, folder / "books.ndjson")
    works = books_ingest.contenders(spool, lines, is_large=size == "large")
    found[f"ingest_{size}"] = books_ingest.measured(works, folder / "out", levels, repeat)
    lines.unlink()
    shutil.rmtree(folder / "out")
    found[f"memory_{size}"] = _memory(spool, folder / f"memory-{size}")


def _memory(spool: Path, out: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.books_memory", str(spool), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def _about(options: argparse.Namespace, small: int, large: int) -> dict[str, Any]:
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = "not installed"
    return {
        "quick": options.quick,
        "repeat": options.repeat,
        "small_levels": small,
        "large_levels": large,
        "cores": len(os.sched_getaffinity(0)),
        "load_at_start": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "versions": versions,
    }


def told(what: str) -> None:
    print(f"{time.monotonic() - BEGUN:5.0f} s  {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
