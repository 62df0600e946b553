"""Lines of `deposits_withdrawals_operating_cash`, with the rows that must not be summed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache

import numpy as np

from pipelines.sample.categories import DEPOSITS, WITHDRAWALS, category
from pipelines.sample.wire.lines import Line
from pipelines.sample.wire.statement import CALENDAR, TGA, account_of, calendar_cells, periods, to_date
from pipelines.sample.world import World

SUB_TOTALS = (date(2023, 3, 1), date(2023, 9, 30))
COLUMNS = (
    "record_date",
    "account_type",
    "transaction_type",
    "transaction_catg",
    "transaction_catg_desc",
    "transaction_today_amt",
    "transaction_mtd_amt",
    "transaction_fytd_amt",
    "table_nbr",
    "table_nm",
    "src_line_nbr",
    *CALENDAR,
)
NAMES = ("II", "Deposits and Withdrawals of Operating Cash")


@cache
def lines(world: World) -> list[Line]:
    """Oldest first, a day's deposits before its withdrawals."""
    flows = world.flows
    months, years = periods(flows.days)
    columns = flows.amounts | {
        "transfers": np.array([150 * (day.weekday() == 3) for day in flows.days], dtype=np.int64),
        "total_in": flows.deposits(),
        "total_out": flows.withdrawals(),
        "sub_in": flows.deposits() - flows.amounts["issues"],
        "sub_out": flows.withdrawals() - flows.amounts["redemptions"],
    }
    amounts = {
        name: list(zip(map(str, values.tolist()), to_date(values, months), to_date(values, years), strict=True))
        for name, values in columns.items()
    }
    found: list[Line] = []
    for number, day in enumerate(flows.days):
        stamp, tail = day.isoformat(), calendar_cells(day)
        found += [
            (stamp, *names, "null", *amounts[concept][number], *NAMES, str(place), *tail)
            for place, (names, concept) in enumerate(_rows(day), 1)
        ]
    return found


def _rows(day: date) -> list[tuple[Line, str]]:
    """(account_type, transaction_type, transaction_catg) and the concept of a day's lines, top to bottom."""
    return [
        *_side(day, "Deposits", DEPOSITS, "in", "Transfers from Depositaries"),
        *_side(day, "Withdrawals", WITHDRAWALS, "out", "Transfers to Depositaries"),
    ]


def _side(day: date, side: str, concepts: tuple[str, ...], end: str, transfer: str) -> Iterator[tuple[Line, str]]:
    """Transfers until the account is renamed, then a total without a category; sub-totals for some months."""
    account, debt = account_of(day), concepts[-1]
    yield from (((account, side, category(concept, day)), concept) for concept in concepts[:-1])
    if SUB_TOTALS[0] <= day <= SUB_TOTALS[1]:
        yield (account, side, f"Sub-Total {side}"), f"sub_{end}"
    yield (account, side, category(debt, day)), debt
    if day < TGA:
        yield (account, side, transfer), "transfers"
    else:
        yield (f"Treasury General Account Total {side}", side, "null"), f"total_{end}"
