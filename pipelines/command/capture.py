"""``tidegauge capture``: poll order books into the spool until stopped, and say how it goes."""

import asyncio
import math
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from rich.console import Console

from pipelines.origins import Origin, open_origin, origin_name
from pipelines.places import Folder
from warehouse.catalogue.venues import DEFAULT, VENUES

if TYPE_CHECKING:
    from assets.capture import Plan, Progress

#: Where nobody watches, a line this often is enough.
TOLD_EVERY_S = 60.0
NOTHING_CAPTURED = 3


def _listed(ctx: click.Context, option: click.Parameter, value: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))


@click.command()
@click.option(
    "--upstreams", default="sample", show_default=True, envvar="TIDEGAUGE_UPSTREAMS", help="sample, live, or a URL."
)
@click.option(
    "--venues",
    default=",".join(venue.name for venue in DEFAULT),
    show_default=True,
    callback=_listed,
    help="Comma-separated.",
)
@click.option("--symbols", default="BTC,ETH", show_default=True, callback=_listed, help="Coins, comma-separated.")
@click.option(
    "--interval", default=5.0, show_default=True, type=click.FloatRange(min=0.05), help="Seconds from poll to poll."
)
@click.option("--duration", type=click.FloatRange(min=0, min_open=True), help="Seconds; until Ctrl-C when not given.")
@click.option("--levels", type=click.IntRange(min=1), help="Levels a side; what each venue gives when not given.")
@click.pass_context
def capture(
    ctx: click.Context,
    upstreams: str,
    venues: tuple[str, ...],
    symbols: tuple[str, ...],
    interval: float,
    duration: float | None,
    levels: int | None,
) -> None:
    """Capture order books of spot markets and perpetuals, until Ctrl-C.

    \b
    tidegauge capture                                   the synthetic world's books, which move
    tidegauge capture --upstreams live                  the default venues, no key needed
    tidegauge capture --upstreams live --venues okx,kraken --symbols BTC --interval 1
    tidegauge run                                       then: ingest, measure, check and publish them

    Books are safe on disk, under warehouse/data/<origin>/spool, as soon as they are counted: stop it or kill it
    whenever you like. Venues are polled at the same moments. A poll that comes late is a gap and is never made up
    for; a venue that fails is given pauses of its own, one that refuses your country is named once and left alone.
    metrics.order_book has a row per book, facts.book_capture how many were to be had.

    Exit status: 0, or 3 when not one book was captured.
    """
    try:
        origin_name(upstreams)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if unknown := [name for name in venues if name not in VENUES]:
        raise click.UsageError(f"there is no venue {', '.join(unknown)}; there are: {', '.join(VENUES)}")
    with open_origin(upstreams, books_move=True) as origin:
        plan = _plan(origin, venues, symbols, interval, duration, levels)
        progress = asyncio.run(_captured(origin, plan))
    if not progress.stored:
        ctx.exit(NOTHING_CAPTURED)


def _plan(
    origin: Origin,
    venues: tuple[str, ...],
    symbols: tuple[str, ...],
    interval: float,
    duration: float | None,
    levels: int | None,
) -> "Plan":
    from assets.capture import Plan

    plan = Plan(
        venues={name: (VENUES[name], origin.venue_host(VENUES[name])) for name in venues},
        coins=[symbol.upper() for symbol in symbols],
        interval_s=interval,
        levels=levels,
        ticks=math.ceil(duration / interval) if duration else None,
        ahead=origin.ahead,
    )
    try:
        plan.check()
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    return plan


async def _captured(origin: Origin, plan: "Plan") -> "Progress":
    from assets import capture as capturing
    from assets.coverage import Coverage, log_of
    from warehouse.books.spool import Spool

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    folder = Folder(origin.name)
    what = "SYNTHETIC sample world" if origin.name == "sample" else f"{origin.name} books"
    click.echo(f"capturing {what} into {folder.spool}; Ctrl-C stops", err=True)
    with Spool(folder.spool) as spool, Coverage(log_of(folder.spool)) as coverage, _told() as tell:
        progress = await capturing.capture(plan, spool, coverage, stop, tell)
    click.echo(_summary(progress), err=True)
    return progress


@contextmanager
def _told() -> "Iterator[Callable[[Progress], None]]":
    """One live line where a person is looking, else a line a minute; a blocked venue is named once."""
    console, named, told_at = Console(stderr=True), set[str](), time.monotonic()
    with console.status("loading markets") as line:

        def tell(progress: "Progress") -> None:
            nonlocal told_at
            for venue in progress.blocked.keys() - named:
                named.add(venue)
                click.echo(f"{venue} is left alone: {progress.blocked[venue]}", err=True)
            if console.is_terminal:
                line.update(_line(progress))
            elif time.monotonic() - told_at >= TOLD_EVERY_S:
                told_at = time.monotonic()
                click.echo(_line(progress), err=True)

        yield tell


def _line(progress: "Progress") -> str:
    failing = ", ".join(f"{venue} ({why})" for venue, why in progress.failing.items())
    return (
        f"{progress.stored:,} books  {progress.books_per_s:,.1f}/s  lag {progress.lag_s * 1000:,.0f} ms  "
        f"gaps {progress.gaps:,}" + (f"  failing: {failing}" if failing else "")
    )


def _summary(progress: "Progress") -> str:
    share = progress.served / progress.expected if progress.expected else 0.0
    lines = [
        f"captured    {progress.stored:,} books at {progress.ticks:,} moments, {progress.books_per_s:,.1f} a second",
        f"coverage    {progress.served:,} of {progress.expected:,} polls ({share:.2%})",
    ]
    lines += [f"gaps        {count:,} {reason}" for reason, count in progress.failures.most_common(12)]
    lines += [f"blocked     {venue}: {why}" for venue, why in progress.blocked.items()]
    lines += ["next        tidegauge run ingests them"] if progress.stored else ["nothing was captured"]
    return "\n".join(lines)
