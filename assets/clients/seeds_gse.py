"""Month-end retained portfolios of Fannie Mae and Freddie Mac, entered from their monthly summaries."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from assets.clients.cells import Unbelievable
from assets.clients.file_lines import Line, reject
from warehouse.claims import Parsed, Reply
from warehouse.releases import END_OF_DAY, GSE_SUMMARY, new_york
from warehouse.tables.facts import GSE_PORTFOLIO

PARTS = ("agency_mbs_musd", "non_agency_musd", "loans_musd")
TOTAL = "end_balance_musd"
GSE_COLUMNS = ("month", "issuer", *PARTS, TOTAL, "source", "published_on", "entered_on")
ISSUERS = ("FNMA", "FHLMC")
#: What the parts may differ from the total by, in USD millions: each is rounded.
ROUNDING_MUSD = 3
#: Each enterprise may hold this much agency MBS.
AGENCY_CAP_MUSD = 225_000
#: A balance that moves by more than this share in a month is more likely a slip than a purchase.
LARGEST_JUMP = 0.4
WATCHED = ("agency_mbs_musd", TOTAL)

#: Columns of one line.
Balances = dict[str, Any]


def portfolios(parsed: Parsed, reply: Reply, lines: Sequence[Line]) -> None:
    """Balances in USD millions. A line that breaks a rule is rejected, the rest is kept.

    A second line of one month is a correction, known from the day it was entered. A first one is known from
    its publication, or from the release rule when that day is not given.
    """
    months: dict[str, set[date]] = defaultdict(set)
    believed: dict[str, dict[date, Balances]] = defaultdict(dict)
    moments = set()
    rows = []
    for line in lines:
        try:
            row = _balances(line)
            issuer, month = row["issuer"], row["month"]
            is_next = not months[issuer] or month <= _following(max(months[issuer]))
            months[issuer].add(month)
            if not is_next:
                raise Unbelievable("month", line.text("month"), "the month before it is missing")
            _check_sums(row)
            _check_jump(row, believed[issuer])
            row |= _known(line, month, is_correction=month in believed[issuer])
            if (issuer, month, row["known_at"]) in moments:
                raise Unbelievable("entered_on", line.text("entered_on"), "this month comes more than once")
        except Unbelievable as error:
            reject(parsed, reply, line, GSE_PORTFOLIO.name, error)
            continue
        moments.add((issuer, month, row["known_at"]))
        believed[issuer][month] = row
        rows.append({**row, "locator": line.locator})
    if rows:
        parsed.add(GSE_PORTFOLIO, rows, reply)


def _following(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def _balances(line: Line) -> Balances:
    return {
        "month": line.day_of("month", suffix="-01"),
        "issuer": line.one_of("issuer", ISSUERS),
        **{column: line.number_of(column) for column in (*PARTS, TOTAL)},
    }


def _known(line: Line, month: date, *, is_correction: bool) -> Balances:
    if is_correction:
        return {"known_at": END_OF_DAY.known_at(line.day_of("entered_on")), "known_at_basis": "stamp"}
    if line.text("published_on"):
        moment = new_york(line.day_of("published_on"), GSE_SUMMARY.at)
        return {"known_at": moment, "known_at_basis": "stamp"}
    return {"known_at": GSE_SUMMARY.known_at(month), "known_at_basis": "rule"}


def _check_sums(row: Balances) -> None:
    for column in (*PARTS, TOTAL):
        if row[column] < 0:
            raise Unbelievable(column, row[column], "a balance cannot be negative")
    parts = sum(row[column] for column in PARTS)
    if abs(parts - row[TOTAL]) > ROUNDING_MUSD:
        raise Unbelievable(TOTAL, row[TOTAL], f"the parts add up to {parts:.0f}, more than {ROUNDING_MUSD} away")
    if row["agency_mbs_musd"] > AGENCY_CAP_MUSD:
        raise Unbelievable("agency_mbs_musd", row["agency_mbs_musd"], f"over the cap of {AGENCY_CAP_MUSD}")


def _check_jump(row: Balances, believed: dict[date, Balances]) -> None:
    """Against the newest month before it that is believed."""
    earlier = [month for month in believed if month < row["month"]]
    for column in WATCHED if earlier else ():
        was = believed[max(earlier)][column]
        if abs(row[column] - was) > LARGEST_JUMP * was:
            raise Unbelievable(column, row[column], f"moved by more than {LARGEST_JUMP:.0%} from {was:.0f}")
