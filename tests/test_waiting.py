"""A second writer: it has its turn when the first has ended, and is told who has the warehouse when that takes long."""

import os
import threading
from pathlib import Path

import pytest

from pipelines import waiting
from pipelines.mending import open_store, rebuild_store
from pipelines.origins import offline
from pipelines.places import Folder
from tests.small import holding
from warehouse.store import Store, StoreInUse

ORIGIN = offline("sample")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """An empty warehouse."""
    monkeypatch.setenv("TIDEGAUGE_DATA", str(tmp_path))
    made = Folder("sample")
    with Store.open(made.database, "first"):
        pass
    return made


def test_a_second_writer_says_once_for_whom_it_waits_and_goes_on_when_that_one_has_ended(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, writing = os.pipe()
    said: list[str] = []
    with holding(folder.database) as first, os.fdopen(reading) as told, os.fdopen(writing, "w") as error:
        assert first.stdin

        def let_go() -> None:
            said.append(told.readline())
            first.stdin.close()

        monkeypatch.setattr("sys.stderr", error)
        once_told = threading.Thread(target=let_go)
        once_told.start()
        with open_store(folder, ORIGIN, "second") as store:
            assert store.read("select 1").item() == 1
        once_told.join()
        error.close()
        said += told.readlines()
    holder = f"another process (PID {first.pid})"
    assert said == [f"waiting: {folder.database} is in use by {holder}, for 10 s at most\n"]


def test_whoever_has_waited_long_enough_is_told_who_has_the_warehouse(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "MOST_S", 0.0)
    with holding(folder.database) as first:
        line = rf"{folder.database} is in use by another process \(PID {first.pid}\): run again when it has ended"
        with pytest.raises(StoreInUse, match=f"^{line}$"), open_store(folder, ORIGIN, "second"):
            pass
        with pytest.raises(StoreInUse, match=f"^{line}$"):
            rebuild_store(folder, ORIGIN, "second", keep=False)
