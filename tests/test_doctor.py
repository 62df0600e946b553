"""The doctor: what is well is said, what is wrong comes with its cure."""

import json
from pathlib import Path

import pytest

from pipelines import diagnosis
from pipelines.diagnosis import Finding, diagnose
from tests.pipeline import tidegauge


def told(monkeypatch: pytest.MonkeyPatch, folder: Path) -> list[Finding]:
    monkeypatch.setenv("TIDEGAUGE_DATA", str(folder))
    monkeypatch.delenv("FRED_API_KEY", raising=False)
    return list(diagnose("sample"))


def test_a_new_machine_is_well_and_is_told_the_first_step(tmp_path: Path) -> None:
    done = tidegauge(tmp_path, "doctor", "--format", "json")
    assert done.returncode == 0, done.stderr
    found = {finding["what"]: finding for finding in json.loads(done.stdout)}
    assert found["nothing of sample is published"]["mend"] == "tidegauge run --upstreams sample"
    assert any(what.startswith("packages as pinned") for what in found)
    assert not [what for what, finding in found.items() if finding["level"] == "wrong"]


def test_a_damaged_database_is_wrong_and_has_a_cure(tmp_path: Path) -> None:
    (tmp_path / "sample").mkdir()
    (tmp_path / "sample" / "warehouse.duckdb").write_bytes(b"not a database" * 1000)
    done = tidegauge(tmp_path, "doctor")
    assert done.returncode == 3
    assert "WRONG" in done.stdout
    assert "tidegauge verify --repair --origin sample" in done.stdout


def test_a_full_disk_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosis, "LEAST_FREE_BYTES", 1 << 60)
    assert any(f.level == "wrong" and "GiB free" in f.what for f in told(monkeypatch, tmp_path))


def test_a_package_of_another_version_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosis, "requires", lambda _: ["duckdb==1.0.0", "nowhere"])
    wrong = {f.what for f in told(monkeypatch, tmp_path) if f.level == "wrong"}
    assert wrong == {"duckdb is 2.0.0, not ==1.0.0", "nowhere is nothing, not installed"}
