"""Books rebuilt from diffs: the recordings tick by tick, and what a missing update does."""

import gzip
import json
import os
from datetime import timedelta
from pathlib import Path

import pytest

from assets import trade_minutes
from assets.book_import import import_books
from assets.coverage import Coverage, log_of, read
from tests.pipeline import needs_recordings, tidegauge
from warehouse.books.binance_depth import capture_events, diff, snapshot
from warehouse.books.book import reasons, record_batch
from warehouse.books.level_csv import level_events
from warehouse.books.rebuilt import EPOCH, Market, Rebuilt, Snapshot, books_at
from warehouse.books.spool import Spool
from warehouse.books.trades import Minutes, Trade

RECORDINGS = os.environ.get("TIDEGAUGE_RECORDINGS")
BOOKS = Path(RECORDINGS or ".") / "books"
SECOND = timedelta(seconds=1)
LINEAR = Market(market="linear", symbol="BTC/USDT:USDT", base="BTC", quote="USDT")
SPOT = Market(market="spot", symbol="BTC/USDT", base="BTC", quote="USDT")
CAPTURES = ("um_btcusdt_2023-04", "um_btcusdt_2024-07", "um_ethusdt_2024-07")


def shot(last, second, **levels):
    body = {"lastUpdateId": last, "E": second * 1000, "bids": [["99", "1"], ["98", "5"]], "asks": [["101", "2"]]}
    return snapshot(body | levels, "BTCUSDT", EPOCH + second * SECOND)


def change(first, last, second, previous=None, bids=(), asks=()):
    body = {"s": "BTCUSDT", "U": first, "u": last, "E": second * 1000, "b": list(bids), "a": list(asks)}
    return diff(body | ({} if previous is None else {"pu": previous}), EPOCH + second * SECOND)


def told(events, market=LINEAR):
    breaks = []
    books = list(books_at(events, market, every=SECOND, limit=10, breaks=breaks, minutes=Minutes()))
    return [(book.sequence, list(book.bid_px), list(book.ask_px)) for book in books], breaks


def test_diffs_are_applied_to_the_snapshot_they_join():
    events = [
        change(1, 9, 1, previous=0, bids=[["50", "1"]]),
        shot(10, 1),
        change(10, 12, 2, previous=9, bids=[["99", "0"], ["98.5", "3"]]),
        change(14, 15, 3, previous=12, asks=[["100", "1"]]),
    ]
    assert told(events) == ([(10, [99, 98], [101]), (12, [98.5, 98], [101]), (15, [98.5, 98], [100, 101])], [])


def test_spot_updates_follow_without_a_gap():
    events = [shot(10, 1), change(9, 12, 2), change(13, 14, 3), change(16, 17, 4)]
    books, breaks = told(events, SPOT)
    assert [sequence for sequence, *_ in books] == [10, 12, 14]
    assert [(each.expected, each.got) for each in breaks] == [(14, 16)]


def test_a_break_stops_serving_until_the_next_snapshot():
    events = [
        shot(10, 1),
        change(10, 12, 2, previous=9),
        change(16, 17, 3, previous=15, bids=[["99", "7"]]),
        change(18, 19, 4, previous=17),
        change(20, 21, 5, previous=19),
        shot(20, 6),
        change(22, 23, 7, previous=21),
    ]
    books, breaks = told(events)
    assert [sequence for sequence, *_ in books] == [10, 12, 21, 23]
    assert [(each.expected, each.got) for each in breaks] == [(12, 15)]


def test_a_snapshot_older_than_the_diffs_is_no_start():
    books, breaks = told([shot(10, 1), change(13, 14, 2, previous=12)])
    assert [sequence for sequence, *_ in books] == [10]
    assert len(breaks) == 1


def test_levels_beyond_a_cut_snapshot_are_not_told():
    far = [["90", "1"]], [["101.5", "1"]]
    books, _ = told([shot(10, 1), change(10, 11, 2, previous=9, bids=far[0], asks=far[1])])
    assert books[-1] == (11, [99, 98], [101])


def test_diffs_without_a_snapshot_are_no_book():
    assert told([change(1, 2, 1, previous=0), change(3, 4, 2, previous=2)]) == ([], [])


def test_a_line_that_is_no_capture_is_told(tmp_path):
    path = tmp_path / "capture.gz"
    path.write_bytes(gzip.compress(b'nonsense {"lastUpdateId": 1}\n'))
    with pytest.raises(ValueError, match="not a line of a capture"):
        list(capture_events([path], "BTCUSDT"))


@needs_recordings
@pytest.mark.parametrize("name", CAPTURES)
def test_a_capture_rebuilds_to_the_recorded_books(name):
    folder, symbol = BOOKS / f"hftbacktest_{name}", name.split("_")[1].upper()
    events = capture_events(sorted(folder.glob(f"{symbol.lower()}_*.gz")), symbol)
    breaks = []
    books = books_at(events, LINEAR, every=SECOND, limit=100, breaks=breaks, minutes=Minutes())
    found = {each.sequence: each for each in books}
    assert breaks == []
    assert reasons(record_batch(list(found.values()))).null_count == len(found)
    with gzip.open(folder / "snapshots.jsonl.gz") as lines:
        ticks = [json.loads(line) for line in lines]
    assert len(ticks) >= 480
    for tick in ticks:
        book = found[tick["seq"]]
        assert book.observed_at == EPOCH + timedelta(milliseconds=tick["ts_exchange_ms"])
        for side, px, qty in (("bids", book.bid_px, book.bid_qty), ("asks", book.ask_px, book.ask_qty)):
            assert list(zip(px, qty, strict=True)) == [(float(p), float(q)) for p, q in tick[side]]


@needs_recordings
@pytest.mark.parametrize(("name", "compared"), zip(CAPTURES, (1565, 625, 834), strict=True))
def test_a_capture_agrees_with_the_venues_own_best_prices(name, compared):
    folder, symbol = BOOKS / f"hftbacktest_{name}", name.split("_")[1].upper()
    paths = sorted(folder.glob(f"{symbol.lower()}_*.gz"))
    best = {}
    for path in paths:
        with gzip.open(path, "rt") as lines:
            for line in lines:
                if '"bookTicker"' in line:
                    body = json.loads(line.partition(" ")[2])["data"]
                    best[body["u"]] = tuple(float(body[name]) for name in "bBaA")
    rebuilt, agreed = Rebuilt(is_spot=False), 0
    for event in capture_events(paths, symbol):
        if isinstance(event, Trade):
            continue
        rebuilt.apply(event)
        if not isinstance(event, Snapshot) and rebuilt.last == event.last in best:
            (bid,), (ask,) = rebuilt.sides(1)
            agreed += (*bid, *ask) == best[event.last]
    assert agreed == compared


@pytest.mark.parametrize(("ask", "middle"), [(101.0, 100.5), (100.0, None), (99.0, None)])
def test_a_book_whose_sides_touch_or_cross_has_no_middle(ask, middle):
    rebuilt = Rebuilt(is_spot=True)
    reply = {"lastUpdateId": 1, "bids": [["100", "1"]], "asks": [[str(ask), "2"]]}
    rebuilt.apply(snapshot(reply, "BTCUSDT", EPOCH))
    assert rebuilt.middle() == middle


@needs_recordings
def test_a_capture_without_a_snapshot_gives_no_book():
    (path,) = (BOOKS / "hftbacktest_spot_btcusdt_2023-04").glob("*.dat.gz")
    assert told(capture_events([path], "BTCUSDT"), SPOT) == ([], [])


def recorded(path):
    """What the recordings say of each snapshot: its update, bids and asks."""
    with gzip.open(path) as lines:
        told = [json.loads(line) for line in lines]
    sides = [[[(float(px), float(qty)) for px, qty in each[side]] for side in ("bids", "asks")] for each in told]
    return [(each["seq"], *levels) for each, levels in zip(told, sides, strict=True)]


def snapshots(events):
    return [(each.last, list(each.bids[:100]), list(each.asks[:100])) for each in events if isinstance(each, Snapshot)]


@needs_recordings
@pytest.mark.parametrize(
    ("symbol", "events", "books"), [("NKNUSDT", 151, 31), ("BLZETH", 11, 7), ("LRCBTC", 16, 11), ("RUNEEUR", 3, 2)]
)
def test_spot_replies_and_messages_of_another_recorder(symbol, events, books):
    folder = BOOKS / "cryptofeed_binance"
    paths = [folder / "BINANCE.http.0.0.gz", folder / "BINANCE.ws.1.0.gz"]
    found = [each for each in capture_events(paths, symbol) if not isinstance(each, Trade)]
    assert snapshots(found) == recorded(folder / f"snapshots_{symbol.lower()}.jsonl.gz")
    rebuilt, breaks = told(found, SPOT)
    assert (len(found), len(rebuilt), breaks) == (events, books, [])


@needs_recordings
def test_snapshots_by_level_are_the_recorded_ones():
    folder = BOOKS / "lasota_binance_positive"
    (path,) = folder.glob("*_snapshot_spot_*")
    found = snapshots(level_events(path, "BTCUSDT"))
    assert len(found) == 2
    assert found == recorded(folder / "snapshots_btcusdt.jsonl.gz")


@needs_recordings
@pytest.mark.parametrize(
    ("pattern", "symbol", "events", "market"),
    [
        ("merged_*", "TRXUSDT", 156, "linear"),
        ("*_snapshot_spot_*", "BTCUSDT", 2, "spot"),
        ("*_coin_m_*", "TRXUSD_PERP", 1149, "inverse"),
        ("*_stream_spot_*", "TRXUSDT", 2833, "spot"),
        ("test_*_usd_m_*", "TRXUSDT", 600, "linear"),
    ],
)
def test_level_by_level_files(pattern, symbol, events, market):
    (path,) = (BOOKS / "lasota_binance_positive").glob(pattern)
    found = list(level_events(path, symbol))
    assert len(found) == events
    # A file of diffs alone is joined to a snapshot of our own.
    has_snapshot = any(isinstance(each, Snapshot) for each in found)
    head = [] if has_snapshot else [shot(found[0].first - (market == "spot"), 0)]
    kind = Market(market=market, symbol=symbol, base="TRX", quote="USDT")
    books, breaks = told([*head, *found], kind)
    assert breaks == []
    assert books


@needs_recordings
def test_another_symbols_file_is_refused():
    (path,) = (BOOKS / "lasota_binance_positive").glob("merged_*")
    with pytest.raises(ValueError, match="is of TRXUSDT, not of BTCUSDT"):
        list(level_events(path, "BTCUSDT"))


def test_moments_after_a_missing_update_are_expected_and_not_served(tmp_path):
    events = [
        shot(10, 1),
        change(10, 12, 2, previous=9),
        change(16, 17, 3, previous=15),  # 13 to 15 are missing: seconds 3, 4 and 5 have no book
        change(18, 19, 4, previous=17),
        shot(20, 6),
        change(20, 23, 7, previous=19),
    ]
    with Spool(tmp_path / "spool") as spool, Coverage(log_of(tmp_path / "spool")) as coverage:
        imported = import_books(
            events, LINEAR, every=SECOND, limit=10, spool=spool, coverage=coverage, now=EPOCH + 10 * SECOND
        )
    assert (imported.books, imported.served, imported.unserved) == (4, 4, 3)
    (row,) = read(log_of(tmp_path / "spool")).select("venue", "symbol", "polls_expected", "polls_served").rows()
    assert row == ("binance", "BTC/USDT:USDT", 7, 4)


@needs_recordings
def test_the_command_imports_a_recorded_capture(tmp_path):
    files = sorted(map(str, (BOOKS / "hftbacktest_um_btcusdt_2024-07").glob("btcusdt_*.gz")))
    options = ("--kind", "binance-depth", "--symbol", "BTC/USDT", "--market", "linear", "--origin", "replay")
    done = tidegauge(tmp_path, "import-books", *options, *files)
    assert done.returncode == 0, done.stderr
    assert "481 books of BTC/USDT:USDT" in done.stdout
    assert "480 of 480 moments" in done.stdout
    assert "7 minutes without one missing; 0 told again" in done.stdout
    minutes = trade_minutes.read(tmp_path / "replay" / "trades.jsonl")
    assert minutes["quote_usd"].to_list() == [1.0] * 7  # a dollar coin is a dollar
    wrong = tidegauge(tmp_path, "import-books", *options[:2], "--symbol", "DOGE/USDT", *options[4:], *files)
    assert wrong.returncode == 2
    assert "no message of DOGE/USDT:USDT in these files" in wrong.stderr
