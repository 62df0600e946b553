"""Servers of ours are for this machine alone: each listens on a loopback address and on no other."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from pipelines.sample.server import serve
from tests.pipeline import COMMAND

LISTENING = "0A"
is_soak = settings.get_current_profile_name() == "soak"


def listening(*pids: int) -> Iterator[str]:
    """The addresses, as the kernel writes them, at which processes listen."""
    inodes = set()
    for pid in pids:
        for handle in Path(f"/proc/{pid}/fd").iterdir():
            try:
                inodes.add(os.readlink(handle))
            except FileNotFoundError:
                continue
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            cells = line.split()
            if cells[3] == LISTENING and f"socket:[{cells[9]}]" in inodes:
                yield cells[1].partition(":")[0]


def is_loopback(address: str) -> bool:
    """Words of an address are in the byte order of the machine: 0100007F is 127.0.0.1."""
    return (address.endswith("7F") and len(address) == 8) or address == "0" * 24 + "01000000"


def test_a_listener_elsewhere_would_be_seen() -> None:
    with socket.create_server(("0.0.0.0", 0)), socket.create_server(("127.0.0.1", 0)):
        assert {is_loopback(address) for address in listening(os.getpid())} == {True, False}


def test_the_sample_world_listens_on_loopback() -> None:
    before = list(listening(os.getpid()))
    with serve():
        found = list(listening(os.getpid()))
    assert len(found) == len(before) + 1
    assert all(map(is_loopback, found))


@pytest.mark.skipif(not is_soak, reason="half a minute for one line: with --hypothesis-profile=soak")
def test_the_user_interface_listens_on_loopback(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    told = {**os.environ, "TIDEGAUGE_DATA": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [str(COMMAND), "ui", "--port", str(port)],
        env=told, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    ) as ui:  # fmt: skip
        try:
            assert ui.stdout is not None
            assert any(f"Serving dagster-webserver on http://127.0.0.1:{port}" in line for line in ui.stdout)
            while not (found := list(listening(*_session(ui.pid)))):
                assert ui.poll() is None
        finally:
            ui.send_signal(signal.SIGINT)
            ui.communicate()
    assert found
    assert all(map(is_loopback, found))


def _session(leader: int) -> list[int]:
    """The processes of a session."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            cells = stat.read_text().rpartition(")")[2].split()
        except FileNotFoundError:
            continue
        if int(cells[3]) == leader:
            found.append(int(stat.parent.name))
    return found
