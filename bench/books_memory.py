"""One ingest in a process of its own: ``python -m bench.books_memory SPOOL OUT`` prints its seconds and peak memory."""

import json
import resource
import sys
import time
from pathlib import Path

from bench.books_ingest import ours


def main() -> None:
    spool, out = map(Path, sys.argv[1:])
    out.mkdir(parents=True)
    started = time.perf_counter()
    ours(spool, out)
    spent = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": spent, "peak_mb": peak}))


if __name__ == "__main__":
    main()
