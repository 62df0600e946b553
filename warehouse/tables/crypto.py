"""Crypto: prices, open interest, funding, leverage and books by coin. A quote in a dollar coin counts as dollars."""

from dataclasses import replace

from warehouse.table import Column, Table
from warehouse.tables.books import BANDS_BPS, BOOK_CAPTURE, SIZES, TAKERS, TRADE_MINUTE
from warehouse.tables.columns import DATE, KNOWN_AT, bps, percent, usd
from warehouse.tables.crypto_facts import (
    BASE,
    CONTRACT_SPECIFICATION,
    EXPIRES_AT,
    INTERVALS,
    MARKET,
    QUOTE,
    TERMS,
    VENUE,
)
from warehouse.tables.crypto_facts import SYMBOL as INSTRUMENT

LICENCE = "derived from data of the venues, own analytics, no redistribution"
SDS = "robust standard deviations"

SYMBOL = Column(name="symbol", type="varchar", doc="The coin, for example BTC, over all of its markets.")
OBSERVED_AT = Column(
    name="observed_at", type="timestamptz", doc="00:00 UTC of a day that has begun, or the coin's newest observation."
)


def _price(name: str, doc: str, required: bool = False) -> Column:
    return Column(name=name, type="double", unit="USD per coin", required=required, min=1e-12, max=1e8, doc=doc)


def _coins(name: str, doc: str, required: bool = False) -> Column:
    return Column(name=name, type="double", unit="coins", required=required, min=0, max=1e15, doc=doc)


def _venues(name: str, doc: str, required: bool = False) -> Column:
    return Column(name=name, type="varchar", required=required, doc=doc)


def _change(name: str, doc: str) -> Column:
    return Column(name=name, type="double", unit="fraction", min=-1, doc=doc)


def _percentile(name: str, doc: str) -> Column:
    return Column(name=name, type="double", unit="fraction", min=0, max=1, doc=doc)


def _flag(name: str, doc: str) -> Column:
    return Column(name=name, type="boolean", required=True, doc=doc)


COIN = Table(
    name="reference.coin",
    doc="What a coin or currency stands for. A coin that is not here is an altcoin and no dollar.",
    key=("symbol",),
    licence="internal",
    columns=(
        Column(name="symbol", type="varchar", doc="The coin or currency."),
        _flag("is_dollar", "A quote that counts as one US dollar."),
        _flag("is_stable", "Stands for a currency."),
        _flag("is_wrapped", "Stands for another coin or for gold."),
        _flag("is_altcoin", "Neither of these, and neither BTC nor ETH."),
        KNOWN_AT,
    ),
)  # fmt: skip
CANDLE = Table(
    name="staged.candle",
    doc="Finished candles in force, in dollars; a quote in a dollar coin counts as dollars.",
    key=("venue", "symbol", "interval", "opened_at"),
    licence=TERMS,
    may_be_empty=True,
    columns=(
        VENUE,
        MARKET,
        INSTRUMENT,
        Column(name="interval", type="varchar", one_of=INTERVALS, doc="How long the candle is, a UTC day or an hour."),
        Column(name="opened_at", type="timestamptz", doc="When it opened."),
        Column(name="date", type="date", required=True, doc="The UTC day in which it opened."),
        BASE,
        QUOTE,
        _price("open_usd", "First price.", required=True),
        _price("high_usd", "Highest price.", required=True),
        _price("low_usd", "Lowest price.", required=True),
        _price("close_usd", "Last price.", required=True),
        _coins("volume_coin", "Volume in coins.", required=True),
        usd("volume_usd", "Volume in coins at the last price.", required=True, min=0, max=1e13),
        KNOWN_AT,
    ),
)  # fmt: skip
FUNDING = Table(
    name="staged.funding",
    doc="Funding rates in force. One that is not paid yet is the venue's forecast.",
    key=("venue", "symbol", "funded_at"),
    licence=TERMS,
    may_be_empty=True,
    columns=(
        VENUE,
        INSTRUMENT,
        Column(name="funded_at", type="timestamptz", doc="When it is paid, to the minute."),
        BASE,
        Column(name="rate", type="double", unit="fraction per interval", required=True, min=-0.1, max=0.1, doc="What longs pay to shorts."),
        Column(name="interval_hours", type="double", unit="hours", required=True, min=1, max=24, doc="The interval that ends at funded_at."),
        percent("annualised_simple_pct", "rate x 8760 / interval_hours, not compounded, per year."),
        percent("annualised_compounded_pct", "(1 + rate) to the power of 8760 / interval_hours, less one: paid again on what was paid, per year; NULL beyond all numbers."),
        KNOWN_AT,
    ),
)  # fmt: skip
OPEN_INTEREST_STAGED = Table(
    name="staged.open_interest",
    doc="Open interest of each perpetual at each 00:00 UTC and at its coin's newest observation: the last one of the two days before.",
    key=("venue", "symbol", "observed_at"),
    licence=TERMS,
    may_be_empty=True,
    columns=(
        VENUE,
        INSTRUMENT,
        OBSERVED_AT,
        BASE,
        Column(name="measured_at", type="timestamptz", required=True, doc="When the venue's observation is from."),
        _coins("open_interest_coin", "In coins, one-sided.", required=True),
        usd("open_interest_usd", "In USD, one-sided.", required=True, min=0, max=5e11),
        _coins("open_interest_coin_24h_before", "The same 24 hours before; NULL without an observation that is 12 to 36 hours older."),
        usd("open_interest_usd_24h_before", "Likewise in USD, at the price of then.", min=0, max=5e11),
        KNOWN_AT,
    ),
)  # fmt: skip
CONTRACT = Table(
    name="staged.contract",
    doc="What one contract of an instrument is, as in force; one that has expired stays.",
    key=("venue", "symbol"),
    licence=TERMS,
    may_be_empty=True,
    columns=(
        *(CONTRACT_SPECIFICATION.column(name) for name in ("venue", "symbol", "market", "base", "quote", "settle", "contract_size", "size_unit", "valid_from", "expires_at")),
        KNOWN_AT,
    ),
)  # fmt: skip
BOOK_CAPTURE_STAGED = Table(
    name="staged.book_capture",
    doc="How often one market was polled in one hour, and how often it gave a book, over all captures of that hour.",
    key=("venue", "market", "symbol", "hour"),
    licence="internal",
    may_be_empty=True,
    columns=(*(BOOK_CAPTURE.column(name) for name in ("venue", "market", "symbol", "hour", "polls_expected", "polls_served")), KNOWN_AT),
)  # fmt: skip
TRADE_MINUTE_STAGED = Table(
    name="staged.trade_minute",
    doc="The trades of one market in one minute, and the book's middle before and after: of several imports, one that has both.",
    key=("venue", "market", "symbol", "minute"),
    licence=TERMS,
    may_be_empty=True,
    columns=tuple(column for column in TRADE_MINUTE.columns if column.name not in ("quote_usd", "first_trade", "last_trade", "recordings")),
)  # fmt: skip
CRYPTO_PRICE = Table(
    name="metrics.crypto_price",
    doc="Price and spot volume of a coin by UTC day. A quote in a dollar coin counts as dollars.",
    key=("symbol", "date"),
    licence=LICENCE,
    may_be_empty=True,
    columns=(
        SYMBOL,
        DATE,
        _price("close_usd", "Last price of the day on close_venue.", required=True),
        _venues("close_venue", "The first that has the day of coinbase, kraken, okx, bitget, gate, binance, bybit, yahoo.", required=True),
        usd("spot_volume_usd", "Volume at the last price over venues; NULL while one that had the coin in the six days before lacks the day.", min=0, max=1e13),
        _venues("venues", "Who spot_volume_usd is summed over, of coinbase, kraken, okx, bitget and gate."),
        _change("return_30d", "close_usd over that of 30 days before, less one; not logarithmic."),
        Column(name="amihud_30d", type="double", unit="fraction per billion USD", min=0, doc="Illiquidity after Amihud: mean of 30 days' absolute return from close to close over spot_volume_usd; NULL with fewer than 20 of them."),
        usd("market_cap_usd", "Circulating supply at close_usd; NULL, no source of supplies is landed yet.", min=0, max=2e13),
        KNOWN_AT,
    ),
)  # fmt: skip
ALTCOIN_INDEX = Table(
    name="metrics.altcoin_index",
    doc="The ten altcoins of the largest trailing volume, chosen anew at each Sunday's close from what was known. 100 at the first one. "
    "Volume is that of the venues; where fewer than three coins have that, the one Yahoo reports. Before 2026 it knows only coins that were still listed in 2026.",
    key=("date",),
    licence=LICENCE,
    may_be_empty=True,
    columns=(
        DATE,
        Column(name="equal_weighted", type="double", unit="index points", required=True, min=0, doc="Equal weights at each Sunday's close."),
        Column(name="cap_weighted", type="double", unit="index points", min=0, doc="Weights by market capitalisation, none above a quarter where there are four or more; NULL where a capitalisation is not known."),
        _venues("members", "The coins held into the day.", required=True),
        Column(name="member_count", type="bigint", unit="coins", required=True, min=3, max=10, doc="How many they are."),
        Column(name="carried_members", type="bigint", unit="coins", required=True, min=0, max=10, doc="How many of them had no close that day and count at their last."),
        KNOWN_AT,
    ),
)  # fmt: skip
OPEN_INTEREST = Table(
    name="metrics.open_interest",
    doc="Open interest of a coin in perpetuals, summed over venues; changes and percentiles over the same venues in both times.",
    key=("symbol", "observed_at"),
    licence=LICENCE,
    may_be_empty=True,
    columns=(
        SYMBOL,
        OBSERVED_AT,
        _coins("open_interest_coin", "In coins, one-sided, over venues.", required=True),
        usd("open_interest_usd", "In USD, one-sided, over the same venues.", required=True, min=0, max=2e12),
        _venues("venues", "The venues that both are summed over.", required=True),
        _change("open_interest_coin_change_24h", "Change of the coins in 24 hours over change_venues, as a share of what was."),
        _change("price_change_24h", "Change of USD per coin of the same open interest."),
        _venues("change_venues", "The venues seen at both ends of those 24 hours."),
        _percentile("percentile_own_history", "Share of all moments so far with as many coins or fewer, over percentile_venues; NULL below 90 moments."),
        _percentile("percentile_usd_own_history", "Likewise of USD."),
        _venues("percentile_venues", "The venues with 90 observations by then."),
        KNOWN_AT,
    ),
)  # fmt: skip
FUNDING_RATE = Table(
    name="metrics.funding_rate",
    doc="Funding of a coin's perpetuals, weighted by their open interest in USD at that moment.",
    key=("symbol", "observed_at"),
    licence=LICENCE,
    may_be_empty=True,
    columns=(
        SYMBOL,
        OBSERVED_AT,
        percent("annualised_simple_pct", "Last rate of the 24 hours before x 8760 / interval_hours, not compounded, per year; longs pay where positive.", required=True),
        percent("annualised_compounded_pct", "The same rates compounded at their own intervals, per year."),
        _venues("venues", "The venues with open interest and a rate.", required=True),
        KNOWN_AT,
    ),
)  # fmt: skip
DATED_FUTURE = Table(
    name="metrics.dated_future",
    doc="What a future that expires costs over spot at the 00:00 UTC that ends the day. Quarterly ones; those that have expired stay.",
    key=("venue", "symbol", "date"),
    licence=LICENCE,
    may_be_empty=True,
    columns=(
        VENUE,
        INSTRUMENT,
        DATE,
        BASE,
        Column(name="settle", type="varchar", required=True, doc="Currency of settlement."),
        replace(EXPIRES_AT, required=True, doc="When it is settled."),
        Column(name="days_to_expiry", type="double", unit="days", required=True, min=0, max=400, doc="From the end of the day to expires_at, to the second."),
        _price("close_usd", "Last price of the future.", required=True),
        _price("spot_close_usd", "Median of the last spot prices of the venues that quote in the future's own currency.", required=True),
        percent("basis_pct", "close_usd over spot_close_usd, less one.", min=-90, max=400),
        percent("annualised_simple_pct", "basis_pct x 365 / days_to_expiry, not compounded, per year."),
        percent("annualised_compounded_pct", "close_usd over spot_close_usd to the power of 365 / days_to_expiry, less one, per year; NULL beyond all numbers."),
        usd("volume_usd", "What was traded of it on the day, at the last price; 0 where the close is an older one.", required=True, min=0, max=1e13),
        KNOWN_AT,
    ),
)  # fmt: skip
FUTURES_BASIS = Table(
    name="metrics.futures_basis",
    doc="Basis of a coin's dated futures over spot at 90 days: for each venue and currency of settlement on the line between the two futures around 90 days, "
    "or where there is one side only the nearest one's own; then the median of these lines. Futures of 14 to 190 days that were traded on the day.",
    key=("symbol", "date"),
    licence=LICENCE,
    may_be_empty=True,
    columns=(
        SYMBOL,
        DATE,
        percent("annualised_simple_pct", "(future / spot - 1) x 365 / days to expiry at 90 days, not compounded, per year.", required=True),
        percent("annualised_compounded_pct", "Likewise compounded: future / spot to the power of 365 / days to expiry, less one, per year."),
        _venues("venues", "The venues with such a future, of okx (settled in coins and in USDT) and deribit (in coins).", required=True),
        KNOWN_AT,
    ),
)  # fmt: skip
LEVERAGE = Table(
    name="metrics.leverage",
    doc="Open interest of a coin at the 00:00 UTC that ends the day, against what carries it.",
    key=("symbol", "date"),
    licence=LICENCE,
    may_be_empty=True,
    columns=(
        SYMBOL,
        DATE,
        usd("open_interest_usd", "In USD, one-sided, over venues.", required=True, min=0, max=2e12),
        _venues("venues", "The venues it is summed over.", required=True),
        Column(name="oi_to_volume_days", type="double", unit="days", min=0, doc="Open interest over the average perpetual volume of the 30 days up to this one, both over volume_venues."),
        _venues("volume_venues", "The venues that have both."),
        Column(name="oi_to_depth", type="double", unit="ratio", min=0, doc="Open interest over the day's median of spot depth within 100 bps; NULL with fewer than 20 hours of it."),
        Column(name="oi_to_market_cap_share", type="double", unit="fraction", min=0, doc="Open interest over market capitalisation; NULL where that is not known."),
        Column(name="estimated_leverage_ratio", type="double", unit="ratio", min=0, doc="Open interest in coins over coins held at exchanges (CryptoQuant's method, not that of open interest over long and short positions); NULL without a file of the user's that tells them."),
        _venues("reserve_source", "Who counted the coins held at exchanges."),
        percent("funding_annualised_pct", "metrics.funding_rate at the end of the day."),
        percent("basis_annualised_pct", "metrics.futures_basis at the end of the day, not compounded; NULL where no dated future qualifies."),
        KNOWN_AT,
    ),
)  # fmt: skip
LEVERAGE_FLUSH = Table(
    name="metrics.leverage_flush",
    doc="24 hours in which open interest in coins and the price fell together by far more than they do.",
    key=("symbol", "observed_at"),
    licence=LICENCE,
    may_be_empty=True,
    columns=(
        SYMBOL,
        OBSERVED_AT,
        _change("oi_coin_change_24h", "Change of open interest in coins over venues, as a share of what was: the severity."),
        _change("price_change_24h", "Change of its USD per coin."),
        _venues("venues", "The venues seen at both ends of those 24 hours."),
        Column(name="oi_zscore", type="double", unit=SDS, doc="Log change less its median, over 1.4826 median absolute deviations, of 24 hours and more before up to 90 days; NULL with fewer than 60."),
        Column(name="price_zscore", type="double", unit=SDS, doc="Likewise of the price."),
        Column(name="is_flush", type="boolean", doc="oi_zscore is -3 or below and price_zscore -2 or below; NULL where they cannot tell."),
        KNOWN_AT,
    ),
)  # fmt: skip
ORDER_BOOK_HOURLY = Table(
    name="metrics.order_book_hourly",
    doc="Spot books of a coin by hour: medians of each venue's polls, of venues that served four in five. "
    "Below a coverage of 0.8 all but coverage_share is NULL; an hour whose polls were not counted is not there.",
    key=("symbol", "hour"),
    licence=LICENCE,
    may_be_empty=True,
    columns=(
        SYMBOL,
        Column(name="hour", type="timestamptz", doc="When the hour began."),
        Column(name="coverage_share", type="double", unit="fraction", required=True, min=0, max=1, doc="Polls that brought a book which could be served, over those that captures asked venues for in that hour."),
        _venues("venues", "The venues behind spread and slippage."),
        bps("spread_bps", "The middle venue's spread.", min=0, max=20_000),
        *(usd(f"depth_{band}bps_usd", f"Bids and asks within {band} bps, summed over depth_{band}bps_venues.", min=0, max=1e12) for band in BANDS_BPS),
        *(_venues(f"depth_{band}bps_venues", f"The venues whose books reach {band} bps.") for band in BANDS_BPS),
        *(
            bps(f"slippage_{taker}_{size}_bps", f"What {TAKERS[taker]} for {SIZES[size]} USD at once costs on the middle venue; NULL where its book holds less.", min=0, max=1e6)
            for taker in TAKERS
            for size in SIZES
        ),
        _percentile("thinness_percentile", "Share of the same hours of the week in 180 days before, over the same venues, with less depth within 100 bps per 30-day average volume; low is thin, NULL below 13."),
        KNOWN_AT,
    ),
)  # fmt: skip
PRICE_IMPACT = Table(
    name="metrics.price_impact",
    doc="Kyle's lambda of one market by hour: how far the middle moves with what is bought less what is sold, minute by minute. "
    "From trades that were recorded beside their books; all but minutes is NULL below 30 minutes that have both.",
    key=("venue", "market", "symbol", "hour"),
    licence=LICENCE,
    may_be_empty=True,
    columns=(
        *(TRADE_MINUTE.column(name) for name in ("venue", "market", "symbol")),
        Column(name="hour", type="timestamptz", doc="When the hour began."),
        Column(name="minutes", type="bigint", unit="minutes", required=True, min=0, max=60, doc="Minutes of the hour with all their trades, and with a book at both ends and none of its updates missing between."),
        Column(name="kyle_lambda_bps_per_musd", type="double", unit="basis points per million USD", min=-1e6, max=1e6, doc="Slope of the minute's log change of the middle on its signed volume, by least squares with an intercept."),
        Column(name="kyle_lambda_without_intercept_bps_per_musd", type="double", unit="basis points per million USD", min=-1e6, max=1e6, doc="Likewise by least squares through zero: for who holds that without trades nothing moves."),
        Column(name="kyle_lambda_standard_error_bps_per_musd", type="double", unit="basis points per million USD", min=0, max=1e6, doc="Its standard error by the textbook: changes are taken to scatter alike and apart from each other."),
        Column(name="r2", type="double", unit="fraction", min=0, max=1, doc="Share of the variance of the changes that signed volume tells; NULL where the middle never moved."),
        KNOWN_AT,
    ),
)  # fmt: skip

TABLES = (
    CANDLE,
    FUNDING,
    OPEN_INTEREST_STAGED,
    CONTRACT,
    BOOK_CAPTURE_STAGED,
    TRADE_MINUTE_STAGED,
    CRYPTO_PRICE,
    ALTCOIN_INDEX,
    OPEN_INTEREST,
    FUNDING_RATE,
    DATED_FUTURE,
    FUTURES_BASIS,
    LEVERAGE,
    LEVERAGE_FLUSH,
    ORDER_BOOK_HOURLY,
    PRICE_IMPACT,
)
