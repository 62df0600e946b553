"""One ingest in a process of its own: ``python -m bench.books_memory SPOOL OUT`` prints its seconds and peak memory."""

import json
import sys
import time
from pathlib import Path

from bench.books_ingest import ours


def main() -> None:
    spool, out = map(Path, sys.argv[1:])
    out.mkdir(parents=True)
    with ours(spool, out) as work:
        started = time.perf_counter()
        work()
        spent = time.perf_counter() - started
    print(json.dumps({"seconds": spent, "peak_mb": peak_mb()}))


def peak_mb() -> float:
    """This program's peak resident memory. Not ru_maxrss: Linux counts the parent's peak before exec in it."""
    status = Path("/proc/self/status").read_text().splitlines()
    (line,) = (line for line in status if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
