"""Funding as each venue sends it: a fraction per interval, paid at a full minute; the next one is a forecast."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from assets.clients.venues.shapes import Claim, Row, one, one_each, reject, rows
from warehouse.catalogue.venues import VENUES, Instrument
from warehouse.claims import Parsed, Reply, UpstreamError
from warehouse.tables.crypto_facts import FUNDING

HOUR = timedelta(hours=1)
#: Intervals that venues have used. Anything else is a row that is missing, not an interval.
INTERVALS_HOURS = (1.0, 2.0, 4.0, 6.0, 8.0, 12.0, 24.0)


class Rate(NamedTuple):
    """A rate paid, or to be paid next. ``hours`` is None where the interval is only in the distance of the rows."""

    row: Row
    funded_at: datetime
    rate: float
    hours: float | None
    is_forecast: bool


Reader = Callable[[Instrument, Reply, datetime], Iterable[Rate]]


def funded(instrument: Instrument, reply: Reply) -> list[datetime]:
    """When the rates of one page of history were paid; raises UpstreamError when it is none."""
    try:
        return [rate.funded_at for rate in _reader(instrument, reply)(instrument, reply, reply.landed.received_at)]
    except ValueError as error:
        raise UpstreamError(_source(instrument), str(error), request=reply.landed.request) from None


def parse(instrument: Instrument, replies: Sequence[Reply], seen_at: Callable[[Reply], datetime]) -> Parsed:
    """Rates paid and the forecast of the next. Of rows whose interval is not sent, the oldest only begins the next."""
    parsed, source = Parsed(), _source(instrument)
    told = one_each(parsed, source, "funded_at", _told(parsed, instrument, replies, seen_at))
    told.sort(key=lambda pair: pair[0].reply.landed.landed_id)
    for _, same in groupby(told, key=lambda pair: pair[0].reply.landed.landed_id):
        pairs = list(same)
        parsed.add(FUNDING, [claim for _, claim in pairs], pairs[0][0].reply)
    return parsed


def _told(
    parsed: Parsed, instrument: Instrument, replies: Sequence[Reply], seen_at: Callable[[Reply], datetime]
) -> Iterator[tuple[Row, Claim]]:
    rates: list[Rate] = []
    for reply in replies:
        try:
            rates += _reader(instrument, reply)(instrument, reply, seen_at(reply))
        except ValueError as error:
            raise UpstreamError(_source(instrument), str(error), request=reply.landed.request) from None
    before: datetime | None = None
    fixed = VENUES[instrument.venue].funding_hours
    for rate in sorted(rates, key=lambda rate: (rate.funded_at, rate.is_forecast)):
        if rate.is_forecast and rate.funded_at == before:
            continue  # already paid
        gap = (rate.funded_at - before) / HOUR if before and before < rate.funded_at else None
        hours = rate.hours or fixed or gap
        before = rate.funded_at
        if hours is None:
            continue
        if hours not in INTERVALS_HOURS:
            field = f"interval before {rate.funded_at}"
            reject(parsed, rate.row, _source(instrument), field, f"{hours} hours: rates are missing")
            continue
        yield (
            rate.row,
            {
                "venue": instrument.venue,
                "symbol": instrument.symbol,
                "funded_at": rate.funded_at,
                "base": instrument.base,
                "rate": rate.rate,
                "interval_hours": hours,
                "known_at": seen_at(rate.row.reply) if rate.is_forecast else rate.funded_at,
                "known_at_basis": "observed" if rate.is_forecast else "stamp",
                "locator": rate.row.locator,
            },
        )


def _minute(moment: datetime) -> datetime:
    """Some venues stamp milliseconds after the hour they pay at."""
    return (moment + timedelta(seconds=30)).replace(second=0, microsecond=0)


def _history(pointer: str, at: str, rate: str, per_second: int = 1000) -> Reader:
    def read(instrument: Instrument, reply: Reply, seen_at: datetime) -> Iterator[Rate]:
        for row in rows(reply, _source(instrument), pointer):
            yield Rate(row, _minute(row.moment(at, per_second)), row.number(rate), None, False)

    return read


def _okx_history(instrument: Instrument, reply: Reply, seen_at: datetime) -> Iterator[Rate]:
    for row in rows(reply, _source(instrument), "/data"):
        rate = row.number("realizedRate" if row.has("realizedRate") else "fundingRate")
        yield Rate(row, _minute(row.moment("fundingTime")), rate, None, False)


def _next(pointer: str, at: str, rate: str, hours: str = "", per_second: int = 1000, per_hour: float = 1.0) -> Reader:
    def read(instrument: Instrument, reply: Reply, seen_at: datetime) -> Iterator[Rate]:
        row = one(reply, _source(instrument), pointer)
        interval = row.number(hours) / per_hour if hours else None
        yield Rate(row, _minute(row.moment(at, per_second)), row.number(rate), interval, True)

    return read


def _okx_next(instrument: Instrument, reply: Reply, seen_at: datetime) -> Iterator[Rate]:
    row = one(reply, _source(instrument), "/data/0")
    paid = row.moment("fundingTime")
    hours = (row.moment("nextFundingTime") - paid) / HOUR
    yield Rate(row, _minute(paid), row.number("fundingRate"), hours, True)


def _hyperliquid_next(instrument: Instrument, reply: Reply, seen_at: datetime) -> Iterator[Rate]:
    """The rate of the hour that runs, which has no stamp: paid at the next full hour."""
    row = asset(instrument, reply)
    paid = seen_at.replace(minute=0, second=0, microsecond=0) + HOUR
    yield Rate(row, paid, row.number("funding"), None, True)


def asset(instrument: Instrument, reply: Reply) -> Row:
    """Hyperliquid's context of one coin: names stand in one list, contexts at the same places of another."""
    source = f"{instrument.venue} {instrument.symbol}"
    names = [row.cells.get("name") for row in rows(reply, source, "/0/universe") if isinstance(row.cells, dict)]
    if instrument.base not in names:
        raise UpstreamError(source, f"universe names no {instrument.base}", request=reply.landed.request)
    return one(reply, source, f"/1/{names.index(instrument.base)}")


#: Part of the request to how its reply is read.
READERS: Mapping[str, Mapping[str, Reader]] = {
    "okx": {"/funding-rate-history?": _okx_history, "/funding-rate?": _okx_next},
    "deribit": {"/get_funding_rate_history?": _history("/result", "timestamp", "interest_1h")},
    "hyperliquid": {
        '"fundingHistory"': _history("", "time", "fundingRate"),
        '"metaAndAssetCtxs"': _hyperliquid_next,
    },
    "gate": {
        "/funding_rate?": _history("", "t", "r", per_second=1),
        "/contracts/": _next("", "funding_next_apply", "funding_rate", "funding_interval", 1, 3600.0),
    },
    "bitget": {
        "/history-fund-rate?": _history("/data", "fundingTime", "fundingRate"),
        "/current-fund-rate?": _next("/data/0", "nextUpdate", "fundingRate", "fundingRateInterval"),
    },
    "binanceusdm": {
        "/fundingRate?": _history("", "fundingTime", "fundingRate"),
        "/premiumIndex?": _next("", "nextFundingTime", "lastFundingRate"),
    },
    "binancecoinm": {
        "/fundingRate?": _history("", "fundingTime", "fundingRate"),
        "/premiumIndex?": _next("/0", "nextFundingTime", "lastFundingRate"),
    },
    "bybit": {
        "/funding/history?": _history("/result/list", "fundingRateTimestamp", "fundingRate"),
        "/tickers?": _next("/result/list/0", "nextFundingTime", "fundingRate", "fundingIntervalHour"),
    },
}


def _reader(instrument: Instrument, reply: Reply) -> Reader:
    for part, reader in READERS[instrument.venue].items():
        if part in reply.landed.request:
            return reader
    raise UpstreamError(_source(instrument), "a reply to another question", request=reply.landed.request)


def _source(instrument: Instrument) -> str:
    return f"{instrument.venue} funding {instrument.symbol}"
