"""Series of Yahoo's chart service: closes of indices, of the rotation ladder's funds and of coins."""

from dataclasses import dataclass
from datetime import date
from functools import partial

from warehouse import releases
from warehouse.catalogue.coins import LEADERS
from warehouse.catalogue.series import Series

close = partial(
    Series,
    upstream="yahoo",
    unit="index",
    frequency="daily",
    reference="session close",
    release=releases.EQUITY_CLOSE,
    calendar="nyse",
    low=1,
    high=2e5,
    licence="site terms, personal use, no redistribution",
)

#: Index symbol to the stem of its series.
INDICES = {"^RUT": "YAHOO_RUT", "^IXIC": "YAHOO_IXIC", "^GSPC": "YAHOO_GSPC", "^VIX": "YAHOO_VIX"}
#: Fund symbol to its first session.
FUNDS = {
    "SHY": date(2002, 7, 30),
    "IEF": date(2002, 7, 30),
    "TLT": date(2002, 7, 30),
    "LQD": date(2002, 7, 30),
    "HYG": date(2007, 4, 11),
    "SPY": date(1993, 1, 29),
    "QQQ": date(1999, 3, 10),
    "IWM": date(2000, 5, 26),
}
#: Coin to its first day, where its symbol is the coin's own. Longer histories than most venues give.
COINS = {
    "BTC": date(2014, 9, 17),
    "ETH": date(2017, 11, 9),
    "SOL": date(2020, 4, 10),
    "XRP": date(2017, 11, 9),
    "BNB": date(2017, 11, 9),
    "DOGE": date(2017, 11, 9),
    "ADA": date(2017, 11, 9),
    "TRX": date(2017, 11, 9),
    "AVAX": date(2020, 7, 13),
    "LINK": date(2017, 11, 9),
    "DOT": date(2020, 8, 20),
    "LTC": date(2014, 9, 17),
}
ALTCOINS = tuple(coin for coin in COINS if coin not in LEADERS)


@dataclass(frozen=True, kw_only=True)
class Chart:
    """The series that one symbol's chart is read for: its close, and what else of it is wanted."""

    close: str
    adjusted: str | None = None
    volume: str | None = None


CHARTS: dict[str, Chart] = {
    **{symbol: Chart(close=f"{stem}_CLOSE") for symbol, stem in INDICES.items()},
    **{symbol: Chart(close=f"YAHOO_{symbol}_CLOSE", adjusted=f"YAHOO_{symbol}_ADJUSTED_CLOSE") for symbol in FUNDS},
    **{
        f"{coin}-USD": Chart(
            close=f"YAHOO_{coin}_USD_CLOSE", volume=f"YAHOO_{coin}_USD_VOLUME" if coin in ALTCOINS else None
        )
        for coin in COINS
    },
}

fund = partial(close, unit="usd_per_share", high=1e4)
coin_close = partial(
    close, unit="usd_per_coin", reference="end of the day in UTC", release=releases.COIN_DAY, calendar="every_day",
    low=1e-9, high=1e7,
)  # fmt: skip

YAHOO = (
    close(id="YAHOO_RUT_CLOSE", title="Russell 2000", since=date(1987, 9, 10), high=5e4),
    close(id="YAHOO_IXIC_CLOSE", title="Nasdaq Composite", since=date(1971, 2, 5)),
    close(id="YAHOO_GSPC_CLOSE", title="S&P 500", since=date(1927, 12, 30), high=1e5),
    close(id="YAHOO_VIX_CLOSE", title="Cboe volatility index", since=date(1990, 1, 2), high=200),
    *(fund(id=f"YAHOO_{symbol}_CLOSE", title=f"{symbol}, unadjusted", since=since) for symbol, since in FUNDS.items()),
    *(
        fund(
            id=f"YAHOO_{symbol}_ADJUSTED_CLOSE",
            title=f"{symbol}, adjusted for dividends",
            since=since,
            revised=True,
            brought_by=f"YAHOO_{symbol}_CLOSE",
        )
        for symbol, since in FUNDS.items()
    ),
    *(coin_close(id=f"YAHOO_{coin}_USD_CLOSE", title=coin, since=since) for coin, since in COINS.items()),
    *(
        coin_close(
            id=f"YAHOO_{coin}_USD_VOLUME",
            title=f"{coin}, traded in the day in USD on the exchanges that Yahoo's provider counts",
            unit="usd",
            reference="day in UTC",
            since=COINS[coin],
            low=0,
            high=1e13,
            brought_by=f"YAHOO_{coin}_USD_CLOSE",
        )
        for coin in ALTCOINS
    ),
)
