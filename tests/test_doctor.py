"""The doctor: what is well is said, what is wrong comes with its cure."""

import json
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from assets.alert_sending import COMMAND_VARIABLE, WEBHOOK_VARIABLE
from pipelines import diagnosis
from pipelines.diagnosis import Finding, diagnose
from pipelines.origins import Place
from tests.canned import Canned, serving
from tests.pipeline import tidegauge
from tests.small import holding
from warehouse.alerts import FILE, write


def told(monkeypatch: pytest.MonkeyPatch, folder: Path) -> list[Finding]:
    monkeypatch.setenv("TIDEGAUGE_DATA", str(folder))
    for variable in ("FRED_API_KEY", "DAGSTER_HOME", "TIDEGAUGE_DAGSTER"):
        monkeypatch.delenv(variable, raising=False)
    return list(diagnose("sample"))


def wrong(findings: list[Finding]) -> dict[str, str]:
    return {finding.what: finding.mend for finding in findings if finding.level == "wrong"}


def test_a_new_machine_is_well_and_is_told_the_first_step(tmp_path: Path) -> None:
    done = tidegauge(tmp_path, "doctor", "--format", "json")
    assert done.returncode == 0, done.stderr
    found = {finding["what"]: finding for finding in json.loads(done.stdout)}
    assert found["nothing of sample is published"]["mend"] == "tidegauge run --upstreams sample"
    assert any(what.startswith("packages as pinned") for what in found)
    assert not [what for what, finding in found.items() if finding["level"] == "wrong"]


def test_files_that_a_user_may_provide_are_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEGAUGE_DATA", str(tmp_path))
    folder = tmp_path / "replay" / "provided"
    folder.mkdir(parents=True)
    (folder / "etf_flow.csv").touch()
    (missing,) = (f for f in diagnose("replay") if "provided" in f.what)
    assert (missing.level, missing.what) == ("note", f"{folder} has no exchange_reserve.csv")


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


def test_alerts_that_reach_nobody_are_told_with_their_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(COMMAND_VARIABLE, raising=False)
    monkeypatch.delenv(WEBHOOK_VARIABLE, raising=False)
    nobody = next(finding for finding in told(monkeypatch, tmp_path) if finding.what.startswith("nobody"))
    assert (nobody.level, nobody.mend) == ("note", f"set {WEBHOOK_VARIABLE} or {COMMAND_VARIABLE}")
    monkeypatch.setenv(WEBHOOK_VARIABLE, "https://example.org/T0K3N")
    alerts = tmp_path / "sample" / "alerts"
    alerts.mkdir(parents=True)
    (alerts / "mine.sql").write_text("select 1")
    write(alerts / FILE, [], unsent_because="the webhook answered 404")
    findings = told(monkeypatch, tmp_path)
    assert "alerts go to the webhook: tidegauge alerts --test tries it" in [f.what for f in findings]
    assert set(wrong(findings)) == {
        f"{alerts / 'mine.sql'} cannot be asked: "
        "it must begin with the lines -- tells: (a sentence.) and -- over: told|silent",
        "alerts wait to be sent: the webhook answered 404",
    }
    assert "T0K3N" not in str(findings)
    monkeypatch.setenv(COMMAND_VARIABLE, "true")
    both = f"both {WEBHOOK_VARIABLE} and {COMMAND_VARIABLE} are set"
    assert wrong(told(monkeypatch, tmp_path))[both] == "unset one"


def test_an_instance_without_its_file_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEGAUGE_DATA", str(tmp_path))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    assert (
        wrong(list(diagnose("sample")))[f"DAGSTER_HOME is {tmp_path}, where no dagster.yaml is"] == "unset DAGSTER_HOME"
    )


def test_another_writer_is_named_and_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = tmp_path / "sample" / "warehouse.duckdb"
    database.parent.mkdir()
    with holding(database) as writer:
        findings = told(monkeypatch, tmp_path)
    notes = [finding.what for finding in findings if finding.level == "note"]
    assert f"{database} is in use by another process (PID {writer.pid})" in notes
    assert wrong(findings) == {}


@pytest.mark.parametrize(("status", "level"), [(200, "ok"), (400, "wrong"), (500, "note")])
def test_the_key_is_tried_where_live_is_looked_at_and_never_told(
    monkeypatch: pytest.MonkeyPatch, status: int, level: str
) -> None:
    monkeypatch.setenv("FRED_API_KEY", "k3y")
    with serving(Canned("{}", status)) as fred:
        monkeypatch.setitem(diagnosis.PLACES, "fred_api", Place(fred.url, "", 0))
        (finding,) = diagnosis._key()
    assert finding.level == level
    assert "k3y" not in finding.what + finding.mend
    assert "api_key=k3y" in fred.requests[0]


def test_a_clock_that_is_wrong_and_a_door_that_is_shut_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        httpx.Client() as http,
        serving(Canned(status=451), Canned(), Canned(headers={"Date": "today"}), Canned()) as door,
    ):
        (blocked,) = diagnosis._door(http, "okx", door.url)
        (well,) = diagnosis._door(http, "okx", door.url)
        (unclear,) = diagnosis._door(http, "okx", door.url)
        monkeypatch.setattr(diagnosis, "TOLERATED_SKEW", timedelta(seconds=-1))
        (skewed,) = diagnosis._door(http, "okx", door.url)
        (shut,) = diagnosis._door(http, "okx", "http://127.0.0.1:9")
    assert (blocked.level, blocked.what) == ("note", "okx is blocked here")
    assert (well.level, unclear.level) == ("ok", "ok")
    assert (skewed.level, skewed.mend) == ("wrong", "set this machine's clock by NTP")
    assert (shut.level, shut.what) == ("wrong", "okx: ConnectError at http://127.0.0.1:9")
