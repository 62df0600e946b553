"""Rebuild and verify as a person meets them: the whole sample world, the real command, real damage."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline import tidegauge
from tests.small import OF_RUNS, flip

pytestmark = pytest.mark.xdist_group("rebuild")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after one run."""
    folder = tmp_path_factory.mktemp("rebuild")
    done = tidegauge(folder, "run")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def manifest(data: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((data / "sample" / "published" / "manifest.json").read_text())
    return told


def hashes(data: Path) -> dict[str, str]:
    """The published content hash of every table that must be the same after a rebuild; the sample's clock stands."""
    kept = OF_RUNS - {"quality.freshness"}
    return {name: told["content_hash"] for name, told in manifest(data)["tables"].items() if name not in kept}


def test_a_rebuild_publishes_the_same_tables_to_their_hashes(data: Path) -> None:
    before, snapshot = hashes(data), manifest(data)["snapshot"]
    done = tidegauge(data, "rebuild")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing was asked" in done.stdout
    assert manifest(data)["snapshot"] > snapshot
    assert hashes(data) == before


def test_a_damaged_database_is_named_and_repaired_to_the_same_tables(data: Path) -> None:
    before = hashes(data)
    chance = random.Random(11)
    flip(data / "sample" / "warehouse.duckdb", chance)
    flip(data / "sample" / "published" / "current" / "tidegauge.duckdb", chance)
    found = tidegauge(data, "verify", "--format", "json")
    told = json.loads(found.stdout)
    assert (found.returncode, told["is_whole"]) == (3, False)
    assert {damage["kind"] for damage in told["damaged"]} == {"database", "published"}
    repaired = tidegauge(data, "verify", "--repair")
    assert repaired.returncode == 0, repaired.stdout + repaired.stderr
    assert "rebuilt" in repaired.stdout
    assert hashes(data) == before


@pytest.mark.parametrize("verb", ["rebuild", "verify"])
def test_where_nothing_was_landed_it_says_how_to_start(tmp_path: Path, verb: str) -> None:
    done = tidegauge(tmp_path, verb)
    assert done.returncode != 0
    assert "nothing was landed" in done.stderr
    assert "tidegauge run" in done.stderr
