"""Trades of a recording by minute, and how far the book's middle moves with them."""

import csv
import gzip
import json
import math
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from assets import trade_minutes
from assets.book_import import KINDS, import_books
from assets.coverage import Coverage, log_of
from assets.recording_books import ingest_spool
from pipelines.sample.history_of_books import spool_history
from tests.crypto_models import built_alone
from tests.models import Facts, build, built, moment
from tests.pipeline import RECORDINGS, needs_recordings
from tests.stored import opened
from warehouse import checksums
from warehouse.books.binance_depth import capture_events
from warehouse.books.rebuilt import EPOCH, Market
from warehouse.books.spool import Spool
from warehouse.tables.books import TRADE_MINUTE

NOON = moment("2026-01-07 12:00")
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
LINEAR = Market(market="linear", symbol="BTC/USDT:USDT", base="BTC", quote="USDT", quote_usd=1.0)
#: Worked example 16: changes of the middle, and what was bought less what was sold.
CHANGES, SIGNED_USD = (0.001, -0.002, 0.0015, -0.0005), (2e6, -3e6, 1e6, -0.5e6)


# -- a recording in memory: a message is the second after noon, and what it says -----------------


def shot(second, last, mid=100_000.0):
    levels = {"bids": [[f"{mid - 0.5:.8f}", "1"], ["1", "1"]], "asks": [[f"{mid + 0.5:.8f}", "1"], ["1000000", "1"]]}
    return second, {"lastUpdateId": last, "E": ms(second), **levels}


def move(second, last, old, new, previous=None):
    """An update that puts the middle elsewhere."""
    told = {"e": "depthUpdate", "E": ms(second), "s": "BTCUSDT", "U": last - 1, "u": last, "pu": previous or last - 1}
    sides = ((-0.5, "b"), (0.5, "a"))
    return second, told | {side: [[f"{old + off:.8f}", "0"], [f"{new + off:.8f}", "1"]] for off, side in sides}


def still(second, last, previous=None):
    """An update that leaves the middle where it is."""
    told = {"e": "depthUpdate", "E": ms(second), "s": "BTCUSDT", "U": last - 1, "u": last, "pu": previous or last - 1}
    return second, told | {"b": [["2", f"{last}"]], "a": []}


def trade(second, number, usd=100.0, px=100.0, **told):
    """One of so many dollars, sold where that is negative."""
    qty = repr(abs(usd) / px)
    one = {"e": "trade", "E": ms(second), "T": ms(second), "s": "BTCUSDT", "t": number, "p": repr(px), "q": qty}
    return second, one | {"X": "MARKET", "m": usd < 0} | told


def several(second, number, first, last, usd):
    """An aggregated message of trades at 100."""
    told = {"e": "aggTrade", "E": ms(second), "T": ms(second), "s": "BTCUSDT", "a": number, "f": first, "l": last}
    return second, told | {"p": "100", "q": repr(abs(usd) / 100), "m": usd < 0}


def ms(second):
    return int(NOON.timestamp() * 1000 + second * 1000)


def recorded(folder, *messages):
    """The messages as a recorder writes them, each 10 ms after the venue sent it."""
    lines = [f"{ms(second) + 10}000000 {json.dumps(told, separators=(',', ':'))}\n" for second, told in messages]
    (folder / "capture.gz").write_bytes(gzip.compress("".join(lines).encode()))
    return folder / "capture.gz"


def imported(folder, *files, market=LINEAR):
    """What an import of files said, and the minutes that it noted."""
    with Spool(folder / "spool") as spool, Coverage(log_of(folder / "spool")) as coverage:
        said = import_books(
            KINDS["binance-depth"](files, market),
            market,
            every=SECOND,
            limit=100,
            spool=spool,
            coverage=coverage,
            now=NOON + timedelta(days=1),
        )
    return said, trade_minutes.read(trade_minutes.minutes_of(folder / "spool")).rows(named=True)


def told(folder, *messages, market=LINEAR):
    return imported(folder, recorded(folder, *messages), market=market)


# -- minutes -------------------------------------------------------------------------------------


def test_a_minute_has_what_was_bought_less_what_was_sold_and_the_middle_at_both_ends(tmp_path: Path) -> None:
    said, (row,) = told(
        tmp_path,
        shot(-9, 10),
        trade(-5, 1),
        trade(0, 2, usd=300.0),  # in the minute that begins with it
        move(0, 11, 100_000.0, 100_010.0),  # after its beginning
        trade(20, 3, usd=-100.0),
        move(59, 12, 100_010.0, 100_030.0),
        trade(61, 4),
        still(62, 13),
    )
    assert (said.minutes, said.repeated, said.skipped) == (1, 0, [])
    assert (row["venue"], row["market"], row["symbol"], row["base"]) == ("binance", "linear", "BTC/USDT:USDT", "BTC")
    assert (row["minute"], row["trades"], row["volume_usd"], row["signed_volume_usd"]) == (NOON, 2, 400.0, 200.0)
    assert (row["first_trade"], row["last_trade"]) == (2, 3)
    assert row["recordings"] == f"capture.gz {checksums.of_file(tmp_path / 'capture.gz')}"
    assert (row["mid_open"], row["mid_close"]) == (100_000.0, 100_030.0)
    assert row["known_at"] == NOON + timedelta(seconds=62.01)  # with the update after it


def test_only_minutes_of_which_every_trade_is_known_are_told(tmp_path: Path) -> None:
    again = [trade(70, 3), trade(65, 2)]
    said, rows = told(
        tmp_path, trade(10, 1), trade(65, 2), trade(70, 3), *again, trade(190, 4), trade(250, 6), trade(370, 7)
    )
    assert [(row["minute"] - NOON) / MINUTE for row in rows] == [1, 2, 5]  # 5 is missing, in minute 3 or 4
    assert [row["trades"] for row in rows] == [2, 0, 0]
    assert (rows[1]["volume_usd"], rows[1]["first_trade"]) == (0.0, None)
    assert said.repeated == 2
    assert [(each.last, each.next) for each in said.skipped] == [(4, 6)]


def test_hours_without_a_trade_are_no_quiet_minutes(tmp_path: Path) -> None:
    _, rows = told(tmp_path, trade(0, 1), trade(130, 2), trade(130 + 2 * 3600, 3), trade(250 + 2 * 3600, 4))
    assert [(row["minute"] - NOON) / MINUTE for row in rows] == [1, 123]


def test_a_message_of_several_trades_counts_each_and_a_stream_of_both_kinds_is_counted_once(tmp_path: Path) -> None:
    said, (row,) = told(
        tmp_path,
        several(-1, 50, 1, 1, usd=100.0),
        trade(5, 2, usd=100.0),
        several(5, 51, 2, 4, usd=-300.0),
        trade(5, 3, usd=100.0),
        several(70, 52, 5, 5, usd=100.0),
    )
    assert (row["trades"], row["signed_volume_usd"], row["first_trade"], row["last_trade"]) == (3, -300.0, 2, 4)
    assert (said.repeated, said.skipped) == (0, [])


def test_what_did_not_go_through_the_book_has_a_number_and_no_volume(tmp_path: Path) -> None:
    fund, none = trade(6, 3, usd=5e6, X="INSURANCE_FUND"), trade(7, 4, X="NA", p="0", q="0")
    said, (row,) = told(tmp_path, trade(-1, 1), trade(5, 2, usd=70.0), fund, none, trade(61, 5))
    assert (row["trades"], row["volume_usd"], row["last_trade"], said.skipped) == (1, 70.0, 2, [])


@pytest.mark.parametrize(
    ("changed", "volume_usd"),
    [
        ({"quote_usd": 0.5}, 50.0),
        ({"contract_size": 10.0}, 1000.0),
        ({"contract_size": 10.0, "size_unit": "quote"}, 10.0),  # a contract of 10 dollars, and one was traded
        ({"quote_usd": None}, None),
    ],
)
def test_contracts_and_the_quote_currency_are_counted(tmp_path: Path, changed, volume_usd) -> None:
    market = Market(**{"market": "linear", "symbol": "X", "base": "BTC", "quote": "USDT", "quote_usd": 1.0} | changed)
    _, (row,) = told(tmp_path, trade(-1, 1), trade(5, 2, usd=100.0), trade(61, 3), market=market)
    assert (row["volume_usd"], row["signed_volume_usd"]) == (volume_usd, volume_usd)


def test_a_minute_with_a_missing_update_or_without_a_book_has_no_middle(tmp_path: Path) -> None:
    """Served to 30 s and from 40 to 130 s; then a hole, at whose end a snapshot says nothing of it; served to 426 s."""
    _, rows = told(
        tmp_path,
        shot(-9, 10),
        trade(-5, 1),
        still(2, 11),
        still(30, 15, previous=14),
        shot(40, 20),
        still(41, 21, previous=20),
        still(61, 22),
        still(121, 23),
        still(130, 24),
        shot(310, 90),
        still(311, 91),
        still(361, 92),
        still(426, 93),
        still(490, 99, previous=98),
        trade(545, 2),
    )
    known = [(row["mid_open"] is not None, row["mid_close"] is not None) for row in rows]
    assert known == [
        (False, False),
        (True, True),
        (True, False),
        *[(False, False)] * 2,
        (False, True),
        (True, True),
        (True, False),
        (False, False),
    ]


@pytest.mark.parametrize("changed", [{"p": "0"}, {"q": "nan"}, {"m": 1}, {"t": "7"}, {"T": None}])
def test_a_trade_that_cannot_be_one_is_refused_with_its_line(tmp_path: Path, changed) -> None:
    path = recorded(tmp_path, trade(0, 1), trade(1, 2, **changed))
    with pytest.raises(ValueError, match=r"capture.gz: line 2 cannot be read"):
        list(capture_events([path], "BTCUSDT"))


def test_of_two_imports_of_a_minute_the_one_with_its_book_counts(tmp_path: Path) -> None:
    bare = fact(0, 1.0, None) | {"known_at": NOON + 9 * MINUTE}
    whole = fact(0, 1.0, 0.001) | {"known_at": NOON + 5 * MINUTE}
    (row,) = built("staged.trade_minute", Facts(TRADE_MINUTE, [bare, whole]))
    assert (row["mid_open"], row["known_at"]) == (100.0, NOON + 5 * MINUTE)
    assert built("staged.trade_minute", Facts(TRADE_MINUTE, [bare, whole]), as_of="2026-01-07 12:04") == []


# -- the slope -----------------------------------------------------------------------------------


def fact(number, signed_usd, change):
    """A minute after noon with a change of the middle from 100; None without a book."""
    mids = {} if change is None else {"mid_open": 100.0, "mid_close": 100.0 * math.exp(change)}
    row = {"venue": "binance", "market": "linear", "symbol": "BTC/USDT:USDT", "base": "BTC", "trades": 1}
    amounts = {"volume_usd": abs(signed_usd), "signed_volume_usd": signed_usd}
    return row | amounts | mids | {"minute": NOON + number * MINUTE, "known_at": NOON + (number + 1) * MINUTE}


def impact(rows):
    return built_alone("metrics.price_impact", {"staged.trade_minute": rows})


def test_worked_example_16_from_the_bytes_of_a_recording(tmp_path: Path) -> None:
    """Eight times over, for fewer than 30 minutes tell nothing: the slope with an intercept stays 6.872247."""
    mid, messages = 100_000.0, [shot(-5, 0), trade(-10, 1)]
    for number in range(32):
        new = mid * math.exp(CHANGES[number % 4])
        messages.append(trade(60 * number + 10, number + 2, usd=SIGNED_USD[number % 4], px=100_000.0))
        messages.append(move(60 * number + 30, number + 1, mid, new))
        mid = new
    path = recorded(tmp_path, *messages, trade(32 * 60, 34), still(32 * 60 + 1, 33))
    with opened(tmp_path) as store:
        for new_rows in (32, 0):  # the same import again adds nothing
            imported(tmp_path, path)
            stored = ingest_spool(store, tmp_path / "spool", tmp_path / "books")
            assert stored.rows["facts.trade_minute"] == new_rows
        with store.transaction():
            build(store, "metrics.price_impact")
        (row,) = store.read("from metrics.price_impact").rows(named=True)
    assert (row["hour"], row["minutes"]) == (NOON, 32)
    assert row["kyle_lambda_bps_per_musd"] == pytest.approx(6.872247, abs=5e-7)
    assert row["kyle_lambda_without_intercept_bps_per_musd"] == pytest.approx(6.842105, abs=5e-7)
    assert row["r2"] == pytest.approx(0.893392, abs=5e-7)
    assert row["known_at"] == NOON + 32 * MINUTE + timedelta(seconds=1.01)


def test_slope_error_and_share_are_those_of_least_squares() -> None:
    rng = np.random.default_rng(16)
    signed = rng.normal(0, 2e6, 60)
    changes = 1e-4 * (0.7 * signed / 1e6 + rng.normal(0.2, 1, 60))
    (row,) = impact([fact(n, x, y) for n, (x, y) in enumerate(zip(signed, changes, strict=True))])
    assert_least_squares(row, signed / 1e6, changes * 1e4)


def assert_least_squares(row, x, y):
    """Against numpy's own solution of the normal equations, and the residuals."""
    given = np.column_stack([np.ones_like(x), x])
    coefficients, (unexplained,), *_ = np.linalg.lstsq(given, y)
    error = math.sqrt(unexplained / (len(x) - 2) * np.linalg.inv(given.T @ given)[1, 1])
    assert row["minutes"] == len(x)
    assert row["kyle_lambda_bps_per_musd"] == pytest.approx(coefficients[1], rel=1e-9)
    assert row["kyle_lambda_without_intercept_bps_per_musd"] == pytest.approx(x @ y / (x @ x), rel=1e-9)
    assert row["kyle_lambda_standard_error_bps_per_musd"] == pytest.approx(error, rel=1e-9)
    assert row["r2"] == pytest.approx(1 - unexplained / ((y - y.mean()) ** 2).sum(), rel=1e-9)


def test_30_minutes_with_both_are_needed_and_a_change_over_a_gap_is_none_of_them() -> None:
    cycle = [fact(n, SIGNED_USD[n % 4], CHANGES[n % 4]) for n in range(40)]
    blind = [row | {"mid_close": None} if n % 4 == 3 else row for n, row in enumerate(cycle)]
    (of_30,), (of_29,) = impact(blind), impact([row for row in blind if row["minute"] != NOON])
    assert (of_30["minutes"], of_30["kyle_lambda_bps_per_musd"] is not None) == (30, True)
    assert of_29.pop("minutes") == 29
    assert {value for name, value in of_29.items() if name.startswith("kyle_lambda") or name == "r2"} == {None}
    (early,) = impact([fact(n, SIGNED_USD[n % 4], CHANGES[n % 4]) for n in range(-30, 30)][:59])[:1]
    assert (early["hour"], early["minutes"]) == (NOON - 60 * MINUTE, 30)


def test_where_nothing_differs_there_is_no_slope_and_where_nothing_moves_none_is_told_of() -> None:
    (quiet,) = impact([fact(n, 0.0, CHANGES[n % 4]) for n in range(60)])
    assert (quiet["minutes"], quiet["kyle_lambda_bps_per_musd"], quiet["r2"]) == (60, None, None)
    (still_mid,) = impact([fact(n, SIGNED_USD[n % 4], 0.0) for n in range(60)])
    assert (still_mid["kyle_lambda_bps_per_musd"], still_mid["r2"]) == (0.0, None)


# -- the sample world, and the recordings --------------------------------------------------------


def test_the_sample_worlds_minutes_end_on_the_books_that_were_captured(tmp_path: Path) -> None:
    spool_history(tmp_path / "spool")
    with opened(tmp_path) as store:
        ingest_spool(store, tmp_path / "spool", tmp_path / "books")
        mids = store.read(
            "select t.mid_close, b.mid from facts.trade_minute as t join metrics.order_book as b "
            "on b.venue = t.venue and b.symbol = t.symbol and b.observed_at = t.minute + interval 1 minute"
        ).rows()
        with store.transaction():
            build(store, "metrics.price_impact")
        rows = store.read("from metrics.price_impact order by symbol, hour").rows(named=True)
    assert len(mids) == 2 * 23
    assert [close for close, _ in mids] == pytest.approx([mid for _, mid in mids], rel=1e-12)
    assert [row["minutes"] for row in rows] == [60, 59, 60, 59]
    assert all(row["kyle_lambda_bps_per_musd"] > 0 for row in rows)


def recording(name):
    folder = Path(RECORDINGS or ".") / "books" / f"hftbacktest_{name}"
    return sorted(folder.glob("btcusdt_*.gz"))


def candles(market):
    """Binance's own candles of a minute: trades, volume, and what was bought less what was sold."""
    path = Path(RECORDINGS or ".") / "binance" / market / "klines" / "BTCUSDT" / "1m.csv.gz"
    with gzip.open(path, "rt") as lines:
        for row in csv.DictReader(lines):
            volume = float(row["quote_volume"])
            told = int(row["trades"]), volume, 2 * float(row["taker_quote"]) - volume
            yield EPOCH + timedelta(milliseconds=int(row["open_time"])), told


@needs_recordings
def test_recorded_trades_come_out_as_the_venues_own_candles_and_the_regression_as_numpys(tmp_path: Path) -> None:
    """Of spot without a book, then of a perpetual: ``zgrep '"t":3535188229,'`` finds its first trade of the day."""
    said, spot = imported(tmp_path / "spot", *recording("spot_btcusdt_2023-04"))
    assert (said.books, len(spot), {row["mid_open"] for row in spot}) == (0, 6, {None})
    said, linear = imported(tmp_path / "linear", *recording("um_btcusdt_2023-04"))
    assert (said.books, len(linear), said.repeated, said.skipped) == (514, 7, 0, [])
    for market, rows in (("spot", spot), ("um", linear)):
        own = dict(candles(market))
        for row in rows:
            found = row["trades"], row["volume_usd"], row["signed_volume_usd"]
            assert found == pytest.approx(own[row["minute"]], rel=1e-9)
    assert [row["recordings"].split()[0][-15:] for row in linear[:2]] == ["20230404.dat.gz", "20230405.dat.gz"]
    first = linear[1]
    assert (first["first_trade"], first["last_trade"], first["trades"]) == (3535188229, 3535190424, 2196)
    assert first["signed_volume_usd"] == pytest.approx(-280_401.5854)
    # The fund's trade, far from the market, is in the minute after it and in no candle.
    assert linear[2]["last_trade"] - linear[2]["first_trade"] == linear[2]["trades"] == 1823
    # The middles are those of the recorded books of these seconds, and each minute ends where the next begins.
    mids = [row["mid_open"] for row in linear]
    assert mids == [28152.95, 28155.15, 28150.75, 28144.15, 28149.95, 28145.75, 28140.55]
    assert [row["mid_close"] for row in linear] == [*mids[1:], 28143.85]

    with opened(tmp_path / "linear") as store:
        ingest_spool(store, tmp_path / "linear" / "spool", tmp_path / "linear" / "books")
        with store.transaction():
            build(store, "metrics.price_impact")
        hours = store.read("select minutes, kyle_lambda_bps_per_musd from metrics.price_impact order by hour").rows()
    assert hours == [(1, None), (6, None)]  # eight minutes are too few
    many = [row | {"minute": NOON + (7 * n + at) * MINUTE} for n in range(8) for at, row in enumerate(linear)]
    (row,) = impact(many)
    signed = np.array([each["signed_volume_usd"] for each in many]) / 1e6
    changes = 1e4 * np.log([each["mid_close"] / each["mid_open"] for each in many])
    assert_least_squares(row, signed, changes)
