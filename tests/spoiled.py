"""A capture of venues that drop or garble replies, and what the tables then say, beside what the server knows.

``python -m tests.spoiled 300`` captures for five minutes at the default venues and prints the numbers.
"""

import asyncio
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from assets.capture import Plan, Progress, capture
from assets.clients.transport import Host
from assets.coverage import Coverage, log_of
from assets.recording_books import ingest_spool
from pipelines.sample.server import SampleServer, serve
from pipelines.sample.wire.reply import Reply
from tests.models import build, warehouse
from warehouse.books.spool import Spool
from warehouse.catalogue.venues import DEFAULT, VENUES

#: Parts of the requests for books.
BOOK = ("/market/books", "/public/Depth", "/get_order_book", "/product_book", "/order_book?", "/orderbook")
BOOK += ("/merge-depth", '"l2Book"')
GARBLED = (b"", b"<html>busy</html>", b"null", b'{"code":"0","data":[{"asks":[["1', b"[]")
#: Spot markets as venues write them.
SPOT = {
    "BTC": ("=BTC-USDT&", "XXBTZUSD", "=BTC-USD&", "BTC_USDT&", "symbol=BTCUSDT&"),
    "ETH": ("=ETH-USDT&", "XETHZUSD", "=ETH-USD&", "ETH_USDT&", "symbol=ETHUSDT&"),
}
UNSTAMPED = ("/kraken/",)


def spot_coin(target: str) -> str | None:
    """Which coin's spot book a request asks for."""
    if not any(part in target for part in BOOK) or "/futures/" in target or "/mix/" in target:
        return None
    return next((coin for coin, marks in SPOT.items() if any(mark in f"{target}&" for mark in marks)), None)


@dataclass
class Spoiler:
    """Spoils a share of the books of each coin's spot markets, and another share of all others.

    A stale one is the first reply to the same request again, some replies later; of a venue that stamps no book it
    cannot be told, so such a venue sends something garbled instead.
    """

    shares: dict[str | None, float]
    chance: random.Random = field(default_factory=lambda: random.Random(20))
    good: Counter[str | None] = field(default_factory=Counter)
    spoiled: Counter[str] = field(default_factory=Counter)
    _first: dict[str, Reply] = field(default_factory=dict)
    _number: Counter[str] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def __call__(self, target: str, reply: Reply) -> Reply:
        if not any(part in target for part in BOOK):
            return reply
        with self._lock:
            coin, first = spot_coin(target), self._first.setdefault(target, reply)
            if self._number[target] < 3 or self.chance.random() >= self.shares[coin]:
                self._number[target] += 1
                self.good[coin] += 1
                return reply
            kind = self.chance.choice(["dropped", "stale", "garbled"])
            if kind == "stale" and any(part in target for part in UNSTAMPED):
                kind = "garbled"
            self.spoiled[kind] += 1
            body = self.chance.choice(GARBLED)
        if kind == "dropped":
            raise ConnectionError
        return first if kind == "stale" else replace(reply, body=body)


@dataclass
class Told:
    """One coin's hour: what the table says of its spot books, and the share that the server served well."""

    coverage_share: float
    true_share: float
    spread_bps: float | None
    depth_100bps_usd: float | None


def captured(
    server: SampleServer, folder: Path, *, venues: Sequence[str], ticks: int, interval_s: float = 0.1, levels: int = 20
) -> Progress:
    """A capture of a fixed number of ticks."""
    plan = Plan(
        venues={
            name: (
                VENUES[name],
                Host(upstream=name, base_url=f"{server.url}/venues/{name}", min_interval_s=9.0, connections=1),
            )
            for name in venues
        },
        coins=["BTC", "ETH"],
        interval_s=interval_s,
        levels=levels,
        ticks=ticks,
        ahead=datetime.fromtimestamp(server.book_at, UTC) - datetime.now(UTC),
    )

    async def run() -> Progress:
        with Spool(folder / "spool") as spool, Coverage(log_of(folder / "spool")) as coverage:
            return await capture(plan, spool, coverage, asyncio.Event(), lambda progress: None)

    return asyncio.run(run())


def told_after(folder: Path, spoiler: Spoiler, *, venues: Sequence[str], ticks: int) -> dict[str, Told]:
    """By coin, once what was captured is ingested."""
    with warehouse(folder) as store:
        said = ingest_spool(store, folder / "spool", folder / "books")
        if said.refused or said.damaged:
            raise RuntimeError(f"{said.refused} books of the spool could not be served, {said.damaged} are damaged")
        build(store, "metrics.order_book_hourly")
        rows = store.read("from metrics.order_book_hourly").rows(named=True)
    markets = Counter(
        i.base for name in venues for i in VENUES[name].instruments if i.market == "spot" and i.base in SPOT
    )
    return {
        row["symbol"]: Told(
            row["coverage_share"],
            spoiler.good[row["symbol"]] / (ticks * markets[row["symbol"]]),
            row["spread_bps"],
            row["depth_100bps_usd"],
        )
        for row in rows
        if row["symbol"] in SPOT
    }


def main() -> None:
    venues, interval_s = [venue.name for venue in DEFAULT], 1.0
    ticks = int(float(sys.argv[1]) / interval_s)
    spoiler = Spoiler({"BTC": 0.05, "ETH": 0.3, None: 0.05})
    with tempfile.TemporaryDirectory() as folder, serve(spoil=spoiler) as server:
        server.books_move = True
        progress = captured(server, Path(folder), venues=venues, ticks=ticks, interval_s=interval_s, levels=100)
        told = told_after(Path(folder), spoiler, venues=venues, ticks=ticks)
    said = {"polls": progress.expected, "served": progress.served, "books": progress.stored, "spoiled": spoiler.spoiled}
    by_coin = {coin: asdict(each) for coin, each in told.items()}
    print(json.dumps({**said, "failures": progress.failures.most_common(), **by_coin}, indent=1))


if __name__ == "__main__":
    main()
