"""Every file that is kept or handed in, damaged at random: an error of ours, or only what was written."""

import copy
import csv
import gzip
import io
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import settings

from assets.claims.declared import FILE, ClaimsError, claims
from assets.coverage import Coverage, log_of
from assets.coverage import read as read_coverage
from tests.damaged import damaged
from tests.made_books import NOON, book
from tests.small import SERIES, START, land
from tests.stored import append, at, observations, opened
from warehouse import checksums, sealed
from warehouse.books import segment
from warehouse.books.binance_depth import capture_events
from warehouse.books.level_csv import level_events
from warehouse.books.spool import Spool
from warehouse.landing import Landing, LandingError
from warehouse.ledger import LedgerError, last_mirrored
from warehouse.losses import Loss, Losses
from warehouse.store import mirror_of


@dataclass(frozen=True)
class Kept:
    """A file as it is written, what it says when it is read, and the errors that reading may end in."""

    write: Callable[[Path], Path]
    read: Callable[[Path], list[str]]
    errors: type[Exception] | tuple[type[Exception], ...]
    #: Whether all that is read of a damaged file must have been in the whole one.
    is_sealed: bool = True


def written_segment(folder: Path) -> Path:
    with Spool(folder / "spool") as spool:
        for n in range(4):
            spool.append([book(sequence=n, observed_at=NOON + timedelta(seconds=n))], NOON)
    (path,) = segment.segments(folder / "spool")
    return path


def written_journal(folder: Path) -> Path:
    landing = Landing(folder)
    for n, key in enumerate(SERIES):
        land(landing, key, START + timedelta(days=n), "2026-01-07,1")
    return landing.journal_path


def written_mirror(folder: Path) -> Path:
    with opened(folder) as store:
        for n in range(4):
            append(store, observations(("A", at(n + 1).date(), 1.0), received_at=at(9)))
    return mirror_of(folder / "warehouse.duckdb")


def written_losses(folder: Path) -> Path:
    loss = dict(what="line", upstream="", key="", request="", landed_ids=(), noted_at=START)
    Losses(folder / "lost.jsonl").note(Loss(sha256=str(n) * 64, **loss) for n in range(3))  # type: ignore[arg-type]
    return folder / "lost.jsonl"


def written_coverage(folder: Path) -> Path:
    with Coverage(log_of(folder / "spool")) as coverage:
        for n in range(3):
            coverage.served(("okx", "spot", "BTC/USDT"), NOON + timedelta(hours=n))
        coverage.close(NOON + timedelta(hours=9))
    return log_of(folder / "spool")


def written_checksums(folder: Path) -> Path:
    checksums.write(folder / "SHA256SUMS", {f"file {n}": f"{n}" * 64 for n in range(5)})
    return folder / "SHA256SUMS"


def written_capture(folder: Path) -> Path:
    """Binance's depth as a recorder writes it: a snapshot, then diffs, each with a trade."""
    sides = {"bids": [["99.5", "1"], ["99", "2"]], "asks": [["100.5", "1"]]}
    lines = [f"https://fapi.example/depth?symbol=BTCUSDT -> 1700000000.5: {json.dumps({'lastUpdateId': 10, **sides})}"]
    for n in range(11, 16):
        diff = {"e": "depthUpdate", "E": 1_700_000_000_000 + n, "s": "BTCUSDT", "U": n, "u": n, "pu": n - 1}
        trade = {"e": "trade", "E": 1_700_000_000_000 + n, "T": 1_700_000_000_000 + n, "s": "BTCUSDT", "t": n}
        for message in ({**diff, "b": [["99.5", f"{n}.5"]], "a": []}, {**trade, "p": "99.5", "q": "0.1", "m": True}):
            lines.append(f"1700000000{n}0000: {json.dumps(message, separators=(',', ':'))}")
    (folder / "capture").write_text("\n".join(lines) + "\n")
    return folder / "capture"


def written_levels(folder: Path) -> Path:
    names = ("TimestampOfReceive", "StreamType", "EventType", "EventTime", "Symbol", "FirstUpdateId", "FinalUpdateId")
    names += ("FinalUpdateIdInLastStream", "LastUpdateId", "IsAsk", "Price", "Quantity")
    told = io.StringIO()
    rows = csv.DictWriter(told, names)
    rows.writeheader()
    shot = {"TimestampOfReceive": "1700000000000000", "Symbol": "BTCUSDT", "LastUpdateId": "10"}
    rows.writerows(
        {**shot, "IsAsk": side, "Price": price, "Quantity": "1.5"} for side, price in (("0", "99"), ("1", "101"))
    )
    for n in range(11, 15):
        ids = {"FirstUpdateId": n, "FinalUpdateId": n, "FinalUpdateIdInLastStream": n - 1, "EventType": "depthUpdate"}
        times = {"TimestampOfReceive": f"17000000000{n}000", "EventTime": f"17000000000{n}"}
        rows.writerow({**ids, **times, "Symbol": "BTCUSDT", "IsAsk": "1", "Price": "101", "Quantity": n})
    (folder / "levels.csv").write_text(told.getvalue())
    return folder / "levels.csv"


def written_claims(folder: Path) -> Path:
    """The first two of the claims, with what stands before them."""
    (folder / "claims.toml").write_text("\n[C".join(FILE.read_text().split("\n[C")[:2]))
    return folder / "claims.toml"


def packed(path: Path) -> Path:
    """The capture as it is handed in; a damaged byte may be one of the packing."""
    into = path.with_suffix(".gz")
    into.write_bytes(path.read_bytes() if path.read_bytes()[:2] == b"\x1f\x8b" else gzip.compress(path.read_bytes()))
    return into


def read_segment(path: Path) -> list[str]:
    return [str(row) for batch in segment.read(path) for row in batch.to_pylist()]


NOT_READ = (sealed.BrokenSeal, sealed.OtherVersion)
KEPT = {
    "a segment of the spool": Kept(written_segment, read_segment, segment.SpoolError),
    "the journal": Kept(
        written_journal, lambda path: [str(job) for job in Landing(path.parent).journal()], LandingError
    ),
    "the ledger's mirror": Kept(
        written_mirror, lambda path: [str(n) for n in range(last_mirrored(path) + 1)], LedgerError
    ),
    "losses": Kept(written_losses, lambda path: [str(loss) for loss in Losses(path).noted()], NOT_READ),
    "coverage": Kept(written_coverage, lambda path: [str(row) for row in read_coverage(path).rows()], NOT_READ),
    "checksums": Kept(written_checksums, lambda path: [str(checksums.read(path))], ValueError, is_sealed=False),
    "a capture": Kept(
        written_capture,
        lambda path: [str(event) for event in capture_events([packed(path)], "BTCUSDT")],
        ValueError,
        is_sealed=False,
    ),
    "levels": Kept(
        written_levels,
        lambda path: [str(event) for event in level_events(path, "BTCUSDT")],
        ValueError,
        is_sealed=False,
    ),
    "claims": Kept(
        written_claims,
        lambda path: [str(claim) for claim in claims(path.read_bytes().decode("utf-8", "replace"))],
        ClaimsError,
        is_sealed=False,
    ),
}


SEALED = ("the journal", "the ledger's mirror", "losses", "coverage")


@pytest.mark.parametrize("name", SEALED)
def test_a_line_of_another_version_is_refused_or_read_right(name: str, tmp_path: Path) -> None:
    """Whole lines, the last of which has an entry less, or one that nobody here writes."""
    kept = KEPT[name]
    path = kept.write(tmp_path)
    records, said = [line.record() for line in sealed.lines(path)], kept.read(path)
    refusals = []
    for n in range(settings.default.max_examples):
        chance = random.Random(f"{name} {n}")
        other = copy.deepcopy(records)
        place = chance.choice([other[-1], *other[-1].get("replies", ())])
        if chance.random() < 0.5:
            place.pop(chance.choice(list(place)))
        else:
            place["colour"] = "blue"
        path.write_bytes(b"".join(map(sealed.sealed, other)))
        try:
            assert set(kept.read(path)) <= set(said), n
        except kept.errors as error:
            refusals.append(str(error))
    assert refusals
    assert all(f"line {len(records)} is of another version" in refusal for refusal in refusals)


@pytest.mark.parametrize("name", KEPT)
def test_a_damaged_file_is_refused_or_read_right(name: str, tmp_path: Path) -> None:
    kept = KEPT[name]
    path = kept.write(tmp_path)
    whole, said = path.read_bytes(), kept.read(path)
    assert said
    for n in range(settings.default.max_examples):
        chance = random.Random(f"{name} {n}")
        path.write_bytes(damaged(whole, chance))
        try:
            read = kept.read(path)
        except kept.errors as error:
            read, reason = [], str(error)
        else:
            reason = "none"
        assert reason
        assert not kept.is_sealed or set(read) <= set(said), n
