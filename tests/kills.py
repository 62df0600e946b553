"""kill -9 of a capture and of an ingestion, at seeded moments.

``python -m tests.kills 25`` kills a capture and an ingestion 25 times each and says what was found afterwards.
"""

import asyncio
import json
import random
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import ccxt.async_support  # noqa: F401  (seconds, which each process would take)
import pyarrow as pa
import pyarrow.parquet as pq

from assets.capture import Plan, capture
from assets.clients.transport import Host
from assets.coverage import Coverage, log_of, read
from assets.recording_books import ingest_spool
from pipelines.sample.server import serve
from tests.dying import NEVER, Doom, Fate, died
from tests.made_books import NOON, book
from warehouse.books import segment
from warehouse.books.book import KEY, record_batch
from warehouse.books.segment import segments
from warehouse.books.spool import Spool
from warehouse.catalogue.venues import VENUES
from warehouse.store import Store


@dataclass
class Found:
    """What a number of kills came to, in books.

    ``beyond`` were stored and not acknowledged any more, ``torn`` are appends of which a part was stored.
    """

    kills: int = 0
    acknowledged: int = 0
    beyond: int = 0
    lost: int = 0
    twice: int = 0
    torn: int = 0
    unread: list[str] = field(default_factory=list)


# -- capture ----------------------------------------------------------------------------------------


def names(batch: pa.RecordBatch | pa.Table) -> list[str]:
    return [" ".join(map(str, row.values())) for row in batch.select(list(KEY)).to_pylist()]


def capturing(doom: Doom, folder: Path, url: str, ahead: timedelta) -> None:
    """A capture that says which books its spool has acknowledged."""
    fate = Fate(doom, folder / "acknowledged")

    class Telling(Spool):
        def append(self, books: Any, now: datetime) -> None:
            super().append(books, now)
            fate.acknowledge(*names(record_batch(books)))

    host = Host(upstream="deribit", base_url=f"{url}/venues/deribit", min_interval_s=9.0, connections=1)
    venues = {"deribit": (VENUES["deribit"], host)}
    plan = Plan(venues=venues, coins=["BTC", "ETH"], interval_s=0.05, levels=10, ahead=ahead)

    async def run() -> None:
        spool = Telling(folder / "spool", max_bytes=20_000)
        with spool, Coverage(log_of(folder / "spool")) as coverage:
            await capture(plan, spool, coverage, asyncio.Event(), lambda _progress: None)

    asyncio.run(run())


def kill_captures(folder: Path, seeds: Sequence[int]) -> Found:
    """Kill a capture at each seed's moment; another begins where it left, and all is ingested in the end."""
    found, stored, acknowledged = Found(), list[str](), list[str]()
    with serve() as server:
        server.books_move = True
        for seed in seeds:
            chance = random.Random(seed)
            doom = Doom(chance.randrange(1, 6), chance.randrange(500))
            ahead = datetime.fromtimestamp(server.book_at, UTC) - datetime.now(UTC)
            found.kills += died(capturing, doom, folder, server.url, ahead)
            with Spool(folder / "spool"), Coverage(log_of(folder / "spool")):
                pass
            batches = [names(batch) for path in segments(folder / "spool") for batch in segment.read(path)]
            stored, acknowledged = list(chain(*batches)), (folder / "acknowledged").read_text().splitlines()
            found.lost += len(set(acknowledged) - set(stored))
            found.torn += sum(len(set(batch) & set(acknowledged)) not in (0, len(batch)) for batch in batches)
    found.acknowledged, found.beyond = len(acknowledged), len(set(stored) - set(acknowledged))
    found.twice = len(stored) - len(set(stored))
    _ingest(folder)
    _compare(found, folder, stored)
    counted = read(log_of(folder / "spool"))
    if (counted["polls_served"] > counted["polls_expected"]).any():
        found.unread.append("more polls were served than expected")
    return found


# -- ingestion --------------------------------------------------------------------------------------


def ingesting(doom: Doom, folder: Path) -> None:
    Fate(doom, folder / "acknowledged")
    _ingest(folder)


def counting(folder: Path, told: Path) -> None:
    """How many lines of ours an ingestion is, with nobody killed."""
    fate = Fate(Doom(0, NEVER), folder / "acknowledged")
    _ingest(folder)
    told.write_text(str(next(fate.lines)))


def kill_ingestions(folder: Path, seeds: Sequence[int]) -> Found:
    """Kill an ingestion of some new segments, and of what the one before left, at each seed's moment."""
    found, first = Found(), _spooled(folder, 0)
    died(counting, folder, folder / "lines")
    lines = int((folder / "lines").read_text())
    for seed in seeds:
        first = _spooled(folder, first)
        found.kills += died(ingesting, Doom(0, random.Random(seed).randrange(lines)), folder)
        found.unread += _unreadable(folder)
    _ingest(folder)
    found.acknowledged = first
    _compare(found, folder, [_name(number) for number in range(first)])
    return found


def _spooled(folder: Path, first: int) -> int:
    for start in range(first, first + 24, 6):
        with Spool(folder / "spool") as spool:
            spool.append([book(sequence=n, observed_at=_at(n)) for n in range(start, start + 6)], datetime.now(UTC))
    return first + 24


def _at(number: int) -> datetime:
    return NOON + timedelta(hours=number)


def _name(number: int) -> str:
    return f"binance spot BTC/USDT {_at(number)} {number}"


# -- both -------------------------------------------------------------------------------------------


def _ingest(folder: Path) -> None:
    with Store.open(folder / "warehouse.duckdb", "killed") as store:
        ingest_spool(store, folder / "spool", folder / "books")


def _unreadable(folder: Path) -> list[str]:
    """Files under the name of a whole one that are none."""
    bad = []
    for path in (folder / "books").glob("date=*/*.parquet"):
        try:
            pq.read_table(path)
        except (OSError, pa.ArrowInvalid) as error:
            bad.append(f"{path.name}: {error}")
    return bad


def _compare(found: Found, folder: Path, expected: list[str]) -> None:
    """Rows and files against what was to be there."""
    found.unread += _unreadable(folder)
    found.unread += [path.name for path in (folder / "spool").glob("*.*") if path.name != ".lock"]
    found.unread += [path.name for path in (folder / "books").rglob("*.partial")]
    files = [name for path in (folder / "books").glob("date=*/*.parquet") for name in names(pq.read_table(path))]
    with Store.open(folder / "warehouse.duckdb", "read") as store:
        rows = names(store.read("from metrics.order_book").to_arrow())
    for told in (files, rows):
        found.lost += len(set(expected) - set(told))
        found.twice += len(told) - len(set(told))
        found.beyond += len(set(told) - set(expected))


def main() -> None:
    for work in (kill_captures, kill_ingestions):
        with tempfile.TemporaryDirectory() as folder:
            told = asdict(work(Path(folder), range(int(sys.argv[1]))))
            print(json.dumps({"of": work.__name__, **told}), flush=True)


if __name__ == "__main__":
    main()
