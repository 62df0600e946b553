"""Series of Yahoo's chart service: closes of indices and of the rotation ladder's funds."""

from datetime import date
from functools import partial

from warehouse import releases
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
#: Symbol to (close series, dividend-adjusted close series or None).
SYMBOLS: dict[str, tuple[str, str | None]] = {
    **{symbol: (f"{stem}_CLOSE", None) for symbol, stem in INDICES.items()},
    **{symbol: (f"YAHOO_{symbol}_CLOSE", f"YAHOO_{symbol}_ADJUSTED_CLOSE") for symbol in FUNDS},
}

fund = partial(close, unit="usd_per_share", high=1e4)

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
)
