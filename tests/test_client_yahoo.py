"""Yahoo's chart: finished sessions only, dates of the exchange, and everything a chart may lack."""

import gzip
import json
import os
from csv import DictReader
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from assets.clients.yahoo import Yahoo
from tests.canned import Canned, Served, fetched, host, reply, rows, serving, told, values
from tests.pipeline import needs_recordings
from warehouse.claims import Parsed, UpstreamError
from warehouse.releases import new_york
from warehouse.tables.facts import OBSERVATION

NOW = datetime(2026, 1, 8, 22, tzinfo=UTC)
RUT, SPY, SPY_ADJUSTED = "YAHOO_RUT_CLOSE", "YAHOO_SPY_CLOSE", "YAHOO_SPY_ADJUSTED_CLOSE"
BTC, COIN = "YAHOO_BTC_USD_CLOSE", {"symbol": "BTC-USD", "exchangeTimezoneName": "UTC"}
CLOSE = 2603.909912109375


def client(served: Served | None = None) -> Yahoo:
    return Yahoo(host(served or Served("http://127.0.0.1:9")), NOW)


def stamp(text: str) -> int:
    """Epoch seconds of a UTC time written 2026-01-08T14:30."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def chart(
    bars: list[tuple[str, float | None]], adjusted: list[float | None] | None = None, **meta: object
) -> dict[str, Any]:
    about = {
        "symbol": "^RUT",
        "currency": "USD",
        "exchangeTimezoneName": "America/New_York",
        "gmtoffset": -18000,
    }
    closes = [close for _, close in bars]
    quote = {"open": closes, "high": closes, "low": closes, "close": closes, "volume": [None] * len(bars)}
    result = {
        "meta": {**about, **meta},
        "timestamp": [stamp(text) for text, _ in bars],
        "indicators": {"quote": [quote], "adjclose": [{"adjclose": adjusted or closes}]},
    }
    return {"chart": {"result": [result], "error": None}}


def closes(body: object, received_at: datetime = NOW) -> Parsed:
    return client().parse(RUT, [reply(body, received_at=received_at)])


def test_a_symbol_is_asked_from_new_york_midnight_to_a_day_ahead(tmp_path: Path) -> None:
    with serving(Canned(json.dumps(chart([("2026-01-07T14:30", CLOSE)])))) as served:
        parsed = told(client(served), RUT, tmp_path, lambda key: date(2026, 1, 12))
    (request,) = served.requests
    query = parse_qs(urlsplit(request).query)
    assert urlsplit(request).path == "/%5ERUT"
    assert query["period1"] == [str(stamp("2026-01-02T05:00"))]
    assert query["period2"] == [str(stamp("2026-01-09T22:00"))]
    assert query["interval"] == ["1d"]
    assert query["events"] == ["div,splits"]
    assert query["includePrePost"] == ["false"]
    assert values(parsed, OBSERVATION, RUT) == {date(2026, 1, 7): CLOSE}


def test_a_dividend_in_the_overlap_asks_for_the_whole_history_again(tmp_path: Path) -> None:
    bars = [("2026-01-07T14:30", 685.5), ("2026-01-08T14:30", 684.0)]
    recent, whole = chart(bars, symbol="SPY"), chart(bars, adjusted=[683.6, 684.0], symbol="SPY")
    recent["chart"]["result"][0]["events"] = {"dividends": {"1": {"amount": 1.9, "date": stamp("2026-01-08T14:30")}}}
    with serving(Canned(json.dumps(recent)), Canned(json.dumps(whole))) as served:
        parsed = told(client(served), "YAHOO_SPY_CLOSE", tmp_path, lambda key: date(2026, 1, 8))
    first = [parse_qs(urlsplit(request).query)["period1"][0] for request in served.requests]
    assert first == [str(stamp("2025-12-29T05:00")), str(stamp("1993-01-29T05:00"))]
    assert values(parsed, OBSERVATION, SPY_ADJUSTED) == {date(2026, 1, 7): 683.6, date(2026, 1, 8): 684.0}


def test_a_close_is_known_at_half_past_four_in_new_york() -> None:
    row = rows(closes(chart([("2026-01-08T14:30", CLOSE)])), OBSERVATION).row(0, named=True)
    assert (row["period"], row["value"], row["unit"]) == (date(2026, 1, 8), CLOSE, "index")
    assert (row["known_at"], row["known_at_basis"]) == (datetime(2026, 1, 8, 21, 30, tzinfo=UTC), "rule")
    assert row["locator"] == "/chart/result/0/indicators/quote/0/close/0"


def test_sessions_open_at_another_utc_hour_in_summer() -> None:
    """14:30Z in January and 13:30Z in July are both 09:30 in New York; gmtoffset is only today's."""
    parsed = closes(chart([("2025-01-08T14:30", 1.0), ("2025-07-08T13:30", 2.0)]))
    assert values(parsed, OBSERVATION, RUT) == {date(2025, 1, 8): 1.0, date(2025, 7, 8): 2.0}


def test_dates_are_the_exchanges_own() -> None:
    """02:00Z on the 7th is 21:00 in New York, or 20:00 in Chicago, on the 6th."""
    for zone in ("America/New_York", "America/Chicago"):
        parsed = closes(chart([("2026-01-07T02:00", 1.0)], exchangeTimezoneName=zone))
        assert values(parsed, OBSERVATION, RUT) == {date(2026, 1, 6): 1.0}


def test_a_null_close_is_no_claim() -> None:
    parsed = closes(chart([("2026-01-06T14:30", 1.0), ("2026-01-07T14:30", None)]))
    assert values(parsed, OBSERVATION, RUT) == {date(2026, 1, 6): 1.0}
    assert not parsed.rejected


@pytest.mark.parametrize(
    ("received_at", "last_bar", "kept"),
    [
        ("2026-01-08T17:00", "2026-01-08T16:59", False),
        ("2026-01-08T21:29", "2026-01-08T21:00", False),
        ("2026-01-08T21:29", "2026-01-08T14:30", False),
        ("2026-01-08T21:30", "2026-01-08T21:00", True),
        ("2026-01-08T21:30", "2026-01-08T14:30", True),
        ("2026-01-08T22:00", "2026-01-08T18:00", False),
    ],
    ids=[
        "at noon",
        "after the close, before its release",
        "stamped at the open, before its release",
        "released, stamped at the close",
        "released, stamped at the open",
        "released, but still stamped in mid-session",
    ],
)
def test_the_running_session_is_left_out(received_at: str, last_bar: str, kept: bool) -> None:
    received = datetime.fromisoformat(received_at).replace(tzinfo=UTC)
    parsed = closes(chart([("2026-01-07T14:30", 1.0), (last_bar, 2.0)]), received)
    assert (date(2026, 1, 8) in values(parsed, OBSERVATION, RUT)) is kept
    assert date(2026, 1, 7) in values(parsed, OBSERVATION, RUT)
    assert not parsed.rejected


def test_a_bar_in_mid_session_that_is_not_the_last_is_rejected() -> None:
    parsed = closes(chart([("2026-01-06T18:00", 1.0), ("2026-01-07T14:30", 2.0)]))
    assert values(parsed, OBSERVATION, RUT) == {date(2026, 1, 7): 2.0}
    (rejected,) = parsed.rejected
    assert (rejected.field, rejected.value) == ("bar of 2026-01-06", "1.0")
    assert "13:00:00 in New York" in rejected.reason


def test_two_equal_bars_of_one_day_are_the_one_stamped_at_the_open() -> None:
    parsed = closes(chart([("2026-01-07T21:00", 2.0), ("2026-01-07T14:30", 2.0)]))
    assert rows(parsed, OBSERVATION)["locator"].to_list() == ["/chart/result/0/indicators/quote/0/close/1"]
    assert not parsed.rejected


def test_two_bars_of_one_day_that_differ_are_both_rejected() -> None:
    bars: list[tuple[str, float | None]] = [
        ("2026-01-06T14:30", 1.0),
        ("2026-01-07T14:30", 2.0),
        ("2026-01-07T21:00", 3.0),
    ]
    parsed = closes(chart(bars))
    assert values(parsed, OBSERVATION, RUT) == {date(2026, 1, 6): 1.0}
    assert [rejected.value for rejected in parsed.rejected] == ["2.0", "3.0"]


def test_a_fund_has_a_close_and_an_adjusted_close_and_an_index_only_a_close() -> None:
    body = chart([("2026-01-07T14:30", 690.0)], [685.5], symbol="SPY")
    parsed = client().parse(SPY, [reply(body)])
    assert values(parsed, OBSERVATION, SPY) == {date(2026, 1, 7): 690.0}
    assert values(parsed, OBSERVATION, SPY_ADJUSTED) == {date(2026, 1, 7): 685.5}
    assert set(rows(parsed, OBSERVATION)["unit"]) == {"usd_per_share"}
    assert set(rows(closes(chart([("2026-01-07T14:30", 1.0)])), OBSERVATION)["series_id"]) == {RUT}


def test_a_coin_is_asked_from_midnight_in_utc(tmp_path: Path) -> None:
    with serving(Canned(json.dumps(chart([("2026-01-07T00:00", 90_000.0)], **COIN)))) as served:
        told(client(served), BTC, tmp_path)
    (request,) = served.requests
    assert parse_qs(urlsplit(request).query)["period1"] == [str(stamp("2014-09-17T00:00"))]


def test_the_day_of_a_coin_is_over_when_it_is_over_in_new_york_too_and_never_while_it_runs() -> None:
    bars: list[tuple[str, float | None]] = [("2026-01-06T00:00", 1.0), ("2026-01-07T00:00", 2.0)]

    def kept(last: str, received_at: str) -> list[float]:
        parsed = client().parse(
            BTC, [reply(chart([*bars, (last, 3.0)], **COIN), received_at=datetime.fromisoformat(received_at))]
        )
        assert not parsed.rejected
        return rows(parsed, OBSERVATION)["value"].to_list()

    assert kept("2026-01-08T12:00", "2026-01-08T12:00:00+00:00") == [1.0, 2.0]
    assert kept("2026-01-08T12:00", "2026-11-02T12:00:00+00:00") == [1.0, 2.0], "a recording of that noon"
    assert kept("2026-01-08T00:00", "2026-01-09T01:00:00+00:00") == [1.0, 2.0]
    assert kept("2026-01-08T00:00", "2026-01-09T01:01:00+00:00") == [1.0, 2.0, 3.0]


def test_an_altcoin_has_a_close_and_a_volume() -> None:
    body = chart([("2026-01-07T00:00", 2.5)], **COIN | {"symbol": "XRP-USD"})
    body["chart"]["result"][0]["indicators"]["quote"][0]["volume"] = [3_000_000_000]
    found = rows(client().parse("YAHOO_XRP_USD_CLOSE", [reply(body)]), OBSERVATION)
    assert found.select("series_id", "value", "unit", "locator").rows() == [
        ("YAHOO_XRP_USD_CLOSE", 2.5, "usd_per_coin", "/chart/result/0/indicators/quote/0/close/0"),
        ("YAHOO_XRP_USD_VOLUME", 3e9, "usd", "/chart/result/0/indicators/quote/0/volume/0"),
    ]


def test_a_close_that_is_no_number_is_rejected() -> None:
    parsed = closes(chart([("2026-01-06T14:30", "2603,9"), ("2026-01-07T14:30", 2.0)]))  # type: ignore[list-item]
    assert values(parsed, OBSERVATION, RUT) == {date(2026, 1, 7): 2.0}
    assert [(r.field, r.value) for r in parsed.rejected] == [("value of 2026-01-06", "2603,9")]


def broken(**changes: object) -> dict[str, Any]:
    body = chart([("2026-01-07T14:30", 1.0)])
    body["chart"]["result"][0] |= changes
    return body


def without(field: str) -> dict[str, Any]:
    body = chart([("2026-01-07T14:30", 1.0)])
    del body["chart"]["result"][0][field]
    return body


PHANTOM = broken(indicators={"quote": [{}], "adjclose": [{}]})
del PHANTOM["chart"]["result"][0]["timestamp"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (PHANTOM, "expected timestamp in /chart/result/0"),
        (without("meta"), "expected meta in /chart/result/0, got an object with timestamp, indicators"),
        (broken(timestamp=[1, 2]), "2 timestamps, 1 closes and 1 adjusted closes do not belong together"),
        (broken(timestamp=None), "not all lists"),
        (broken(timestamp=["x"]), "timestamp/0 is 'x', not epoch seconds"),
        (broken(timestamp=[10**20]), "not epoch seconds"),
        (
            broken(indicators={"quote": [{"open": [1]}]}),
            "expected close in /chart/result/0/indicators/quote/0",
        ),
        (chart([("2026-01-07T14:30", 1.0)], symbol="^RUI"), r"meta/symbol is '\^RUI', not '\^RUT'"),
        (chart([("2026-01-07T14:30", 1.0)], currency="GBp"), "meta/currency is 'GBp', not 'USD'"),
        (chart([("2026-01-07T14:30", 1.0)], exchangeTimezoneName="Gotham"), "'Gotham', not a time zone"),
        (chart([("2026-01-07T14:30", None)]), "none of 1 rows has a value"),
        ({"chart": {"result": None, "error": {"code": "Internal"}}}, "chart/error is .'code': 'Internal'."),
        ({"chart": {"result": None, "error": None}}, "expected 0 in /chart/result, got NoneType"),
        ({"finance": {}}, "expected chart in the reply, got an object with finance"),
    ],
)
def test_another_shape_is_refused_by_name(body: object, said: str) -> None:
    with pytest.raises(UpstreamError, match=said) as caught:
        closes(body)
    assert (caught.value.source, caught.value.request) == (RUT, "GET /canned")


def test_a_fund_without_adjusted_closes_is_refused() -> None:
    body = chart([("2026-01-07T14:30", 1.0)], symbol="SPY")
    body["chart"]["result"][0]["indicators"]["adjclose"] = [{}]
    with pytest.raises(UpstreamError, match="expected adjclose in /chart/result/0/indicators/adjclose/0"):
        client().parse(SPY, [reply(body)])


@pytest.mark.parametrize(
    ("answer", "said", "absent"),
    [
        (Canned('{"chart":{"result":null,"error":{"code":"Not Found"}}}', 404), "HTTP 404", True),
        (Canned('{"chart":{"result":null,"error":{"code":"Bad Request"}}}', 422), "HTTP 422", False),
        (Canned("Edge: Too Many Requests", 429, "text/plain"), "HTTP 429: Edge: Too Many Requests", False),
    ],
)
def test_what_the_service_refuses_is_told_in_its_words(tmp_path: Path, answer: Canned, said: str, absent: bool) -> None:
    with serving(answer) as served, pytest.raises(UpstreamError, match=said) as caught:
        fetched(client(served), RUT, tmp_path)
    assert caught.value.absent is absent


@needs_recordings
def test_every_recorded_close_is_read() -> None:
    """2026-01-08 is the first close of the Russell 2000 above 2,600."""
    path = Path(os.environ["TIDEGAUGE_RECORDINGS"]) / "yahoo" / "_RUT.csv.gz"
    with gzip.open(path, "rt", newline="") as lines:
        recorded = {date.fromisoformat(row["date"]): float(row["close"]) for row in DictReader(lines)}
    bars: list[tuple[str, float | None]] = [
        (new_york(day, time(9, 30)).replace(tzinfo=None).isoformat(), close) for day, close in recorded.items()
    ]
    parsed = closes(chart(bars), datetime(2026, 11, 2, tzinfo=UTC))
    found = values(parsed, OBSERVATION, RUT)
    assert found == recorded
    assert min(day for day, close in found.items() if close >= 2600) == date(2026, 1, 8)
    assert found[date(2026, 1, 8)] == CLOSE
