"""A PostgreSQL server of its own in a temporary folder, on a loopback port, as a user that is not root."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adbc_driver_postgresql import dbapi

PASSWORD = "p@ss/w:rd%"
WRITTEN = "p%40ss%2Fw%3Ard%25"


@dataclass(frozen=True)
class Server:
    """A running server with the user ``writer``."""

    port: int

    def url(self, database: str = "postgres", password: str = WRITTEN) -> str:
        return f"postgresql://writer:{password}@127.0.0.1:{self.port}/{database}"

    def rows(self, query: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        with dbapi.connect(self.url(database)) as connection, connection.cursor() as cursor:
            cursor.execute(query)
            found: list[tuple[Any, ...]] = cursor.fetchall()
            return found

    def do(self, statement: str, database: str = "postgres") -> None:
        with dbapi.connect(self.url(database), autocommit=True) as connection, connection.cursor() as cursor:
            cursor.execute(statement)


def binary(name: str) -> str:
    """A program of PostgreSQL, of the newest version that is installed."""
    where = os.pathsep.join(map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)))
    found = shutil.which(name, path=where) or shutil.which(name)
    assert found, "PostgreSQL is not installed: apt-get install postgresql"
    return found


@contextmanager
def serving() -> Iterator[Server]:
    who = "postgres" if os.geteuid() == 0 else None  # PostgreSQL refuses to be root
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "password").write_text(PASSWORD)
        if who:
            shutil.chown(folder, who)
            shutil.chown(folder / "password", who)
        made = ("--username=writer", "--auth=scram-sha-256", f"--pwfile={folder / 'password'}", "--no-sync")
        run = {"user": who, "cwd": folder, "capture_output": True, "check": True}
        subprocess.run([binary("initdb"), "--pgdata", str(folder / "data"), *made], **run)
        port = _free_port()
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        control = [binary("pg_ctl"), "--pgdata", str(folder / "data"), "--wait"]
        log = str(folder / "log")
        subprocess.run([*control, "--log", log, "--options", options, "start"], **{**run, "capture_output": False})
        try:
            yield Server(port)
        finally:
            subprocess.run([*control, "--mode", "fast", "stop"], **run)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
