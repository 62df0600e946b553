"""The sample world over real sockets: formats, identities between upstreams, published figures, the clock."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest

from pipelines.sample.catalogue import CATALOGUE
from pipelines.sample.server import SampleServer, serve
from pipelines.sample.wire.reply import Reply
from pipelines.sample.world import build

KEY = "0123456789abcdef0123456789abcdef"
DTS = "/services/api/fiscal_service/v1/accounting/dts/"
EVER = {"realtime_start": "1776-07-04", "realtime_end": "9999-12-31"}


class Reader:
    """Reads the world the way a stranger would: addresses in, numbers out."""

    def __init__(self, sample: SampleServer):
        self.sample, self.http = sample, httpx.Client(base_url=sample.url, timeout=10, verify=False)

    def get(self, path: str, **query: str | int) -> httpx.Response:
        return self.http.get(path, params=query)

    def json(self, path: str, **query: str | int) -> Any:
        reply = self.get(path, **query)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def series(self, name: str, first: str = "1776-07-04") -> dict[str, float]:
        lines = self.get("/graph/fredgraph.csv", id=name, cosd=first).text.splitlines()
        assert lines[0] == f"observation_date,{name}"
        cells = (line.split(",") for line in lines[1:])
        return {day: float(value) for day, value in cells if value}

    def fred(self, path: str, name: str, **query: str | int) -> httpx.Response:
        return self.get(f"/fred/{path}", series_id=name, api_key=KEY, **{"file_type": "json"} | query)

    def statement(self, table: str, **query: str | int) -> list[dict[str, str]]:
        rows: list[dict[str, str]] = []
        page, pages = 1, 1
        while page <= pages:
            body = self.json(DTS + table, **{"page[size]": 10_000, "page[number]": page}, **query)
            rows, page, pages = rows + body["data"], page + 1, body["meta"]["total-pages"]
        return rows

    def chart(self, symbol: str, first: str = "2019-01-01", last: str = "2026-02-03") -> dict[str, Any]:
        start, end = (int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) for day in (first, last))
        query: dict[str, str | int] = {"period1": start, "period2": end, "events": "div,splits"}
        result: dict[str, Any] = self.json(f"/v8/finance/chart/{symbol}", **query)["chart"]["result"][0]
        return result

    def closes(self, symbol: str) -> dict[str, float]:
        chart = self.chart(symbol)
        days = [datetime.fromtimestamp(stamp, UTC).date().isoformat() for stamp in chart["timestamp"]]
        return dict(zip(days, chart["indicators"]["quote"][0]["close"], strict=True))


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with serve() as sample:
        reader = Reader(sample)
        yield reader
        reader.http.close()


@pytest.fixture(scope="module")
def soma(reader: Reader) -> dict[str, dict[str, str]]:
    return {row["asOfDate"]: row for row in reader.json("/api/soma/summary.json")["soma"]["summary"]}


@pytest.fixture(scope="module")
def closes(reader: Reader) -> dict[str, int]:
    """The cash balance read from the place of each era; a day with two or no closes would show."""
    found: dict[str, int] = {}
    for row in reader.statement("operating_cash_balance"):
        day, account = row["record_date"], row["account_type"]
        if day < "2021-10-01":
            close = row["close_today_bal"] if account == "Federal Reserve Account" else None
        elif day < "2022-04-18":
            close = row["close_today_bal"] if account == "Treasury General Account (TGA)" else None
        else:
            close = row["open_today_bal"] if account == "Treasury General Account (TGA) Closing Balance" else None
        if close is not None:
            assert day not in found
            found[day] = int(close)
    return found


def week_of(wednesday: str) -> list[str]:
    return [(date.fromisoformat(wednesday) - timedelta(days=back)).isoformat() for back in range(6, -1, -1)]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("name", "day", "value"),
    [
        ("WALCL", "2022-04-13", 8_965_487),
        ("WALCL", "2025-12-03", 6_535_781),
        ("WALCL", "2025-12-31", 6_640_618),
        ("WALCL", "2024-01-03", 7_681_024),
        ("WTREGEN", "2020-07-29", 1_816_687),
        ("WTREGEN", "2025-12-31", 837_306),
        ("RRPONTSYD", "2022-12-30", 2553.716),
        ("RRPONTSYD", "2025-12-30", 12.605),
        ("RRPONTSYD", "2025-12-31", 105.993),
        ("RRPONTSYD", "2026-01-02", 5.667),
        ("SOFR", "2025-10-31", 4.22),
        ("IORB", "2025-10-31", 3.90),
    ],
)
def test_published_figures_are_served_as_published(reader: Reader, name: str, day: str, value: float) -> None:
    assert reader.series(name, day)[day] == value


@pytest.mark.parametrize(
    ("day", "billions"),
    [("2021-09-15", 7137.100), ("2022-12-28", 5830.240), ("2025-10-08", 5778.156), ("2026-01-07", 5772.872)],
)
def test_net_liquidity_comes_out_as_published(reader: Reader, day: str, billions: float) -> None:
    assets, treasury, repos = (reader.series(name, day)[day] for name in ("WALCL", "WTREGEN", "RRPONTSYD"))
    assert round(assets / 1e3 - treasury / 1e3 - repos, 3) == billions


def test_extremes_fall_on_their_published_days(reader: Reader) -> None:
    assets, treasury, repos = (reader.series(name) for name in ("WALCL", "WTREGEN", "RRPONTSYD"))
    assert max(assets, key=assets.__getitem__) == "2022-04-13"
    assert min((day for day in assets if day > "2022-04-13"), key=assets.__getitem__) == "2025-12-03"
    assert max(treasury, key=treasury.__getitem__) == "2020-07-29"
    assert max(repos, key=repos.__getitem__) == "2022-12-30"
    net = {
        day: assets[day] / 1e3 - treasury[day] / 1e3 - repos[max(one for one in repos if one <= day)] for day in assets
    }
    assert max(net, key=net.__getitem__) == "2021-09-15"


def test_funding_is_tightest_at_the_end_of_october_2025(reader: Reader) -> None:
    paid, reserves = reader.series("SOFR", "2021-07-29"), reader.series("IORB")
    spread = {day: round(100 * (paid[day] - reserves[day])) for day in paid}
    assert max(spread, key=spread.__getitem__) == "2025-10-31"
    assert spread["2025-10-31"] == 32


def test_securities_of_the_two_feds_agree(reader: Reader, soma: dict[str, dict[str, str]]) -> None:
    treasuries, mortgages, bills = (reader.series(name) for name in ("TREAST", "WSHOMCB", "WSHOBL"))
    assert set(soma) == set(treasuries) == set(reader.series("WALCL"))
    for day, row in soma.items():
        held = {name: float(value or 0) for name, value in row.items() if name != "asOfDate"}
        parts = held["bills"] + held["notesbonds"] + held["tips"] + held["frn"] + held["tipsInflationCompensation"]
        assert abs(parts - treasuries[day] * 1e6) <= 1e6
        assert abs(held["mbs"] + held["cmbs"] - mortgages[day] * 1e6) <= 1e6
        assert held["bills"] == bills[day] * 1e6
        whole = parts - held["tipsInflationCompensation"] + held["mbs"] + held["cmbs"] + held["agencies"]
        assert abs(whole - held["total"]) < 0.02
    assert soma["2019-01-02"]["cmbs"] == ""
    assert soma["2019-01-02"]["bills"] == "0.00"


def test_bills_grow_by_what_the_desk_bought(reader: Reader, soma: dict[str, dict[str, str]]) -> None:
    rows = reader.json("/api/tsy/all/results/details/search.json", startDate="2025-12-01")["treasury"]["auctions"]
    assert min(row["operationDate"] for row in rows) == "2025-12-12"
    assert all(row["operationType"] == "Outright Bill Purchase" and row["operationDirection"] == "P" for row in rows)
    assert all(
        sum(int(part["parAmountAccepted"]) for part in row["details"]) == int(row["totalParAmtAccepted"])
        for row in rows
    )
    weeks = sorted(day for day in soma if day >= "2025-12-10")
    for before, after in pairwise(weeks):
        settled = sum(int(row["totalParAmtAccepted"]) for row in rows if before < row["settlementDate"] <= after)
        assert int(soma[after]["bills"]) - int(soma[before]["bills"]) == settled > 0


def test_overnight_repos_are_the_operations_of_the_day(reader: Reader) -> None:
    rows = reader.json("/api/rp/results/search.json", startDate="2019-01-01", operationTypes="Repo,Reverse Repo")
    operations = rows["repo"]["operations"]
    counted = [row for row in operations if row["isSmallValue"] != "Y" and not row["note"]]
    borrowed = {
        row["operationDate"]: row["totalAmtAccepted"] for row in counted if row["operationType"] == "Reverse Repo"
    }
    series = reader.series("RRPONTSYD")
    assert borrowed == {day: round(value * 1e9) for day, value in series.items()}
    lent: dict[str, int] = {}
    for row in counted:
        if row["operationType"] == "Repo":
            lent[row["operationDate"]] = lent.get(row["operationDate"], 0) + int(row["totalAmtAccepted"])
    assert lent["2025-10-31"] == 50_350_000_000
    assert lent["2025-12-31"] == max(lent.values()) == 74_600_000_000
    assert lent["2026-01-07"] == 0
    assert {row["note"] for row in operations} == {
        "",
        "Small value exercise",
        "Foreign and international accounts",
    }


def test_the_treasury_account_has_one_close_per_day_in_all_eras(reader: Reader, closes: dict[str, int]) -> None:
    levels, averages = reader.series("WDTGAL"), reader.series("WTREGEN")
    days = sorted(closes)

    def standing(day: str) -> int:
        return closes[max(one for one in days[-2000:] if one <= day)]

    for wednesday in [*list(levels)[1::3], "2020-07-29", "2025-12-31", "2026-01-07"]:
        assert standing(wednesday) == levels[wednesday]
        assert abs(sum(standing(day) for day in week_of(wednesday)) / 7 - averages[wednesday]) <= 0.5


def test_cash_flows_add_up_to_the_million(reader: Reader, closes: dict[str, int]) -> None:
    sums: dict[tuple[str, str], int] = {}
    columns = "record_date,transaction_type,transaction_catg,transaction_today_amt"
    for row in reader.statement("deposits_withdrawals_operating_cash", fields=columns):
        if row["transaction_catg"] == "null" or row["transaction_catg"].startswith(("Sub-Total", "Transfers ")):
            continue
        key = row["record_date"], row["transaction_type"]
        sums[key] = sums.get(key, 0) + int(row["transaction_today_amt"])
    days = sorted(closes)
    assert len(sums) == 2 * len(days)
    for before, day in pairwise(days):
        assert closes[before] + sums[day, "Deposits"] - sums[day, "Withdrawals"] == closes[day]
    four = {
        row["account_type"]: row
        for row in reader.statement("operating_cash_balance", filter="record_date:eq:2026-01-07")
    }
    assert int(four["Total TGA Deposits (Table II)"]["open_today_bal"]) == sums["2026-01-07", "Deposits"]
    assert int(four["Treasury General Account (TGA) Opening Balance"]["open_today_bal"]) == closes["2026-01-06"]
    assert four["Treasury General Account (TGA) Closing Balance"]["close_today_bal"] == "null"


@pytest.mark.parametrize(
    ("day", "customs"),
    [
        ("2023-02-13", "Customs and Certain Excise Taxes"),
        ("2023-02-14", "DHS - Customs and Certain Excise Taxes"),
        ("2025-11-07", "DHS - Customs and Certain Excise Taxes"),
        ("2025-11-10", "DHS - Customs Duties, Taxes, and Fees"),
    ],
)
def test_categories_are_renamed_on_their_days(reader: Reader, day: str, customs: str) -> None:
    rows = reader.statement("deposits_withdrawals_operating_cash", filter=f"record_date:eq:{day}")
    assert customs in {row["transaction_catg"] for row in rows}
    assert all(isinstance(value, str) for row in rows for value in row.values())


def test_fiscal_data_filters_sorts_and_pages(reader: Reader) -> None:
    body = reader.json(
        DTS + "operating_cash_balance",
        filter="record_date:in:(2021-09-29,2021-09-30,2021-10-01),account_type:eq:Federal Reserve Account",
        sort="-record_date,src_line_nbr",
        **{"page[size]": 1},
    )
    assert [row["record_date"] for row in body["data"]] == ["2021-09-30"]
    assert body["meta"]["total-count"] == body["meta"]["total-pages"] == 2
    assert body["meta"]["count"] == 1
    assert body["meta"]["dataFormats"]["close_today_bal"] == "$1,000,000"
    assert body["links"]["next"] == "&page%5Bnumber%5D=2&page%5Bsize%5D=1"
    assert body["links"]["prev"] is None
    assert reader.get(DTS + "operating_cash_balance", **{"page[size]": 10_001}).status_code == 400
    assert reader.get(DTS + "operating_cash_balance", fields="nope").json()["error"] == "Invalid Query Param"
    assert reader.get(DTS + "dts_table_1").status_code == 404


def test_every_series_is_served_by_both_fred_doors(reader: Reader) -> None:
    for name in CATALOGUE:
        reply = reader.get("/graph/fredgraph.csv", id=name, cosd="2025-01-01")
        assert reply.headers["content-type"] == "application/csv"
        lines = [line.split(",") for line in reply.text.splitlines()[1:]]
        body = reader.fred("series/observations", name, observation_start="2025-01-01").json()
        assert [[row["date"], row["value"]] for row in body["observations"]] == [
            [day, text or "."] for day, text in lines
        ]
        assert body["count"] == len(lines) > 10
    assert reader.get("/graph/fredgraph.csv", id="NOPE").status_code == 404


def test_derived_yields_and_index_copies_agree(reader: Reader) -> None:
    ten, real, two = (reader.series(name) for name in ("DGS10", "DFII10", "DGS2"))
    assert reader.series("T10YIE") == {day: round(ten[day] - real[day], 2) for day in ten}
    assert reader.series("T10Y2Y") == {day: round(ten[day] - two[day], 2) for day in ten}
    for name, symbol in (("SP500", "%5EGSPC"), ("NASDAQCOM", "%5EIXIC"), ("VIXCLS", "%5EVIX")):
        copy, close = reader.series(name), reader.closes(symbol)
        assert max(abs(value - close[day]) for day, value in copy.items()) < 0.01
        assert set(close) - set(copy) <= {"2026-01-30"}  # the next morning's release has not come yet


def test_the_calendars_differ_where_the_markets_do(reader: Reader) -> None:
    rows = dict(line.split(",") for line in reader.get("/graph/fredgraph.csv", id="DGS10").text.splitlines()[1:])
    assert rows["2025-10-13"] == ""
    assert "2025-10-12" not in rows
    assert "2025-10-13" in reader.series("SP500")
    assert "2025-01-09" not in reader.series("SP500")
    assert "2025-04-18" not in reader.series("SOFR")
    assert "2025-04-18" in reader.series("EFFR")
    assert "2025-12-28" in reader.series("DFF")
    assert reader.series("DFF")["2025-12-28"] == reader.series("DFF")["2025-12-26"]
    assert min(reader.series("BAMLH0A0HYM2")) == "2023-02-01"
    assert "2025-08-31" in reader.series("BAMLH0A0HYM2")
    assert max(reader.series("IORB")) == "2026-02-03"  # tomorrow, for the world's clock


def test_fred_api_refuses_as_documented(reader: Reader) -> None:
    def refusal(**query: str) -> str:
        reply = reader.get("/fred/series/observations", file_type="json", **query)
        assert reply.status_code == 400
        return str(reply.json()["error_message"])

    assert "api_key is not set" in refusal(series_id="WALCL")
    assert "32 character" in refusal(series_id="WALCL", api_key="short")
    assert refusal(series_id="NOPE", api_key=KEY) == "Bad Request.  The series does not exist."
    assert "maximum number of vintage dates allowed for this file type (2000)" in refusal(
        series_id="CBBTCUSD", api_key=KEY, **EVER
    )
    xml = ElementTree.fromstring(reader.fred("series/observations", "WALCL", file_type="xml", limit=1).text)
    assert xml.tag == "observations"
    assert xml[0].attrib["date"] == "2019-01-02"
    refused = reader.fred("series/observations", "NOPE", file_type="xml")
    assert ElementTree.fromstring(refused.text).attrib["code"] == "400"
    info = reader.fred("series", "WALCL").json()["seriess"][0]
    assert info["units"] == "Millions of U.S. Dollars"
    assert info["last_updated"] == "2026-01-29 15:30:00-06"


@pytest.mark.parametrize("name", ["M2SL", "DSPIC96"])
def test_revised_series_keep_every_vintage(reader: Reader, name: str) -> None:
    rows = reader.fred("series/observations", name, **EVER).json()["observations"]
    month = [row for row in rows if row["date"] == "2024-01-01"]
    assert len(month) >= 3
    assert len({row["value"] for row in month}) >= 3
    for row, following in pairwise(month):
        day = date.fromisoformat(following["realtime_start"]) - timedelta(days=1)
        assert row["realtime_end"] == day.isoformat()
    first = month[0]["realtime_start"]
    then = reader.fred("series/observations", name, realtime_start=first, realtime_end=first).json()["observations"]
    assert then[-1] == {
        "realtime_start": first,
        "realtime_end": first,
        "date": "2024-01-01",
        "value": month[0]["value"],
    }
    assert first in reader.fred("series/vintagedates", name).json()["vintage_dates"]


def test_the_russell_breaks_out_on_its_days(reader: Reader) -> None:
    close = reader.closes("%5ERUT")
    for level, day in ((2000, "2020-12-23"), (2500, "2025-10-15"), (2600, "2026-01-08")):
        assert next(one for one, price in close.items() if price >= level) == day
    assert close["2026-01-08"] == 2603.909912109375
    assert round(max(price for day, price in close.items() if day < "2026-01-08"), 4) == 2590.6101
    record, since, droughts = 0.0, date(2019, 1, 2), []
    for day, price in close.items():
        if price > record:
            if (date.fromisoformat(day) - since).days >= 180:
                droughts.append(day)
            record, since = price, date.fromisoformat(day)
    assert droughts[-3:] == ["2020-11-13", "2021-11-02", "2025-09-18"]


def test_charts_have_the_upstreams_shape(reader: Reader) -> None:
    summer = reader.chart("IWM", "2024-07-09", "2024-07-10")["timestamp"]
    winter = reader.chart("IWM", "2026-01-08", "2026-01-09")["timestamp"]
    assert (summer, winter) == ([1720531800], [1767882600])  # 13:30 and 14:30 UTC
    tlt = reader.chart("TLT")
    close, adjusted = tlt["indicators"]["quote"][0]["close"], tlt["indicators"]["adjclose"][0]["adjclose"]
    assert adjusted[0] < close[0]
    assert adjusted[-1] == close[-1]
    assert len(tlt["events"]["dividends"]) > 80
    assert "splits" not in tlt["events"]
    coin = reader.chart("BTC-USD")
    assert None in coin["indicators"]["quote"][0]["close"]
    assert coin["meta"]["exchangeTimezoneName"] == "UTC"
    assert coin["timestamp"][-1] == int(moment("2026-02-02T12:00Z").timestamp())  # the running day's bar
    missing = reader.get("/v8/finance/chart/NOPE")
    assert missing.status_code == 404
    assert missing.json()["chart"]["error"]["code"] == "Not Found"
    weekend = reader.chart("IWM", "2026-01-10", "2026-01-11")
    assert "timestamp" not in weekend
    assert weekend["indicators"]["quote"] == [{}]


def test_reference_rates_are_freds(reader: Reader) -> None:
    for group, name in (("secured", "sofr"), ("unsecured", "effr")):
        rows = reader.json(f"/api/rates/{group}/{name}/search.json", startDate="2019-01-01")["refRates"]
        assert {row["effectiveDate"]: row["percentRate"] for row in rows} == reader.series(name.upper())
    assert {row["type"] for row in reader.json("/api/rates/all/latest.json")["refRates"]} == {
        "SOFR",
        "BGCR",
        "TGCR",
        "EFFR",
        "OBFR",
    }
    mortgages = reader.json("/api/ambs/all/results/details/search.json")["ambs"]["auctions"]
    assert all(bool(row["totalAmtAcceptedPar"]) != bool(row["totalAcceptedCurrFace"]) for row in mortgages)
    assert reader.get("/api/soma/nope.json").status_code == 404
    bad = reader.get("/api/tsy/all/results/details/search.json", startDate="nonsense")
    assert bad.status_code == 400
    assert bad.content == b""


def test_the_clock_decides_what_is_public() -> None:
    with serve(at=moment("2026-01-08T12:00Z")) as sample:
        reader = Reader(sample)
        assert max(reader.series("WALCL")) == "2025-12-31"
        sample.at = moment("2026-01-09T12:00Z")
        assert max(reader.series("WALCL")) == "2026-01-07"
        assert max(row["asOfDate"] for row in reader.json("/api/soma/summary.json")["soma"]["summary"]) == "2026-01-07"
        assert reader.statement("operating_cash_balance", sort="-record_date")[0]["record_date"] == "2026-01-07"
        assert max(reader.series("SOFR")) == "2026-01-07"
        sample.at = moment("2026-01-09T18:00Z")  # 13:00 in New York
        assert max(reader.series("SOFR")) == "2026-01-08"
        row = reader.json("/api/rp/results/search.json", startDate="2026-01-09", operationTypes="Reverse Repo")["repo"][
            "operations"
        ][0]
        assert (row["auctionStatus"], row["totalAmtAccepted"]) == ("Announced", "")
        chart = reader.chart("%5ERUT", "2026-01-08", "2026-01-09")
        assert chart["timestamp"] == [1767882600, int(sample.at.timestamp())]  # the running bar comes unasked
        assert len(sample.requests) == 8


def test_two_servers_send_the_same_bytes() -> None:
    paths = [
        "/graph/fredgraph.csv?id=WRESBAL",
        "/api/soma/summary.json",
        "/v8/finance/chart/IWM?period1=0&period2=1800000000",
        "/api/rp/results/search.json",
        DTS + "deposits_withdrawals_operating_cash?page[size]=2000",
    ]
    bodies = []
    for _ in range(2):
        build.cache_clear()
        with serve() as sample, httpx.Client(base_url=sample.url, verify=False) as http:
            bodies.append([http.get(path).content for path in paths])
    assert bodies[0] == bodies[1]
    assert all(len(body) > 1_000 for body in bodies[0])


def test_a_spoiled_reply_is_sent_as_spoiled() -> None:
    def spoil(path: str, reply: Reply) -> Reply:
        if "SOFR" in path:
            raise ConnectionAbortedError
        return dataclasses.replace(reply, status=429, body=b"Too Many Requests", headers={"Retry-After": "1"})

    with serve(spoil=spoil) as sample, httpx.Client(base_url=sample.url, verify=False) as http:
        refused = http.get("/graph/fredgraph.csv?id=WALCL")
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        with pytest.raises(httpx.RemoteProtocolError):
            http.get("/graph/fredgraph.csv?id=SOFR")
        sample.spoil = None
        assert http.get("/graph/fredgraph.csv?id=SOFR").status_code == 200
