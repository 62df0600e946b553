"""Candles as each venue sends them: finished bars only, prices in the quote currency, volume in coins."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from assets.clients.envelope import at, document
from assets.clients.venues.shapes import Cell, Claim, Row, columns, one_each, reject, rows
from warehouse.catalogue.venues import Instrument
from warehouse.claims import Parsed, Reply, UpstreamError
from warehouse.tables.crypto_facts import CANDLE

LENGTHS: Mapping[str, timedelta] = {"1d": timedelta(days=1), "1h": timedelta(hours=1)}
#: A bar is taken for final this long after its close.
SETTLED = timedelta(seconds=60)


@dataclass(frozen=True)
class Shape:
    """Where the rows are, and in which cells opening time, open, high, low, close and volume stand.

    ``per_second`` is 1 where times are seconds; ``in_contracts`` says that volume counts contracts.
    """

    pointer: str
    cells: tuple[Cell, Cell, Cell, Cell, Cell, Cell]
    per_second: int = 1000
    in_contracts: bool = False


IN_ORDER = (0, 1, 2, 3, 4)
SHAPES: dict[tuple[str, str], Shape] = {
    ("okx", "spot"): Shape("/data", (*IN_ORDER, 5)),
    ("okx", "perpetual"): Shape("/data", (*IN_ORDER, 6)),
    ("okx", "future"): Shape("/data", (*IN_ORDER, 6)),
    ("deribit", "perpetual"): Shape("/result", ("ticks", "open", "high", "low", "close", "volume")),
    ("deribit", "future"): Shape("/result", ("ticks", "open", "high", "low", "close", "volume")),
    ("hyperliquid", "perpetual"): Shape("", ("t", "o", "h", "l", "c", "v")),
    ("kraken", "spot"): Shape("/result", (*IN_ORDER, 6), per_second=1),
    ("coinbase", "spot"): Shape("/candles", ("start", "open", "high", "low", "close", "volume"), per_second=1),
    ("gate", "spot"): Shape("", (0, 5, 3, 4, 2, 6), per_second=1),
    ("gate", "perpetual"): Shape("", ("t", "o", "h", "l", "c", "v"), per_second=1, in_contracts=True),
    ("bitget", "spot"): Shape("/data", (*IN_ORDER, 5)),
    ("bitget", "perpetual"): Shape("/data", (*IN_ORDER, 5)),
    ("binance", "spot"): Shape("", (*IN_ORDER, 5)),
    ("binanceusdm", "perpetual"): Shape("", (*IN_ORDER, 5)),
    ("binancecoinm", "perpetual"): Shape("", (*IN_ORDER, 7)),
    ("bybit", "spot"): Shape("/result/list", (*IN_ORDER, 5)),
    ("bybit", "perpetual"): Shape("/result/list", (*IN_ORDER, 5)),
}


def opened(instrument: Instrument, reply: Reply) -> list[datetime]:
    """When the bars of one page opened; raises UpstreamError when the page is not of the venue's shape."""
    shape = SHAPES[instrument.venue, instrument.market]
    try:
        return [row.moment(shape.cells[0], shape.per_second) for row in _rows(instrument, reply, shape)]
    except ValueError as error:
        raise UpstreamError(_source(instrument), str(error), request=reply.landed.request) from None


def parse(instrument: Instrument, interval: str, replies: Sequence[Reply], now: datetime) -> Parsed:
    """The finished bars of all pages. A bar that contradicts itself is rejected."""
    parsed, source = Parsed(), f"{_source(instrument)} {interval}"
    told = one_each(parsed, source, "opened_at", _told(parsed, instrument, interval, replies, now))
    for _, same in groupby(told, key=lambda pair: pair[0].reply.landed.landed_id):
        pairs = list(same)
        parsed.add(CANDLE, [claim for _, claim in pairs], pairs[0][0].reply)
    return parsed


def _told(
    parsed: Parsed, instrument: Instrument, interval: str, replies: Sequence[Reply], now: datetime
) -> Iterator[tuple[Row, Claim]]:
    shape, length = SHAPES[instrument.venue, instrument.market], LENGTHS[interval]
    for reply in replies:
        newest = min(reply.landed.received_at, now) - length
        for row in _rows(instrument, reply, shape):
            try:
                claim = _claim(instrument, interval, shape, row)
                if claim["opened_at"] <= newest:
                    _refuse_contradiction(claim, length)
                    yield row, claim
            except ValueError as error:
                reject(parsed, row, f"{_source(instrument)} {interval}", "candle", str(error))


def _claim(instrument: Instrument, interval: str, shape: Shape, row: Row) -> Claim:
    opened_at = row.moment(shape.cells[0], shape.per_second)
    first, high, low, last, volume = (row.number(cell) for cell in shape.cells[1:])
    contract = instrument.contract_size if shape.in_contracts else 1.0
    if contract is None:
        raise ValueError(f"volume counts contracts, and none is declared for {instrument.symbol}")
    return {
        "venue": instrument.venue,
        "market": instrument.market,
        "symbol": instrument.symbol,
        "interval": interval,
        "opened_at": opened_at,
        "base": instrument.base,
        "quote": instrument.quote,
        "open": first,
        "high": high,
        "low": low,
        "close": last,
        "volume_base": volume * contract,
        "known_at": opened_at + LENGTHS[interval] + SETTLED,
        "known_at_basis": "rule",
        "locator": row.locator,
    }


def _refuse_contradiction(claim: Claim, length: timedelta) -> None:
    if (claim["opened_at"] - datetime(1970, 1, 1, tzinfo=UTC)) % length:
        raise ValueError(f"opened at {claim['opened_at']}, which is no start of a candle")
    if (
        not 0
        < claim["low"]
        <= min(claim["open"], claim["close"])
        <= max(claim["open"], claim["close"])
        <= claim["high"]
    ):
        raise ValueError("open and close are not between low and high")


def _rows(instrument: Instrument, reply: Reply, shape: Shape) -> list[Row]:
    source = _source(instrument)
    if instrument.venue == "deribit":
        return columns(reply, source, shape.pointer, [str(cell) for cell in shape.cells])
    if instrument.venue == "kraken":
        return rows(reply, source, f"{shape.pointer}/{_pair(reply, source)}")
    return rows(reply, source, shape.pointer)


def _pair(reply: Reply, source: str) -> str:
    """Kraken answers under a name of its own for the pair, beside ``last``."""
    result: Any = at(reply, source, document(reply, source), "/result")
    pairs = [name for name in result if name != "last"] if isinstance(result, dict) else []
    if len(pairs) != 1:
        raise UpstreamError(source, f"expected one pair in the reply, got {pairs}", request=reply.landed.request)
    return str(pairs[0])


def _source(instrument: Instrument) -> str:
    return f"{instrument.venue} candle {instrument.symbol}"
