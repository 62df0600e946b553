"""What a book says of liquidity: the worked example to the digit, and agreement with plain SQL."""

import math
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from tests.made_books import ASKS, BIDS, book, random_books
from warehouse.books.book import reasons, record_batch
from warehouse.books.kernel import columns, measure

ENGINES = ["numpy", pytest.param("numba", marks=pytest.mark.skipif(not find_spec("numba"), reason="no Numba here"))]
SMALL = {"100": 100.0, "500": 500.0, "1k": 1_000.0, "5k": 5_000.0, "20k": 20_000.0}
ORACLE = Path(__file__).parents[1] / "sql" / "oracle" / "order_book.sql"


def measured(told, engine="numpy", **options):
    return measure(record_batch([told]), engine=engine, **options).to_pylist()[0]


@pytest.mark.parametrize("engine", ENGINES)
class TestWorkedExample:
    def test_prices(self, engine):
        found = measured(book(), engine)
        assert found["mid"] == 100
        assert found["spread_bps"] == pytest.approx(20, abs=1e-9)
        assert round(found["microprice"], 6) == 100.033333

    @pytest.mark.parametrize(
        ("band", "bid", "ask", "imbalance"),
        [
            (10, 199.8, 100.1, 0.332444),
            (25, 499.2, 500.9, -0.001700),
            (50, 1494.2, 1505.9, -0.003900),
            (100, 5454.2, 4535.9, 0.091921),
            (200, 11364.2, 12663.9, -0.054091),
        ],
    )
    def test_depth_within_a_band(self, engine, band, bid, ask, imbalance):
        found = measured(book(), engine)
        depth = found[f"depth_bid_{band}bps_usd"], found[f"depth_ask_{band}bps_usd"]
        assert depth == pytest.approx((bid, ask), rel=1e-12)
        assert round((depth[0] - depth[1]) / sum(depth), 6) == imbalance
        if band == 50:
            assert round(found["imbalance_50bps"], 6) == imbalance

    @pytest.mark.parametrize(
        ("size", "buy", "sell"),
        [("100", 10, 10), ("500", 17.9964, 16.0546), ("1k", 33.9457, 33.0562), ("5k", 87.1706, 81.7504)],
    )
    def test_slippage(self, engine, size, buy, sell):
        found = measured(book(), engine, sizes_usd=SMALL)
        assert round(found[f"slippage_buy_{size}_bps"], 4) == buy
        assert round(found[f"slippage_sell_{size}_bps"], 4) == sell

    def test_a_size_that_the_book_cannot_fill_has_no_slippage(self, engine):
        found = measured(book(), engine, sizes_usd=SMALL)
        assert (found["slippage_buy_20k_bps"], found["slippage_sell_20k_bps"]) == (None, None)

    def test_a_cut_book_has_no_depth_beyond_its_last_level(self, engine):
        found = measured(book(limit=5), engine)
        assert found["covered_bps"] == pytest.approx(150)
        assert found["depth_bid_100bps_usd"] == pytest.approx(5454.2)
        assert (found["depth_bid_200bps_usd"], found["depth_ask_200bps_usd"]) == (None, None)

    def test_one_side_may_be_covered_alone(self, engine):
        found = measured(book(bids=BIDS[:3], limit=5), engine)
        assert found["covered_bps"] == pytest.approx(50)
        assert (found["depth_bid_50bps_usd"], found["depth_bid_100bps_usd"]) == (pytest.approx(1494.2), None)
        assert found["depth_ask_100bps_usd"] == pytest.approx(4535.9)

    def test_contracts_of_the_base_coin(self, engine):
        found = measured(book(contract_size=0.01, quote_usd=2.0), engine)
        assert found["depth_bid_10bps_usd"] == pytest.approx(99.9 * 2 * 0.01 * 2)

    def test_contracts_of_the_quote(self, engine):
        found = measured(book(contract_size=100.0, size_unit="quote"), engine, sizes_usd={"500": 500.0})
        assert found["depth_ask_25bps_usd"] == pytest.approx((1 + 4) * 100)
        assert found["slippage_buy_500_bps"] == pytest.approx((500 / (100 / 100.1 + 400 / 100.2) / 100 - 1) * 1e4)

    def test_without_a_quote_price_nothing_is_usd(self, engine):
        found = measured(book(quote_usd=None), engine)
        assert all((value is None) == ("depth" in name or "slippage" in name) for name, value in found.items())


@pytest.mark.parametrize("engine", ENGINES)
def test_agrees_with_plain_sql(engine):
    batch = record_batch(random_books(1_500, seed=11))
    assert reasons(batch).null_count == batch.num_rows
    found = measure(batch, engine=engine)
    table = pa.Table.from_batches([batch])
    with duckdb.connect() as connection:
        connection.register("book", table)
        expected = connection.sql(ORACLE.read_text()).to_arrow_table().drop_columns("n").combine_chunks()
    assert set(expected.schema.names) == set(columns())
    for name in columns():
        ours, theirs = found[name], expected[name].combine_chunks()
        assert ours.is_null().equals(theirs.is_null()), name
        assert ours.null_count < len(ours), name
        np.testing.assert_allclose(ours.drop_null(), theirs.drop_null(), rtol=1e-9, atol=1e-9, err_msg=name)


def test_threads_change_nothing():
    batch = record_batch(random_books(1_200, seed=3))
    assert measure(batch, workers=1, engine="numpy").equals(measure(batch, workers=2, engine="numpy"))


@pytest.mark.skipif(not find_spec("numba"), reason="no Numba here")
def test_both_kernels_agree():
    batch = record_batch(random_books(1_200, seed=5))
    ours, other = measure(batch, engine="numba"), measure(batch, engine="numpy")
    for name in columns():
        np.testing.assert_allclose(ours[name].to_numpy(False), other[name].to_numpy(False), rtol=1e-12, err_msg=name)
    assert ours.equals(measure(batch, engine="numba", workers=1))


def test_a_slice_is_measured_like_the_whole():
    batch = record_batch(random_books(40, seed=9))
    assert measure(batch.slice(7, 20)).equals(measure(batch).slice(7, 20))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, None),
        ({"bids": ()}, "no bids"),
        ({"asks": ()}, "no asks"),
        ({"bids": ((100.1, 1.0),)}, "best bid is not below best ask"),
        ({"bids": ((99.9, 1.0), (99.9, 1.0))}, "bids are not strictly falling"),
        ({"asks": ((100.2, 1.0), (100.1, 1.0))}, "asks are not strictly rising"),
        ({"asks": ((100.2, 0.0),)}, "a size is not above zero"),
        ({"asks": ((math.nan, 1.0),)}, "a number is not finite"),
        ({"bids": ((99.9, math.inf),)}, "a number is not finite"),
        ({"bids": ((-1.0, 1.0),)}, "a price is not above zero"),
        ({"contract_size": 0.0}, "no usable contract size"),
        ({"quote_usd": math.nan}, "no usable quote price"),
    ],
)
def test_why_a_book_is_not_served(changed, reason):
    told = [book(), book(**changed), book(bids=BIDS[:1], asks=ASKS[:1])]
    assert reasons(record_batch(told)).to_pylist() == [None, reason, None]


def test_importing_the_kernel_does_not_import_numba():
    code = "import sys, warehouse.books.ingest; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
