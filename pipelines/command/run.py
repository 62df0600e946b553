"""``tidegauge run``: fetch, record, build, check, publish, and say what came of it."""

import json
from collections import Counter
from dataclasses import asdict
from datetime import datetime

import click

from assets.backfill import Backfill
from pipelines.command.reading import format_option, read
from pipelines.origins import origin_name
from pipelines.places import Folder
from pipelines.runs import Alerted, Outcome
from pipelines.runs import run as run_once

#: Three numbers that matter: a name, a query for one row, and how the row reads.
NUMBERS = (
    (
        "Net liquidity",
        """
        select net_liquidity_usd / 1e9, week_ending, change_13w_usd / 1e9
        from metrics.net_liquidity where change_13w_usd is not null order by week_ending desc limit 1
        """,
        "{:,.1f} bn USD in the week to {}; {:+,.1f} bn over 13 weeks",
    ),
    (
        "Treasury account",
        """
        select closing_balance_usd / 1e9, date, drawdown_from_52w_peak_usd / 1e9
        from metrics.treasury_general_account where drawdown_from_52w_peak_usd is not null order by date desc limit 1
        """,
        "{:,.1f} bn USD on {}; {:+,.1f} bn from its 52-week peak",
    ),
    (
        "Russell 2000",
        """
        select max_by(close, date), max(date), max(date) filter (is_all_time_high)
        from metrics.equity_index where index_id = 'russell_2000' having count(*) > 0
        """,
        "{:,.2f} on {}; last all-time high on {}",
    ),
)


@click.command()
@click.option(
    "--upstreams",
    default="sample",
    show_default=True,
    envvar="TIDEGAUGE_UPSTREAMS",
    help="sample, live, or a URL that serves all of them.",
)
@click.option("--select", default="*", show_default=True, help="Dagster asset selection, for example 'landing/fred+'.")
@click.option(
    "--backfill",
    nargs=2,
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="FROM TO",
    help="Ask again for the histories that have gaps between two days; a second call asks what is still missing.",
)
@click.option("--all", "is_all", is_flag=True, help="With --backfill: ask for every history, gaps or not.")
@format_option("text", "json")
@click.pass_context
def run(
    ctx: click.Context,
    upstreams: str,
    select: str,
    backfill: tuple[datetime, datetime] | None,
    is_all: bool,
    style: str,
) -> None:
    """Fetch what may be new, record it, build, check and publish.

    Only what changed is built and checked. An upstream that fails leaves what it said before, and everything
    else is published; the exit status is 3 then. With FRED_API_KEY set, FRED is asked through its API, with
    vintages.
    """
    try:
        origin_name(upstreams)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if is_all and not backfill:
        raise click.UsageError("--all says how much to ask again: it needs --backfill FROM TO")
    if backfill and backfill[0] > backfill[1]:
        raise click.UsageError(f"--backfill ends before it begins: {backfill[0]:%F} to {backfill[1]:%F}")
    asked = Backfill(backfill[0].date(), backfill[1].date(), is_all) if backfill else None
    outcome = run_once(upstreams, select, asked)
    click.echo(_as_json(outcome) if style == "json" else as_text(outcome))
    ctx.exit(outcome.exit_status)


def _as_json(outcome: Outcome) -> str:
    fetched = [{k: v for k, v in asdict(job).items() if k != "replies"} for job in outcome.fetched]
    return json.dumps(
        {**asdict(outcome), "fetched": fetched, "exit_status": outcome.exit_status}, default=str, indent=1
    )


def as_text(outcome: Outcome) -> str:
    """The summary that a person reads."""
    folder = Folder(outcome.origin)
    manifest = folder.shelf.manifest()
    synthetic = "  (SYNTHETIC: the built-in sample world)" if outcome.origin == "sample" else ""
    lines = [f"tidegauge {outcome.origin}{synthetic}", ""]
    lines += [f"fetched     {_fetched(outcome)}"]
    news = f"{outcome.new_facts:,} new, {outcome.revised_facts:,} revised"
    lines += [f"facts       {news if outcome.new_facts or outcome.revised_facts else 'nothing new'}"]
    if outcome.quarantined:
        lines += [f"quarantine  {outcome.quarantined} values not believed: tidegauge show quality.quarantine"]
    lines += _changes("ALERT       ", outcome.detected) + _changes("over        ", outcome.ended)
    for job in outcome.failed_fetches[:12]:
        lines += [f"FAILED      {job.upstream} {job.key}: {job.reason}"]
    if len(outcome.failed_fetches) > 12:
        lines += [f"FAILED      and {len(outcome.failed_fetches) - 12} more: tidegauge status"]
    if manifest and any(job.is_backfill for job in outcome.fetched):
        lines += [f"gaps left   {_gaps(folder)}"]
    lines += [f"ERROR       {error}" for error in outcome.errors]
    lines += [f"BLOCKED     {check}" for check in outcome.blocking]
    lines += [f"alerts      {told}"] if (told := _alerts(outcome.alerts)) else []
    if manifest:
        checks = manifest["checks"]
        stopped = outcome.blocking or outcome.errors
        kept = "" if outcome.published_now else "  (as before)" if stopped else "  (unchanged)"
        lines += [f"published   {folder.shelf.database}{kept}"]
        lines += [f"report      {folder.shelf.report}"] if folder.shelf.report.exists() else []
        lines += [f"checks      {checks['passed']} passed, {checks['warned']} warned, {checks['failed']} failed"]
        lines += [""]
        lines += [
            f"{name:<18}{told.format(*rows[0])}" for name, query, told in NUMBERS if (rows := read(folder, query)[1])
        ]
    if outcome.origin == "sample":
        lines += [
            "",
            "Go live     tidegauge run --upstreams live   (no key needed; FRED_API_KEY adds vintages)",
        ]
    return "\n".join(lines)


def _alerts(told: Alerted) -> str:
    """What stands, what was sent and what waits; empty when there is nothing to tell."""
    if not (told.standing or told.resolved or told.waiting):
        return ""
    counts = f"{told.standing} open ({told.opened} new, {told.resolved} over): tidegauge alerts"
    if told.waiting:
        return f"{counts}; NOT SENT, {told.waiting} wait for the next run: {told.unsent_because}"
    return f"{counts}; {told.sent} sent" if told.sent else counts


def _gaps(folder: Folder) -> str:
    query = "select count(*) || ' ' || replace(reason, '_', ' ') from quality.gap group by reason order by reason"
    return ", ".join(told for (told,) in read(folder, query)[1]) or "none"


def _changes(mark: str, sentinels: list[dict[str, str]]) -> list[str]:
    """A line per kind of change, however many series it is about."""
    kinds: dict[str, list[dict[str, str]]] = {}
    for sentinel in sentinels:
        kinds.setdefault(sentinel["kind"], []).append(sentinel)
    lines = []
    for kind, found in kinds.items():
        first, others = found[0], [sentinel["source"] for sentinel in found[1:]]
        more = f"; also {', '.join(others[:5])}" if others else ""
        more += f" and {len(others) - 5} more: tidegauge status" if len(others) > 5 else ""
        lines += [f"{mark}{kind.replace('_', ' ')}: {first['source']} {first['detail']}{more}"]
    return lines


def _fetched(outcome: Outcome) -> str:
    counts: dict[str, Counter[str]] = {}
    for job in outcome.fetched:
        counts.setdefault(job.upstream, Counter())[job.outcome] += 1
    parts = []
    for upstream, ended in counts.items():
        notes = [f"{ended[kind]} {kind}" for kind in ("absent", "failed") if ended[kind]]
        parts.append(f"{upstream} {ended['ok']}/{ended.total()}" + (f" ({', '.join(notes)})" if notes else ""))
    return ", ".join(parts) or "nothing was asked"
