"""The spool: what was acknowledged is read once and whole, however the writer ended."""

import os
from datetime import timedelta

import pyarrow as pa
import pytest

from tests.made_books import NOON, book
from warehouse.books.book import record_batch
from warehouse.books.segment import SpoolError, read, segments
from warehouse.books.spool import Spool


def sequences(folder):
    batches = [batch for segment in segments(folder) for batch in read(segment)]
    return [number for batch in batches for number in batch["sequence"].to_pylist()]


def complete(folder):
    with Spool(folder):
        pass


def test_what_was_appended_is_read(tmp_path):
    told = [book(sequence=n) for n in range(3)]
    with Spool(tmp_path) as spool:
        spool.append(told[:2], NOON)
        spool.append(told[2:], NOON)
    (segment,) = segments(tmp_path)
    assert pa.Table.from_batches(read(segment)).equals(pa.Table.from_batches([record_batch(told)]))


@pytest.mark.parametrize("cut", [1, 15, 16, 17, 500, 2_000])
def test_a_torn_tail_is_dropped(tmp_path, cut):
    spool = Spool(tmp_path).__enter__()
    for n in range(3):
        spool.append([book(sequence=n)], NOON)
    os.close(spool._lock)
    (left,) = tmp_path.glob("*.open")
    frame = (left.stat().st_size - 32) // 3
    os.truncate(left, left.stat().st_size - min(cut, frame))
    complete(tmp_path)
    assert sequences(tmp_path) == [0, 1]


def test_damage_before_the_tail_is_not_taken_for_a_torn_tail(tmp_path):
    spool = Spool(tmp_path).__enter__()
    for n in range(3):
        spool.append([book(sequence=n)], NOON)
    os.close(spool._lock)
    (left,) = tmp_path.glob("*.open")
    damaged = bytearray(left.read_bytes())
    damaged[200] ^= 1
    left.write_bytes(damaged)
    with pytest.raises(SpoolError, match="damaged"):
        complete(tmp_path)


def test_a_damaged_complete_segment_is_told(tmp_path):
    with Spool(tmp_path) as spool:
        spool.append([book()], NOON)
    (segment,) = segments(tmp_path)
    damaged = bytearray(segment.read_bytes())
    damaged[-30] ^= 1
    segment.write_bytes(damaged)
    with pytest.raises(SpoolError, match="damaged"):
        list(read(segment))


def test_segments_are_completed_by_size_and_by_age(tmp_path):
    with Spool(tmp_path / "size", max_bytes=1) as spool:
        for n in range(3):
            spool.append([book(sequence=n)], NOON + timedelta(seconds=n))
            assert len(segments(tmp_path / "size")) == n + 1
    with Spool(tmp_path / "age", max_age_seconds=0) as spool:
        spool.append([book()], NOON)
        assert len(segments(tmp_path / "age")) == 1


def test_a_second_writer_is_refused(tmp_path):
    with Spool(tmp_path), pytest.raises(SpoolError, match="another process"), Spool(tmp_path):
        pass


def test_a_failed_append_leaves_the_spool_usable(tmp_path, monkeypatch):
    with Spool(tmp_path) as spool:
        spool.append([book(sequence=0)], NOON)
        monkeypatch.setattr(os, "fdatasync", _fail)
        with pytest.raises(SpoolError, match="could not be stored"):
            spool.append([book(sequence=1)], NOON)
        monkeypatch.undo()
        spool.append([book(sequence=2)], NOON + timedelta(seconds=1))
    complete(tmp_path)
    assert sequences(tmp_path) == [0, 2]


def test_levels_without_a_size_are_no_book(tmp_path):
    with Spool(tmp_path) as spool, pytest.raises(ValueError, match="without a size"):
        spool.append([book(bid_qty=[1.0])], NOON)
    assert not segments(tmp_path)


def _fail(handle):
    raise OSError(28, "No space left on device")
