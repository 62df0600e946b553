"""A Superset of one's own on a loopback port, with the dashboards over one published file."""

import os
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bi.superset import bundle

REPOSITORY = Path(__file__).parent.parent.parent
ENVIRONMENT = REPOSITORY / ".venv-bi" / "bin"
APPLICATION = "superset.app:create_app()"
USER = "admin"
READY_IN_SECONDS = 300


class SupersetError(Exception):
    """Superset did something else than it was asked to."""


@dataclass(frozen=True)
class Superset:
    """A running Superset; the password was made for it."""

    url: str
    password: str

    def post(self, path: str, **request: Any) -> httpx.Response:
        """Ask its REST interface for something, as the administrator."""
        with httpx.Client(base_url=f"{self.url}/api/v1", timeout=300, trust_env=False) as client:
            who = {"username": USER, "password": self.password, "provider": "db", "refresh": False}
            told = client.post("/security/login", json=who).raise_for_status()
            return client.post(path, headers={"Authorization": f"Bearer {told.json()['access_token']}"}, **request)

    def bring(self, dashboards: Path) -> None:
        """Import a bundle, in place of what an earlier one brought."""
        answer = self.post("/assets/import/", files={"bundle": (dashboards.name, dashboards.read_bytes())})
        if answer.status_code != httpx.codes.OK:
            raise SupersetError(f"the import of {dashboards} failed: {answer.text[:4000]}")


@contextmanager
def running(home: Path, database: Path, origin: str, port: int = 0) -> Iterator[Superset]:
    """Set up a Superset in a folder, import the dashboards, and serve it on 127.0.0.1 while open."""
    home.mkdir(parents=True, exist_ok=True)
    environment, password, port = _environment(home), _secret(home / "password"), port or _free_port()
    names = ("--username", USER, "--firstname", "tide", "--lastname", "gauge", "--email", "admin@localhost.invalid")
    for step in (
        ("db", "upgrade"),
        ("fab", "create-admin", *names, "--password", password),
        ("init",),
    ):
        _do(step, environment)
    serve = ("--workers", "1", "--worker-class", "gthread", "--threads", "8", "--timeout", "300")
    command = [str(ENVIRONMENT / "gunicorn"), "--bind", f"127.0.0.1:{port}", *serve, APPLICATION]
    with (
        open(home / "superset.log", "w") as log,
        subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT) as server,
    ):
        try:
            _wait_for(f"http://127.0.0.1:{port}", server, home / "superset.log")
            superset = Superset(f"http://127.0.0.1:{port}", password)
            bundle.write(home / "tidegauge.zip", database, origin)
            superset.bring(home / "tidegauge.zip")
            yield superset
        finally:
            server.terminate()


def _environment(home: Path) -> dict[str, str]:
    return {
        **os.environ,
        "SUPERSET_HOME": str(home),
        "SUPERSET_SECRET_KEY": _secret(home / "secret_key"),
        "SUPERSET_CONFIG_PATH": str(Path(__file__).with_name("superset_config.py")),
        "FLASK_APP": APPLICATION,
        "TZ": "UTC",  # DuckDB tells times in the process's zone
    }


def _secret(path: Path) -> str:
    """A secret that is made once for each folder and only its owner can read."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(42))
    return path.read_text()


def _do(step: tuple[str, ...], environment: dict[str, str]) -> None:
    done = subprocess.run(
        [str(ENVIRONMENT / "superset"), *step], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SupersetError(f"superset {step[0]} failed:\n{done.stderr[-4000:]}")


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + READY_IN_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            raise SupersetError(f"Superset ended with {server.returncode}:\n{log.read_text()[-4000:]}")
        try:
            if httpx.get(f"{url}/health", trust_env=False).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise SupersetError(f"Superset did not answer within {READY_IN_SECONDS} s; its log is {log}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
