"""The command itself: its verbs, and what happens to errors."""

import contextlib
import os
import signal
import sys

import click

from pipelines.command.alerts import alerts
from pipelines.command.capture import capture
from pipelines.command.claims import claims
from pipelines.command.dictionary import dictionary
from pipelines.command.doctor import doctor
from pipelines.command.export import export
from pipelines.command.import_books import import_books
from pipelines.command.rebuild import rebuild
from pipelines.command.report import report
from pipelines.command.run import run
from pipelines.command.serve_copy import serve_copy
from pipelines.command.show import show
from pipelines.command.sql import sql
from pipelines.command.status import status
from pipelines.command.trace import trace
from pipelines.command.ui import ui
from pipelines.command.verify import verify
from pipelines.remedies import on_one_line

STORE_OR_UPSTREAM_FAILED = 3


class Verbs(click.Group):
    """Errors are for the person who reads them: one line on standard error, a traceback only when asked for."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except BrokenPipeError:  # whoever read us, head for one, has seen enough
            raise click.exceptions.Exit(0) from None
        except Exception as error:
            if ctx.params["debug"]:
                raise
            click.echo(f"error: {on_one_line(error)}", err=True)
            raise click.exceptions.Exit(STORE_OR_UPSTREAM_FAILED) from None


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--debug", is_flag=True, help="Show tracebacks.")
@click.version_option(package_name="tidegauge")
def tidegauge(debug: bool) -> None:
    """Liquidity and leverage you can query, date and trace.

    \b
    tidegauge run                       fetch, build, check and publish the built-in synthetic world
    tidegauge run --upstreams live      the same from the real upstreams
    tidegauge status                    what is there, how new it is, what is missing or failing
    tidegauge alerts                    what somebody should look at now, and what would be sent
    tidegauge report                    the page of what is published, in the browser
    tidegauge show net_liquidity        the last rows of a table
    tidegauge sql "from metrics.net_liquidity order by week_ending desc limit 5"
    tidegauge trace net_liquidity week_ending=2026-01-07 net_liquidity_usd
                                        a number back to the bytes it came from
    tidegauge dictionary net_liquidity  what a table's columns mean
    tidegauge claims                    what the data say about each claim, now or as of a time
    tidegauge export out                tables as Parquet or CSV; --redistributable: what may be passed on
    tidegauge serve-copy URL            the published tables in a PostgreSQL
    tidegauge capture                   order books, until Ctrl-C
    tidegauge import-books FILES        recorded raw streams of order books
    tidegauge rebuild                   every table again from what was landed, without any upstream
    tidegauge verify                    whether anything kept is damaged; with --repair, mend it
    tidegauge doctor                    whether this machine is set up for it
    tidegauge ui                        the Dagster UI with schedules

    Data lies under warehouse/data/<origin>, or TIDEGAUGE_DATA. Origins never mix: sample is synthetic, live is
    real, replay is whatever server you named.

    Exit status: 0 published, 1 a blocking check failed and nothing was published, 2 wrong usage, 3 an upstream
    or the store failed, 130 or 143 interrupted by SIGINT or SIGTERM.
    """


for verb in (
    *(run, status, alerts, report, show, sql, trace, claims, dictionary, export, serve_copy),
    *(capture, import_books, rebuild, verify, doctor, ui),
):
    tidegauge.add_command(verb)


def _signals() -> int:
    """A handle from which the signals that this process gets can be read, whoever handles them."""
    got, told = os.pipe()
    for handle in (got, told):
        os.set_blocking(handle, False)
    signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    return got


def _first(signals: int) -> int:
    with contextlib.suppress(BlockingIOError):
        return os.read(signals, 1)[0]
    return signal.SIGINT


def main() -> None:
    """Entry point. Leaves without finalising the interpreter, where native libraries print notes about themselves."""
    signals = _signals()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code = tidegauge(standalone_mode=False) or 0
    except click.exceptions.Exit as leaving:
        code = leaving.exit_code
    except click.ClickException as wrong:
        wrong.show()
        code = wrong.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted: what was stored before is whole; the same command goes on from there", err=True)
        code = 128 + _first(signals)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(BrokenPipeError):
            stream.flush()
    os._exit(code if isinstance(code, int) else 0)
