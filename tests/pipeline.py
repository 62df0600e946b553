"""The whole pipeline for tests: the real command in a process of its own, and a server of recorded upstreams."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

COMMAND = Path(sys.executable).with_name("tidegauge")
RECORDINGS = os.environ.get("TIDEGAUGE_RECORDINGS")

needs_recordings = pytest.mark.skipif(not RECORDINGS, reason="TIDEGAUGE_RECORDINGS does not name the recordings")


def tidegauge(data: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command on a data folder, with nothing of the caller's configuration."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("TIDEGAUGE_", "DAGSTER_", "FRED_"))}
    return subprocess.run(
        [str(COMMAND), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**clean, "TIDEGAUGE_DATA": str(data), "COLUMNS": "120", **environment},
    )


def sql(data: Path, query: str, origin: str = "sample") -> list[dict[str, Any]]:
    """Rows of a query, through ``tidegauge sql``."""
    done = tidegauge(data, "sql", query, "--format", "json", "--origin", origin)
    assert done.returncode == 0, done.stderr
    rows: list[dict[str, Any]] = json.loads(done.stdout)
    return rows


def live_rows(data: Path, query: str, origin: str = "sample") -> list[tuple[Any, ...]]:
    """Rows of a query on the live warehouse, which nobody has open now."""
    with duckdb.connect(data / origin / "warehouse.duckdb", read_only=True) as connection:
        return connection.execute(query).fetchall()


@dataclass(frozen=True)
class Replay:
    """A running server of recordings."""

    url: str

    def set(self, at: str | None = None, faults: Sequence[str] = ()) -> None:
        """Move its clock, set its faults and forget its log."""
        wish = {"at": at, "faults": list(faults), "reset_log": True}
        httpx.post(f"{self.url}/__control", json=wish, trust_env=False).raise_for_status()

    def requests(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = httpx.get(f"{self.url}/__log", trust_env=False).json()["requests"]
        return found


@contextmanager
def replay(*arguments: str) -> Iterator[Replay]:
    """Serve the recordings while open."""
    if not RECORDINGS:
        pytest.skip("TIDEGAUGE_RECORDINGS does not name the recordings")
    script = Path(RECORDINGS).parent / "tools" / "replay.py"
    command = [sys.executable, str(script), "--data", RECORDINGS, "--port", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield Replay(json.loads(server.stdout.readline())["url"])
        finally:
            server.terminate()
