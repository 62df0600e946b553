"""Lines of `operating_cash_balance`: where the closing balance stands has changed twice."""

from __future__ import annotations

from functools import cache

from pipelines.sample.wire.lines import Line
from pipelines.sample.wire.statement import (
    CALENDAR,
    FOUR_LINES,
    account_of,
    calendar_cells,
    first_of,
    periods,
    to_date,
)
from pipelines.sample.world import World

COLUMNS = (
    "record_date",
    "account_type",
    "close_today_bal",
    "open_today_bal",
    "open_month_bal",
    "open_fiscal_year_bal",
    "table_nbr",
    "table_nm",
    "sub_table_name",
    "src_line_nbr",
    *CALENDAR,
)
OTHERS: tuple[Line, ...] = (
    ("Supplementary Financing Program Account", "0", "0", "0", "0"),
    ("Short-Term Cash Investments (Table V)", "0", "0", "0", "0"),
)


@cache
def lines(world: World) -> list[Line]:
    """Oldest first; three rows a day with the close in its own column, later four with everything in one."""
    flows = world.flows
    months, years = periods(flows.days)
    since = list(zip(first_of(flows.opening, months), first_of(flows.opening, years), strict=True))
    money_in, money_out = (
        list(zip(map(str, values.tolist()), to_date(values, months), to_date(values, years), strict=True))
        for values in (flows.deposits(), flows.withdrawals())
    )
    found: list[Line] = []
    for number, day in enumerate(flows.days):
        opening, closing = str(flows.opening[number]), str(flows.closing[number])
        account = account_of(day)
        rows: tuple[Line, ...] = ((account, closing, opening, *since[number]), *OTHERS)
        if day >= FOUR_LINES:
            rows = (
                (f"{account} Opening Balance", "null", opening, *since[number]),
                ("Total TGA Deposits (Table II)", "null", *money_in[number]),
                ("Total TGA Withdrawals (Table II) (-)", "null", *money_out[number]),
                (f"{account} Closing Balance", "null", closing, "null", "null"),
            )
        names, tail = ("I", "Operating Cash Balance", "Type of account"), calendar_cells(day)
        found += [(day.isoformat(), *row, *names, str(place), *tail) for place, row in enumerate(rows, 1)]
    return found
