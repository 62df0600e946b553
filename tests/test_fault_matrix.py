"""Every fault of the replay server on every upstream: what was there stays, nothing wrong comes in, it is named."""

import shutil
from collections.abc import Container, Iterator
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from assets.fetching import fetch
from assets.recording import Recorded, record
from pipelines.origins import Origin
from tests.pipeline import Replay, needs_recordings, replay
from warehouse.catalogue import SERIES
from warehouse.landing import Fetched, Landing
from warehouse.store import Store

pytestmark = needs_recordings
MONDAY, WEDNESDAY = "2021-12-20T12:00:00Z", "2021-12-22T12:00:00Z"
PATHS = {
    "fred": "fredgraph",
    "nyfed": "^/api/(soma|rp|tsy|ambs|rates)/",
    "fiscaldata": "fiscal_service",
    "yahoo": "finance/chart",
}
FAULTS = ("429", "500", "451", "html200", "empty200", "truncate", "drop", "schema", "null", "scale")
HELD = "select distinct series_id, period, value from facts.observation"


@pytest.fixture(scope="module")
def server() -> Iterator[Replay]:
    with replay("--at", MONDAY) as running:
        yield running


def run(
    server: Replay, folder: Path, run_id: str, asked: Container[str] = PATHS
) -> tuple[list[Fetched], Recorded, pl.DataFrame]:
    """Fetch from some upstreams and record once; what ended how, what was recorded, all values held afterwards."""
    landing = Landing(folder / "landing")
    origin = Origin("replay", server.url, datetime(2026, 11, 22, tzinfo=UTC))
    clients = {name: client for name, client in origin.clients(landing, origin.now).items() if name in asked}
    with Store.open(folder / "warehouse.duckdb", run_id) as store:
        newest = store.newest_periods().get
        fetched = fetch(clients, landing, newest, run_id, origin.now, sleep=lambda _seconds: None)
        recorded = record(store, landing, lambda now: clients)
        return fetched, recorded, store.read(HELD)


def beyond(values: pl.DataFrame, others: pl.DataFrame) -> list[tuple[object, ...]]:
    """The values that are not among the others."""
    return values.join(others, on=values.columns, how="anti").rows()


@pytest.fixture(scope="module")
def monday(server: Replay, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pl.DataFrame]:
    """A folder with all that was known on Monday, and what the values are on Wednesday when nothing fails."""
    folder = tmp_path_factory.mktemp("monday")
    run(server, folder, "monday")
    undisturbed = tmp_path_factory.mktemp("wednesday") / "copy"
    shutil.copytree(folder, undisturbed)
    server.set(at=WEDNESDAY)
    _, recorded, values = run(server, undisturbed, "wednesday")
    assert recorded.appended["facts.observation"].new > 50
    return folder, values


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("upstream", PATHS)
def test_a_fault_costs_only_its_own_upstream_and_only_until_it_is_over(
    server: Replay, monday: tuple[Path, pl.DataFrame], tmp_path: Path, upstream: str, fault: str
) -> None:
    before, wednesday = monday
    folder = tmp_path / "copy"
    shutil.copytree(before, folder)
    server.set(at=WEDNESDAY, faults=[f"{fault}:match={PATHS[upstream]}"])
    fetched, recorded, values = run(server, folder, "faulty")

    assert beyond(values, wednesday) == [], "values that were never published"
    named = {job.upstream for job in fetched if job.outcome == "failed"}
    named |= {rejected.landed.upstream for rejected in recorded.quarantined}
    assert upstream in named
    assert named <= {upstream}
    assert all(upstream == job.upstream and job.reason for job in fetched if job.outcome == "failed")
    of_others = [series.id for series in SERIES.values() if series.upstream != upstream]
    assert beyond(wednesday.filter(pl.col("series_id").is_in(of_others)), values) == [], "missing values of others"

    server.set(at=WEDNESDAY)
    _, _, healed = run(server, folder, "healed", {upstream})
    assert (beyond(healed, wednesday), beyond(wednesday, healed)) == ([], [])


@pytest.mark.parametrize("upstream", PATHS)
def test_a_slow_upstream_is_waited_for(
    server: Replay, monday: tuple[Path, pl.DataFrame], tmp_path: Path, upstream: str
) -> None:
    before, wednesday = monday
    folder = tmp_path / "copy"
    shutil.copytree(before, folder)
    server.set(at=WEDNESDAY, faults=[f"slow:match={PATHS[upstream]}:seconds=0.3"])
    fetched, _, values = run(server, folder, "slow")
    assert "failed" not in {job.outcome for job in fetched if job.upstream == upstream}
    assert (beyond(values, wednesday), beyond(wednesday, values)) == ([], [])
