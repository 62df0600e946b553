"""Coins held at exchanges, as a vendor who watches their addresses counts them."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from assets.clients.cells import Unbelievable
from assets.clients.file_lines import Line
from assets.clients.provided_lines import Row, claim, coin_of, figure_of, known_of, name_of
from warehouse.claims import Parsed, Reply
from warehouse.tables.provided import EXCHANGE_RESERVE

RESERVE_COLUMNS = ("symbol", "date", "reserve_coin", "source", "known_at")
#: What may be held at exchanges, in coins: thousands or millions of coins are below, dollars above, and none is above
#: what there is. Of other coins the bounds of the column are all that is known.
BELIEVABLE_COINS = {"BTC": (1e4, 2.1e7), "ETH": (1e5, 1.5e8)}


def reserves(parsed: Parsed, reply: Reply, lines: Sequence[Line]) -> None:
    """One line a coin and UTC day, counted at its end and known from then on at the earliest."""
    claim(parsed, reply, lines, EXCHANGE_RESERVE, _reserve)


def _reserve(line: Line, received_at: datetime) -> Row:
    coin, day, held = coin_of(line), line.day_of("date"), figure_of(line, "reserve_coin")
    if held is not None and coin in BELIEVABLE_COINS:
        low, high = BELIEVABLE_COINS[coin]
        if not low <= held <= high:
            raise Unbelievable("reserve_coin", line.text("reserve_coin"), f"outside {low:,.0f} to {high:,.0f} coins")
    return {
        "symbol": coin,
        "date": day,
        "reserve_coin": held,
        "source": name_of(line, "source"),
        **known_of(line, datetime.combine(day + timedelta(days=1), time(0), UTC), received_at),
    }
