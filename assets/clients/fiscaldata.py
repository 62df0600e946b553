"""Treasury FiscalData: the cash account of the Daily Treasury Statement. Its flows have their own module."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from assets.clients import cells as read
from assets.clients.envelope import Row
from assets.clients.fiscal_flows import FLOWS, flows
from assets.clients.fiscaldata_pages import NULL, fetching, pages, signed
from assets.clients.jobs import Job, Newest
from assets.clients.observations import Cell, observations
from assets.clients.transport import Host
from assets.clients.windows import start_again
from warehouse.catalogue import SERIES
from warehouse.claims import Parsed, Rejected, Reply, UpstreamError

CLOSE, OPEN = "DTS_TGA_CLOSE", "DTS_TGA_OPEN"
DTS = "/v1/accounting/dts"
FIRST = date(2005, 10, 3)
COLUMNS = ("open_today_bal", "close_today_bal")
#: Which column of which account is what. The closing balance has lived in three places.
ACCOUNTS: dict[str, dict[str, str]] = {
    # until 2021-09-30
    "Federal Reserve Account": {"open_today_bal": OPEN, "close_today_bal": CLOSE},
    # until 2022-04-15
    "Treasury General Account (TGA)": {"open_today_bal": OPEN, "close_today_bal": CLOSE},
    # since 2022-04-18
    "Treasury General Account (TGA) Opening Balance": {"open_today_bal": OPEN},
    "Total TGA Deposits (Table II)": {"open_today_bal": "DTS_TGA_DEPOSITS"},
    "Total TGA Withdrawals (Table II) (-)": {"open_today_bal": "DTS_TGA_WITHDRAWALS"},
    "Treasury General Account (TGA) Closing Balance": {"open_today_bal": CLOSE},
}
#: Accounts outside the Fed, and their total with it.
OTHER_ACCOUNTS = (
    "Tax and Loan Note Accounts",
    "Tax and Loan Note Accounts (Table V)",
    "Short-Term Cash Investments",
    "Short-Term Cash Investments (Table V)",
    "Supplementary Financing Program Account",
    "Total Operating Balance",
)


class Line(NamedTuple):
    """One row of the balance table and where it stands."""

    reply: Reply
    locator: str
    row: Row


@dataclass(frozen=True)
class FiscalData:
    """Keyless. Money is in millions of USD, rounded. ``until`` ends what is asked for, if anything does."""

    host: Host
    until: date | None = None

    def jobs(self, newest: Newest) -> list[Job]:
        balance_from = SERIES[CLOSE].fetch_from(newest(CLOSE))
        flows_from = start_again("fed", FIRST, newest(FLOWS))
        balances, lines = f"{DTS}/operating_cash_balance", f"{DTS}/deposits_withdrawals_operating_cash"
        by_line = "record_date,transaction_type,src_line_nbr"
        return [
            Job(CLOSE, fetching(CLOSE, balances, (balance_from, self.until), "record_date,src_line_nbr"), balance_from),
            Job(FLOWS, fetching(FLOWS, lines, (flows_from, self.until), by_line), flows_from),
        ]

    def parse(self, key: str, replies: Sequence[Reply]) -> Parsed:
        return flows(replies) if key == FLOWS else _balances(replies)


def _balances(replies: Sequence[Reply]) -> Parsed:
    """Opening and closing balance of every day, and since 2022-04-18 its total deposits and withdrawals.

    A day without exactly one closing balance is rejected whole.
    """
    parsed = Parsed()
    days: dict[str, list[Line]] = defaultdict(list)
    for reply, rows in pages(CLOSE, replies, ("record_date", "account_type", *COLUMNS), COLUMNS):
        for n, row in enumerate(rows):
            line = Line(reply, f"/data/{n}", row)
            if str(row["account_type"]) in ACCOUNTS:
                days[str(row["record_date"])].append(line)
            elif str(row["account_type"]) not in OTHER_ACCOUNTS:
                _reject(parsed, [line], "an account type that is not known")
    cells: dict[tuple[str, str], list[Cell]] = defaultdict(list)
    for lines in days.values():
        if (closes := sum(map(_closes, lines))) != 1:
            _reject(parsed, lines, f"{closes or 'no'} closing balances on this day, not one")
            continue
        for reply, locator, row in lines:
            for column, series_id in ACCOUNTS[row["account_type"]].items():
                cell = Cell(f"{locator}/{column}", row["record_date"], signed(row[column]))
                cells[series_id, reply.landed.landed_id].append(cell)
    for reply in replies:
        for series_id in sorted({series_id for series_id, _ in cells}):
            found = cells[series_id, reply.landed.landed_id]
            observations(parsed, reply, SERIES[series_id], found, (NULL,), required=False)
    if not parsed.frames:
        reason = f"none of {len(days)} days has a closing balance"
        raise UpstreamError(CLOSE, reason, request=replies[0].landed.request)
    return parsed


def _closes(line: Line) -> bool:
    """Whether the line has a closing balance that is a number."""
    for column, series_id in ACCOUNTS[line.row["account_type"]].items():
        if series_id == CLOSE:
            try:
                read.number(signed(line.row[column]))
            except ValueError:
                continue
            return True
    return False


def _reject(parsed: Parsed, lines: Iterable[Line], reason: str) -> None:
    for reply, locator, row in lines:
        parsed.rejected.append(
            Rejected(
                landed=reply.landed,
                locator=locator,
                source=CLOSE,
                field=f"{read.shown(row['account_type'])} of {read.shown(row['record_date'])}",
                value=", ".join(f"{column} {row[column]}" for column in COLUMNS)[:80],
                reason=reason,
            )
        )
