"""``tidegauge import-books``: recorded raw streams of order books and trades into the spool."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import click

from pipelines.command.reading import ORIGINS
from pipelines.places import Folder


@click.command("import-books")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--kind",
    type=click.Choice(["binance-depth", "level-csv"]),
    required=True,
    help="Messages as received (REST snapshots, depth updates and trades, gzip), or CSV with a line per price level.",
)
@click.option("--symbol", required=True, help="Coin and quote, for example BTC/USDT.")
@click.option(
    "--market", type=click.Choice(["spot", "linear"]), required=True, help="Spot, or perpetuals in the quote."
)
@click.option(
    "--every", default=1.0, show_default=True, type=click.FloatRange(min=0.05), help="Seconds from book to book."
)
@click.option("--levels", default=100, show_default=True, type=click.IntRange(min=1), help="Levels a side.")
@click.option("--origin", default="live", show_default=True, type=click.Choice(ORIGINS), help="Whose warehouse.")
def import_books(
    files: tuple[Path, ...],
    kind: str,
    symbol: str,
    market: Literal["spot", "linear"],
    every: float,
    levels: int,
    origin: str,
) -> None:
    """Rebuild order books from recorded FILES and spool them like a capture.

    \b
    tidegauge import-books --kind binance-depth --symbol BTC/USDT --market linear btcusdt_*.gz
    tidegauge run --upstreams live      then: ingest, measure, check and publish them

    Files are read in the order of their names. Every update's sequence number is checked: after one that is missing
    the book is not served until the next snapshot, and facts.book_capture counts those moments as not served. Trades
    among the messages are added up by minute in facts.trade_minute, without minutes in which one is missing.
    """
    base, _, quote = symbol.partition("/")
    if not base or not quote:
        raise click.UsageError(f"--symbol must be coin and quote, for example BTC/USDT, not {symbol!r}")
    from assets.book_import import KINDS
    from assets.book_import import import_books as imported_books
    from assets.coverage import Coverage, log_of
    from assets.dollar_coins import Rates
    from warehouse.books.rebuilt import Market
    from warehouse.books.spool import Spool

    now = datetime.now(UTC)
    told = Market(
        market=market,
        symbol=symbol if market == "spot" else f"{symbol}:{quote}",
        base=base,
        quote=quote,
        quote_usd=Rates().usd(quote, now),
    )
    folder = Folder(origin)
    with Spool(folder.spool) as spool, Coverage(log_of(folder.spool)) as coverage:
        try:
            imported = imported_books(
                KINDS[kind](sorted(files), told),
                told,
                every=timedelta(seconds=every),
                limit=levels,
                spool=spool,
                coverage=coverage,
                now=now,
            )
        except ValueError as error:
            raise click.UsageError(str(error)) from None
    expected = imported.served + imported.unserved
    click.echo(f"imported    {imported.books:,} books of {told.symbol} into {folder.spool}")
    click.echo(f"coverage    {imported.served:,} of {expected:,} moments have a book")
    for gap in imported.breaks[:12]:
        click.echo(f"missing     updates after {gap.expected}, next {gap.got}, at {gap.at.isoformat()}")
    click.echo(f"trades      {imported.minutes:,} minutes without one missing; {imported.repeated:,} told again")
    for hole in imported.skipped[:12]:
        click.echo(f"missing     trades after {hole.last}, next {hole.next}, at {hole.at.isoformat()}")
