"""What each coin or currency stands for: what counts as a dollar, and what is no altcoin."""

from collections.abc import Iterator

from warehouse.catalogue.venues import STABLE, UNIVERSE, WRAPPED

#: Quotes that count as one US dollar. A coin off its peg shifts prices in it by as much.
DOLLARS = frozenset({"USD", "USDT", "USDC"})
#: The two coins that altcoins are the alternative to.
LEADERS = frozenset({"BTC", "ETH"})


def coin_rows() -> Iterator[dict[str, str | bool]]:
    """The rows of reference.coin, without known_at."""
    for symbol in sorted({*UNIVERSE, *STABLE, *WRAPPED, *DOLLARS, *LEADERS}):
        stands_for_another = symbol in STABLE | WRAPPED | DOLLARS
        yield {
            "symbol": symbol,
            "is_dollar": symbol in DOLLARS,
            "is_stable": symbol in STABLE,
            "is_wrapped": symbol in WRAPPED,
            "is_altcoin": not stands_for_another and symbol not in LEADERS,
        }
