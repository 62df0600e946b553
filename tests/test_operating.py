"""What docs/operating.md promises: units that systemd takes, a backup that restores, errors that there are."""

import re
import shutil
import subprocess
import tomllib
from configparser import ConfigParser
from pathlib import Path

import pytest

from pipelines.origins import ARCHIVE_VARIABLE, UPSTREAMS_VARIABLE
from pipelines.places import REPOSITORY, Folder
from tests.small import filled, hashes
from tests.test_rebuild import rebuilt
from warehouse.alerts import BROKEN
from warehouse.conditions import ALERTS, Condition, conditions
from warehouse.store import Store

GUIDE = (REPOSITORY / "docs" / "operating.md").read_text()
UNITS = sorted((REPOSITORY / "deploy" / "systemd").glob("*.service"))
#: Text that goes on in the next literal is one text.
SEAM = re.compile(r'"\s*\n\s*f?"')


def table(heading: str) -> list[list[str]]:
    """The rows of the first table under a heading."""
    lines = GUIDE[GUIDE.index(heading) :].splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith("|---"))
    rows = []
    for line in lines[first + 1 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    return rows


def source() -> str:
    paths = [path for package in ("pipelines", "assets", "warehouse") for path in (REPOSITORY / package).rglob("*.py")]
    return SEAM.sub("", "\n".join(path.read_text() for path in paths))


def test_every_error_that_is_listed_is_in_the_code() -> None:
    code = source()
    listed = [cells[0].strip("`") for cells in table("## Errors, and their cure")]
    assert len(listed) >= 15
    missing = [
        message
        for message in listed
        for part in message.split("…")
        if part.strip(" ;:") and part.strip() not in code and part.strip(" ;:,") not in code
    ]
    assert missing == []


def test_every_variable_that_is_listed_is_read() -> None:
    code = source() + (REPOSITORY / "pipelines" / "places.py").read_text()
    listed = {name for cells in table("| variable | says |") for name in re.findall(r"[A-Z_]{5,}", cells[0])}
    assert listed >= {"TIDEGAUGE_DATA", ARCHIVE_VARIABLE, UPSTREAMS_VARIABLE, "FRED_API_KEY"}
    assert [name for name in listed if f'"{name}"' not in code] == []


def test_every_kind_of_alert_is_listed_with_whether_its_end_is_told() -> None:
    listed = {cells[0].strip("`"): cells[2] for cells in table("| kind | when |")}
    found = {c.kind: "no" if c.is_event else "yes" for c in conditions(ALERTS) if isinstance(c, Condition)}
    assert listed == {**found, BROKEN: "yes"}


def test_the_threshold_that_is_shown_is_one(tmp_path: Path) -> None:
    (text,) = re.findall(r"```toml\n(.+?)```", GUIDE, re.DOTALL)
    assert tomllib.loads(text)
    (tmp_path / "thresholds.toml").write_text(text)
    assert [c.name for c in conditions(tmp_path) if isinstance(c, Condition)] == ["bitcoin_cheap"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_systemd_takes_the_units_and_they_start_a_verb_that_there_is(unit: Path, tmp_path: Path) -> None:
    read = ConfigParser(interpolation=None)
    read.optionxform = str  # type: ignore[assignment, method-assign]
    read.read(unit)
    from pipelines.command.main import tidegauge

    command = read["Service"]["ExecStart"].split()
    assert command[0] == "/opt/tidegauge/.venv/bin/tidegauge"
    with tidegauge.commands[command[1]].make_context(command[1], command[2:]):
        pass
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not there")
    here = tmp_path / unit.name
    here.write_text(unit.read_text().replace("/opt/tidegauge/.venv/bin/tidegauge", "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(here)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_container_starts_what_the_project_installs() -> None:
    told = (REPOSITORY / "deploy" / "Containerfile").read_text()
    steps = [line.split()[0] for line in told.replace("\\\n", "").splitlines() if line and line[0] not in "# "]
    assert (steps[0], steps[-2:]) == ("FROM", ["ENTRYPOINT", "CMD"])
    assert "requirements.lock" in told
    assert steps.index("USER") > steps.index("RUN")


COPIED = [name for cells in table("| copy | is |") for name in re.findall(r"`([^`]+)`", cells[0])]


def test_what_is_backed_up_restores_every_table_to_its_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEGAUGE_DATA", str(tmp_path / "before"))
    before = Folder("sample")
    filled(before)
    before.alerts.mkdir()
    (before.alerts / "thresholds.toml").write_text("# mine")
    restored_root = tmp_path / "after" / "sample"
    for name in COPIED:
        kept = before.root / name
        if kept.is_dir():
            shutil.copytree(kept, restored_root / name)
        elif kept.exists():
            restored_root.mkdir(parents=True, exist_ok=True)
            shutil.copy(kept, restored_root / name)
    with Store.open(before.database, "before") as store:
        told = hashes(store)
    monkeypatch.setenv("TIDEGAUGE_DATA", str(tmp_path / "after"))
    after = Folder("sample")
    told_again = rebuilt(after)
    assert (told_again.books, told_again.lost) == (40, ())
    with Store.open(after.database, "after") as store:
        again = hashes(store)
    # Declarations are written by the run that follows.
    assert {n: h for n, h in again.items() if not n.startswith("reference.")} == {
        n: h for n, h in told.items() if not n.startswith("reference.")
    }
    assert (after.alerts / "thresholds.toml").read_text() == "# mine"
