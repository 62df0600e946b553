"""One ingest in a process of its own: ``python -m bench.books_memory SPOOL OUT`` prints its seconds and peak memory.

Beside them what DuckDB keeps in its cache of what was written: it grows with the table, up to DuckDB's memory limit.
"""

import json
import sys
import time
from pathlib import Path

from assets.recording_books import ingest_spool
from bench.books_ingest import linked
from warehouse.store import Store


def main() -> None:
    spool, out = map(Path, sys.argv[1:])
    out.mkdir(parents=True)
    mine = linked(spool, out / "spool")
    with Store.open(out / "warehouse.duckdb", "bench") as store:
        started = time.perf_counter()
        ingest_spool(store, mine, out / "books")
        spent = time.perf_counter() - started
        cached = store.read("select sum(memory_usage_bytes) / 1048576.0 from duckdb_memory()").item()
    print(json.dumps({"seconds": spent, "peak_mb": peak_mb(), "duckdb_cache_mb": float(cached)}))


def peak_mb() -> float:
    """This program's peak resident memory. Not ru_maxrss: Linux counts the parent's peak before exec in it."""
    status = Path("/proc/self/status").read_text().splitlines()
    (line,) = (line for line in status if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
