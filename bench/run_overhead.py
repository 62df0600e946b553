"""What a run costs beside what Dagster itself needs for as many empty assets, whole processes, same machine, same run.

    python -m bench.run_overhead [--upstreams URL] [--repeat 3]

Prints a Markdown table: a first run, an unchanged run, and empty assets (with and without as many empty checks), with
Dagster as it comes and with the storage of this repository; then how an unchanged run less fetching compares.
Seconds are of the clock, cpu of the processor: on a machine that others use only the latter compares.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from pipelines.definitions import build_defs
from pipelines.places import REPOSITORY

EMPTY = """
import sys
import dagster as dg
assets, checks = int(sys.argv[1]), int(sys.argv[2])
made = []
for n in range(assets):
    @dg.asset(name=f"a{n}", deps=[f"a{n - 1}"] if n % 8 else [])
    def empty(): pass
    made.append(empty)
specs = [dg.AssetCheckSpec("c", asset=f"a{n}", blocking=True) for n in range(checks or 1)]
@dg.multi_asset_check(specs=specs, can_subset=True)
def empty_checks():
    for n in range(checks or 1):
        yield dg.AssetCheckResult(asset_key=f"a{n}", check_name="c", passed=True)
defs = dg.Definitions(assets=made, asset_checks=[empty_checks] if checks else [], executor=dg.in_process_executor)
with dg.DagsterInstance.get() as home:
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    assert defs.resolve_implicit_global_asset_job_def().execute_in_process(instance=home, run_config=quiet).success
"""
STEPS = """
import json, sys
from pipelines.instance import instance
PARTS = {"landing": "fetch", "recorded": "record", "models": "build", "suites": "check", "published": "publish"}
with instance() as home:
    run = home.get_runs(limit=1)[0]
    record = home.get_run_record_by_id(run.run_id)
    spent = {}
    for step in home.get_run_step_stats(run.run_id):
        part = PARTS.get(step.step_key.rstrip("_0123456789"), "other")  # a step that is split has a number behind it
        spent[part] = spent.get(part, 0.0) + step.end_time - step.start_time
    spent["run"] = record.end_time - record.start_time
print(json.dumps(spent))
"""


def timed(command: list[str], environment: dict[str, str]) -> tuple[float, float, float]:
    """Seconds, CPU seconds and peak MB of a process."""
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command[:3])} ended with {status}")
    return time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--upstreams", default="sample", help="sample, or the URL of a replay server")
    parser.add_argument("--repeat", type=int, default=3, help="unchanged and empty runs each; medians are shown")
    options = parser.parse_args()
    command = str(Path(sys.executable).with_name("tidegauge"))
    with tempfile.TemporaryDirectory() as folder:
        ours = {**os.environ, "TIDEGAUGE_DATA": folder}
        run = [command, "run", "--upstreams", options.upstreams]
        rows = [("first run", [timed(run, ours)], [_steps(ours)])]
        timed(run, ours)  # the overlap is new to landing once
        unchanged, steps = [], []
        graph = build_defs().resolve_asset_graph()
        assets, checks = len(graph.get_all_asset_keys()), len(graph.asset_check_keys)
        kinds = [(0, "as it comes"), (checks, "as it comes"), (0, "with our storage"), (checks, "with our storage")]
        empty: list[list[tuple[float, float, float]]] = [[] for _ in kinds]
        for _ in range(options.repeat):
            unchanged.append(timed(run, ours))
            steps.append(_steps(ours))
            for (checked, storage), times in zip(kinds, empty, strict=True):
                home = Path(folder, f"empty-{checked}-{storage}")
                home.mkdir(exist_ok=True)
                theirs = {**os.environ, "DAGSTER_HOME": str(home)}
                if storage == "with our storage":
                    theirs |= {"DAGSTER_HOME": str(REPOSITORY), "TIDEGAUGE_DAGSTER": str(home)}
                times.append(timed([sys.executable, "-c", EMPTY, str(assets), str(checked)], theirs))
        rows.append(("unchanged run", unchanged, steps))
        for (checked, storage), times in zip(kinds, empty, strict=True):
            rows.append((f"{assets} empty assets, {checked} empty checks, Dagster {storage}", times, []))
    parts = ("fetch", "record", "build", "check", "publish", "run")
    print(f"| what | seconds | cpu | peak MB | {' | '.join(parts)} |\n|---|---|---|---|{'---|' * len(parts)}")
    for name, times, spent in rows:
        split = " | ".join(f"{median(s.get(part, 0.0) for s in spent):.2f}" if spent else "" for part in parts)
        seconds, cpu, peak = (median(column) for column in zip(*times, strict=True))
        print(f"| {name} | {seconds:.2f} | {cpu:.2f} | {peak:.0f} | {split} |")
    less = median(t for t, _, _ in unchanged) - median(s["fetch"] for s in steps)
    for (checked, storage), times in zip(kinds, empty, strict=True):
        ratio = less / median(t for t, _, _ in times)
        print(f"unchanged less fetching: {ratio:.2f} times {checked} empty checks, Dagster {storage}")


def _steps(environment: dict[str, str]) -> dict[str, float]:
    told = subprocess.run([sys.executable, "-c", STEPS], env=environment, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(told.stdout)
    return found


if __name__ == "__main__":
    main()
