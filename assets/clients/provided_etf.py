"""Daily net flows of exchange-traded funds that hold coins: creations less redemptions, in USD."""

from collections.abc import Sequence
from datetime import datetime, time

from assets.clients.cells import Unbelievable
from assets.clients.file_lines import Line
from assets.clients.provided_lines import Row, claim, coin_of, figure_of, known_of, name_of
from warehouse.calendars import is_open
from warehouse.claims import Parsed, Reply
from warehouse.releases import new_york
from warehouse.tables.provided import ETF_FLOW

ETF_COLUMNS = ("fund", "symbol", "date", "net_flow_usd", "aum_usd", "known_at")
#: Funds create and redeem in baskets of far more than this; a smaller figure is in millions, or in baskets.
LEAST_FLOW_USD = 10_000
CLOSE = time(16, 0)


def flows(parsed: Parsed, reply: Reply, lines: Sequence[Line]) -> None:
    """One line a fund and trading day, known from the market's close at the earliest."""
    claim(parsed, reply, lines, ETF_FLOW, _flow)


def _flow(line: Line, received_at: datetime) -> Row:
    day = line.day_of("date")
    if not is_open("nyse", day):
        raise Unbelievable("date", line.text("date"), "no trading day of the New York Stock Exchange")
    flow = figure_of(line, "net_flow_usd")
    if flow is not None and 0 < abs(flow) < LEAST_FLOW_USD:
        raise Unbelievable("net_flow_usd", line.text("net_flow_usd"), "too small for USD: write out the millions")
    return {
        "symbol": coin_of(line),
        "fund": name_of(line, "fund"),
        "date": day,
        "net_flow_usd": flow,
        "aum_usd": figure_of(line, "aum_usd") if "aum_usd" in line.columns else None,
        **known_of(line, new_york(day, CLOSE), received_at),
    }
