"""Facts of crypto venues for the models under test, rows for one model alone, and rows that break its rules."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pipelines.models import models
from tests.models import Facts, Row, day, moment, put, scratch
from warehouse.table import Type
from warehouse.tables import TABLES, crypto_facts

LENGTHS = {"1d": timedelta(days=1), "1h": timedelta(hours=1)}
FILLERS: dict[Type, Any] = {"double": 1.0, "bigint": 1, "varchar": "", "boolean": True, "date": date(2026, 1, 1)}


def days(last: str, number: int) -> list[str]:
    """Days that end with ``last``, in order."""
    return [(day(last) - timedelta(days=n)).isoformat() for n in reversed(range(number))]


def candles(
    base: str,
    closes: Mapping[str, float],
    *,
    venue: str = "coinbase",
    market: str = "spot",
    quote: str = "USD",
    coins: float = 1.0,
    symbol: str | None = None,
    known_at: str | None = None,
) -> Facts:
    """Daily candles by day, each of as many coins of volume, known a minute after their end unless told otherwise."""
    rows = []
    for opened, close in closes.items():
        prices = dict.fromkeys(("open", "high", "low", "close"), float(close))
        rows.append(
            {
                "venue": venue,
                "market": market,
                "symbol": symbol or f"{base}/{quote}" + (f":{quote}" if market == "perpetual" else ""),
                "interval": "1d",
                "opened_at": moment(opened),
                "base": base,
                "quote": quote,
                **prices,
                "volume_base": float(coins),
                "known_at": moment(known_at) if known_at else moment(opened) + timedelta(days=1, minutes=1),
            }
        )
    return Facts(crypto_facts.CANDLE, rows)


def future(
    venue: str,
    closes: Mapping[str, float],
    expires: str,
    *,
    quote: str = "USD",
    coins: float = 1.0,
    known_at: str | None = None,
) -> tuple[Facts, Facts]:
    """Candles of a future on bitcoin by day, and what it is; settled in coins when quoted in dollars."""
    settle = "BTC" if quote == "USD" else quote
    contract = {
        "venue": venue,
        "market": "future",
        "symbol": f"BTC/{quote}:{settle}-{moment(expires):%y%m%d}",
        "valid_from": date(2025, 1, 31),
        "base": "BTC",
        "quote": quote,
        "settle": settle,
        "contract_size": 100.0,
        "size_unit": "quote" if settle == "BTC" else "base",
        "expires_at": moment(expires),
        "known_at": moment("2025-01-31 08:00"),
    }
    told = {"venue": venue, "market": "future", "quote": quote, "symbol": contract["symbol"]}
    return (
        candles("BTC", closes, coins=coins, known_at=known_at, **told),
        Facts(crypto_facts.CONTRACT_SPECIFICATION, [contract]),
    )


def interest(
    venue: str,
    told: Mapping[str, tuple[float, float]],
    *,
    base: str = "BTC",
    quote: str = "USDT",
    known_at: str | None = None,
) -> Facts:
    """Open interest by moment: coins, and the price that ties them to USD."""
    rows = [
        {
            "venue": venue,
            "market": "perpetual",
            "symbol": f"{base}/{quote}:{quote}",
            "observed_at": moment(observed),
            "base": base,
            "open_interest_coin": float(coin),
            "open_interest_usd": float(coin * price),
            "price_usd": float(price),
            "side_factor": 1.0,
            "known_at": moment(known_at) if known_at else moment(observed),
        }
        for observed, (coin, price) in told.items()
    ]
    return Facts(crypto_facts.OPEN_INTEREST, rows)


def funding(
    venue: str, rates: Mapping[str, float], *, hours: float = 8, base: str = "BTC", known_at: str | None = None
) -> Facts:
    """Rates by the moment at which they are paid."""
    rows = [
        {
            "venue": venue,
            "symbol": f"{base}/USDT:USDT",
            "funded_at": moment(funded),
            "base": base,
            "rate": rate,
            "interval_hours": float(hours),
            "known_at": moment(known_at) if known_at else moment(funded),
        }
        for funded, rate in rates.items()
    ]
    return Facts(crypto_facts.FUNDING, rows)


def built_alone(name: str, rows: Mapping[str, list[Row]]) -> list[Row]:
    """The rows of one model over tables that hold these rows and nothing else, as they stand."""
    (model,) = (model for model in models() if model.table.name == name)
    with scratch() as store:
        for table, told in rows.items():
            required = {c.name: c for c in TABLES[table].columns if TABLES[table].is_required(c)}
            fillers = {name: FILLERS[c.type] for name, c in required.items() if c.type != "timestamptz"}
            put(store, table, *(fillers | row for row in told))
        store.build(model.table, model.content(store.read), recipe="test")
        return store.read(f"from {name} order by {', '.join(model.table.key)}").rows(named=True)


# -- rows that keep or break a rule ------------------------------------------------------------------

Rows = dict[str, list[Row]]
AT = datetime(2026, 1, 7, tzinfo=UTC)


def _candle(interval: str, *, known_after: timedelta, received_after: timedelta) -> Rows:
    (row,) = candles("BTC", {"2026-01-07": 90_000}).rows
    times = {"known_at": AT + known_after, "received_at": AT + received_after}
    return {"facts.candle": [row | times | {"interval": interval}]}


def _quoted(quote: str) -> Rows:
    return {"facts.candle": candles("BTC", {"2026-01-07": 90_000}, quote=quote).rows}


def _payments(hours: float, apart: float) -> Rows:
    """Two payments so far apart, the second for an interval of these hours."""
    row = {"venue": "okx", "symbol": "BTC/USDT:USDT", "base": "BTC", "rate": 0.0001}
    first = {"funded_at": AT, "interval_hours": 8.0}
    second = {"funded_at": AT + timedelta(hours=apart), "interval_hours": hours}
    return {"staged.funding": [row | first, row | second]}


def _coins(now: float, before: float | None) -> Rows:
    row = {"venue": "okx", "symbol": "BTC/USDT:USDT", "base": "BTC", "observed_at": AT, "measured_at": AT}
    told = {"open_interest_coin": now, "open_interest_usd": now * 1e5, "open_interest_coin_24h_before": before}
    return {"staged.open_interest": [row | told]}


def _dated(opened: str, expires: str, is_told: bool = True) -> Rows:
    told = future("okx", {opened: 90_000}, expires)
    return {facts.table.name: facts.rows for facts in told[: 1 + is_told]}


def _near_spot(basis_pct: float, days_to_expiry: float) -> Rows:
    row = {"venue": "okx", "symbol": "BTC/USD:BTC-260109", "date": AT.date(), "base": "BTC", "settle": "BTC"}
    prices = {"expires_at": AT, "close_usd": 1.0, "spot_close_usd": 1.0, "volume_usd": 1.0, "basis_pct": basis_pct}
    return {"metrics.dated_future": [row | prices | {"days_to_expiry": days_to_expiry}]}


def _venues(before: str, now: str) -> Rows:
    row = {"symbol": "BTC", "open_interest_coin": 1.0, "open_interest_usd": 1e5}
    times = ((AT - timedelta(days=1), before), (AT, now))
    return {"metrics.open_interest": [row | {"observed_at": at, "venues": venues} for at, venues in times]}


MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
#: Rule to what it is silent about and what it speaks up about.
CASES: dict[str, tuple[list[Rows], list[Rows]]] = {
    "every_future_has_its_expiry": (
        [_dated("2026-01-07", "2026-01-07 08:00"), {"facts.candle": candles("BTC", {"2026-01-07": 90_000}).rows}],
        [_dated("2026-01-08", "2026-01-07 08:00"), _dated("2026-01-07", "2026-01-09 08:00", is_told=False)],
    ),
    "futures_end_at_spot": (
        [_near_spot(1.9, 7.0), _near_spot(-1.9, 0.3), _near_spot(9.0, 7.3)],
        [_near_spot(2.1, 7.0), _near_spot(-2.1, 0.3)],
    ),
    "every_quote_is_a_dollar": ([_quoted("USD"), _quoted("USDT")], [_quoted("EUR"), _quoted("EURC")]),
    "funding_interval_is_known": (
        [_payments(8, 8), _payments(4, 4), _payments(8, 24)],
        [_payments(8, 4), _payments(5, 8)],
    ),
    "no_unfinished_candle": (
        [
            _candle("1d", known_after=DAY + MINUTE, received_after=DAY),
            _candle("1h", known_after=HOUR, received_after=DAY),
        ],
        [
            _candle("1d", known_after=DAY - MINUTE, received_after=DAY),
            _candle("1d", known_after=DAY + MINUTE, received_after=HOUR),
            _candle("1h", known_after=HOUR - MINUTE, received_after=DAY),
        ],
    ),
    "open_interest_keeps_its_venues": (
        [_venues("gate, okx", "gate, okx"), _venues("gate, okx", "bybit, gate, okx")],
        [_venues("gate, okx", "okx"), _venues("gate, okx", "bybit, okx")],
    ),
    "open_interest_now_agrees_with_history": (
        [_coins(21_367.0, 20_000.0), _coins(21_367.0, None), _coins(90.0, 217.0)],
        [_coins(2_136_738.0, 21_367.38), _coins(2_000.0, 20_000.0)],
    ),
}
