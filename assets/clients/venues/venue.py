"""One venue as an upstream: a job per instrument and datum, each whole or not at all."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby

from assets.clients.jobs import Job, Newest
from assets.clients.transport import Get, Host
from assets.clients.venues import candles, funding, open_interest
from assets.clients.venues.exchange import Asking, Opened, told_time
from assets.clients.venues.failures import NotThere
from assets.clients.venues.questions import ask_candles, ask_funding, ask_open_interest
from assets.clients.venues.shapes import Claim, Row, one_each, reject
from assets.clients.venues.specification import SPECIFICATION, specifications
from warehouse.catalogue.venues import Instrument, Venue
from warehouse.claims import Parsed, Reply, UpstreamError
from warehouse.tables.crypto_facts import OPEN_INTEREST

Ask = Callable[[Asking, Instrument, date | None, datetime], Sequence[Reply]]


@dataclass(frozen=True)
class VenueClient:
    """Public market data, keyless. ``now`` ends what is asked for and says which candles are finished.

    A job is called as in warehouse.tables.crypto_facts.JOBS: ``okx candle_1d BTC/USDT``.
    A venue that ``is_recorded`` stands still: it is asked for its time first, and that is now. What it has not was
    not recorded, which is a gap.
    """

    host: Host
    venue: Venue
    now: datetime
    is_recorded: bool = False

    def jobs(self, newest: Newest) -> list[Job]:
        opened = Opened(self.venue, self.now, is_recorded=self.is_recorded)
        jobs = [Job(f"{self.venue.name} {SPECIFICATION}", self._told_apart(lambda get: _markets(opened, get)))]
        for instrument in (*self.venue.instruments, *self.venue.futures(self.now.date())):
            for datum, ask in self._data(instrument):
                key = f"{self.venue.name} {datum} {instrument.symbol}"
                stored = newest(key)
                is_whole = stored is None and datum == "candle_1d" and self.venue.candles_pages_back
                asked_from = self.venue.since if is_whole else None
                jobs.append(Job(key, self._fetching(opened, instrument, ask, stored), asked_from))
        return jobs

    def _data(self, instrument: Instrument) -> Iterator[tuple[str, Ask]]:
        """What is taken of an instrument: of all daily candles, of the majors that last hourly ones as well."""
        yield "candle_1d", lambda asking, i, newest, now: ask_candles(asking, i, "1d", newest, now)
        if instrument.is_major and instrument.market != "future":
            yield "candle_1h", lambda asking, i, newest, now: ask_candles(asking, i, "1h", newest, now)
        if instrument.market == "perpetual" and self.venue.funding_page:
            yield "funding", ask_funding
        if instrument.market == "perpetual" and self.venue.has_open_interest:
            yield "open_interest", ask_open_interest

    def _fetching(
        self, opened: Opened, instrument: Instrument, ask: Ask, newest: date | None
    ) -> Callable[[Get], Sequence[Reply]]:
        def fetch(get: Get) -> Sequence[Reply]:
            asking = opened.asking(get)
            return [*opened.time_replies, *ask(asking, instrument, newest, opened.now)]

        return self._told_apart(fetch)

    def _told_apart(self, fetch: Callable[[Get], Sequence[Reply]]) -> Callable[[Get], Sequence[Reply]]:
        """What was not recorded from what a venue should have."""

        def fetch_told_apart(get: Get) -> Sequence[Reply]:
            try:
                return fetch(get)
            except NotThere as error:
                raise (error.of_recordings() if self.is_recorded else error) from None

        return fetch_told_apart

    def parse(self, key: str, replies: Sequence[Reply]) -> Parsed:
        venue, _, rest = key.partition(" ")
        datum, _, symbol = rest.partition(" ")
        if venue != self.venue.name:
            raise UpstreamError(self.venue.name, f"{key} is no job of this venue")
        if datum == SPECIFICATION:
            return specifications(self.venue, replies, self.now)
        if self.is_recorded and (told := told_time(self.venue, replies[0])):
            return replace(self, now=told, is_recorded=False).parse(key, replies[1:])
        instrument = self.venue.instrument(symbol)
        if datum == "funding":
            return funding.parse(instrument, replies, self.seen_at)
        if datum == "open_interest":
            return self._open_interest(instrument, replies)
        return candles.parse(instrument, datum.removeprefix("candle_"), replies, self.now)

    def seen_at(self, reply: Reply) -> datetime:
        """When an answer without a stamp of its own is about: its receipt, or now in a world that stands still."""
        received_at = reply.landed.received_at
        return received_at if received_at - self.now < timedelta(days=1) else self.now

    def _open_interest(self, instrument: Instrument, replies: Sequence[Reply]) -> Parsed:
        parsed, source = Parsed(), f"{instrument.venue} open_interest {instrument.symbol}"
        answers = [reply for reply in replies if not open_interest.is_mark(instrument, reply)]
        mark = open_interest.mark_price(instrument, replies)
        present = list(self._told(parsed, instrument, answers[:1], mark))
        taken = {claim["observed_at"] for _, claim in present}
        # The mark is of now; and where both tell of one moment, what was asked for now is the sharper answer.
        told_before = self._told(parsed, instrument, answers[1:], None)
        history = [pair for pair in told_before if pair[1]["observed_at"] not in taken]
        told = one_each(parsed, source, "observed_at", iter([*present, *history]))
        for _, same in groupby(told, key=lambda pair: pair[0].reply.landed.landed_id):
            pairs = list(same)
            parsed.add(OPEN_INTEREST, [claim for _, claim in pairs], pairs[0][0].reply)
        return parsed

    def _told(
        self, parsed: Parsed, instrument: Instrument, replies: Sequence[Reply], mark: float | None
    ) -> Iterator[tuple[Row, Claim]]:
        for reply in replies:
            for told in open_interest.read(instrument, reply):
                observed_at = told.observed_at or self.seen_at(reply)
                try:
                    yield told.row, open_interest.claim(instrument, told, observed_at, mark)
                except ValueError as error:
                    source = f"{instrument.venue} open_interest {instrument.symbol}"
                    reject(parsed, told.row, source, f"open interest of {observed_at}", str(error))


def _markets(opened: Opened, get: Get) -> Sequence[Reply]:
    opened.asking(get)
    return opened.market_replies
