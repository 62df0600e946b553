"""An upstream that fails or lies, a check that blocks, readers who must not notice: whole runs over real sockets."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.sample.calendars import CLOCK
from pipelines.sample.server import SampleServer, serve
from pipelines.sample.wire.reply import Reply
from tests.hooks import SECRET, hook
from tests.pipeline import live_rows, sql, tidegauge

EARLIER = datetime(2026, 1, 26, 12, tzinfo=UTC)
NEWEST = """
    select r.upstream, max(o.period)::varchar from facts.observation as o
    inner join reference.series as r using (series_id)
    where o.series_id in ('WALCL', 'DTS_TGA_CLOSE', 'YAHOO_RUT_CLOSE')
    group by all order by all
"""


@pytest.fixture(scope="module")
def server() -> Iterator[SampleServer]:
    with serve(at=EARLIER) as running:
        yield running


@pytest.fixture(scope="module")
def data(server: SampleServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after an undisturbed run a week before the world's last day."""
    folder = tmp_path_factory.mktemp("faults")
    done = tidegauge(folder, "run", "--upstreams", server.url)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def maintenance(target: str, reply: Reply) -> Reply:
    """FiscalData answers an HTML page with status 200."""
    if "fiscal_service" not in target:
        return reply
    return Reply(b"<!DOCTYPE html><title>Maintenance</title>", 200, "text/html")


def thousandfold(target: str, reply: Reply) -> Reply:
    """FRED's holdings of Treasuries come in another unit."""
    if "fredgraph.csv?id=TREAST&" not in target:
        return reply
    header, *rows = (line.split(",") for line in reply.body.decode().splitlines())
    lines = [",".join(header), *(f"{day},{float(value) * 1000}" for day, value in rows)]
    return replace(reply, body="\n".join(lines).encode())


def status(data: Path, heading: str) -> list[dict[str, str]]:
    told = json.loads(tidegauge(data, "status", "--format", "json", "--origin", "replay").stdout)
    rows: list[dict[str, str]] = told[heading]
    return rows


def refused(data: Path) -> list[tuple[str, bool]]:
    """The series whose replies are not believed, and whether that still stands. By our clock all others stopped."""
    rows = status(data, "sentinels")
    return [(row["of"], row["ended"] is None) for row in rows if row["kind"] == "refused_reply"]


def test_what_fails_or_is_not_believed_is_named_leaves_the_others_complete_and_catches_up_later(
    data: Path, server: SampleServer
) -> None:
    assert live_rows(data, NEWEST, "replay") == [
        ("fiscaldata", "2026-01-22"),
        ("fred", "2026-01-21"),
        ("yahoo", "2026-01-23"),
    ]
    server.at, server.spoil = CLOCK, lambda target, reply: maintenance(target, thousandfold(target, reply))
    done = tidegauge(data, "run", "--upstreams", server.url)
    assert done.returncode == 3
    assert "FAILED      fiscaldata DTS_TGA_CLOSE" in done.stdout
    assert "expected json, got content type 'text/html'" in done.stdout
    assert "ALERT       refused reply: TREAST " in done.stdout
    assert live_rows(data, NEWEST, "replay") == [
        ("fiscaldata", "2026-01-22"),
        ("fred", "2026-01-28"),
        ("yahoo", "2026-01-30"),
    ]
    assert [row["upstream"] for row in status(data, "upstreams") if row["failed"]] == ["fiscaldata"]
    assert refused(data) == [("TREAST", True)]
    assert sql(data, "select max(week_ending)::varchar as week from metrics.net_liquidity", "replay") == [
        {"week": "2026-01-28"}
    ]

    # What is not believed is told once, and no failure.
    server.spoil = thousandfold
    healed = tidegauge(data, "run", "--upstreams", server.url)
    assert healed.returncode == 0, healed.stdout
    assert live_rows(data, NEWEST, "replay")[0] == ("fiscaldata", "2026-01-29")
    assert "refused reply" not in healed.stdout
    assert refused(data) == [("TREAST", True)]


def disagreeing(target: str, reply: Reply) -> Reply:
    """Every overnight reverse repo operation is five million dollars larger than FRED says."""
    if "rp/results" not in target:
        return reply
    document = json.loads(reply.body)
    for operation in document["repo"]["operations"]:
        if operation["operationType"] == "Reverse Repo" and operation["totalAmtAccepted"] not in ("", None):
            operation["totalAmtAccepted"] = int(float(operation["totalAmtAccepted"])) + 5_000_000
    return replace(reply, body=json.dumps(document).encode())


READER = """
import os, sys
from pathlib import Path
from warehouse.copies import open_published
os.nice(19)  # readers must not starve the run whose undisturbed work they watch
current, stop = Path(sys.argv[1]), Path(sys.argv[2])
reads = 0
while not (stop.exists() and reads):
    with open_published(current) as connection:
        torn, weeks, newest = connection.execute('''
            select count(*) filter (n.net_liquidity_usd <> n.fed_assets_usd - n.tga_usd - n.reverse_repo_usd),
                count(*), max(n.week_ending) from metrics.net_liquidity as n
        ''').fetchone()
        ((held,),) = connection.execute(
            "select count(*) from staged.series where series_id = 'WALCL' and period <= ?", [newest]
        ).fetchall()
        assert torn == 0 and weeks == held, (torn, weeks, held)
    reads += 1
print(reads)
"""


def test_a_block_is_alerted_until_it_is_mended_and_ten_readers_are_never_disturbed(
    data: Path, server: SampleServer, tmp_path: Path
) -> None:
    published, stop = data / "replay" / "published", tmp_path / "stop"
    before = (published / "current").readlink()
    failed = "metrics.reconciliation: reverse_repo_agrees_with_fred"
    command = [sys.executable, "-c", READER, str(published / "current.duckdb"), str(stop)]
    readers = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(10)]
    with hook() as somebody:
        server.spoil = lambda target, reply: disagreeing(target, thousandfold(target, reply))
        blocked = tidegauge(data, "run", "--upstreams", server.url, TIDEGAUGE_ALERT_WEBHOOK=somebody.url)
        kept = (published / "current").readlink()
        standing = tidegauge(data, "alerts", "--origin", "replay").stdout
        critical = [row["message"] for row in status(data, "alerts") if row["severity"] == "critical"]
        run = status(data, "runs")[0]
        server.spoil = None
        mended = tidegauge(data, "run", "--upstreams", server.url, TIDEGAUGE_ALERT_WEBHOOK=somebody.url)
    stop.touch()
    told = [reader.communicate(timeout=60) for reader in readers]

    assert blocked.returncode == 1
    assert f"BLOCKED     {failed}" in blocked.stdout
    assert kept == before
    assert f"CRITICAL check: {failed}" in somebody.messages[0]["text"]
    assert failed in standing
    assert [failed in message for message in critical] == [True]
    assert run["status"] == "FAILURE"
    assert "suites" in run["failed"]

    assert mended.returncode == 0, mended.stdout
    assert (published / "current").readlink() != before
    assert "over        refused reply: TREAST " in mended.stdout
    assert refused(data) == [("TREAST", False)]
    assert f"over: check: {failed}" in somebody.messages[1]["text"]
    assert len(somebody.messages) == 2
    resolved = "select resolution_sent_at is not null as told from quality.alert where contains(subject, 'agrees_with')"
    assert sql(data, resolved, "replay") == [{"told": True}]
    assert SECRET not in blocked.stdout + blocked.stderr + mended.stdout + mended.stderr
    assert [path for path in data.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()] == []

    assert [err for _, err in told if "Error" in err] == []
    assert all(int(out.split()[-1]) > 1 for out, _ in told)  # where a query takes seconds DuckDB prints before it
