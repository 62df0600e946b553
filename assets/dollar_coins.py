"""What a quote currency is worth in USD while books are captured."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from assets.clients.venues.books import Book
from warehouse.catalogue.venues import Instrument, Venue

DOLLAR_COINS = ("USDT", "USDC")
#: The assumption, made here and nowhere else: without a book of it, a dollar coin is worth a dollar.
ASSUMED_USD = 1.0
#: A book of a dollar coin says nothing any more after this.
GOOD_FOR = timedelta(hours=1)
#: The venue whose USDT/USD and USDC/USD books are captured beside the others.
VENUE = "kraken"


def rate_instruments(venue: Venue, quotes: set[str]) -> list[Instrument]:
    """What is polled only to know what dollar coins are worth, where the venue lists it."""
    return [
        Instrument(
            venue=venue.name,
            symbol=f"{coin}/USD",
            market="spot",
            base=coin,
            quote="USD",
            settle="",
            size_unit="base",
            contract_size=1.0,
            valid_from=date(2020, 1, 1),
            is_required=False,
        )
        for coin in DOLLAR_COINS
        if venue.name == VENUE and coin in quotes
    ]


@dataclass
class Rates:
    """The last middle of each dollar coin's book against USD."""

    seen: dict[str, tuple[datetime, float]] = field(default_factory=dict)

    def note(self, instrument: Instrument, book: Book) -> None:
        if instrument.base in DOLLAR_COINS and instrument.quote == "USD" and instrument.market == "spot":
            self.seen[instrument.base] = (book.received_at, (book.bid_px[0] + book.ask_px[0]) / 2)

    def usd(self, quote: str, at: datetime) -> float | None:
        """USD per unit of a quote currency; None where it is neither a dollar nor a dollar coin."""
        if quote == "USD":
            return 1.0
        if quote not in DOLLAR_COINS:
            return None
        seen_at, mid = self.seen.get(quote, (at, ASSUMED_USD))
        return mid if at - seen_at <= GOOD_FOR else ASSUMED_USD
