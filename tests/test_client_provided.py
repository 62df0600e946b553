"""Files that the user provides: what a line says, when it was known, and what is turned away."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from assets.clients.provided import provided
from pipelines.origins import Origin
from pipelines.places import REPOSITORY
from tests.canned import fetched, reply, rows
from warehouse.claims import Parsed, UpstreamError
from warehouse.landing import Landing
from warehouse.tables.provided import ETF_FLOW, EXCHANGE_RESERVE

READ = datetime(2026, 2, 2, 12, tzinfo=UTC)
FLOWS, RESERVES = ETF_FLOW.name, EXCHANGE_RESERVE.name
FLOW_HEADER = "fund,symbol,date,net_flow_usd,aum_usd,known_at"
RESERVE_HEADER = "symbol,date,reserve_coin,source,known_at"
FLOW = "IBIT,BTC,2026-01-20,-56900000,69000000000,2026-01-21T09:00:00-05:00"
RESERVE = "BTC,2026-01-20,2718000,A Vendor,2026-01-21T06:00Z"


def flows(*lines: str, header: str = FLOW_HEADER) -> Parsed:
    return _parsed(FLOWS, header, lines)


def reserves(*lines: str, header: str = RESERVE_HEADER) -> Parsed:
    return _parsed(RESERVES, header, lines)


def _parsed(key: str, header: str, lines: Sequence[str]) -> Parsed:
    body = "\n".join((header, *lines)) + "\n"
    return provided(Landing(Path("unused")), READ, Path("unused")).parse(key, [reply(body, received_at=READ)])


# -- what a line says ----------------------------------------------------------------------------


def test_a_flow_is_of_a_fund_and_day_and_known_when_its_line_says() -> None:
    row = rows(flows(FLOW), ETF_FLOW).row(0, named=True)
    assert (row["symbol"], row["fund"], row["date"]) == ("BTC", "IBIT", date(2026, 1, 20))
    assert (row["net_flow_usd"], row["aum_usd"]) == (-56_900_000, 69_000_000_000)
    assert (row["known_at"], row["known_at_basis"]) == (datetime(2026, 1, 21, 14, tzinfo=UTC), "stamp")
    assert row["locator"] == "line 2"


def test_a_reserve_is_of_a_coin_and_day_and_names_who_counted() -> None:
    row = rows(reserves(RESERVE), EXCHANGE_RESERVE).row(0, named=True)
    assert (row["symbol"], row["date"], row["reserve_coin"]) == ("BTC", date(2026, 1, 20), 2_718_000)
    assert (row["source"], row["known_at"]) == ("A Vendor", datetime(2026, 1, 21, 6, tzinfo=UTC))


def test_what_says_nothing_of_when_it_was_known_is_known_from_its_receipt() -> None:
    parsed = flows("IBIT,BTC,2026-01-20,-56900000,", header="fund,symbol,date,net_flow_usd,known_at")
    short = flows("IBIT,BTC,2026-01-20,-56900000", header="fund,symbol,date,net_flow_usd")
    for told in (parsed, short, reserves("BTC,2026-01-20,2718000,x", header="symbol,date,reserve_coin,source")):
        ((_, frame),) = told.frames
        assert frame.select("known_at", "known_at_basis").rows() == [(READ, "observed")]
    assert rows(short, ETF_FLOW)["aum_usd"].to_list() == [None]


def test_a_figure_that_is_left_empty_is_taken_back() -> None:
    assert rows(flows("IBIT,BTC,2026-01-20,,,"), ETF_FLOW)["net_flow_usd"].to_list() == [None]
    assert rows(reserves("BTC,2026-01-20,,x,"), EXCHANGE_RESERVE)["reserve_coin"].to_list() == [None]


def test_no_flow_at_all_is_a_flow() -> None:
    assert rows(flows("IBIT,BTC,2026-01-20,0,,"), ETF_FLOW)["net_flow_usd"].to_list() == [0.0]


def test_a_later_figure_of_the_same_day_with_a_time_of_its_own_is_a_correction() -> None:
    parsed = flows(FLOW, FLOW.replace("-56900000", "-57000000").replace("2026-01-21", "2026-01-22"))
    assert rows(parsed, ETF_FLOW)["net_flow_usd"].to_list() == [-56_900_000, -57_000_000]


def test_the_lines_of_the_guide_are_believed() -> None:
    guide = (REPOSITORY / "docs" / "operating.md").read_text()
    for key, body in zip((FLOWS, RESERVES), re.findall(r"```csv\n(.*?)```", guide, re.DOTALL), strict=True):
        header, *lines = body.splitlines()
        parsed = _parsed(key, header, lines)
        assert [frame.height for _, frame in parsed.frames] == [2]
        assert not parsed.rejected


# -- what is turned away -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "field", "said"),
    [
        ("IBIT,BTC,2026-01-21,-479.7,,", "net_flow_usd", "too small for USD: write out the millions"),
        ("IBIT,BTC,2026-01-21,9999,,", "net_flow_usd", "too small for USD"),
        ("IBIT,BTC,2026-01-21,$5000000,,", "net_flow_usd", "not a number"),
        ("IBIT,BTC,2026-01-19,5000000,,", "date", "no trading day of the New York Stock Exchange"),
        ("IBIT,BTC,2026-01-24,5000000,,", "date", "no trading day"),
        ("IBIT,BTC,21.01.2026,5000000,,", "date", "not a date"),
        ("IBIT,btc,2026-01-21,5000000,,", "symbol", "not a coin in capitals"),
        (",BTC,2026-01-21,5000000,,", "fund", "not a name of 1 to 40 characters"),
        ("IBIT,BTC,2026-01-21,5000000,,2026-01-21T20:59:59Z", "known_at", "the figure is of 2026-01-21T21:00Z itself"),
        ("IBIT,BTC,2026-01-21,5000000,,2026-02-02T12:00:01Z", "known_at", "later than the file was read"),
        ("IBIT,BTC,2026-01-21,5000000,,2026-01-22 09:00", "known_at", "not a moment with its offset"),
        ("IBIT,BTC,2026-01-21,5000000", "line", "4 values for 6 columns"),
    ],
)
def test_a_flow_that_cannot_be_is_turned_away_and_the_others_kept(line: str, field: str, said: str) -> None:
    parsed = flows(FLOW, line)
    assert rows(parsed, ETF_FLOW)["date"].to_list() == [date(2026, 1, 20)]
    (rejected,) = parsed.rejected
    assert (rejected.locator, rejected.source) == ("line 3", FLOWS)
    assert rejected.field.startswith(field)
    assert said in rejected.reason


@pytest.mark.parametrize(
    ("line", "field", "said"),
    [
        ("BTC,2026-01-21,2718,x,", "reserve_coin", "outside 10,000 to 21,000,000 coins"),
        ("BTC,2026-01-21,244620000000,x,", "reserve_coin", "outside 10,000 to 21,000,000 coins"),
        ("ETH,2026-01-21,16.2,x,", "reserve_coin", "outside 100,000 to 150,000,000 coins"),
        ("BTC,2026-01-21,2718000,,", "source", "not a name"),
        ("BTC,2026-01-21,2718000,x,2026-01-21T23:59:59Z", "known_at", "the figure is of 2026-01-22T00:00Z itself"),
    ],
)
def test_a_reserve_that_cannot_be_is_turned_away(line: str, field: str, said: str) -> None:
    parsed = reserves(RESERVE, line)
    assert rows(parsed, EXCHANGE_RESERVE)["date"].to_list() == [date(2026, 1, 20)]
    (rejected,) = parsed.rejected
    assert rejected.field.startswith(field)
    assert said in rejected.reason


def test_a_figure_that_is_there_twice_is_turned_away_both_times() -> None:
    others = [FLOW.replace("IBIT", f"F{n}") for n in range(8)]
    parsed = flows(FLOW, *others, FLOW.replace("-56900000", "-57000000"))
    assert "IBIT" not in rows(parsed, ETF_FLOW)["fund"].to_list()
    assert [rejected.locator for rejected in parsed.rejected] == ["line 2", "line 11"]


def test_a_file_in_millions_is_refused_as_a_whole() -> None:
    lines = [f"IBIT,BTC,2026-01-{day},{flow},," for day, flow in ((20, -479.7), (21, -708.7), (22, -32.2), (23, 0))]
    with pytest.raises(UpstreamError, match="3 of 4 lines are not believable, the first: line 2, net_flow_usd of IBIT"):
        flows(*lines)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            "date,fund,net_flow_usd\n",
            r"expected the header fund,symbol,date,net_flow_usd,aum_usd,known_at \(aum_usd and",
        ),
        ("fund,symbol,date,net_flow_usd,known_at,aum_usd\n", "expected the header"),
        ("fund,symbol,date,net_flow_musd\n", "got 'fund,symbol,date,net_flow_musd'"),
        (f"{FLOW_HEADER}\n{FLOW}", "the file is cut off in its last line"),
        (b"\xff\xfe", "not a CSV file"),
    ],
    ids=["another header", "another order", "another unit", "cut off", "not text"],
)
def test_a_file_of_another_shape_is_refused(body: str | bytes, said: str) -> None:
    with pytest.raises(UpstreamError, match=said):
        provided(Landing(Path("unused")), READ, Path("unused")).parse(FLOWS, [reply(body)])


def test_files_of_spreadsheets_are_read_too() -> None:
    body = f"\ufeff{FLOW_HEADER}\r\n{FLOW}\r\n\r\n"
    parsed = provided(Landing(Path("unused")), READ, Path("unused")).parse(FLOWS, [reply(body, received_at=READ)])
    assert rows(parsed, ETF_FLOW)["net_flow_usd"].to_list() == [-56_900_000]


# -- where the files are -------------------------------------------------------------------------


def test_live_upstreams_have_the_users_files_and_one_that_is_not_there_is_absent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIDEGAUGE_DATA", str(tmp_path))
    folder = tmp_path / "live" / "provided"
    folder.mkdir(parents=True)
    (folder / "etf_flow.csv").write_text(f"{FLOW_HEADER}\n{FLOW}\n")
    client = Origin("live", None, READ).clients(Landing(tmp_path / "landing"), READ)["provided"]
    (one,) = fetched(client, FLOWS, tmp_path / "landing")
    assert (one.landed.request, one.landed.upstream) == ("FILE provided/etf_flow.csv", "provided")
    assert Landing(tmp_path / "landing").body(one.landed) == (folder / "etf_flow.csv").read_bytes()
    with pytest.raises(UpstreamError, match="cannot be read: No such file") as caught:
        fetched(client, RESERVES, tmp_path / "landing")
    assert caught.value.absent
    (folder / "exchange_reserve.csv").mkdir()
    with pytest.raises(UpstreamError, match="cannot be read: Is a directory") as caught:
        fetched(client, RESERVES, tmp_path / "landing")
    assert not caught.value.absent


def test_the_sample_worlds_files_are_synthetic_and_those_of_a_user_stay(tmp_path: Path) -> None:
    mine = tmp_path / "etf_flow.csv"
    mine.write_text("mine\n")
    Origin("sample", "http://127.0.0.1:1", READ).provide(tmp_path)
    Origin("live", None, READ).provide(tmp_path / "live")
    assert mine.read_text() == "mine\n"
    assert not (tmp_path / "live").exists()
    lines = (tmp_path / "exchange_reserve.csv").read_text().splitlines()
    assert all("SYNTHETIC" in line for line in lines[1:])
    assert not reserves(*lines[1:]).rejected
