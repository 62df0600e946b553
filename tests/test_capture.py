"""Capture: what is polled, what is counted as a gap, and that neither venues nor signals cost an acknowledged book."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from assets.coverage import Coverage, log_of, read
from assets.dollar_coins import GOOD_FOR, Rates
from assets.polling import depth, kind
from pipelines.sample.server import SampleServer, serve
from pipelines.sample.wire.reply import Reply
from tests.pipeline import COMMAND
from tests.spoiled import Spoiler, captured, told_after
from warehouse.books import segment
from warehouse.books.book import reasons
from warehouse.books.segment import segments
from warehouse.catalogue.venues import VENUES

BOOK = ("/market/books", "/public/Depth", "/get_order_book")
#: A kept-out address, as Binance words it.
RESTRICTED = b'{"code":0,"msg":"Service unavailable from a restricted location according to b. Eligibility"}'
NOON = datetime(2026, 2, 2, 12, tzinfo=UTC)
POLLED = ("okx", "spot", "BTC/USDT")


@contextmanager
def world(spoil: Callable[[str, Reply], Reply] | None = None) -> Iterator[SampleServer]:
    with serve(spoil=spoil) as server:
        server.books_move = True
        yield server


def clean_environment(data: Path) -> dict[str, str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("TIDEGAUGE_", "DAGSTER_", "FRED_"))}
    return {**clean, "TIDEGAUGE_DATA": str(data), "COLUMNS": "120"}


def spooled(folder: Path) -> pa.Table:
    batches = [batch for path in segments(folder / "spool") for batch in segment.read(path)]
    assert not list((folder / "spool").glob("*.open"))
    return pa.Table.from_batches(batches)


def test_a_capture_of_a_healthy_world_is_complete(tmp_path: Path) -> None:
    with world() as server:
        progress = captured(server, tmp_path, venues=("okx", "kraken", "deribit"), ticks=5, interval_s=0.3)
    books = pl.DataFrame(spooled(tmp_path))
    assert books.height == progress.stored == progress.served == progress.expected == 5 * 9
    assert set(books["market"]) == {"spot", "linear", "inverse"}
    # A dollar coin is worth what its book says, which was captured in the same ticks.
    middle = books.filter(symbol="USDT/USD").select((pl.col("bid_px").list[0] + pl.col("ask_px").list[0]) / 2)
    assert set(books.filter(quote="USDT")["quote_usd"]) <= set(middle.to_series())
    assert set(books.filter(quote="USD")["quote_usd"]) == {1.0}
    swap = books.filter(venue="okx", symbol="BTC/USDT:USDT")
    assert (swap["contract_size"].unique().item(), swap["limit"].unique().item()) == (0.01, 20)
    assert books.filter(venue="deribit")["size_unit"].unique().item() == "quote"
    assert read(log_of(tmp_path / "spool"))["polls_served"].sum() == 45


def test_with_one_reply_in_twenty_spoiled_the_tables_tell_it_and_no_bad_book_is_served(tmp_path: Path) -> None:
    """Of ETH's spot markets it is two in five: there is no metric of an hour like that."""
    venues, ticks = ("okx", "kraken", "coinbase", "deribit"), 30
    spoiler = Spoiler({"BTC": 0.05, "ETH": 0.4, None: 0.05})
    with world(spoiler) as server:
        progress = captured(server, tmp_path, venues=venues, ticks=ticks, interval_s=0.15)
    assert set(spoiler.spoiled) == {"dropped", "stale", "garbled"}
    assert progress.expected == ticks * 11
    assert progress.served == pytest.approx(spoiler.good.total(), abs=0.005 * progress.expected)
    assert any("stale" in reason for reason in progress.failures)
    books = spooled(tmp_path)
    assert books.num_rows == progress.stored == progress.served
    for batch in books.to_batches():
        assert reasons(batch).null_count == batch.num_rows
    stamped = pl.DataFrame(books).filter(pl.col("venue") != "kraken")
    for _, feed in stamped.group_by("venue", "symbol", maintain_order=True):
        assert feed["observed_at"].is_sorted()
        assert feed["observed_at"].is_unique().all()
    late = stamped.select((pl.col("received_at") - pl.col("observed_at")).max()).item()
    assert late < timedelta(seconds=1)

    told = told_after(tmp_path, spoiler, venues=venues, ticks=ticks)
    for coin in ("BTC", "ETH"):
        assert told[coin].coverage_share == pytest.approx(told[coin].true_share, abs=0.005)
    assert told["ETH"].coverage_share < 0.8 < told["BTC"].coverage_share < 1
    assert (told["BTC"].spread_bps is None, told["ETH"].spread_bps is None) == (False, True)


def test_a_venue_that_fails_gets_pauses_and_costs_the_others_nothing(tmp_path: Path) -> None:
    def spoil(target: str, reply: Reply) -> Reply:
        return replace(reply, status=500, body=b"{}") if "/public/Depth" in target else reply

    with world(spoil) as server:
        progress = captured(server, tmp_path, venues=("okx", "kraken"), ticks=12)
        asked = sum("/public/Depth" in target for target in server.requests)
    told = read(log_of(tmp_path / "spool")).group_by("venue").agg(pl.col("polls_expected", "polls_served").sum())
    assert dict(zip(told["venue"], told["polls_expected"], strict=True)) == {"okx": 12 * 4, "kraken": 12 * 3}
    served = dict(zip(told["venue"], told["polls_served"], strict=True))
    assert served["okx"] >= 12 * 4 - 2
    assert served["kraken"] == 0
    assert asked < 12 * 3 / 2
    assert progress.failing == {"kraken": "ExchangeNotAvailable"}
    assert progress.failures["kraken: given a pause after failures"] > 0


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (451, RESTRICTED, "restricted location"),
        (451, b"", "HTTP 451"),
        (451, b"{}", "HTTP 451"),
        (451, b"<html>Unavailable For Legal Reasons</html>", "HTTP 451: <html>Unavailable"),
        (403, b"The Amazon CloudFront distribution is configured to block access from your country.", "CloudFront"),
    ],
    ids=["451 in known words", "451 without a word", "451 with an empty object", "451 in other words", "CloudFront"],
)
@pytest.mark.parametrize("part", ["/venues/kraken/", "/public/Depth"], ids=["from the start", "books alone"])
def test_a_venue_that_is_blocked_here_is_named_and_left_alone(
    tmp_path: Path, part: str, status: int, body: bytes, told: str
) -> None:
    def spoil(target: str, reply: Reply) -> Reply:
        return replace(reply, status=status, body=body) if part in target else reply

    with world(spoil) as server:
        progress = captured(server, tmp_path, venues=("okx", "kraken"), ticks=3)
        asked = sum(part in target for target in server.requests)
    assert set(progress.blocked) == {"kraken"}
    assert progress.blocked["kraken"].startswith("blocked here: ")
    assert told in progress.blocked["kraken"]
    assert asked <= 3  # what was under way: one book of each of its markets
    assert "kraken" not in progress.failing


def test_late_polls_are_gaps_and_never_stacked(tmp_path: Path) -> None:
    under_way: set[str] = set()

    def spoil(target: str, reply: Reply) -> Reply:
        if "/market/books" in target:
            assert target not in under_way
            under_way.add(target)
            time.sleep(0.25)
            under_way.remove(target)
        return reply

    with world(spoil) as server:
        progress = captured(server, tmp_path, venues=("okx",), ticks=9)
    assert progress.expected == 9 * 4
    assert progress.failures["okx: late: the poll before has no answer yet"] >= 4 * 4
    assert 2 * 4 <= progress.served <= 5 * 4


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "terminated"])
def test_a_signal_ends_it_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    command = [COMMAND, "capture", "--venues", "okx,deribit", "--symbols", "BTC", "--interval", "0.1", "--levels", "10"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=clean_environment(tmp_path)) as running:
        spool, patience = tmp_path / "sample" / "spool", time.monotonic() + 60
        while not any(path.stat().st_size for path in spool.glob("*.open")) and time.monotonic() < patience:
            time.sleep(0.05)
        running.send_signal(number)
        _, told = running.communicate(timeout=60)
    assert running.returncode == 0
    books = spooled(tmp_path / "sample").num_rows
    assert f"captured    {books:,} books" in told
    assert read(tmp_path / "sample" / "capture.jsonl")["polls_served"].sum() == books
    assert "SYNTHETIC" in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--venues", "okx,mtgox"], "there is no venue mtgox; there are: okx, deribit"),
        (["--symbols", "BTC,NOPE"], "NOPE is not traded at okx"),
        (["--interval", "0"], "0 is not in the range"),
        (["--upstreams", "nowhere"], "must be sample, live or a URL"),
    ],
)
def test_wrong_usage_says_what_is_right(tmp_path: Path, arguments: list[str], told: str) -> None:
    done = subprocess.run(
        [COMMAND, "capture", *arguments], capture_output=True, text=True, check=False, env=clean_environment(tmp_path)
    )
    assert done.returncode == 2
    assert told in " ".join(done.stderr.split())


# -- coverage, rates, depths ------------------------------------------------------------------------


def test_the_counts_of_a_killed_capture_are_taken_over_once(tmp_path: Path) -> None:
    log = tmp_path / "capture.jsonl"
    killed = Coverage(log).__enter__()
    killed.served(POLLED, NOON)
    killed.failed(POLLED, NOON, "RequestTimeout")
    killed.keep(NOON + timedelta(minutes=1))
    log.write_bytes(b'{"venue": "ok')  # a line that was being written
    for _ in range(2):
        with Coverage(log):
            pass
    assert read(log).rows() == [(*POLLED, NOON, 2, 1, NOON + timedelta(minutes=1))]


def test_hours_are_written_when_they_are_over(tmp_path: Path) -> None:
    log = tmp_path / "capture.jsonl"
    with Coverage(log) as coverage:
        for minute in (58, 59, 60, 61):
            coverage.served(POLLED, NOON + timedelta(minutes=minute))
        coverage.close(NOON + timedelta(minutes=62), before=NOON + timedelta(minutes=62))
        assert read(log)["polls_served"].to_list() == [2]
        coverage.close(NOON + timedelta(minutes=63))
    assert read(log)["hour"].to_list() == [NOON, NOON + timedelta(hours=1)]
    assert [path.name for path in tmp_path.iterdir()] == ["capture.jsonl"]


def test_a_dollar_coin_is_a_dollar_without_a_recent_book() -> None:
    rates = Rates(seen={"USDT": (NOON, 0.98)})
    assert rates.usd("USD", NOON) == 1.0
    assert rates.usd("USDT", NOON + GOOD_FOR) == 0.98
    assert rates.usd("USDT", NOON + GOOD_FOR * 2) == 1.0
    assert rates.usd("USDC", NOON) == 1.0
    assert rates.usd("EUR", NOON) is None


@pytest.mark.parametrize(
    ("venue", "levels", "asked"),
    [("okx", None, 400), ("okx", 7, 7), ("hyperliquid", 100, 20), ("deribit", 30, 50), ("binanceusdm", 101, 500)],
)
def test_only_depths_that_a_venue_takes_are_asked_for(venue: str, levels: int | None, asked: int) -> None:
    assert depth(VENUES[venue], levels) == asked


@pytest.mark.parametrize(
    ("reason", "counted"),
    [
        ("fetch_order_book: RequestTimeout: okx GET https://x", "RequestTimeout"),
        ("load_markets: ExchangeNotAvailable: kraken 500", "ExchangeNotAvailable"),
        ("crossed: bid 2, ask 1", "crossed"),
        ("bids are empty", "bids are empty"),
    ],
)
def test_failures_are_counted_by_kind(reason: str, counted: str) -> None:
    assert kind(reason) == counted
