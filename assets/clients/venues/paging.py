"""Pages of a history, newest first, and what an empty one among them means."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from assets.clients.venues.failures import NotThere
from warehouse.claims import Reply, UpstreamError

#: Share of its rows that a page in the midst of a history has at least; some venues leave out bars without trades.
FILLED = 0.8
#: What one window of a history is asked with, and when the rows of its reply are from.
Ask = Callable[[datetime, datetime], Reply]
Stamps = Callable[[Reply], Sequence[datetime]]


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def windows(first: datetime, last: datetime, length: timedelta) -> Iterator[tuple[datetime, datetime]]:
    """Adjoining windows from ``last`` back to ``first``, each of one page: start included, end not."""
    end = last
    while end > first:
        start = max(first, end - length)
        yield start, end
        end = start


def back(
    source: str,
    ask: Ask,
    stamps: Stamps,
    first: datetime,
    last: datetime,
    length: timedelta,
    *,
    known: bool,
    step: timedelta | None = None,
    full: int | None = None,
) -> list[Reply]:
    """All pages between ``first`` and ``last``, as far back as the venue goes.

    A window without a row is a failed fetch where something is ``known`` of it already, where it is the newest, or
    where an older one has rows; so is one with older rows behind it that lacks many of its rows, one a ``step``.
    Otherwise the venue's history begins there; two empty windows prove it.
    A page of ``full`` rows may be cut off, at either end: its window is asked again in halves.
    """
    replies: list[Reply] = []
    thin: Reply | None = None
    empty = 0
    left = list(windows(first, last, length))
    while left and empty < 2:
        start, end = left.pop(0)
        reply = ask(start, end)
        page = stamps(reply)
        count = sum(start <= stamp < end for stamp in page)
        span = f"between {start:%F %H:%M} and {end:%F %H:%M}"
        if full is not None and len(page) >= full:
            if end - start < timedelta(minutes=1):
                raise UpstreamError(source, f"{len(page)} rows {span}", request=reply.landed.request)
            middle = start + (end - start) / 2
            left[:0] = [(middle, end), (start, middle)]
            continue
        if count and thin:
            reason = f"a page lacks most of its rows, and there are older ones {span}"
            raise UpstreamError(source, reason, request=thin.landed.request)
        if not count and (known or not replies):
            reason = f"nothing {span}, where there must be something"
            raise NotThere(source, reason, request=reply.landed.request)
        if count:
            replies.append(reply)
        else:
            empty += 1
        if not count or (step and count < FILLED * ((end - start) / step)):
            thin = reply
    return replies


def milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
