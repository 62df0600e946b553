"""Deposits and withdrawals of the Daily Treasury Statement, line by line, without sums of lines."""

from collections.abc import Sequence

import polars as pl

from assets.clients.cells import DAY, FIRST_YEAR, LAST_YEAR, shown
from assets.clients.envelope import LONGEST, Row
from assets.clients.fiscaldata_pages import BRACKETED, NULL, UNIT, pages
from warehouse.catalogue.fiscal_categories import concept_of
from warehouse.claims import Parsed, Rejected, Reply, UpstreamError
from warehouse.releases import DAILY_TREASURY_STATEMENT
from warehouse.tables.facts import FISCAL_FLOW

FLOWS = FISCAL_FLOW.name
AMOUNT = "transaction_today_amt"
NAMES = {
    "record_date": "day",
    "account_type": "account",
    "transaction_type": "transaction_type",
    "transaction_catg": "category",
    "transaction_catg_desc": "detail",
    AMOUNT: "amount",
}
#: The account whose lines these are, by its names over time.
ACCOUNTS = ("Federal Reserve Account", "Treasury General Account (TGA)")
#: Accounts outside the Fed, and totals of accounts.
OTHER_ACCOUNTS = (
    "Total",
    "Treasury General Account Total",
    "Short-Term Cash Investments",
    "Tax and Loan Note",
)
#: Sums of lines, and what only moved between the Treasury's own accounts.
NOT_LINES = (
    "Sub-Total Deposits",
    "Sub-Total Withdrawals",
    "Total Other Deposits",
    "Total, Other Deposits",
    "Total Other Withdrawals",
    "Total, Other Withdrawals",
    "Transfers from Depositaries",
    "Transfers to Depositaries",
)
CROSSWALK = "warehouse/catalogue/fiscal_categories.csv"
KEY = ("day", "transaction_type", "category", "detail")


def flows(replies: Sequence[Reply]) -> Parsed:
    """Every line of every day with its amount in millions of USD.

    A line whose name the crosswalk does not know is rejected, so that no concept is silently short; so are
    lines of one name that come twice on a day. Raises UpstreamError when no line is left.
    """
    lines = _lines(replies)
    judged = lines.join(_unknown(lines), on=KEY[1:], how="left", maintain_order="left").with_columns(reason=_reason())
    kept = judged.filter(pl.col("reason").is_null())
    if kept.is_empty():
        reason = f"none of {lines.height} lines with a {AMOUNT} can be believed"
        raise UpstreamError(FLOWS, reason, request=replies[0].landed.request)
    parsed = Parsed()
    kept = kept.join(_known_at(kept), on="day", maintain_order="left").select(
        "page",
        "transaction_type",
        "category",
        "detail",
        "value",
        "known_at",
        "locator",
        record_date="date",
        unit=pl.lit(UNIT),
        known_at_basis=pl.lit("rule"),
    )
    for page, reply in enumerate(replies):
        rows = kept.filter(pl.col("page") == page).drop("page")
        if rows.height:
            parsed.add(FISCAL_FLOW, rows, reply)
    for row in judged.filter(pl.col("reason").is_not_null()).iter_rows(named=True):
        parsed.rejected.append(
            Rejected(
                landed=replies[row["page"]].landed,
                locator=row["locator"],
                source=FLOWS,
                field=" / ".join(str(row[name]) for name in KEY)[:160],
                value=str(row["amount"])[:80],
                reason=row["reason"],
            )
        )
    return parsed


def _lines(replies: Sequence[Reply]) -> pl.DataFrame:
    """Rows that are lines with an amount, still as text, over all pages."""
    frames = [
        _as_text(rows, reply)
        .rename(NAMES)
        .with_columns(page=pl.lit(page, pl.Int64), locator=pl.format("/data/{}", pl.int_range(pl.len())))
        for page, (reply, rows) in enumerate(pages(FLOWS, replies, tuple(NAMES), (AMOUNT,)))
    ]
    lines = pl.concat(frames).with_columns(pl.col(*NAMES.values()).fill_null(NULL))
    elsewhere = pl.any_horizontal(pl.col("account").str.starts_with(start) for start in OTHER_ACCOUNTS)
    number = pl.col("amount").str.replace(f"^{BRACKETED.pattern}$", "-${1}")
    return lines.filter(
        ~elsewhere & pl.col("category").is_in(NOT_LINES).not_() & (pl.col("amount") != NULL)
    ).with_columns(
        date=pl.when(pl.col("day").str.contains(f"^{DAY.pattern}$")).then(
            pl.col("day").str.to_date("%Y-%m-%d", strict=False)
        ),
        value=number.cast(pl.Float64, strict=False),
        detail=pl.col("detail").replace(NULL, ""),
    )


def _as_text(rows: list[Row], reply: Reply) -> pl.DataFrame:
    """The cells as text. Raises UpstreamError where one is a list or an object."""
    try:
        return pl.DataFrame(rows, schema=dict.fromkeys(NAMES, pl.String), orient="row", strict=False)
    except pl.exceptions.PolarsError as error:
        nested = [
            f"/data/{n}/{name} is {shown(row[name])!r}, not a text"
            for n, row in enumerate(rows)
            for name in NAMES
            if isinstance(row[name], list | dict)
        ]
        raise UpstreamError(FLOWS, [*nested, f"not text: {error}"][0][:LONGEST], request=reply.landed.request) from None


def _unknown(lines: pl.DataFrame) -> pl.DataFrame:
    """The names among the lines that the crosswalk does not have."""
    names = lines.select(KEY[1:]).unique()
    unknown = [concept_of(*name) is None for name in names.iter_rows()]
    return names.with_columns(is_unknown=pl.Series(unknown, dtype=pl.Boolean))


def _known_at(lines: pl.DataFrame) -> pl.DataFrame:
    days = lines.select("day", "date").unique()
    moments = [DAILY_TREASURY_STATEMENT.known_at(period) for period in days["date"]]
    return days.select("day", known_at=pl.Series(moments, dtype=pl.Datetime("us", "UTC")))


def _reason() -> pl.Expr:
    """Why a line is not believed; NULL when it is."""
    return (
        pl.when(pl.col("date").is_null() | ~pl.col("date").dt.year().is_between(FIRST_YEAR, LAST_YEAR))
        .then(pl.lit("record_date is not a date"))
        .when(~pl.col("account").is_in(ACCOUNTS))
        .then(pl.format("account type {} is not known", "account"))
        .when(pl.col("value").is_null() | ~pl.col("value").is_finite())
        .then(pl.lit(f"{AMOUNT} is not a number"))
        .when("is_unknown")
        .then(pl.lit(f"transaction type and category are not in the crosswalk {CROSSWALK}"))
        .when(pl.len().over(KEY) > 1)
        .then(pl.lit("the same line comes more than once on this day"))
    )
