"""Whatever moment a capture or an ingestion is killed at, acknowledged books are there, once, and whole."""

from pathlib import Path

from tests.kills import kill_captures, kill_ingestions


def test_killed_captures_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    found = kill_captures(tmp_path, range(6))
    assert found.kills == 6
    assert found.acknowledged > 6
    assert (found.lost, found.twice, found.torn, found.unread) == (0, 0, 0, [])


def test_killed_ingestions_lose_no_book_and_have_none_twice(tmp_path: Path) -> None:
    found = kill_ingestions(tmp_path, range(12))
    assert found.kills >= 10  # what the one before left may make the next a longer one, never a shorter
    assert (found.lost, found.twice, found.beyond, found.unread) == (0, 0, 0, [])
