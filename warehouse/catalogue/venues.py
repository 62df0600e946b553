"""The venues: where each is, what we take there, what it can tell, and in which units its numbers count.

To take another coin, add its base to a listing; to add a venue, add a row here and its wire shapes in
``assets/clients/venues``. A venue that is not ``is_default`` is refused from many countries and is never required.
Spot and perpetual markets stay; dated futures come and go, and a day has those of ``expiries``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from warehouse.catalogue.expiries import quarterly

Market = Literal["spot", "perpetual", "future"]
SizeUnit = Literal["base", "quote"]

MAJORS = ("BTC", "ETH", "SOL")
#: The altcoin universe beside SOL. Made in 2026, so it is survivorship-biased before.
ALTS = (
    "XRP",
    "BNB",
    "DOGE",
    "ADA",
    "TRX",
    "AVAX",
    "LINK",
    "DOT",
    "LTC",
    "BCH",
    "XLM",
    "SUI",
    "HBAR",
    "UNI",
    "NEAR",
    "AAVE",
)
UNIVERSE = MAJORS + ALTS
#: Coins that stand for a currency.
STABLE = frozenset(
    {
        "USDT",
        "USDC",
        "DAI",
        "USDS",
        "USDE",
        "SUSDE",
        "FDUSD",
        "TUSD",
        "USDP",
        "PYUSD",
        "GUSD",
        "USDD",
        "BUSD",
        "RLUSD",
        "USD1",
        "EURC",
        "EURT",
    }
)
#: Coins that stand for another coin, or for gold.
WRAPPED = frozenset(
    {
        "XAUT",
        "PAXG",
        "WBTC",
        "CBBTC",
        "TBTC",
        "LBTC",
        "SOLVBTC",
        "WETH",
        "STETH",
        "WSTETH",
        "RETH",
        "CBETH",
        "WEETH",
        "EZETH",
        "WBETH",
        "METH",
        "JITOSOL",
        "MSOL",
        "BNSOL",
        "JUPSOL",
    }
)
#: Never part of an index of coins.
EXCLUDED = STABLE | WRAPPED


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """One thing traded: its unified symbol, and how a size in it is to be read.

    ``contract_size`` is the number of ``size_unit`` per contract and None where it is not declared: there the venue
    counts in coins or USD already, or says both itself. One that ``is_required`` and not listed is a failure.
    """

    venue: str
    symbol: str
    market: Market
    base: str
    quote: str
    settle: str
    size_unit: SizeUnit
    contract_size: float | None
    valid_from: date
    is_required: bool

    @property
    def is_major(self) -> bool:
        return self.base in MAJORS

    @property
    def is_inverse(self) -> bool:
        return self.size_unit == "quote"


@dataclass(frozen=True, kw_only=True)
class Listing:
    """Coins against one currency in one market. ``contract_sizes`` are those we rely on, checked at every fetch.

    The majors of a listing must be there, unless it is not ``is_required``; other coins are taken where they are.
    One of dated futures stands for all of their expiries, none of which must be there.
    """

    market: Market
    quote: str
    bases: tuple[str, ...]
    is_inverse: bool = False
    is_required: bool = True
    contract_sizes: Mapping[str, float] = field(default_factory=dict)

    def instruments(self, venue: str, since: date, expires_on: date | None = None) -> Iterator[Instrument]:
        for base in self.bases:
            settle = "" if self.market == "spot" else base if self.is_inverse else self.quote
            expiry = f"-{expires_on:%y%m%d}" if expires_on else ""
            yield Instrument(
                venue=venue,
                symbol=f"{base}/{self.quote}" + (f":{settle}" if settle else "") + expiry,
                market=self.market,
                base=base,
                quote=self.quote,
                settle=settle,
                size_unit="quote" if self.is_inverse else "base",
                contract_size=1.0 if self.market == "spot" else self.contract_sizes.get(base),
                valid_from=since,
                is_required=self.is_required and base in MAJORS and not expires_on,
            )


@dataclass(frozen=True, kw_only=True)
class Sides:
    """By how much to divide published open interest, from one day on, so that each contract counts once."""

    valid_from: date
    factor: float
    is_confirmed: bool = True


ONE_SIDED = (Sides(valid_from=date(2010, 1, 1), factor=1.0),)


@dataclass(frozen=True, kw_only=True)
class Venue:
    """One venue. Pages are rows per request; days are how far back its history is asked for.

    ``market_types`` is what ccxt is told to load. Where ``pages_back`` is not set, the venue gives its newest rows
    in one reply, however far back it is asked.
    """

    name: str
    title: str
    ccxt_id: str
    live: str
    is_default: bool
    min_interval_s: float
    since: date
    listings: tuple[Listing, ...]
    market_types: tuple[str, ...] = ()
    connections: int = 2
    candles_page: int
    candles_pages_back: bool = True
    hourly_days: int = 60
    funding_page: int = 0
    funding_days: int = 0
    funding_hours: float | None = None
    has_open_interest: bool = False
    open_interest_period: Literal["1h", "1d"] = "1d"
    open_interest_page: int = 0
    open_interest_days: int = 0
    counts_contracts: bool = False
    book_limit: int
    sides: tuple[Sides, ...] = ONE_SIDED

    def __post_init__(self) -> None:
        if wrong := {base for listing in self.listings for base in listing.bases} & EXCLUDED:
            raise ValueError(f"venue {self.name}: {sorted(wrong)} stand for something else and are no coins")
        if self.counts_contracts and any(
            i.market == "perpetual" and i.is_major and not i.contract_size for i in self.instruments
        ):
            raise ValueError(f"venue {self.name}: counts contracts of a size that is not declared")

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        """What is there on every day: all but dated futures."""
        lasting = (listing for listing in self.listings if listing.market != "future")
        return tuple(i for listing in lasting for i in listing.instruments(self.name, self.since))

    def futures(self, day: date) -> tuple[Instrument, ...]:
        """The dated futures that are taken on a day."""
        dated = [listing for listing in self.listings if listing.market == "future"]
        expiries = quarterly(day)
        return tuple(
            i for listing in dated for end in expiries for i in listing.instruments(self.name, self.since, end)
        )

    def instrument(self, symbol: str) -> Instrument:
        _, _, expiry = symbol.partition("-")
        known = self.futures(date.fromisoformat(f"20{expiry}")) if expiry else self.instruments
        return next(i for i in known if i.symbol == symbol)

    def side_factor(self, day: date) -> float:
        """What open interest of a day is divided by; raises ValueError before anything is declared."""
        factors = [sides.factor for sides in self.sides if sides.valid_from <= day]
        if not factors:
            raise ValueError(f"{self.name}: what its open interest of {day} counts is not declared")
        return factors[-1]


DEFAULT = (
    Venue(
        name="okx", title="OKX", ccxt_id="okx", live="https://www.okx.com", is_default=True, min_interval_s=0.12, since=date(2018, 1, 1),
        listings=(
            Listing(market="spot", quote="USDT", bases=UNIVERSE),
            Listing(market="perpetual", quote="USDT", bases=UNIVERSE, contract_sizes={"BTC": 0.01, "ETH": 0.1, "SOL": 1.0}),
            Listing(market="future", quote="USD", bases=("BTC", "ETH"), is_inverse=True),
            Listing(market="future", quote="USDT", bases=("BTC", "ETH")),
        ),
        market_types=("spot", "swap", "future"), counts_contracts=True, candles_page=300, funding_page=100, funding_days=100,
        has_open_interest=True, open_interest_period="1d", open_interest_page=100, open_interest_days=100, book_limit=400,
    ),
    Venue(
        name="deribit", title="Deribit", ccxt_id="deribit", live="https://www.deribit.com", is_default=True, min_interval_s=0.2, since=date(2018, 8, 1),
        listings=(
            Listing(market="perpetual", quote="USD", bases=("BTC", "ETH"), is_inverse=True),
            Listing(market="perpetual", quote="USDC", bases=MAJORS, is_required=False),
            Listing(market="future", quote="USD", bases=("BTC", "ETH"), is_inverse=True),
        ),
        candles_page=1000, funding_page=720, funding_days=100, funding_hours=1.0, has_open_interest=True, book_limit=1000,
    ),
    Venue(
        name="hyperliquid", title="Hyperliquid", ccxt_id="hyperliquid", live="https://api.hyperliquid.xyz", is_default=True, min_interval_s=2.2, since=date(2023, 2, 1),
        listings=(Listing(market="perpetual", quote="USDC", bases=UNIVERSE),),
        market_types=("swap",), candles_page=5000, candles_pages_back=False, funding_page=500, funding_days=100, funding_hours=1.0,
        has_open_interest=True, book_limit=20,
        sides=(Sides(valid_from=date(2010, 1, 1), factor=1.0, is_confirmed=False),),
    ),
    Venue(
        name="kraken", title="Kraken", ccxt_id="kraken", live="https://api.kraken.com", is_default=True, min_interval_s=1.0, since=date(2013, 9, 10),
        listings=(Listing(market="spot", quote="USD", bases=UNIVERSE),), connections=1,
        candles_page=720, candles_pages_back=False, hourly_days=30, book_limit=500,
    ),
    Venue(
        name="coinbase", title="Coinbase", ccxt_id="coinbase", live="https://api.coinbase.com", is_default=True, min_interval_s=0.15, since=date(2015, 7, 20),
        listings=(Listing(market="spot", quote="USD", bases=UNIVERSE),),
        candles_page=300, book_limit=500,
    ),
    Venue(
        name="gate", title="Gate", ccxt_id="gate", live="https://api.gateio.ws", is_default=True, min_interval_s=0.1, since=date(2018, 1, 1),
        listings=(
            Listing(market="spot", quote="USDT", bases=MAJORS),
            # Sizes here are contracts and nothing else: only coins whose contract is declared are taken.
            Listing(market="perpetual", quote="USDT", bases=MAJORS, contract_sizes={"BTC": 0.0001, "ETH": 0.01, "SOL": 1.0}),
        ),
        market_types=("spot", "swap"), counts_contracts=True, candles_page=1000, funding_page=1000, funding_days=100,
        has_open_interest=True, open_interest_period="1h", open_interest_page=100, open_interest_days=100, book_limit=100,
    ),
    Venue(
        name="bitget", title="Bitget", ccxt_id="bitget", live="https://api.bitget.com", is_default=True, min_interval_s=0.1, since=date(2019, 7, 1),
        listings=(Listing(market="spot", quote="USDT", bases=MAJORS), Listing(market="perpetual", quote="USDT", bases=UNIVERSE)),
        market_types=("spot", "swap"), candles_page=90, funding_page=100, funding_days=100, has_open_interest=True, book_limit=100,
    ),
)  # fmt: skip
OPTIONAL = (
    Venue(
        name="binance", title="Binance spot", ccxt_id="binance", live="https://api.binance.com", is_default=False, min_interval_s=0.1, since=date(2017, 8, 17),
        listings=(Listing(market="spot", quote="USDT", bases=UNIVERSE),),
        market_types=("spot",), candles_page=1000, book_limit=1000,
    ),
    Venue(
        name="binanceusdm", title="Binance USD-M futures", ccxt_id="binanceusdm", live="https://fapi.binance.com", is_default=False, min_interval_s=0.3, since=date(2019, 9, 8),
        listings=(Listing(market="perpetual", quote="USDT", bases=MAJORS),),
        market_types=("linear",), candles_page=1000, funding_page=1000, funding_days=100,
        has_open_interest=True, open_interest_period="1d", open_interest_page=500, open_interest_days=28, book_limit=1000,
    ),
    Venue(
        name="binancecoinm", title="Binance COIN-M futures", ccxt_id="binancecoinm", live="https://dapi.binance.com", is_default=False, min_interval_s=0.3, since=date(2020, 8, 10),
        listings=(Listing(market="perpetual", quote="USD", bases=MAJORS, is_inverse=True, contract_sizes={"BTC": 100.0, "ETH": 10.0, "SOL": 10.0}),),
        market_types=("inverse",), counts_contracts=True, candles_page=200, funding_page=1000, funding_days=100,
        has_open_interest=True, open_interest_period="1d", open_interest_page=500, open_interest_days=28, book_limit=1000,
    ),
    Venue(
        name="bybit", title="Bybit", ccxt_id="bybit", live="https://api.bybit.com", is_default=False, min_interval_s=0.1, since=date(2018, 11, 14),
        listings=(Listing(market="spot", quote="USDT", bases=MAJORS), Listing(market="perpetual", quote="USDT", bases=MAJORS)),
        market_types=("spot", "linear"), candles_page=1000, funding_page=200, funding_days=100,
        # Its history of open interest has no price beside it: only the present is taken.
        has_open_interest=True, book_limit=200,
        # Sums both sides; from 2026-06-11 singleOpenInterest says the one-sided number, which is read where it is there.
        sides=(Sides(valid_from=date(2010, 1, 1), factor=2.0),),
    ),
)  # fmt: skip
VENUES: dict[str, Venue] = {venue.name: venue for venue in (*DEFAULT, *OPTIONAL)}
