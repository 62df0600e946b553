"""How leveraged and how thin crypto is."""

from markupsafe import Markup

from assets.report.reading import Reader
from assets.report.values import clause, said
from assets.report.vocabulary import Chart, Kind, Number, Section, Trace

INTEREST, FUNDING, LEVERAGE = "metrics.open_interest", "metrics.funding_rate", "metrics.leverage"
FLUSH, BOOKS = "metrics.leverage_flush", "metrics.order_book_hourly"
BASIS = "metrics.futures_basis"
FUNDS = "metrics.etf_flow"
COINS = {"BTC": "bitcoin", "ETH": "ether"}
BOTH = "symbol in ('BTC', 'ETH')"
#: What says over which venues a column is summed or taken.
VENUES = {
    "open_interest_usd": "venues",
    "annualised_simple_pct": "venues",
    "depth_100bps_usd": "depth_100bps_venues",
    "coverage_share": "venues",
    "net_flow_usd": "funds",
}
SETS = "A line is cut where the set of venues changes: what comes after is a sum over others."


def answer(read: Reader) -> list[Markup]:
    return [
        *(_interest(read, symbol, name) for symbol, name in COINS.items()),
        _flushes(read),
        *(_depth(read, symbol, name) for symbol, name in COINS.items()),
    ]


def _interest(read: Reader, symbol: str, name: str) -> Markup:
    held = read.value(f"{INTEREST}.open_interest_usd", f"symbol = '{symbol}'")
    place = read.value(f"{INTEREST}.percentile_own_history", held.row)
    return said(
        f"Open interest in {name}",
        "Open interest in {1} was {0} on {2}, {3}; funding was {4} a year",
        held,
        name,
        held.day,
        clause("its place in its own history", "in coins at or above {} of its own history", place),
        read.value(f"{FUNDING}.annualised_simple_pct", held.row),
    )


def _flushes(read: Reader) -> Markup:
    judged = read.computed(f"select count(*) from {FLUSH} where is_flush is not null", f"{FLUSH}.is_flush")
    number = read.computed(f"select count(*) from {FLUSH} where is_flush", f"{FLUSH}.is_flush")
    last = read.computed(f"select max(observed_at)::date from {FLUSH} where is_flush", FLUSH)
    if not judged.raw:
        return Markup("No day could be judged for flushes.")
    when = Markup(", the last on {}").format(last) if number.raw else ""
    return Markup("Flushes among {} days and coins: {}{}.").format(judged, number, when)


def _depth(read: Reader, symbol: str, name: str) -> Markup:
    depth = read.value(f"{BOOKS}.depth_100bps_usd", f"symbol = '{symbol}'")
    thin = read.value(f"{BOOKS}.thinness_percentile", depth.row)
    return said(
        f"The depth of {name}'s spot books",
        "Spot books of {1} held {0} within 100 bps, in the hour of {2}{3}",
        depth,
        name,
        f"{depth.at:%Y-%m-%d %H:%M} UTC" if depth.at else "",
        "" if thin.raw is None else Markup(", more than in {} of the same hours of the week").format(thin),
    )


def _numbers(symbol: str) -> tuple[Number, ...]:
    of = f"symbol = '{symbol}'"
    return (
        Number(label=f"{symbol} open interest", column=f"{INTEREST}.open_interest_usd", where=of),
        Number(label="its place in its history, coins", column=f"{INTEREST}.percentile_own_history", where=of),
        Number(
            label="change of coins, 24 h", column=f"{INTEREST}.open_interest_coin_change_24h", where=of, signed=True
        ),
        Number(label="funding, per year", column=f"{FUNDING}.annualised_simple_pct", where=of, signed=True),
        Number(
            label="basis of futures at 90 days, per year",
            column=f"{BASIS}.annualised_simple_pct",
            where=of,
            signed=True,
        ),
        Number(label="open interest over volume", column=f"{LEVERAGE}.oi_to_volume_days", where=of),
        Number(label="open interest over depth", column=f"{LEVERAGE}.oi_to_depth", where=of),
        Number(label="open interest over market cap", column=f"{LEVERAGE}.oi_to_market_cap_share", where=of),
        Number(label="open interest over coins at exchanges", column=f"{LEVERAGE}.estimated_leverage_ratio", where=of),
        Number(label="flows of its funds, 20 trading days", column=f"{FUNDS}.net_flow_20d_usd", where=of, signed=True),
        Number(label="spot depth within 100 bps", column=f"{BOOKS}.depth_100bps_usd", where=of),
        Number(label="selling 1 mn costs", column=f"{BOOKS}.slippage_sell_1m_bps", where=of),
        Number(label="coverage of polls", column=f"{BOOKS}.coverage_share", where=of),
    )


def _newest(id: str, title: str, unit: str, scale: float, table: str, column: str, note: str = "") -> Chart:
    """Each coin's newest value of a column, the highest on top."""
    grain = "date" if table == LEVERAGE else "observed_at"
    return Chart(
        id=id,
        title=title,
        unit=unit,
        scale=scale,
        query=f"""
            select symbol, {grain}, {column} from {table}
            where {column} is not null and {grain} > (select max({grain}) - interval 2 day from {table})
            qualify row_number() over (partition by symbol order by {grain} desc) = 1
            order by {column}, symbol
        """,
        x="symbol",
        traces=(Trace(y=column, kind="lying", colour="1"),),
        note=note,
    )


def _daily(
    id: str, title: str, unit: str, scale: float, table: str, column: str, x: str, kind: Kind, note: str = ""
) -> Chart:
    return Chart(
        id=id,
        title=title,
        unit=unit,
        scale=scale,
        query=f"""
            select {x}, symbol, {column}, {VENUES[column]} as venues from {table}
            where {BOTH} and {x} > (select max({x}) - interval 3 year from {table}) order by {x}, symbol
        """,
        x=x,
        split="symbol",
        breaks="venues" if kind == "line" and column.endswith("_usd") else "",
        traces=(Trace(y=column, kind=kind),),
        note=note,
    )


SECTION = Section(
    id="leverage",
    name="Crypto leverage",
    question="How leveraged and how thin is crypto?",
    answer=answer,
    numbers=tuple(number for symbol in COINS for number in _numbers(symbol)),
    charts=(
        _daily("open-interest", "Open interest in perpetuals", "bn USD", 1e-9, INTEREST, "open_interest_usd", "observed_at", "line", SETS),
        _newest("percentile", "Open interest in coins against its own history", "% of moments with as much or less", 100, INTEREST, "percentile_own_history"),
        _daily("funding", "Funding, weighted by open interest", "percent per year, simple", 1, FUNDING, "annualised_simple_pct", "observed_at", "line"),
        _daily("basis", "Basis of dated futures over spot at 90 days", "percent per year, simple", 1, BASIS, "annualised_simple_pct", "date", "line"),
        _newest("funding-by-coin", "Funding now, by coin", "percent per year, simple", 1, FUNDING, "annualised_simple_pct", "Longs pay where positive."),
        _newest("open-interest-to-volume", "Open interest over average perpetual volume", "days of volume", 1, LEVERAGE, "oi_to_volume_days"),
        Chart(
            id="flushes",
            title="Flushes: price and open interest in coins over the same 24 hours, all coins",
            unit="%, open interest in coins",
            scale=100,
            query=f"""
                select price_change_24h, oi_coin_change_24h, symbol, observed_at, is_flush from {FLUSH}
                where oi_coin_change_24h is not null and price_change_24h is not null
                    and (is_flush or observed_at > (select max(observed_at) - interval 120 day from {FLUSH}))
                order by observed_at, symbol
            """,
            x="price_change_24h",
            x_unit="%, price",
            x_scale=100,
            split="is_flush",
            words=(("false", "no flush"), ("true", "flush"), ("", "not known")),
            traces=(Trace(y="oi_coin_change_24h", kind="points"),),
            note="Days and coins of the last 120 days, and all flushes.",
        ),
        _daily("fund-flows", "Net flows into exchange-traded funds, by trading day", "mn USD", 1e-6, FUNDS, "net_flow_usd", "date", "bars", "From the file of flows that you provide: nobody publishes them for free."),
        _daily("depth", "Spot order-book depth within 100 bps, by hour", "mn USD", 1e-6, BOOKS, "depth_100bps_usd", "hour", "marks"),
        _daily("coverage", "How much of the polling brought a book, by hour", "% of polls", 100, BOOKS, "coverage_share", "hour", "marks"),
    ),
)  # fmt: skip
