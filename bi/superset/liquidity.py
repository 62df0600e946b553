"""Is liquidity rising or falling, and why."""

from bi.superset.vocabulary import Chart, Dashboard, Dataset

NET = Dataset(name="metrics.net_liquidity", time="week_ending")
TREASURY = Dataset(name="metrics.treasury_general_account", time="date")
PURCHASES = Dataset(name="metrics.fed_purchases", time="month")
LAST_YEAR = Dataset(
    name="attribution of the last 52 weeks",
    time="week_ending",
    query="select * from metrics.net_liquidity_attribution "
    "where week_ending > (select max(week_ending) - 364 from metrics.net_liquidity_attribution)",
)


def _newest(title: str, dataset: Dataset, x: str, value: str, unit: str, format: str) -> Chart:
    return Chart(
        title=title, kind="number", dataset=dataset, unit=unit, x=x, values={title: value},
        format=format, width=3, height=28,
    )  # fmt: skip


DASHBOARD = Dashboard(
    slug="liquidity",
    title="Liquidity",
    question="Is liquidity rising or falling, and why?",
    colours={
        **{"treasury_bills": "#1d7fbf", "treasury_coupons": "#6fb3de", "mbs": "#d1495b", "other_assets": "#8a8d91"},
        **{"tga": "#c99700", "reverse_repo": "#3c6e71", "unsplit": "#c8c8c8"},
        **{"Bills": "#1d7fbf", "Coupons": "#6fb3de"},
    },
    rows=(
        (
            _newest("Net liquidity", NET, "week_ending", "max(net_liquidity_usd) / 1e12", "tn USD", ",.3f"),
            _newest("Its change over 13 weeks", NET, "week_ending", "max(change_13w_usd) / 1e9", "bn USD", "+,.1f"),
            _newest("Treasury account", TREASURY, "date", "max(closing_balance_usd) / 1e9", "bn USD", ",.1f"),
            _newest("Reverse repo", NET, "week_ending", "max(reverse_repo_usd) / 1e9", "bn USD", ",.1f"),
        ),
        (
            Chart(
                title="Net liquidity and Fed assets",
                kind="line",
                dataset=NET,
                unit="tn USD",
                x="week_ending",
                values={
                    "Net liquidity": "max(net_liquidity_usd) / 1e12",
                    "Fed assets": "max(fed_assets_usd) / 1e12",
                },
                format=",.1f",
                note="Fed assets less Treasury account (week average) less reverse repo (last operation of the week).",
            ),
            Chart(
                title="Net liquidity: change over 13 weeks",
                kind="bars",
                dataset=NET,
                unit="bn USD",
                x="week_ending",
                values={"Change over 13 weeks": "max(change_13w_usd) / 1e9"},
            ),
        ),
        (
            Chart(
                title="What moved net liquidity, week by week",
                kind="bars",
                dataset=LAST_YEAR,
                unit="bn USD",
                x="week_ending",
                split="component",
                values={"Contribution": "max(contribution_usd) / 1e9"},
                note="The parts of a week add up to its change. Above nothing adds to liquidity.",
                width=12,
                height=60,
            ),
        ),
        (
            Chart(
                title="Treasury General Account, closing balance",
                kind="line",
                dataset=TREASURY,
                unit="bn USD",
                x="date",
                values={"Closing balance": "max(closing_balance_usd) / 1e9"},
            ),
            Chart(
                title="Fed purchases of Treasuries by settlement month",
                kind="bars",
                dataset=PURCHASES,
                unit="bn USD, par",
                x="month",
                grain="P1M",
                values={"Bills": "sum(bills_usd) / 1e9", "Coupons": "sum(coupons_usd) / 1e9"},
                note="Sales count as negative. A month that has begun is not complete.",
            ),
        ),
    ),
)
