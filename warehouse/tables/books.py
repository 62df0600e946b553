"""Order books: what each said of liquidity, how many were to be had, and the trades that were told beside them."""

from warehouse.table import Column, Table
from warehouse.tables.columns import KNOWN_AT, bps, usd
from warehouse.tables.crypto_facts import BASE, SYMBOL, TERMS, VENUE

MARKETS = ("spot", "linear", "inverse")
BANDS_BPS = (10, 25, 50, 100, 200)
SIZES = {"100k": "100,000", "1m": "1,000,000"}
SIDES = {"bid": "below", "ask": "above"}
TAKERS = {"buy": "buying", "sell": "selling"}

MARKET = Column(
    name="market",
    type="varchar",
    one_of=MARKETS,
    doc="Spot, or a perpetual settled in the quote currency (linear) or in coins (inverse).",
)

QUOTE_USD = Column(
    name="quote_usd",
    type="double",
    unit="USD per unit of quote",
    min=1e-6,
    max=1e8,
    doc="What the quote currency was taken to be worth; a dollar coin is a dollar where no book of it was captured.",
)


def _depth(side: str, band: int) -> Column:
    doc = f"Standing within {band} bps {SIDES[side]} the middle; NULL where the book as told ends nearer than that."
    return usd(f"depth_{side}_{band}bps_usd", doc, min=0, max=1e12)


def _slippage(taker: str, size: str) -> Column:
    doc = (
        f"What {TAKERS[taker]} for {SIZES[size]} USD at once costs against the middle; NULL where the book holds less."
    )
    return bps(f"slippage_{taker}_{size}_bps", doc, min=0, max=1e6)


def _price(name: str, doc: str, required: bool = True) -> Column:
    return Column(name=name, type="double", unit="quote per coin", required=required, min=1e-12, max=1e8, doc=doc)


ORDER_BOOK = Table(
    name="metrics.order_book",
    doc="One order book that was polled, and what it said of liquidity. Its levels are in the Parquet files of books.",
    key=("venue", "market", "symbol", "observed_at"),
    licence=TERMS,
    may_be_empty=True,
    columns=(
        VENUE,
        MARKET,
        SYMBOL,
        Column(name="observed_at", type="timestamptz", doc="The venue's stamp, else when we received it."),
        BASE,
        QUOTE_USD,
        Column(name="sequence", type="bigint", doc="The venue's number of the book; NULL where it numbers none."),
        _price("mid", "Middle of best bid and best ask."),
        bps("spread_bps", "Best ask less best bid, of the middle.", required=True, min=0, max=20_000),
        _price("microprice", "Best bid and ask, each weighted by the size on the other side."),
        *(_depth(side, band) for side in SIDES for band in BANDS_BPS),
        Column(name="imbalance_50bps", type="double", unit="fraction", min=-1, max=1, doc="Bid depth less ask depth within 50 bps, of both together."),
        *(_slippage(taker, size) for taker in TAKERS for size in SIZES),
        bps("covered_bps", "How far from the middle the shorter side reaches.", required=True, min=0),
        Column(name="seq_ok", type="boolean", required=True, doc="Whether no update of the book is known to be missing."),
        KNOWN_AT,
    ),
)  # fmt: skip
BOOK_CAPTURE = Table(
    name="facts.book_capture",
    doc="How often one capture polled one market in one hour, and how often it got a book. Several captures of an hour add up.",
    key=("venue", "market", "symbol", "hour", "known_at"),
    licence="internal",
    may_be_empty=True,
    columns=(
        VENUE,
        MARKET,
        SYMBOL,
        Column(name="hour", type="timestamptz", doc="Start of the hour."),
        Column(name="polls_expected", type="bigint", unit="polls", required=True, min=0, doc="Polls that the capture's interval asked for."),
        Column(name="polls_served", type="bigint", unit="polls", required=True, min=0, doc="Polls that brought a book which could be served."),
        KNOWN_AT,
    ),
)  # fmt: skip
TRADE_MINUTE = Table(
    name="facts.trade_minute",
    doc="The trades of one market in one minute, as an imported recording has them, with the book's middle before and after. "
    "A minute is there when no trade of it is missing: the venue numbers them. Imports of the same minute stay apart.",
    key=("venue", "market", "symbol", "minute", "known_at"),
    licence=TERMS,
    may_be_empty=True,
    columns=(
        VENUE,
        MARKET,
        SYMBOL,
        Column(name="minute", type="timestamptz", doc="When the minute began. A trade is in that of the venue's own time of it."),
        BASE,
        QUOTE_USD,
        Column(name="trades", type="bigint", unit="trades", required=True, min=0, doc="How many went through the book; what the insurance fund took over did not."),
        Column(name="first_trade", type="bigint", doc="The venue's number of the first one, by which its line is found; NULL where there was none."),
        Column(name="last_trade", type="bigint", doc="Likewise of the last one."),
        Column(name="recordings", type="varchar", doc="The files that they are in, by name and SHA-256 as they were imported."),
        usd("volume_usd", "Price times size of all of them; NULL where quote_usd is.", min=0, max=1e12),
        usd("signed_volume_usd", "Of those that buyers came to the book for, less those that sellers came for.", min=-1e12, max=1e12),
        _price("mid_open", "Middle of the book after the last update before the minute; NULL where no book was served then, or an update is missing in the minute.", required=False),
        _price("mid_close", "Likewise before the next minute.", required=False),
        KNOWN_AT,
    ),
)  # fmt: skip

TABLES = (ORDER_BOOK, BOOK_CAPTURE, TRADE_MINUTE)
