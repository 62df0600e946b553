"""A small warehouse with everything that is kept: landing, database, mirror, order books, a published snapshot."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from assets import trade_minutes
from assets.clients.fred import FredGraph
from assets.coverage import Coverage, log_of
from assets.recording import record, review
from assets.recording_books import ingest_spool
from pipelines.places import Folder
from tests.canned import Served, host
from tests.made_books import NOON, book
from warehouse.books.rebuilt import Market
from warehouse.books.spool import Spool
from warehouse.books.trades import MINUTE, Minute, Told
from warehouse.copies import content_hash
from warehouse.declared import declare
from warehouse.landing import Fetched, Landing
from warehouse.store import Store
from warehouse.tables import TABLES

CLIENT = FredGraph(host(Served("http://127.0.0.1:9"), "fred"))
SERIES = ("WALCL", "SOFR", "TREAST", "M2SL")
FIRST = date(2026, 1, 7)
#: What is told of a week, as text: mostly the same, at times another, nonsense, or out of bounds.
RATES, LEVELS = ("4.0", "4.0", "4.0", "4.1", "4.2", "four", "-99"), ("6600000", "6600000", "6610000")
START = datetime(2026, 1, 8, 12, tzinfo=UTC)
#: What tells of runs or is judged by the clock, and so is not the same after a rebuild.
OF_RUNS = {"quality.ledger", "quality.recording", "quality.result", "quality.freshness"}


def clients(_now: datetime) -> dict[str, FredGraph]:
    return {"fred": CLIENT}


def land(landing: Landing, key: str, received_at: datetime, *lines: str) -> str:
    """One finished job of FRED with one reply; the reply's identifier."""
    reply = landing.keep(
        upstream="fred",
        base_url="http://127.0.0.1:9",
        request=f"GET /graph/fredgraph.csv?id={key}",
        status=200,
        content_type="text/csv",
        requested_at=received_at,
        received_at=received_at,
        body="".join(f"{line}\n" for line in (f"observation_date,{key}", *lines)).encode(),
    )
    landing.finish(
        Fetched(
            run_id=f"run {received_at:%d}",
            now=received_at,
            upstream="fred",
            key=key,
            outcome="ok",
            reason="",
            finished_at=received_at,
            replies=(reply,),
        )
    )
    return reply.landed_id


def land_days(landing: Landing, chance: random.Random, days: range) -> Iterator[int]:
    """A fetch a day of some series, in which values appear, are revised, return, are nonsense or are out of bounds."""
    for day in days:
        for second, key in enumerate(chance.sample(SERIES, chance.randint(1, len(SERIES)))):
            lines = []
            for week in range(6):
                value = chance.choice(RATES if key == "SOFR" else LEVELS)
                lines.append(f"{FIRST + timedelta(weeks=week)},{value}")
            land(landing, key, START + timedelta(days=day, seconds=second), *chance.sample(lines, chance.randint(1, 6)))
        yield day


def filled(folder: Folder) -> None:
    """Three days of fetches, books with a refused one among them, minutes of trades, and a snapshot."""
    with Spool(folder.spool) as spool, Coverage(log_of(folder.spool)) as coverage:
        told = [book(sequence=n, observed_at=NOON + timedelta(seconds=n)) for n in range(40)]
        spool.append([*told, book(sequence=40, bids=((101.0, 1.0),))], NOON)
        coverage.served(("binance", "spot", "BTC/USDT"), NOON)
        coverage.close(NOON + timedelta(hours=1))
        trade_minutes.note(trade_minutes.minutes_of(folder.spool), minutes_of_trades())
    chance = random.Random(7)
    with Store.open(folder.database, "run-1") as store:
        declare(store)
        for _ in land_days(folder.landing, chance, range(3)):
            record(store, folder.landing, clients)
        ingest_spool(store, folder.spool, folder.books)
        review(store, START + timedelta(days=3))
        assert publish(folder, store)


def minutes_of_trades() -> Iterator[dict[str, Any]]:
    """Three minutes from noon on, the last of them without a trade."""
    traded = [Minute(received_at=NOON, first=n, last=n, trades=1, bought=100.0, recordings=["a"]) for n in range(2)]
    told = [
        Told(minute=NOON + n * MINUTE, traded=each, mid_open=100.0, mid_close=100.5, known_at=NOON + (n + 1) * MINUTE)
        for n, each in enumerate([*traded, None])
    ]
    market = Market(market="spot", symbol="BTC/USDT", base="BTC", quote="USDT", quote_usd=1.0)
    return trade_minutes.rows(told, "binance", market)


def publish(folder: Folder, store: Store) -> bool:
    now = START + timedelta(days=3)
    return folder.shelf.publish(store, list(TABLES.values()), origin="sample", checks={}, now=now) is not None


def hashes(store: Store) -> dict[str, str]:
    """The content hash of every table that has to be the same after a rebuild."""
    return {name: content_hash(store, table) for name, table in TABLES.items() if name not in OF_RUNS}


def flip(path: Path, chance: random.Random, at: int | None = None) -> int:
    """Change one byte of a file; where."""
    content = bytearray(path.read_bytes())
    place = chance.randrange(len(content)) if at is None else at
    content[place] ^= 1 << chance.randrange(8)
    path.write_bytes(content)
    return place


KILLED = """
import os, signal, sys
from datetime import date
from pathlib import Path
from tests.stored import append, at, observations
from warehouse.store import Store
with Store.open(Path(sys.argv[1]), "killed") as store:
    for week in range(3):
        append(store, observations(("TREAST", date(2026, 2, 4 + 7 * week), 4.0), received_at=at(30)))
    os.kill(os.getpid(), signal.SIGKILL)
"""


HOLD = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print(flush=True); sys.stdin.read()"


@contextmanager
def holding(database: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Another process that has a warehouse open, until its input ends."""
    command = [sys.executable, "-c", HOLD, str(database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout
        other.stdout.readline()
        yield other


def write_and_be_killed(database: Path) -> Path:
    """Let another process write to a warehouse and be killed; the log that it leaves beside the database."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(database)],
        cwd=Path(__file__).parents[1],
        env={**os.environ, "PYTHONPATH": "."},
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    return Path(f"{database}.wal")
