"""Open interest in one-sided coins and USD, whatever a venue's number counts: real payloads, to the digit."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from assets.clients.venues.venue import VenueClient
from tests.canned import RECEIVED, Served, host, reply, rows
from warehouse.catalogue.venues import VENUES
from warehouse.claims import Parsed, UpstreamError
from warehouse.tables.crypto_facts import OPEN_INTEREST

STAMP = 1_700_000_000_000
BTC_USDT = "BTC/USDT:USDT"
Answer = tuple[str, object]


def told(venue: str, symbol: str, *answers: Answer) -> Parsed:
    """What a job's replies say, each given as the request that it answers and its body."""
    client = VenueClient(host(Served("http://127.0.0.1:9")), VENUES[venue], RECEIVED)
    replies = [reply(body, request=f"GET {request}") for request, body in answers]
    return client.parse(f"{venue} open_interest {symbol}", replies)


def only(parsed: Parsed) -> dict[str, Any]:
    assert not parsed.rejected
    (row,) = rows(parsed, OPEN_INTEREST).rows(named=True)
    return row


def okx(**changed: str) -> Answer:
    row = {"oi": "2136738", "oiCcy": "21367.38", "oiUsd": "637521542.68", "ts": str(STAMP), **changed}
    return "/api/v5/public/open-interest?instId=BTC-USDT-SWAP", {"code": "0", "data": [row]}


def gate(**changed: str) -> Answer:
    row = {
        "time": STAMP // 1000,
        "open_interest": "150508526",
        "open_interest_usd": "459832595.07552",
        "mark_price": "30551.93",
        **changed,
    }
    return "/api/v4/futures/usdt/contract_stats?contract=BTC_USDT", [row]


def deribit(**changed: object) -> Answer:
    row = {"open_interest": 9978911260, "mark_price": 87102.01, "creation_timestamp": STAMP, **changed}
    return "/api/v2/public/get_book_summary_by_instrument?instrument_name=X", {"result": [row]}


def hyperliquid(**changed: str) -> Answer:
    contexts = [{"openInterest": "1"}, {"openInterest": "10764.48", "markPx": "108.04", **changed}]
    return '/info {"type":"metaAndAssetCtxs"}', [{"universe": [{"name": "BTC"}, {"name": "SOL"}]}, contexts]


def bybit(**more: str) -> Answer:
    row = {"openInterest": "50000.5", "timestamp": str(STAMP), **more}
    return "/v5/market/open-interest?category=linear", {"retCode": 0, "result": {"list": [row]}}


BYBIT_MARK = ("/v5/market/tickers?category=linear", {"result": {"list": [{"markPrice": "40000"}]}})
COINM_MARK = ("/dapi/v1/premiumIndex?symbol=ETHUSD_PERP", [{"markPrice": "1700"}])


def test_okx_counts_contracts_and_says_the_same_in_coins() -> None:
    row = only(told("okx", BTC_USDT, okx()))
    assert row["open_interest_contracts"] == 2_136_738
    assert row["open_interest_coin"] == pytest.approx(21_367.38, abs=1e-9)
    assert row["open_interest_usd"] == 637_521_542.68
    assert row["price_usd"] == pytest.approx(637_521_542.68 / 21_367.38)
    assert row["observed_at"] == row["known_at"] == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def test_okx_coins_without_a_declared_contract_are_taken_as_sent() -> None:
    answer = okx(oi="5", oiCcy="5000", oiUsd="700")
    assert only(told("okx", "DOGE/USDT:USDT", answer))["open_interest_coin"] == 5000


def test_contracts_that_are_not_the_coins_beside_them_are_refused() -> None:
    parsed = told("okx", BTC_USDT, okx(oiCcy="213673.8"))
    assert rows(parsed, OPEN_INTEREST).is_empty()
    assert "contracts of 0.01 are not 213674 coins" in parsed.rejected[0].reason


def test_gate_counts_contracts_of_a_ten_thousandth() -> None:
    row = only(told("gate", BTC_USDT, gate()))
    assert row["open_interest_contracts"] == 150_508_526
    assert row["open_interest_coin"] == pytest.approx(15_050.8526, abs=1e-9)
    assert row["open_interest_usd"] == 459_832_595.07552
    assert row["open_interest_coin"] * row["price_usd"] == pytest.approx(459_832_595.0755, abs=1e-3)


def test_a_gate_contract_of_another_size_does_not_pass() -> None:
    parsed = told("gate", BTC_USDT, gate(open_interest="15050852"))
    assert "are not 4.59833e+08 USD" in parsed.rejected[0].reason


def test_binance_coin_margined_counts_contracts_of_ten_dollars() -> None:
    now = ("/dapi/v1/openInterest?symbol=ETHUSD_PERP", {"openInterest": "26613524", "time": STAMP})
    row = only(told("binancecoinm", "ETH/USD:ETH", now, COINM_MARK))
    assert row["open_interest_usd"] == 266_135_240
    assert row["open_interest_contracts"] == 26_613_524
    assert row["open_interest_coin"] == pytest.approx(266_135_240 / 1700)


def test_binance_coin_margined_history_says_its_value_in_coins() -> None:
    now = ("/dapi/v1/openInterest?symbol=ETHUSD_PERP", {"openInterest": "1", "time": STAMP})
    past = {"sumOpenInterest": "26613524", "sumOpenInterestValue": "156550.14", "timestamp": STAMP - 86_400_000}
    history = ("/futures/data/openInterestHist?pair=ETHUSD", [past])
    parsed = told("binancecoinm", "ETH/USD:ETH", now, COINM_MARK, history)
    row = rows(parsed, OPEN_INTEREST).filter(open_interest_contracts=26_613_524).row(0, named=True)
    assert (row["open_interest_coin"], row["open_interest_usd"]) == (156_550.14, 266_135_240)


def test_binance_linear_counts_coins_and_its_value_implies_the_mark() -> None:
    now = ("/fapi/v1/openInterest?symbol=BTCUSDT", {"openInterest": "80898.285", "time": STAMP})
    mark = ("/fapi/v1/premiumIndex?symbol=BTCUSDT", {"markPrice": "43344.30"})
    past = {
        "sumOpenInterest": "80898.285",
        "sumOpenInterestValue": "3506479534.5255",
        "timestamp": STAMP - 86_400_000,
    }
    history = ("/futures/data/openInterestHist?symbol=BTCUSDT", [past])
    parsed = told("binanceusdm", BTC_USDT, now, mark, history)
    old, new = rows(parsed, OPEN_INTEREST).sort("observed_at").rows(named=True)
    assert old["price_usd"] == pytest.approx(43_344.30, abs=0.005)
    assert old["open_interest_usd"] == 3_506_479_534.5255
    assert new["open_interest_usd"] == pytest.approx(80_898.285 * 43_344.30)
    assert old["open_interest_contracts"] is new["open_interest_contracts"] is None


def test_what_was_asked_for_now_beats_a_history_row_of_the_same_moment() -> None:
    now = ("/fapi/v1/openInterest?symbol=BTCUSDT", {"openInterest": "10", "time": STAMP})
    mark = ("/fapi/v1/premiumIndex?symbol=BTCUSDT", {"markPrice": "40000"})
    past = {"sumOpenInterest": "9.99", "sumOpenInterestValue": "399600", "timestamp": STAMP}
    history = ("/futures/data/openInterestHist?symbol=BTCUSDT", [past])
    assert only(told("binanceusdm", BTC_USDT, now, mark, history))["open_interest_coin"] == 10


def test_bybit_sums_both_sides_and_is_halved() -> None:
    row = only(told("bybit", BTC_USDT, bybit(), BYBIT_MARK))
    assert (row["open_interest_coin"], row["side_factor"]) == (25_000.25, 2)
    assert row["open_interest_usd"] == 25_000.25 * 40_000


def test_bybit_is_not_halved_where_it_says_the_single_side() -> None:
    row = only(told("bybit", BTC_USDT, bybit(singleOpenInterest="25000.1"), BYBIT_MARK))
    assert (row["open_interest_coin"], row["side_factor"]) == (25_000.1, 1)


def test_hyperliquid_counts_coins_without_a_stamp_and_its_sides_are_not_confirmed() -> None:
    row = only(told("hyperliquid", "SOL/USDC:USDC", hyperliquid()))
    assert (row["open_interest_coin"], row["side_factor"]) == (10_764.48, 1)
    assert row["open_interest_usd"] == pytest.approx(10_764.48 * 108.04)
    assert row["observed_at"] == row["known_at"] == RECEIVED
    assert row["known_at_basis"] == "observed"
    assert [sides.is_confirmed for sides in VENUES["hyperliquid"].sides] == [False]


def test_deribit_inverse_counts_dollars() -> None:
    row = only(told("deribit", "BTC/USD:BTC", deribit()))
    assert row["open_interest_usd"] == 9_978_911_260
    assert row["open_interest_coin"] == pytest.approx(9_978_911_260 / 87_102.01)


def test_deribit_linear_counts_coins_in_the_field_that_ccxt_takes_for_a_value() -> None:
    row = only(told("deribit", "SOL/USDC:USDC", deribit(open_interest=120_000.5, mark_price=100.0)))
    assert (row["open_interest_coin"], row["open_interest_usd"]) == (120_000.5, 12_000_050)


def test_bitget_counts_coins_and_needs_the_mark_price() -> None:
    now = (
        "/api/v2/mix/market/open-interest?symbol=BTCUSDT",
        {"data": {"openInterestList": [{"symbol": "BTCUSDT", "size": "52234.134"}], "ts": str(STAMP)}},
    )
    mark = ("/api/v2/mix/market/symbol-price?symbol=BTCUSDT", {"data": [{"markPrice": "37000"}]})
    assert only(told("bitget", BTC_USDT, now, mark))["open_interest_usd"] == pytest.approx(52_234.134 * 37_000)
    assert "no price to convert with" in told("bitget", BTC_USDT, now).rejected[0].reason


@pytest.mark.parametrize("nothing", [None, "", "nan", "1_000", True], ids=repr)
def test_a_number_that_is_none_is_an_error_and_never_zero(nothing: object) -> None:
    with pytest.raises(UpstreamError, match="is not a number"):
        told("okx", BTC_USDT, okx(oi=nothing))  # type: ignore[arg-type]


def test_the_factor_of_sides_is_that_of_the_day() -> None:
    assert VENUES["bybit"].side_factor(date(2024, 1, 1)) == 2
    assert VENUES["okx"].side_factor(date(2024, 1, 1)) == 1
