"""What crypto venues claimed, append-only: candles, funding, open interest and what a contract is."""

from warehouse.table import Column, Table
from warehouse.tables.columns import PROVENANCE, usd

TERMS = "the venue's terms, own analytics, no redistribution"
INTERVALS = ("1d", "1h")

VENUE = Column(name="venue", type="varchar", doc="The venue, see the catalogue of venues.")
SYMBOL = Column(
    name="symbol",
    type="varchar",
    doc="Unified symbol: BTC/USDT is spot, BTC/USDT:USDT a perpetual settled in USDT, BTC/USD:BTC-260327 a future settled "
    "in bitcoin that expires on 27 March 2026.",
)
MARKET = Column(
    name="market", type="varchar", required=True, one_of=("spot", "perpetual", "future"), doc="Kind of market."
)
BASE = Column(name="base", type="varchar", required=True, doc="The coin that is priced.")
QUOTE = Column(name="quote", type="varchar", required=True, doc="The currency it is priced in.")
EXPIRES_AT = Column(
    name="expires_at", type="timestamptz", doc="When a dated future is settled; NULL where nothing ends."
)


def _price(name: str, doc: str) -> Column:
    return Column(name=name, type="double", unit="quote per coin", required=True, min=1e-12, max=1e8, doc=doc)


CANDLE = Table(
    name="facts.candle",
    doc="One finished candle of one instrument, as known from one moment on. Never a running one.",
    key=("venue", "symbol", "interval", "opened_at", "known_at"),
    licence=TERMS,
    may_be_empty=True,
    columns=(
        VENUE,
        MARKET,
        SYMBOL,
        Column(name="interval", type="varchar", one_of=INTERVALS, doc="How long the candle is, a UTC day or an hour."),
        Column(name="opened_at", type="timestamptz", doc="When it opened."),
        BASE,
        QUOTE,
        _price("open", "First price."),
        _price("high", "Highest price."),
        _price("low", "Lowest price."),
        _price("close", "Last price."),
        Column(
            name="volume_base",
            type="double",
            unit="coins",
            required=True,
            min=0,
            max=1e15,
            doc="Volume in coins, not in contracts.",
        ),
        *PROVENANCE,
    ),
)
FUNDING = Table(
    name="facts.funding",
    doc="One funding rate of one perpetual, as known from one moment on. Known before funded_at, it is the venue's forecast.",
    key=("venue", "symbol", "funded_at", "known_at"),
    licence=TERMS,
    may_be_empty=True,
    columns=(
        VENUE,
        SYMBOL,
        Column(name="funded_at", type="timestamptz", doc="When it is paid, to the minute."),
        BASE,
        Column(
            name="rate",
            type="double",
            unit="fraction per interval",
            required=True,
            min=-0.1,
            max=0.1,
            doc="What longs pay to shorts.",
        ),
        Column(
            name="interval_hours",
            type="double",
            unit="hours",
            required=True,
            min=1,
            max=24,
            doc="The interval that ends at funded_at.",
        ),
        *PROVENANCE,
    ),
)
OPEN_INTEREST = Table(
    name="facts.open_interest",
    doc="Open interest of one perpetual at one moment, as known from one moment on. Every contract counts once.",
    key=("venue", "symbol", "observed_at", "known_at"),
    licence=TERMS,
    may_be_empty=True,
    columns=(
        VENUE,
        MARKET,
        SYMBOL,
        Column(name="observed_at", type="timestamptz", doc="The venue's stamp, else when we received it."),
        BASE,
        Column(
            name="open_interest_contracts",
            type="double",
            unit="contracts",
            min=0,
            max=1e15,
            doc="Contracts as sent, both sides if the venue sums both; NULL where it does not count contracts.",
        ),
        Column(
            name="open_interest_coin",
            type="double",
            unit="coins",
            required=True,
            min=0,
            max=1e14,
            doc="In coins, one-sided.",
        ),
        usd(
            "open_interest_usd", "In USD, one-sided; a dollar coin counts as a dollar.", required=True, min=0, max=5e11
        ),
        Column(
            name="price_usd",
            type="double",
            unit="USD per coin",
            required=True,
            min=1e-12,
            max=1e8,
            doc="Price that ties coins to USD: the venue's mark, else implied.",
        ),
        Column(
            name="side_factor",
            type="double",
            unit="ratio",
            required=True,
            min=1,
            max=2,
            doc="What the published number was divided by: 2 where it sums both sides.",
        ),
        *PROVENANCE,
    ),
)
CONTRACT_SPECIFICATION = Table(
    name="facts.contract_specification",
    doc="What one contract of an instrument is, as the venue says it, as known from one moment on.",
    key=("venue", "symbol", "valid_from", "known_at"),
    licence=TERMS,
    may_be_empty=True,
    columns=(
        VENUE,
        MARKET,
        SYMBOL,
        Column(name="valid_from", type="date", doc="From when on; of a dated future, when it was listed."),
        BASE,
        QUOTE,
        Column(name="settle", type="varchar", required=True, doc="Currency of settlement; empty for spot."),
        Column(
            name="contract_size",
            type="double",
            unit="size_unit per contract",
            required=True,
            min=1e-9,
            max=1e7,
            doc="Size of one contract; 1 for spot.",
        ),
        Column(
            name="size_unit",
            type="varchar",
            required=True,
            one_of=("base", "quote"),
            doc="What contract_size counts: coins, or the quote currency for an inverse contract.",
        ),
        EXPIRES_AT,
        *PROVENANCE,
    ),
)

TABLES = (CANDLE, FUNDING, OPEN_INTEREST, CONTRACT_SPECIFICATION)
#: For each table: the job that fills it, as SQL over its columns, and when its newest row is from.
JOBS = {
    CANDLE.name: ("venue || ' candle_' || interval || ' ' || symbol", "opened_at"),
    FUNDING.name: ("venue || ' funding ' || symbol", "funded_at"),
    OPEN_INTEREST.name: ("venue || ' open_interest ' || symbol", "observed_at"),
}
