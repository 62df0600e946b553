"""Where Dagster keeps its events: its own SQLite storage, with connections that stay open.

Dagster opens the file anew for each of the thousand events and look-ups of a run, and closing the last connection
writes the log of SQLite back each time: that is more than most of our assets take.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import sqlalchemy
from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from watchdog.events import FileSystemEvent, PatternMatchingEventHandler
from watchdog.observers import Observer


class EventLog(ConsolidatedSqliteEventLogStorage):
    """One file of events. A power failure may take the last of them; it cannot damage the file."""

    _obs: Any

    @cached_property
    def _engine(self) -> sqlalchemy.Engine:
        engine = sqlalchemy.create_engine(self._conn_string, connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS})
        sqlalchemy.event.listen(engine, "connect", _without_waiting)
        return engine

    @contextmanager
    def _connect(self) -> Iterator[sqlalchemy.Connection]:
        with self._engine.begin() as connection:
            yield connection

    def watch(self, run_id: str, cursor: str | None, callback: Callable[[Any, str], Any]) -> None:
        """Call back for each new event of a run. While a connection is open they are in the file's log beside it."""
        if not self._obs:
            self._obs = Observer()
            self._obs.schedule(_Written(self), self._base_dir)
            self._obs.start()
        self._watchers[run_id][callback] = cursor

    def dispose(self) -> None:
        super().dispose()  # type: ignore[no-untyped-call]
        self._engine.dispose()


class _Written(PatternMatchingEventHandler):
    """Tells a storage that its file, or the log of it, was written to."""

    def __init__(self, storage: EventLog) -> None:
        path = storage.get_db_path()  # type: ignore[no-untyped-call]
        super().__init__(patterns=[path, f"{path}-wal"])
        self._storage = storage

    def on_modified(self, event: FileSystemEvent) -> None:
        self._storage.on_modified()  # type: ignore[no-untyped-call]


def _without_waiting(connection: Any, _record: object) -> None:
    """Let the system write events to the disk when it likes: none of them is data of ours."""
    connection.execute("pragma synchronous = normal")
