"""One table of FiscalData: fetched page by page, believed only when the pages add up."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from assets.clients.envelope import Row, at, document, rows_of
from assets.clients.transport import Get
from warehouse.claims import Reply, UpstreamError
from warehouse.units import agrees

ROWS_PER_PAGE = 10_000
#: Money of the Daily Treasury Statement.
UNIT = "usd_millions"
#: How FiscalData writes that there is no value.
NULL = "null"
BRACKETED = re.compile(r"\(([\d.]+)\)", re.ASCII)


def fetching(source: str, path: str, span: tuple[date, date | None], sort: str) -> Callable[[Get], list[Reply]]:
    """All pages of a span of days, by number: the links are fragments and not to be followed."""
    since, until = span
    days = f"record_date:gte:{since}" + (f",record_date:lte:{max(since, until)}" if until else "")

    def fetch(get: Get) -> list[Reply]:
        query = {"filter": days, "sort": sort, "page[size]": str(ROWS_PER_PAGE)}
        replies = [get(path, expect="json", **query, **{"page[number]": "1"})]
        rows, pages = _totals(source, replies[0], document(replies[0], source))
        for number in range(2, pages + 1):
            replies.append(get(path, expect="json", **query, **{"page[number]": str(number)}))
            now = _totals(source, replies[-1], document(replies[-1], source))
            if now != (rows, pages):
                reason = f"meta changed while paging, from {rows} rows on {pages} pages to {now[0]} on {now[1]}"
                raise UpstreamError(source, reason, request=replies[-1].landed.request)
        return replies

    return fetch


def pages(
    source: str, replies: Sequence[Reply], fields: Sequence[str], money: Sequence[str]
) -> Iterator[tuple[Reply, list[Row]]]:
    """Each reply with its rows. Raises UpstreamError when the pages do not add up to what they announce.

    The table's own word on the unit of a ``money`` column is compared with what is declared.
    """
    expected: int | None = None
    found = 0
    for reply in replies:
        value = document(reply, source)
        rows = rows_of(reply, source, at(reply, source, value, "/data"), "/data", fields)
        total, _ = _totals(source, reply, value)
        _check_units(source, reply, value["meta"].get("dataFormats"), money)
        if expected not in (None, total):
            reason = f"meta/total-count changed from {expected} to {total} between pages"
            raise UpstreamError(source, reason, request=reply.landed.request)
        expected = total
        found += len(rows)
        yield reply, rows
    if found != expected:
        reason = f"meta/total-count is {expected}, but the pages have {found} rows"
        raise UpstreamError(source, reason, request=replies[-1].landed.request)


def signed(text: object) -> object:
    """``(3)`` and ``-3`` both mean minus three; anything else is left as it is."""
    bracketed = BRACKETED.fullmatch(text) if isinstance(text, str) else None
    return f"-{bracketed[1]}" if bracketed else text


def _totals(source: str, reply: Reply, value: object) -> tuple[int, int]:
    """Rows and pages that the reply announces."""
    counts = [at(reply, source, value, f"/meta/{name}") for name in ("total-count", "total-pages")]
    if not all(type(count) is int and count >= 0 for count in counts):
        reason = f"meta/total-count and total-pages are {counts!r}, not numbers"
        raise UpstreamError(source, reason, request=reply.landed.request)
    rows, pages = counts
    if pages > max(1, rows):
        reason = f"meta announces {pages} pages for {rows} rows"
        raise UpstreamError(source, reason, request=reply.landed.request)
    return rows, pages


def _check_units(source: str, reply: Reply, formats: object, money: Sequence[str]) -> None:
    for column in money:
        wording = formats.get(column) if isinstance(formats, dict) else None
        if wording not in (None, "", NULL) and not agrees(UNIT, str(wording)):
            reason = f"meta/dataFormats/{column} is {wording!r}, but {UNIT} is declared"
            raise UpstreamError(source, reason, request=reply.landed.request)
