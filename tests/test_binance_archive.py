"""Binance's archive of open interest: a zip is believed only with its checksum, and its labels only when clear."""

import hashlib
import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from assets.clients.venues.binance_archive import MAX_BYTES, BinanceArchive
from tests.canned import Canned, Served, fetched, host, reply, rows, serving
from warehouse.claims import Parsed, Reply, UpstreamError
from warehouse.tables.crypto_facts import OPEN_INTEREST

DAY = date(2024, 1, 2)
KEY = "binanceusdm archive BTC/USDT:USDT 2024-01"
NAME = f"BTCUSDT-metrics-{DAY}"
HEADER = "create_time,symbol,sum_open_interest,sum_open_interest_value,count_toptrader_long_short_ratio"
MIDNIGHT = datetime(2024, 1, 2, tzinfo=UTC)


def client(served: Served | None = None) -> BinanceArchive:
    return BinanceArchive(host(served or Served("http://127.0.0.1:9")), MIDNIGHT + timedelta(days=2))


def lines(first: int, last: int) -> list[str]:
    """Five-minute rows from ``first`` to ``last`` minutes after midnight; coins are the number of the step."""
    stamps = [(MIDNIGHT + timedelta(minutes=m), m // 5) for m in range(first, last + 1, 5)]
    return [f"{at:%Y-%m-%d %H:%M:%S},BTCUSDT,{n}.5,{(n + 0.5) * 40_000},1.2" for at, n in stamps]


ENDS, STARTS = lines(5, 1440), lines(0, 1435)


def zipped(text: str, name: str = f"{NAME}.csv", more: str = "") -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
        if more:
            archive.writestr(more, "")
    return content.getvalue()


def day_of(body: bytes, checksum: str = "", name: str = NAME) -> list[Reply]:
    """The replies to one day: its checksum and its file."""
    said = checksum or hashlib.sha256(body).hexdigest()
    return [reply(f"{said}  {name}.zip\n", f"GET /{name}.zip.CHECKSUM"), reply(body, f"GET /{name}.zip")]


def parsed(body: bytes, checksum: str = "", name: str = NAME) -> Parsed:
    return client().parse(KEY, day_of(body, checksum, name))


def coins(found: Parsed) -> dict[int, float]:
    """Hour after midnight to coins."""
    taken = rows(found, OPEN_INTEREST).select("observed_at", "open_interest_coin").rows()
    return {int((at - MIDNIGHT) / timedelta(hours=1)): amount for at, amount in taken}


def test_labels_at_the_end_of_a_step_are_taken_as_they_are() -> None:
    found = coins(parsed(zipped("\n".join([HEADER, *ENDS]))))
    assert found == {hour: 12 * hour + 0.5 for hour in range(1, 25)}


def test_labels_at_the_start_of_a_step_are_moved_to_its_end() -> None:
    found = coins(parsed(zipped("\n".join([HEADER, *STARTS]))))
    assert found == {hour: 12 * hour - 0.5 for hour in range(1, 25)}


def test_a_day_without_a_header_a_gap_and_rows_that_come_twice() -> None:
    text = "\n".join([*ENDS[:30], *ENDS[60:], ENDS[11]])
    found = parsed(zipped(text))
    assert not found.rejected
    assert set(coins(found)) == {1, 2, *range(6, 25)}


def test_rows_of_one_moment_that_differ_are_both_rejected() -> None:
    found = parsed(zipped("\n".join([HEADER, *ENDS, ENDS[11].replace(",12.5,", ",12.6,")])))
    assert 1 not in coins(found)
    assert len(found.rejected) == 2


@pytest.mark.parametrize("text", [ENDS[:200], STARTS[1:200]], ids=["cut off", "begins late"])
def test_where_a_file_does_not_tell_its_labels_the_day_does(text: list[str]) -> None:
    assert coins(parsed(zipped("\n".join([HEADER, *text]))))[1] == 12.5


def test_between_the_two_conventions_a_file_must_tell() -> None:
    text = "\n".join([HEADER, *ENDS[:200]]).replace("2024-01-02", "2025-08-02")
    name = "BTCUSDT-metrics-2025-08-02"
    with pytest.raises(UpstreamError, match="cannot tell whether labels start or end their step"):
        parsed(zipped(text, f"{name}.csv"), name=name)


GOOD = "\n".join([HEADER, *ENDS])


@pytest.mark.parametrize(
    ("body", "checksum", "reason"),
    [
        (zipped(GOOD), "0" * 64, "not the file its checksum is of"),
        (b"<html>", "", "not a zip that can be read"),
        (zipped(GOOD, "../../etc/x.csv"), "", "expected BTCUSDT-metrics-2024-01-02.csv alone"),
        (zipped(GOOD, more="second.csv"), "", "expected BTCUSDT-metrics-2024-01-02.csv alone"),
        (zipped("x" * (MAX_BYTES + 1)), "", f"would be {MAX_BYTES + 1} bytes"),
        (zipped("time,coin\n1,2"), "", "expected the columns"),
        (zipped(""), "", "expected the columns"),
    ],
    ids=["other bytes", "no zip", "a way out", "two members", "a bomb", "other columns", "empty"],
)
def test_a_file_that_is_not_the_one_is_refused_whole(body: bytes, checksum: str, reason: str) -> None:
    with pytest.raises(UpstreamError, match=reason):
        parsed(body, checksum)


def test_a_row_of_another_symbol_is_rejected_alone() -> None:
    found = parsed(zipped("\n".join([HEADER, *ENDS, "2024-01-02 01:00:00,ETHUSDT,1,1,1"])))
    assert [r.reason for r in found.rejected] == ["symbol is 'ETHUSDT'"]
    assert len(coins(found)) == 24


def test_days_are_asked_for_from_two_before_the_newest_up_to_yesterday(tmp_path: Path) -> None:
    body = zipped(GOOD)
    checksum = Canned(hashlib.sha256(body).hexdigest(), content_type="binary/octet-stream")

    def answer(path: str) -> Canned:
        return checksum if path.endswith(".CHECKSUM") else Canned(body, content_type="application/zip")

    newest = {"binanceusdm open_interest BTC/USDT:USDT": DAY}.get
    with serving(answer) as served:
        archive = client(served)
        jobs = [job.key for job in archive.jobs(newest) if "BTC/" in job.key]
        found = archive.parse(KEY, fetched(archive, KEY, tmp_path, newest))
    assert [key.split()[-1] for key in jobs] == ["2023-12", "2024-01"]
    asked = [f"/data/futures/um/daily/metrics/BTCUSDT/BTCUSDT-metrics-2024-01-0{n}.zip" for n in (1, 2, 3)]
    assert served.requests == [path + ending for path in asked for ending in (".CHECKSUM", "")]
    # The same file under three names: of the days that are not its own, nothing is taken.
    assert len(coins(found)) == 24
    assert [rejected.field for rejected in found.rejected] == ["file", "file"]


def test_a_file_that_is_refused_costs_no_other_day() -> None:
    found = client().parse(KEY, [*day_of(zipped(GOOD)), *day_of(b"<html>", name="BTCUSDT-metrics-2024-01-03")])
    assert len(coins(found)) == 24
    (rejected,) = found.rejected
    assert "not a zip that can be read" in rejected.reason


def test_a_day_that_is_not_there_is_a_gap(tmp_path: Path) -> None:
    newest = {"binanceusdm open_interest BTC/USDT:USDT": DAY}.get
    with (
        serving(Canned("no such key", 404, "application/xml")) as served,
        pytest.raises(UpstreamError, match="HTTP 404") as caught,
    ):
        fetched(client(served), KEY, tmp_path, newest)
    assert caught.value.absent


def test_a_day_in_the_midst_that_is_not_there_is_a_gap_too(tmp_path: Path) -> None:
    body = zipped(GOOD)

    def answer(path: str) -> Canned:
        if "2024-01-03" in path:
            return Canned("no such key", 404, "application/xml")
        return Canned(hashlib.sha256(body).hexdigest() if path.endswith(".CHECKSUM") else body, content_type="")

    newest = {"binanceusdm open_interest BTC/USDT:USDT": date(2024, 1, 4)}.get
    with serving(answer) as served:
        assert len(fetched(client(served), KEY, tmp_path, newest)) == 2
