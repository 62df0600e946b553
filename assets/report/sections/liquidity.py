"""Is liquidity rising or falling, and why."""

from markupsafe import Markup

from assets.report.reading import Reader
from assets.report.values import Value, said
from assets.report.vocabulary import Chart, Number, Section, Trace

NET, PARTS = "metrics.net_liquidity", "metrics.net_liquidity_attribution"
COMPONENTS = {
    "treasury_bills": "the Fed's bills",
    "treasury_coupons": "the Fed's coupons",
    "mbs": "the Fed's MBS",
    "other_assets": "other Fed assets",
    "tga": "the Treasury's account",
    "reverse_repo": "reverse repo",
    "unsplit": "what cannot be split",
}
#: The sum over the weeks is known when each of them is.
SUMS = f"""
    select component, max(week_ending) as week_ending,
        max(contribution_usd) filter (week_ending = newest) as last_week_usd,
        if(count(contribution_usd) = count(*), sum(contribution_usd), null) as thirteen_weeks_usd
    from {PARTS}, (select max(week_ending) as newest from {PARTS})
    where week_ending > newest - 91
    group by component
    order by abs(thirteen_weeks_usd) nulls first, component
"""


def answer(read: Reader) -> list[Markup]:
    change = read.value(f"{NET}.change_13w_usd")
    level, week, score = (
        read.value(f"{NET}.{name}", change.row)
        for name in ("net_liquidity_usd", "change_1w_usd", "impulse_zscore_156w")
    )
    return [
        said(
            "The 13-week change of net liquidity",
            "Net liquidity {0:rose|fell|did not move} over 13 weeks, to {1} in the week to {2}",
            change, level, level.day,
        ),
        Markup("What moved it most: {}.").format(_reasons(read, "thirteen_weeks_usd")),
        said("Its change of the last week", "In the last week it {:rose|fell|did not move}: {}", week, _reasons(read, "last_week_usd")),
        said("The score of the change", "The 13-week change scores {:signed} against the 156 weeks before", score),
    ]  # fmt: skip


def _reasons(read: Reader, column: str) -> Markup:
    """The two largest known contributions, with what each did to net liquidity."""
    largest = read.rows(f"select component from ({SUMS}) where {column} <> 0 order by abs({column}) desc limit 2")
    told = [Markup("{} {:signed}").format(COMPONENTS[name], _sum(read, name, column)) for (name,) in largest.rows()]
    return Markup(", ").join(told) or Markup("its parts are not known")


def _sum(read: Reader, component: str, column: str) -> Value:
    query = f"select {column} from ({SUMS}) where component = '{component}'"
    return read.computed(query, f"{PARTS}.contribution_usd", "USD")


def _part(column: str, title: str, scale: float, unit: str) -> Chart:
    return Chart(
        id=column.removesuffix("_usd").replace("_", "-"),
        title=title,
        unit=unit,
        scale=scale,
        query=f"select week_ending, {column} from {NET} order by week_ending",
        x="week_ending",
        traces=(Trace(y=column),),
        years=5,
    )


SECTION = Section(
    id="liquidity",
    name="Liquidity",
    question="Is liquidity rising or falling, and why?",
    answer=answer,
    numbers=(
        Number(label="Net liquidity", column=f"{NET}.net_liquidity_usd"),
        Number(label="Change, 1 week", column=f"{NET}.change_1w_usd", signed=True),
        Number(label="Change, 13 weeks", column=f"{NET}.change_13w_usd", signed=True),
        Number(label="Score of the level", column=f"{NET}.zscore_156w", signed=True),
        Number(label="Score of the 13-week change", column=f"{NET}.impulse_zscore_156w", signed=True),
        Number(label="Net liquidity, Wednesday level", column=f"{NET}.net_liquidity_wednesday_usd"),
        Number(label="Fed assets", column=f"{NET}.fed_assets_usd"),
        Number(label="Treasury account, week average", column=f"{NET}.tga_usd"),
        Number(label="Reverse repo", column=f"{NET}.reverse_repo_usd"),
    ),
    charts=(
        Chart(
            id="net-liquidity",
            title="Net liquidity: Fed assets less Treasury account less reverse repo",
            unit="tn USD",
            scale=1e-12,
            query=f"select week_ending, net_liquidity_usd from {NET} order by week_ending",
            x="week_ending",
            traces=(Trace(y="net_liquidity_usd", name="Net liquidity"),),
            years=5,
            is_wide=True,
        ),
        Chart(
            id="impulse",
            title="Its change over 13 weeks",
            unit="bn USD",
            scale=1e-9,
            query=f"select week_ending, change_13w_usd from {NET} order by week_ending",
            x="week_ending",
            traces=(Trace(y="change_13w_usd", kind="bars", colour="sign"),),
            years=5,
        ),
        Chart(
            id="attribution",
            title="What moved it, last week and over 13 weeks",
            unit="bn USD",
            scale=1e-9,
            query=SUMS,
            x="component",
            words=tuple(COMPONENTS.items()),
            traces=(
                Trace(y="last_week_usd", name="last week", kind="lying", colour="3"),
                Trace(y="thirteen_weeks_usd", name="13 weeks", kind="lying", colour="1"),
            ),
            note="Right of nothing adds to liquidity. A part that is not known in every week has no bar.",
        ),
        Chart(
            id="attribution-weekly",
            title="What moved it, week by week",
            unit="bn USD",
            scale=1e-9,
            query=f"""
                select week_ending, component, contribution_usd from {PARTS}
                where week_ending > (select max(week_ending) - 364 from {PARTS})
                order by week_ending, component
            """,
            x="week_ending",
            split="component",
            words=tuple(COMPONENTS.items()),
            traces=(Trace(y="contribution_usd", kind="bars"),),
            is_wide=True,
        ),
        _part("fed_assets_usd", "Fed assets", 1e-12, "tn USD"),
        _part("tga_usd", "Treasury account, week average", 1e-9, "bn USD"),
        _part("reverse_repo_usd", "Reverse repo, last operation of the week", 1e-9, "bn USD"),
    ),
)
