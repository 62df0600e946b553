"""What FRED says about each series: title, units, frequency; and the rule by which values become public."""

from __future__ import annotations

from dataclasses import dataclass

UNITS = {
    "mn": ("Millions of U.S. Dollars", "Mil. of U.S. $"),
    "bn": ("Billions of US Dollars", "Bil. of US $"),
    "money": ("Billions of Dollars", "Bil. of $"),
    "pct": ("Percent", "%"),
    "usd": ("U.S. Dollars", "U.S. $"),
    "real": ("Billions of Chained 2017 Dollars", "Bil. of Chn. 2017 $"),
    "index": ("Index", "Index"),
    "nasdaq": ("Index Feb 5, 1971=100", "Index Feb 5, 1971=100"),
}
FREQUENCIES = {
    "level": ("Weekly, As of Wednesday", "W"),
    "average": ("Weekly, Ending Wednesday", "W"),
    "daily": ("Daily", "D"),
    "close": ("Daily, Close", "D"),
    "seven": ("Daily, 7-Day", "D"),
    "month": ("Monthly", "M"),
}
ADJUSTED = {False: ("Not Seasonally Adjusted", "NSA"), True: ("Seasonally Adjusted", "SA")}


@dataclass(frozen=True)
class Entry:
    """One series as `/fred/series` describes it; `rule` names a release rule of the calendars."""

    id: str
    units: str
    frequency: str
    rule: str
    title: str
    adjustment: tuple[str, str] = ADJUSTED[False]


OUTRIGHT = "Assets: Securities Held Outright: "
DEPOSITS = "Liabilities and Capital: Liabilities: Deposits with F.R. Banks, Other Than Reserve Balances: "
RESERVES = (
    "Liabilities and Capital: Other Factors Draining Reserve Balances: Reserve Balances with Federal Reserve Banks: "
)
YIELD = "Market Yield on U.S. Treasury Securities at {}-{} Constant Maturity, Quoted on an Investment Basis"
_ENTRIES = (
    Entry(
        "WALCL",
        "mn",
        "level",
        "h41",
        "Assets: Total Assets: Total Assets (Less Eliminations from Consolidation): Wednesday Level",
    ),
    Entry("TREAST", "mn", "level", "h41", OUTRIGHT + "U.S. Treasury Securities: All: Wednesday Level"),
    Entry("WSHOMCB", "mn", "level", "h41", OUTRIGHT + "Mortgage-Backed Securities: Wednesday Level"),
    Entry("WSHOBL", "mn", "level", "h41", OUTRIGHT + "U.S. Treasury Securities: Bills: Wednesday Level"),
    Entry("WSHOSHO", "mn", "level", "h41", OUTRIGHT + "Securities Held Outright: Wednesday Level"),
    Entry("WTREGEN", "mn", "average", "h41", DEPOSITS + "U.S. Treasury, General Account: Week Average"),
    Entry("WDTGAL", "mn", "level", "h41", DEPOSITS + "U.S. Treasury, General Account: Wednesday Level"),
    Entry("WRESBAL", "mn", "average", "h41", RESERVES + "Week Average"),
    Entry("WRBWFRBL", "mn", "level", "h41", RESERVES + "Wednesday Level"),
    Entry(
        "RRPONTSYD",
        "bn",
        "daily",
        "reverse_repo",
        "Overnight Reverse Repurchase Agreements: Treasury Securities "
        "Sold by the Federal Reserve in the Temporary Open Market Operations",
    ),
    Entry(
        "RRPONTSYAWARD",
        "pct",
        "daily",
        "reverse_repo",
        "Overnight Reverse Repurchase Agreements Award Rate: Treasury "
        "Securities Sold by the Federal Reserve in the Temporary Open Market Operations",
    ),
    Entry("SOFR", "pct", "daily", "secured", "Secured Overnight Financing Rate"),
    Entry("EFFR", "pct", "daily", "unsecured", "Effective Federal Funds Rate"),
    Entry("DFF", "pct", "seven", "funds", "Federal Funds Effective Rate"),
    Entry("IORB", "pct", "seven", "reserves_rate", "Interest Rate on Reserve Balances (IORB Rate)"),
    Entry("DFEDTARU", "pct", "seven", "target", "Federal Funds Target Range - Upper Limit"),
    Entry("DFEDTARL", "pct", "seven", "target", "Federal Funds Target Range - Lower Limit"),
    Entry("DGS3MO", "pct", "daily", "h15", YIELD.format(3, "Month")),
    Entry("DGS2", "pct", "daily", "h15", YIELD.format(2, "Year")),
    Entry("DGS10", "pct", "daily", "h15", YIELD.format(10, "Year")),
    Entry("DGS30", "pct", "daily", "h15", YIELD.format(30, "Year")),
    Entry("DFII10", "pct", "daily", "h15", YIELD.format(10, "Year") + ", Inflation-Indexed"),
    Entry("T10YIE", "pct", "daily", "h15", "10-Year Breakeven Inflation Rate"),
    Entry(
        "T10Y2Y",
        "pct",
        "daily",
        "h15",
        "10-Year Treasury Constant Maturity Minus 2-Year Treasury Constant Maturity",
    ),
    Entry(
        "BAA10Y",
        "pct",
        "daily",
        "h15",
        "Moody's Seasoned Baa Corporate Bond Yield Relative to Yield on 10-Year Treasury Constant Maturity",
    ),
    Entry("BAMLH0A0HYM2", "pct", "close", "morning", "ICE BofA US High Yield Index Option-Adjusted Spread"),
    Entry("BAMLC0A0CM", "pct", "close", "morning", "ICE BofA US Corporate Index Option-Adjusted Spread"),
    Entry("NASDAQCOM", "nasdaq", "close", "evening", "NASDAQ Composite Index"),
    Entry("SP500", "index", "close", "evening", "S&P 500"),
    Entry("VIXCLS", "index", "close", "morning", "CBOE Volatility Index: VIX"),
    Entry("M2SL", "money", "month", "money_stock", "M2", ADJUSTED[True]),
    Entry(
        "DSPIC96",
        "real",
        "month",
        "income",
        "Real Disposable Personal Income",
        ("Seasonally Adjusted Annual Rate", "SAAR"),
    ),
    Entry("CBBTCUSD", "usd", "seven", "coin", "Coinbase Bitcoin"),
    Entry("CBETHUSD", "usd", "seven", "coin", "Coinbase Ethereum"),
)
CATALOGUE = {entry.id: entry for entry in _ENTRIES}
