"""What is asked for each datum, in ccxt's words, and how far back."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from assets.clients.venues import candles, funding, open_interest
from assets.clients.venues.exchange import Asking, listed, told_moment
from assets.clients.venues.failures import NotThere
from assets.clients.venues.paging import back, midnight, milliseconds
from warehouse.catalogue.venues import Instrument
from warehouse.claims import Reply, UpstreamError

#: How far behind the newest stored period a fetch starts again, so that corrections are seen.
OVERLAP_BARS = 3
OVERLAP = timedelta(days=2)
#: Where rates are paid more often, pages come back full and are asked for in halves.
USUAL_FUNDING_HOURS = 8


def ask_candles(
    asking: Asking, instrument: Instrument, interval: str, newest: date | None, now: datetime
) -> Sequence[Reply]:
    """All pages of candles since the newest stored, or the whole history; hourly ones as long as is declared."""
    venue, length = asking.venue, candles.LENGTHS[interval]
    market = listed(asking, instrument)
    source = f"{venue.name} candle {instrument.symbol} {interval}"
    if newest is not None:
        first = midnight(newest) - OVERLAP_BARS * length
    elif instrument.market == "future":
        first = midnight(told_moment(instrument, market, "created").date())
        if now < first + length:
            raise UpstreamError(source, f"listed on {first:%F}, so no candle is finished yet", absent=True)
    elif interval == "1d":
        first = midnight(venue.since)
    else:
        first = midnight(now.date() - timedelta(days=venue.hourly_days))

    def ask(start: datetime, end: datetime) -> Reply:
        limit = -(-(end - start) // length)
        until = {"until": milliseconds(end) - 1} if venue.candles_pages_back else {}
        if venue.name == "hyperliquid":
            until = {"until": milliseconds(end)}
        _, reply = asking.ask(
            "fetch_ohlcv", instrument.symbol, interval, since=milliseconds(start), limit=limit, params=until
        )
        return reply

    def stamps(reply: Reply) -> Sequence[datetime]:
        return candles.opened(instrument, reply)

    if venue.candles_pages_back:
        # Windows begin and end where candles do: Gate counts its pages from the start asked for.
        last = midnight(now.date()) + -(-(now - midnight(now.date())) // length) * length
        page = venue.candles_page * length
        return back(source, ask, stamps, first, last, page, known=newest is not None, step=length)
    first = max(first, now - venue.candles_page * length)
    reply = ask(first, now)
    if not any(first <= stamp < now for stamp in stamps(reply)):
        reason = f"nothing since {first:%F %H:%M}, where there must be something"
        raise NotThere(source, reason, request=reply.landed.request)
    return [reply]


def ask_funding(asking: Asking, instrument: Instrument, newest: date | None, now: datetime) -> Sequence[Reply]:
    """The rates paid since the newest stored, or as far back as is declared, and the forecast of the next."""
    venue = asking.venue
    listed(asking, instrument)
    source = f"{venue.name} funding {instrument.symbol}"
    oldest = midnight(now.date() - timedelta(days=venue.funding_days))
    first = oldest if newest is None else max(oldest, midnight(min(newest, now.date())) - OVERLAP)

    def stamps(reply: Reply) -> Sequence[datetime]:
        return funding.funded(instrument, reply)

    def ask(start: datetime, end: datetime) -> Reply:
        # OKX knows no until: its older-than is called after.
        until = {"after" if venue.name == "okx" else "until": milliseconds(end)}
        _, reply = asking.ask(
            "fetch_funding_rate_history",
            instrument.symbol,
            since=milliseconds(start),
            limit=venue.funding_page,
            params=until,
        )
        return reply

    if venue.name == "bitget":
        replies = _numbered_pages(asking, instrument, first)
    else:
        interval = timedelta(hours=venue.funding_hours or USUAL_FUNDING_HOURS)
        page = (venue.funding_page - 1) * interval
        replies = back(source, ask, stamps, first, now, page, known=newest is not None, full=venue.funding_page)
    if venue.name != "deribit":  # says what was realised, which its history does as well
        replies = [*replies, asking.ask("fetch_funding_rate", instrument.symbol)[1]]
    return replies


def _numbered_pages(asking: Asking, instrument: Instrument, first: datetime) -> list[Reply]:
    """Bitget knows no since: its pages have numbers, the newest is 1, and one that is not full is the last."""
    replies: list[Reply] = []
    oldest: datetime | None = None
    while True:
        page = {"pageNo": len(replies) + 1}
        limit = asking.venue.funding_page
        _, reply = asking.ask("fetch_funding_rate_history", instrument.symbol, limit=limit, params=page)
        stamps = funding.funded(instrument, reply)
        if not stamps and not replies:
            source = f"{asking.venue.name} funding {instrument.symbol}"
            raise NotThere(source, "nothing at all in its history", request=reply.landed.request)
        if stamps:
            replies.append(reply)
        if len(stamps) < limit or min(stamps) <= first:
            return replies
        if oldest is not None and min(stamps) >= oldest:
            source = f"{asking.venue.name} funding {instrument.symbol}"
            raise UpstreamError(
                source, f"page {page['pageNo']} is not older than the one before", request=reply.landed.request
            )
        oldest = min(stamps)


def ask_open_interest(asking: Asking, instrument: Instrument, newest: date | None, now: datetime) -> Sequence[Reply]:
    """Open interest now with a mark price, and its history since the newest stored or as deep as is declared."""
    venue = asking.venue
    listed(asking, instrument)
    source = f"{venue.name} open_interest {instrument.symbol}"
    replies: list[Reply] = []
    if venue.name != "gate":  # has the history only, whose last row is now
        _, reply = asking.ask("fetch_open_interest", instrument.symbol)
        if not open_interest.read(instrument, reply):
            raise UpstreamError(source, "no open interest in the reply", request=reply.landed.request)
        replies.append(reply)
    if venue.name in open_interest.MARKS:
        question = "fetch_mark_price" if venue.name == "bitget" else "fetch_funding_rate"
        replies.append(asking.ask(question, instrument.symbol)[1])
        open_interest.mark_price(instrument, replies)
    if not venue.open_interest_page:
        return replies
    length = candles.LENGTHS[venue.open_interest_period]
    oldest = midnight(now.date() - timedelta(days=venue.open_interest_days))
    first = oldest if newest is None else max(oldest, midnight(min(newest, now.date())) - OVERLAP)

    def ask(start: datetime, end: datetime) -> Reply:
        until = {} if venue.name == "gate" else {"until": milliseconds(end)}
        _, reply = asking.ask(
            "fetch_open_interest_history",
            instrument.symbol,
            venue.open_interest_period,
            since=milliseconds(start),
            limit=venue.open_interest_page,
            params=until,
        )
        return reply

    def stamps(reply: Reply) -> Sequence[datetime]:
        return [told.observed_at for told in open_interest.read(instrument, reply) if told.observed_at]

    # One less than a page holds, so that the row of this very moment still fits.
    page = (venue.open_interest_page - 1) * length
    return [*replies, *back(source, ask, stamps, first, now, page, known=newest is not None)]
