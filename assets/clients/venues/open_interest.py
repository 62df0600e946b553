"""Open interest as each venue sends it: which cells say what, and what they count."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from assets.clients.venues.funding import asset
from assets.clients.venues.open_interest_units import Counts, Told, one_sided
from assets.clients.venues.shapes import Claim, one, rows
from warehouse.catalogue.venues import VENUES, Instrument
from warehouse.claims import Reply, UpstreamError

Reader = Callable[[Instrument, Reply], Iterable[Told]]


def _okx(instrument: Instrument, reply: Reply) -> Iterator[Told]:
    for row in rows(reply, _source(instrument), "/data"):
        coins, usd = row.number("oiCcy"), row.number("oiUsd")
        yield Told(row, row.moment("ts"), "contracts", row.number("oi"), coins, usd)


def _okx_history(instrument: Instrument, reply: Reply) -> Iterator[Told]:
    for row in rows(reply, _source(instrument), "/data"):
        yield Told(row, row.moment(0), "contracts", row.number(1), row.number(2), row.number(3))


def _deribit(instrument: Instrument, reply: Reply) -> Iterator[Told]:
    """USD for an inverse perpetual, coins for a linear one, in the same field (ccxt calls both a value)."""
    for row in rows(reply, _source(instrument), "/result"):
        counts: Counts = "usd" if instrument.is_inverse else "coins"
        price = row.number("mark_price")
        yield Told(row, row.moment("creation_timestamp"), counts, row.number("open_interest"), price=price)


def _hyperliquid(instrument: Instrument, reply: Reply) -> Iterator[Told]:
    row = asset(instrument, reply)
    yield Told(row, None, "coins", row.number("openInterest"), price=row.number("markPx"))


def _gate(instrument: Instrument, reply: Reply) -> Iterator[Told]:
    for row in rows(reply, _source(instrument), ""):
        usd, mark = row.number("open_interest_usd"), row.number("mark_price")
        yield Told(row, row.moment("time", 1), "contracts", row.number("open_interest"), usd=usd, price=mark)


def _bitget(instrument: Instrument, reply: Reply) -> Iterator[Told]:
    stamp = one(reply, _source(instrument), "/data").moment("ts")
    for row in rows(reply, _source(instrument), "/data/openInterestList"):
        yield Told(row, stamp, "coins", row.number("size"))


def _binance(instrument: Instrument, reply: Reply) -> Iterator[Told]:
    row = one(reply, _source(instrument), "")
    counts: Counts = "contracts" if instrument.is_inverse else "coins"
    yield Told(row, row.moment("time"), counts, row.number("openInterest"))


def _binance_history(instrument: Instrument, reply: Reply) -> Iterator[Told]:
    """The value is USDT for a linear contract, and coins for an inverse one."""
    for row in rows(reply, _source(instrument), ""):
        amount, value = row.number("sumOpenInterest"), row.number("sumOpenInterestValue")
        if instrument.is_inverse:
            yield Told(row, row.moment("timestamp"), "contracts", amount, coins=value)
        else:
            yield Told(row, row.moment("timestamp"), "coins", amount, usd=value)


def _bybit(instrument: Instrument, reply: Reply) -> Iterator[Told]:
    """Both sides summed, and since 2026-06-11 the one-sided number beside it."""
    for row in rows(reply, _source(instrument), "/result/list"):
        is_one_sided = row.has("singleOpenInterest")
        amount = row.number("singleOpenInterest" if is_one_sided else "openInterest")
        counts: Counts = "usd" if instrument.is_inverse else "coins"
        yield Told(row, row.moment("timestamp"), counts, amount, is_one_sided=is_one_sided)


#: Part of the request to how its reply is read.
READERS: Mapping[str, Mapping[str, Reader]] = {
    "okx": {"/open-interest-history?": _okx_history, "/open-interest?": _okx},
    "deribit": {"/get_book_summary_by_instrument?": _deribit},
    "hyperliquid": {'"metaAndAssetCtxs"': _hyperliquid},
    "gate": {"/contract_stats?": _gate},
    "bitget": {"/market/open-interest?": _bitget},
    "binanceusdm": {"/openInterestHist?": _binance_history, "/openInterest?": _binance},
    "binancecoinm": {"/openInterestHist?": _binance_history, "/openInterest?": _binance},
    "bybit": {"/market/open-interest?": _bybit},
}
#: Part of the request that tells the mark price where open interest itself does not, the row and its cell.
MARKS = {
    "bitget": ("/symbol-price?", "/data/0", "markPrice"),
    "binanceusdm": ("/premiumIndex?", "", "markPrice"),
    "binancecoinm": ("/premiumIndex?", "/0", "markPrice"),
    "bybit": ("/tickers?", "/result/list/0", "markPrice"),
}


def read(instrument: Instrument, reply: Reply) -> list[Told]:
    """What one reply says; raises UpstreamError when it is no answer. No row is no open interest, not zero."""
    for part, reader in READERS[instrument.venue].items():
        if part in reply.landed.request:
            try:
                return list(reader(instrument, reply))
            except ValueError as error:
                raise UpstreamError(_source(instrument), str(error), request=reply.landed.request) from None
    raise UpstreamError(_source(instrument), "a reply to another question", request=reply.landed.request)


def mark_price(instrument: Instrument, replies: Sequence[Reply]) -> float | None:
    """The mark price among the replies of a job, where the venue tells it apart."""
    part, pointer, cell = MARKS.get(instrument.venue, ("", "", ""))
    for reply in replies:
        if part and part in reply.landed.request:
            try:
                return one(reply, _source(instrument), pointer).number(cell)
            except ValueError as error:
                raise UpstreamError(_source(instrument), str(error), request=reply.landed.request) from None
    return None


def is_mark(instrument: Instrument, reply: Reply) -> bool:
    return instrument.venue in MARKS and MARKS[instrument.venue][0] in reply.landed.request


def claim(instrument: Instrument, told: Told, observed_at: datetime, mark: float | None) -> Claim:
    """A row of facts.open_interest; raises ValueError as ``one_sided`` does."""
    venue = VENUES[instrument.venue]
    found = one_sided(instrument, told, venue.side_factor(observed_at.date()), mark)
    return {
        "venue": instrument.venue,
        "market": instrument.market,
        "symbol": instrument.symbol,
        "observed_at": observed_at,
        "base": instrument.base,
        "open_interest_contracts": found.contracts,
        "open_interest_coin": found.coins,
        "open_interest_usd": found.usd,
        "price_usd": found.price,
        "side_factor": found.side_factor,
        "known_at": observed_at,
        "known_at_basis": "observed" if told.observed_at is None else "stamp",
        "locator": told.row.locator,
    }


def _source(instrument: Instrument) -> str:
    return f"{instrument.venue} open_interest {instrument.symbol}"
