"""Every fault many times, and the table in docs/reliability.md of what came of it.

``python -m tests.soak`` kills 200 times and tries others 10 times each; ``python -m tests.soak 0.1`` a tenth of that.
"""

import os
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tests.faults.declared import FAULTS, Fault
from tests.faults.trying import Ground, Tried, ground

DOCUMENT = Path(__file__).parent.parent / "docs" / "reliability.md"
BEGIN, END = "<!-- made by make soak -->\n", "<!-- end -->\n"
KILLS, OTHERS = 25, 10
HEADER = (
    "| fault | times | took effect | lost | half stored | wrongly published | not converged | unclear message |\n"
    "|---|--:|--:|--:|--:|--:|--:|--:|\n"
)


def times(fault: Fault, share: float) -> int:
    return max(1, round(share * (KILLS if fault.name.startswith("killed") else OTHERS)))


def table(tried: dict[str, Tried]) -> str:
    """A row for each fault: how often it was tried, and how often something was wrong afterwards."""
    rows = []
    for name, found in tried.items():
        wrong = (found.lost, found.half_stored, found.wrongly_published, found.not_converged, found.unclear)
        counts = (found.times, found.took_effect, *map(len, wrong))
        rows.append(f"| {name} | {' | '.join(map(str, counts))} |\n")
    return HEADER + "".join(rows)


def soak(made: Ground, share: float) -> dict[str, Tried]:
    """Try every fault that this machine can do; two at a time, as most of it is waiting for the disk."""
    faults = [fault for fault in FAULTS.values() if made.has_mounts or not fault.needs_mounts]
    trials = [(fault, seed) for fault in faults for seed in range(times(fault, share))]
    tried = {name: Tried() for name in FAULTS}
    columns = (TextColumn("{task.description:36}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns) as shown, ThreadPoolExecutor(max(2, os.cpu_count() or 2)) as pool:
        task = shown.add_task("", total=len(trials))

        def try_one(trial: tuple[Fault, int]) -> None:
            fault, seed = trial
            shown.update(task, description=fault.name)
            made.try_fault(fault, seed, tried[fault.name])
            shown.advance(task)

        list(pool.map(try_one, trials))
    return tried


def main() -> int:
    share = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    with tempfile.TemporaryDirectory() as folder, ground(Path(folder)) as made:
        tried = soak(made, share)
    before, _, rest = DOCUMENT.read_text().partition(BEGIN)
    DOCUMENT.write_text(before + BEGIN + table(tried) + END + rest.partition(END)[2])
    wrong = [f"{name}: {what}" for name, found in tried.items() for what in found.wrong]
    print("\n".join(wrong) or f"{sum(found.times for found in tried.values())} faults, and nothing wrong after any")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
