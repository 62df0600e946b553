"""Landing: bodies named by what they are, and a journal that survives a crash."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from warehouse.landing import Fetched, Landed, Landing, LandingError
from warehouse.losses import Loss

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
BODY = b"observation_date,WALCL\n2026-01-07,6600000\n"
SHA256 = hashlib.sha256(BODY).hexdigest()


def keep(landing: Landing, body: bytes = BODY, request: str = "GET /a", received_at: datetime = NOON) -> Landed:
    return landing.keep(
        upstream="fred",
        base_url="http://127.0.0.1",
        request=request,
        status=200,
        content_type="text/csv",
        requested_at=NOON,
        received_at=received_at,
        body=body,
    )


def job(key: str, *replies: Landed) -> Fetched:
    return Fetched(
        run_id="run-1",
        now=NOON,
        upstream="fred",
        key=key,
        outcome="ok",
        reason="",
        finished_at=NOON,
        replies=replies,
    )


def keys(jobs: object) -> list[str]:
    return [job.key for job in jobs]  # type: ignore[attr-defined]


def bodies(folder: Path) -> list[Path]:
    return [path for path in (folder / "body").rglob("*") if path.is_file()]


# -- bodies --------------------------------------------------------------------------------------


def test_a_body_is_stored_once_under_its_hash_and_comes_back_as_it_was(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    first, again = keep(landing), keep(landing, request="GET /b")
    assert bodies(tmp_path) == [tmp_path / "body" / SHA256[:2] / f"{SHA256}.zst"]
    assert (first.sha256, again.sha256, first.bytes) == (SHA256, SHA256, len(BODY))
    assert landing.body(first) == landing.body(again) == BODY
    assert first.landed_id != again.landed_id


def test_an_empty_body_is_a_body(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    assert landing.body(keep(landing, b"")) == b""


def test_identifiers_sort_by_the_time_of_receipt(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    late = keep(landing, received_at=datetime(2026, 1, 5, 12, 0, 0, 2, tzinfo=UTC))
    early = keep(landing, received_at=datetime(2026, 1, 5, 12, 0, 0, 1, tzinfo=UTC))
    assert early.landed_id < late.landed_id


DAMAGES = {
    "overwritten": lambda stored: b"not zstd",
    "cut": lambda stored: stored[:-4],
    "emptied": lambda stored: b"",
    "another body": lambda stored: None,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_body_is_noticed_and_mended_when_the_same_bytes_come_again(tmp_path: Path, damage) -> None:  # type: ignore[no-untyped-def]
    landing = Landing(tmp_path)
    landed = keep(landing)
    (path,) = bodies(tmp_path)
    other = keep(Landing(tmp_path / "other"), b"other")
    spoiled = damage(path.read_bytes())
    path.write_bytes(bodies(tmp_path / "other")[0].read_bytes() if spoiled is None else spoiled)
    with pytest.raises(ValueError, match=f"landed body {SHA256} of GET /a is missing or damaged"):
        landing.body(landed)
    assert other.sha256 != SHA256
    assert landing.body(keep(landing)) == BODY


def test_a_missing_body_is_noticed(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    landed = keep(landing)
    bodies(tmp_path)[0].unlink()
    with pytest.raises(ValueError, match="is missing or damaged"):
        landing.body(landed)


# -- the journal ---------------------------------------------------------------------------------


def test_a_journal_entry_comes_back_equal(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    told = job("WALCL", keep(landing), keep(landing, b"second"))
    landing.finish(told)
    assert list(Landing(tmp_path).journal()) == [told]


def unread(landing: Landing, mark: int = 0) -> list[str]:
    return keys(entry.job for entry in landing.entries(mark))


def test_there_is_nothing_to_read_before_anything_was_landed(tmp_path: Path) -> None:
    landing = Landing(tmp_path / "none")
    assert list(landing.journal()) == []
    assert unread(landing) == []


@pytest.mark.parametrize("torn", [1, 40, -2], ids=["one byte", "half a line", "all but its end"])
def test_a_torn_last_entry_is_not_read_and_is_cut_off_by_the_next(tmp_path: Path, torn: int) -> None:
    landing = Landing(tmp_path)
    landing.finish(job("A"))
    journal = tmp_path / "journal.jsonl"
    whole = journal.read_bytes()
    journal.write_bytes(whole + whole[:torn])
    assert keys(landing.journal()) == ["A"]
    (entry,) = landing.entries()
    assert entry.end == len(whole)
    landing.finish(job("B"))
    assert keys(landing.journal()) == ["A", "B"]
    assert unread(landing, entry.end) == ["B"]
    assert [json.loads(line)["key"] for line in journal.read_text().splitlines()] == ["A", "B"]


@pytest.mark.parametrize("end", [b"", b"\0"], ids=["without its newline", "with another byte for its newline"])
def test_a_last_entry_that_is_whole_but_for_its_newline_is_kept(tmp_path: Path, end: bytes) -> None:
    landing = Landing(tmp_path)
    for key in "AB":
        landing.finish(job(key))
    journal = tmp_path / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-1] + end)
    landing.finish(job("C"))
    assert keys(landing.journal()) == ["A", "B", "C"]


def test_a_journal_without_checksums_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").write_text('{"run_id": "run-1", "upstream": "fred"}\n')
    with pytest.raises(LandingError, match=r"line 1 has no checksum.*an older version.*move it away and run again"):
        list(Landing(tmp_path).journal())


def test_a_damaged_entry_stops_reading_until_its_loss_is_noted(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    for key in "ABC":
        landing.finish(job(key))
    journal = tmp_path / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    lines[1] = lines[1].replace(b'"ok"', b'"oK"')
    journal.write_bytes(b"".join(lines))
    with pytest.raises(LandingError, match=r"journal\.jsonl: line 2 does not match its checksum"):
        list(landing.journal())
    lost = Loss(
        what="line",
        sha256=hashlib.sha256(lines[1]).hexdigest(),
        upstream="fred",
        key="B",
        request="",
        landed_ids=(),
        noted_at=NOON + timedelta(hours=1),
    )
    for _ in range(2):
        landing.losses.note([lost])
    assert landing.losses.noted() == [lost]
    assert keys(landing.journal()) == ["A", "C"]
    assert landing.lost_jobs() == {"fred": {"B"}}
    landing.finish(replace(job("B"), finished_at=NOON + timedelta(hours=2)))
    assert landing.lost_jobs() == {}


def test_a_journal_shorter_than_what_was_read_of_it_is_an_error(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    landing.finish(job("A"))
    (entry,) = landing.entries()
    (tmp_path / "journal.jsonl").write_text("")
    with pytest.raises(LandingError, match="shorter than what was read of it"):
        unread(landing, entry.end)


def test_jobs_that_finish_at_the_same_time_do_not_mix(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    long = replace(keep(landing), request="GET /" + "x" * 20_000)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: landing.finish(job(str(n), long, keep(landing, b"%d" % (n % 3)))), range(48)))
    assert sorted(keys(landing.journal()), key=int) == [str(n) for n in range(48)]
    assert len(bodies(tmp_path)) == 4
