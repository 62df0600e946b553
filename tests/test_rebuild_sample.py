"""Rebuild and verify as a person meets them: the whole sample world, the real command, real damage."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline import tidegauge
from tests.small import OF_RUNS, flip


def manifest(data: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((data / "sample" / "published" / "manifest.json").read_text())
    return told


def hashes(data: Path) -> dict[str, str]:
    """The published content hash of every table that must be the same after a rebuild; the sample's clock stands."""
    kept = OF_RUNS - {"quality.freshness"}
    return {name: told["content_hash"] for name, told in manifest(data)["tables"].items() if name not in kept}


def test_a_rebuild_publishes_the_same_tables_to_their_hashes(own_sample: Path) -> None:
    before, snapshot = hashes(own_sample), manifest(own_sample)["snapshot"]
    done = tidegauge(own_sample, "rebuild")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing was asked" in done.stdout
    assert manifest(own_sample)["snapshot"] > snapshot
    assert hashes(own_sample) == before


def test_a_damaged_database_is_named_and_repaired_to_the_same_tables(own_sample: Path) -> None:
    before = hashes(own_sample)
    chance = random.Random(11)
    flip(own_sample / "sample" / "warehouse.duckdb", chance)
    flip(own_sample / "sample" / "published" / "current" / "tidegauge.duckdb", chance)
    found = tidegauge(own_sample, "verify", "--format", "json")
    told = json.loads(found.stdout)
    assert (found.returncode, told["is_whole"]) == (3, False)
    assert {damage["kind"] for damage in told["damaged"]} == {"database", "published"}
    repaired = tidegauge(own_sample, "verify", "--repair")
    assert repaired.returncode == 0, repaired.stdout + repaired.stderr
    assert "rebuilt" in repaired.stdout
    assert hashes(own_sample) == before


@pytest.mark.parametrize("verb", ["rebuild", "verify"])
def test_where_nothing_was_landed_it_says_how_to_start(tmp_path: Path, verb: str) -> None:
    done = tidegauge(tmp_path, verb)
    assert done.returncode != 0
    assert "nothing was landed" in done.stderr
    assert "tidegauge run" in done.stderr
