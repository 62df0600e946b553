"""Binance's public archive: open interest of USD-M perpetuals as zipped files of five-minute rows, one per day.

Static files, reachable where the API is not. Hourly rows are taken: the end of each hour.
"""

import csv
import hashlib
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from assets.clients.cells import shown
from assets.clients.jobs import Job, Newest
from assets.clients.transport import Get, Host
from assets.clients.venues.open_interest import claim
from assets.clients.venues.open_interest_units import Told
from assets.clients.venues.paging import midnight
from assets.clients.venues.shapes import Claim, Row, one_each, reject
from warehouse.catalogue.venues import MAJORS, VENUES, Instrument
from warehouse.claims import WHOLE_REPLY, Parsed, Rejected, Reply, UpstreamError
from warehouse.locating import lines
from warehouse.tables.crypto_facts import OPEN_INTEREST

VENUE = VENUES["binanceusdm"]
FIRST = date(2020, 9, 1)
STEP, HOUR, DAY = timedelta(minutes=5), timedelta(hours=1), timedelta(days=1)
OVERLAP = timedelta(days=2)
#: Between these days a file must tell by itself what its labels are.
LABELS_END_UNTIL, LABELS_START_FROM = date(2025, 4, 1), date(2026, 6, 25)
COLUMNS = ("create_time", "symbol", "sum_open_interest", "sum_open_interest_value")
#: A day is about 30 kB. What claims to be a hundred times that is no day.
MAX_BYTES = 4_000_000


@dataclass(frozen=True)
class BinanceArchive:
    """The same venue as the API's open interest, which goes back a month; this goes back to ``since``.

    ``days_per_run`` bounds one run; the next resumes at the newest day stored. A day that the archive lacks is a gap.
    """

    host: Host
    now: datetime
    since: date = FIRST
    bases: Sequence[str] = MAJORS
    days_per_run: int = 400

    def jobs(self, newest: Newest) -> list[Job]:
        """One for each month of each coin."""
        return [
            Job(f"{VENUE.name} archive {instrument.symbol} {month}", _fetching(instrument, list(days)))
            for instrument in VENUE.instruments
            if instrument.base in self.bases
            for month, days in groupby(
                self._days(newest(f"{VENUE.name} open_interest {instrument.symbol}")), lambda day: f"{day:%Y-%m}"
            )
        ]

    def _days(self, newest: date | None) -> list[date]:
        first = self.since if newest is None else newest - OVERLAP
        count = min((self.now.date() - first).days, self.days_per_run)
        return [first + n * DAY for n in range(count)]

    def parse(self, key: str, replies: Sequence[Reply]) -> Parsed:
        """Hourly rows. A file that is not as it should be is refused whole; raises UpstreamError when all are."""
        instrument = VENUE.instrument(key.split(" ")[-2])
        parsed, refused = Parsed(), 0
        for checksum, zipped in zip(replies[::2], replies[1::2], strict=True):
            try:
                self._day(parsed, instrument, checksum, zipped)
            except UpstreamError as error:
                refused += 1
                if 2 * refused == len(replies):
                    raise
                parsed.rejected.append(
                    Rejected(
                        landed=zipped.landed, locator=WHOLE_REPLY, source=error.source, field="file",
                        value=zipped.landed.request, reason=error.reason,
                    )
                )  # fmt: skip
        return parsed

    def _day(self, parsed: Parsed, instrument: Instrument, checksum: Reply, zipped: Reply) -> None:
        source, day = f"{VENUE.name} archive {instrument.symbol}", _day_of(zipped)
        expected = checksum.body.decode("ascii", "replace").split()[:1]
        if expected != [hashlib.sha256(zipped.body).hexdigest()]:
            raise UpstreamError(
                source, f"not the file its checksum is of: {shown(expected)}", request=zipped.landed.request
            )
        lines = _lines(source, _unpacked(source, zipped, f"{_name(instrument, day)}.csv"), zipped)
        told = one_each(parsed, source, "observed_at", _told(parsed, source, instrument, day, lines))
        parsed.add(OPEN_INTEREST, [claim for _, claim in told], zipped)


def _name(instrument: Instrument, day: date) -> str:
    return f"{instrument.base}{instrument.quote}-metrics-{day}"


def _day_of(zipped: Reply) -> date:
    """The day in the name of a file: ...-metrics-2024-01-02.zip."""
    return date.fromisoformat(zipped.landed.request.removesuffix(".zip")[-10:])


def _fetching(instrument: Instrument, days: Sequence[date]) -> Callable[[Get], Sequence[Reply]]:
    folder = f"/data/futures/um/daily/metrics/{instrument.base}{instrument.quote}"

    def fetch(get: Get) -> Sequence[Reply]:
        replies: list[Reply] = []
        for day in days:
            path = f"{folder}/{_name(instrument, day)}.zip"
            try:
                # Static files come under many content types: the checksum says what they are.
                replies += [get(f"{path}.CHECKSUM", expect=""), get(path, expect="")]
            except UpstreamError as error:
                # Where the first is not there, so are the others.
                if not error.absent or day == days[0]:
                    raise
        return replies

    return fetch


def _unpacked(source: str, zipped: Reply, name: str) -> str:
    """The one member, once its name and size are what they should be."""

    def refuse(reason: str) -> UpstreamError:
        return UpstreamError(source, reason, request=zipped.landed.request)

    try:
        with zipfile.ZipFile(io.BytesIO(zipped.body)) as archive:
            members = archive.infolist()
            if [member.filename for member in members] != [name]:
                raise refuse(f"expected {name} alone, got {[member.filename for member in members][:3]}")
            if members[0].file_size > MAX_BYTES:
                raise refuse(f"{name} would be {members[0].file_size} bytes")
            with archive.open(members[0]) as member:
                content = member.read(MAX_BYTES + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, zlib.error) as error:
        raise refuse(f"not a zip that can be read: {error}") from None
    if len(content) > MAX_BYTES:
        raise refuse(f"{name} is larger than it says")
    return content.decode("utf-8", "replace")


def _lines(source: str, text: str, reply: Reply) -> list[Row]:
    """Rows by column name. Some days have no header: then the columns are those of always."""
    try:
        table = [next(csv.reader([line], strict=True), []) for line in lines(text)]
    except csv.Error as error:
        raise UpstreamError(source, f"not a CSV file: {error}", request=reply.landed.request) from None
    header = table[0]
    if tuple(header[: len(COLUMNS)]) == COLUMNS:
        numbered = list(enumerate(table[1:], start=2))
    elif header and header[0][:1].isdigit():
        numbered = list(enumerate(table, start=1))
    else:
        raise UpstreamError(source, f"expected the columns {COLUMNS}, got {header[:4]}", request=reply.landed.request)
    return [Row(reply, f"line {n}", dict(zip(COLUMNS, cells, strict=False))) for n, cells in numbered]


def _told(
    parsed: Parsed, source: str, instrument: Instrument, day: date, lines: Sequence[Row]
) -> Iterator[tuple[Row, Claim]]:
    stamped, start = [], midnight(day)
    for row in lines:
        try:
            label = datetime.fromisoformat(str(row["create_time"])).replace(tzinfo=UTC)
            if not start <= label <= start + DAY:
                raise ValueError(f"{label} is not of this day")
            if row["symbol"] != f"{instrument.base}{instrument.quote}":
                raise ValueError(f"symbol is {row['symbol']!r}")
            stamped.append((label, row))
        except ValueError as error:
            reject(parsed, row, source, "row", str(error))
    shift = _shift(source, day, {label for label, _ in stamped}, lines)
    for label, row in stamped:
        observed_at = label + shift
        try:
            if (observed_at - start) % STEP:
                raise ValueError(f"{label} is not on a step of five minutes")
            if not (observed_at - start) % HOUR:
                told = Told(
                    row,
                    observed_at,
                    "coins",
                    row.number("sum_open_interest"),
                    usd=row.number("sum_open_interest_value"),
                )
                yield row, claim(instrument, told, observed_at, None)
        except ValueError as error:
            reject(parsed, row, source, f"open interest of {label}", str(error))


def _shift(source: str, day: date, labels: set[datetime], lines: Sequence[Row]) -> timedelta:
    """What brings a label to the moment of its snapshot, the end of its step.

    Labels were ends and became starts. The file tells: ends run up to the next midnight, starts begin at the day's
    own. Where it lacks both, the day decides; users date the change to 2025-04 and to 2026-06-25.
    """
    is_starts, is_ends = midnight(day) in labels, midnight(day) + DAY in labels
    if not is_starts and not is_ends:
        is_starts, is_ends = day >= LABELS_START_FROM, day < LABELS_END_UNTIL
    if is_starts == is_ends:
        request = lines[0].reply.landed.request if lines else ""
        raise UpstreamError(source, f"{day}: cannot tell whether labels start or end their step", request=request)
    return STEP if is_starts else timedelta(0)
