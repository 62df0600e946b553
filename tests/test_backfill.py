"""Asking again for what is missing: only that, also after a kill, and what cannot be had is known to be so."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from urllib.parse import parse_qs, urlsplit

import pytest

from pipelines.sample.server import SampleServer, serve
from pipelines.sample.wire.reply import Reply
from tests.pipeline import COMMAND, live_rows, tidegauge

#: Landing FRED and recording it is enough here.
SELECT = "key:landing/fred or key:facts/observation or key:quality/gap or key:quality/backfill"
SPAN = ("2024-03-01", "2024-03-31")
LOST = ("WALCL", "DGS10", "DGS2")
GAPS = """
    select key, from_period::varchar, to_period::varchar, reason from quality.gap
    where from_period between date '2024-03-01' and date '2024-03-31' order by all
"""


@pytest.fixture(scope="module")
def server() -> Iterator[SampleServer]:
    with serve(at=datetime(2026, 1, 5, 12, tzinfo=UTC)) as running:
        yield running


def without(*series_ids: str) -> Callable[[str, Reply], Reply]:
    """These series come without the week of 11 March 2024, a Monday."""

    def spoil(target: str, reply: Reply) -> Reply:
        if asked(target) not in series_ids:
            return reply
        rows = reply.body.decode().splitlines(keepends=True)
        kept = [row for row in rows if not "2024-03-11" <= row[:10] <= "2024-03-15"]
        return replace(reply, body="".join(kept).encode())

    return spoil


def asked(target: str) -> str:
    return parse_qs(urlsplit(target).query).get("id", [""])[0]


def run(data: Path, server: SampleServer, *arguments: str) -> list[str]:
    """One run; the series that it asked for."""
    server.requests.clear()
    done = tidegauge(data, "run", "--upstreams", server.url, "--select", SELECT, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return sorted(filter(None, map(asked, server.requests)))


@pytest.fixture(scope="module")
def data(server: SampleServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse whose first fetch of three series came without a week."""
    folder = tmp_path_factory.mktemp("backfill")
    server.spoil = without(*LOST)
    run(folder, server)
    assert live_rows(folder, GAPS, "replay") == [
        ("DGS10", "2024-03-11", "2024-03-15", "missing"),
        ("DGS2", "2024-03-11", "2024-03-15", "missing"),
        ("WALCL", "2024-03-13", "2024-03-13", "missing"),
    ]
    return folder


def test_a_backfill_that_is_killed_goes_on_with_what_is_missing_and_knows_what_cannot_be_had(
    data: Path, server: SampleServer
) -> None:
    killed = Event()

    def slow(target: str, reply: Reply) -> Reply:
        if asked(target) == "DGS10":
            killed.wait()
        return without("DGS2")(target, reply)

    server.spoil = slow
    command = [str(COMMAND), "run", "--upstreams", server.url, "--select", SELECT, "--backfill", *SPAN]
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("TIDEGAUGE_", "DAGSTER_", "FRED_"))}
    with subprocess.Popen(command, env={**clean, "TIDEGAUGE_DATA": str(data)}, stdout=subprocess.DEVNULL) as running:
        journal = data / "replay" / "landing" / "journal.jsonl"
        done: set[str] = set()
        while not {"WALCL", "DGS2"} <= done:
            assert running.poll() is None
            lines = [line for line in journal.read_text().splitlines() if '"is_backfill": true' in line]
            done = {series_id for series_id in LOST if any(f'"key": "{series_id}"' in line for line in lines)}
            time.sleep(0.05)
        running.send_signal(signal.SIGKILL)
        killed.set()
    assert len(live_rows(data, GAPS, "replay")) == 3

    # What had come before the kill is recorded first: one gap is closed by it, another can no longer be.
    server.spoil = without("DGS2")
    assert run(data, server, "--backfill", *SPAN) == ["DGS10"]
    left = [("DGS2", "2024-03-11", "2024-03-15", "upstream_window")]
    assert live_rows(data, GAPS, "replay") == left
    assert run(data, server, "--backfill", *SPAN) == []
    assert live_rows(data, GAPS, "replay") == left

    # Asked for all the same, it comes after all.
    server.spoil = None
    assert set(LOST) < set(run(data, server, "--backfill", *SPAN, "--all"))
    assert live_rows(data, GAPS, "replay") == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--all"], "it needs --backfill FROM TO"),
        (["--backfill", "2024-03-31", "2024-03-01"], "ends before it begins"),
        (["--backfill", "march", "april"], "does not match the format"),
    ],
)
def test_a_backfill_of_no_span_is_wrong_usage(tmp_path: Path, arguments: list[str], told: str) -> None:
    done = tidegauge(tmp_path, "run", *arguments)
    assert done.returncode == 2
    assert told in done.stderr
