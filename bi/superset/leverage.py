"""How leveraged and how thin crypto is."""

from bi.superset.vocabulary import Chart, Dashboard, Dataset

INTEREST = Dataset(name="staged.open_interest", time="observed_at")
FUNDING = Dataset(name="metrics.funding_rate", time="observed_at")
BASIS = Dataset(name="metrics.futures_basis", time="date")
FLOWS = Dataset(name="metrics.etf_flow", time="date")
FLUSHES = Dataset(name="metrics.leverage_flush", time="observed_at")
BOOKS = Dataset(name="metrics.order_book_hourly", time="hour")
NEWEST = Dataset(
    name="leverage, newest day of each coin",
    time="date",
    query="select * from metrics.leverage where oi_to_volume_days is not null "
    "qualify row_number() over (partition by symbol order by date desc) = 1",
)


def _by_venue(coin: str) -> Chart:
    return Chart(
        title=f"{coin} open interest in perpetuals, by venue",
        kind="area",
        dataset=INTEREST,
        unit="bn USD",
        x="observed_at",
        grain=None,
        split="venue",
        values={"Open interest": "sum(open_interest_usd) / 1e9"},
        where=f"base = '{coin}' and observed_at = date_trunc('day', observed_at)",
        format=",.1f",
        note="At 00:00 UTC. Stacked: a venue whose history begins later is seen as what it is, and not as a rise.",
    )


def _by_hour(title: str, unit: str, value: str, format: str = ",.0f", note: str = "") -> Chart:
    return Chart(
        title=title, kind="marks", dataset=BOOKS, unit=unit, x="hour", grain="PT1H", split="symbol",
        values={title: value}, where="symbol in ('BTC', 'ETH')", format=format, note=note,
    )  # fmt: skip


DASHBOARD = Dashboard(
    slug="leverage",
    title="Leverage",
    question="How leveraged and how thin is crypto?",
    colours={
        **{"BTC": "#c2700a", "ETH": "#3355aa"},
        **{"binanceusdm": "#c99700", "okx": "#3c6e71", "gate": "#6a4c93", "bybit": "#1d7fbf"},
        **{"bitget": "#2a9d8f", "deribit": "#8a8d91", "hyperliquid": "#d1495b", "krakenfutures": "#5b5ea6"},
    },
    rows=(
        (_by_venue("BTC"), _by_venue("ETH")),
        (
            Chart(
                title="Funding, weighted by open interest",
                kind="line",
                dataset=FUNDING,
                unit="percent per year, simple",
                x="observed_at",
                split="symbol",
                values={"Funding": "max(annualised_simple_pct)"},
                where="symbol in ('BTC', 'ETH')",
                note="Longs pay where positive.",
            ),
            Chart(
                title="Open interest over average perpetual volume, newest day",
                kind="lying",
                dataset=NEWEST,
                unit="days of volume",
                x="symbol",
                values={"Days of volume": "max(oi_to_volume_days)"},
                format=",.2f",
            ),
        ),
        (
            Chart(
                title="Basis of dated futures at 90 days",
                kind="line",
                dataset=BASIS,
                unit="percent per year, simple",
                x="date",
                split="symbol",
                values={"Basis": "max(annualised_simple_pct)"},
                note="Futures cost more than spot where positive.",
            ),
            Chart(
                title="Net flows into exchange-traded funds over 20 trading days",
                kind="line",
                dataset=FLOWS,
                unit="bn USD",
                x="date",
                split="symbol",
                values={"Net flow": "max(net_flow_20d_usd) / 1e9"},
                format=",.1f",
                note="From the file of flows that you provide: nobody publishes them for free.",
            ),
        ),
        (
            _by_hour(
                "Spot order-book depth within 100 bps",
                "mn USD",
                "max(depth_100bps_usd) / 1e6",
                ",.1f",
                "Bids and asks over the venues in depth_100bps_venues; no value where books do not reach that far.",
            ),
            _by_hour(
                "Selling 1 mn USD at once",
                "basis points",
                "max(slippage_sell_1m_bps)",
                ",.1f",
                "The middle venue's slippage; no value where its book holds less.",
            ),
        ),
        (
            Chart(
                title="Flushes: days on which coins, not just prices, fell",
                kind="table",
                dataset=FLUSHES,
                columns=(
                    *("symbol", "observed_at", "oi_coin_change_24h", "price_change_24h"),
                    *("oi_zscore", "price_zscore", "venues"),
                ),
                where="is_flush",
                order=("observed_at", False),
                formats={
                    **dict.fromkeys(("oi_coin_change_24h", "price_change_24h"), "+.1%"),
                    **dict.fromkeys(("oi_zscore", "price_zscore"), "+.1f"),
                },
                note="Changes over 24 hours in percent; scores in robust standard deviations.",
                width=12,
            ),
        ),
    ),
)
