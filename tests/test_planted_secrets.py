"""A key and a webhook in the environment of a run that fails in many ways: nothing that the run leaves has them."""

import base64
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import duckdb
import pytest
import zstandard

from pipelines.sample.server import SampleServer, serve
from pipelines.sample.wire.reply import Reply
from tests.pipeline import tidegauge

KEY = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
WEBHOOK = "https://hooks.example.org/services/T0PL4NT3D/B0PL4NT3D/s3cr3t+wh/k&y"
#: Series whose requests fail, and how. All others are answered.
FAULTS = {"WALCL": 403, "TREAST": 500, "SOFR": 302, "M2SL": 0, "DGS10": 200}
#: FRED alone, down to what is published of it.
SELECTED = " or ".join(
    f'key:"{name}"' for name in ("landing/fred", "facts/observation", "facts/landed", "quality/*", "published/*")
)


def failing(elsewhere: str) -> Callable[[str, Reply], Reply]:
    def spoil(target: str, reply: Reply) -> Reply:
        asked = parse_qs(urlsplit(target).query)
        status = FAULTS.get(asked.get("series_id", [""])[0])
        if status is None:
            return reply
        if status == 0:
            raise ConnectionResetError
        echo = f"<html>cannot serve {target} to you; Authorization: {asked['api_key'][0]}</html>".encode()
        headers = {"Location": f"{elsewhere}{target}"} if status == 302 else {}
        return Reply(echo, status, "text/html" if status != 200 else "text/xml", headers)

    return spoil


@dataclass(frozen=True)
class Left:
    folder: Path
    done: subprocess.CompletedProcess[str]
    asked: SampleServer
    elsewhere: SampleServer


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Left]:
    """What such a run left in its folder and said, and the servers: the one asked, and the one it was sent on to."""
    folder = tmp_path_factory.mktemp("planted")
    with serve() as elsewhere, serve() as server:
        server.spoil = failing(elsewhere.url)
        done = tidegauge(
            folder, "--debug", "run", "--upstreams", server.url, "--select", SELECTED,
            FRED_API_KEY=KEY, TIDEGAUGE_ALERT_WEBHOOK=WEBHOOK,
        )  # fmt: skip
        yield Left(folder, done, server, elsewhere)


def spellings(secret: str) -> set[bytes]:
    """A secret as it is, as it stands in an address, and in base64 at any place in a longer text."""
    raw = secret.encode()
    found = {raw, quote(secret).encode(), quote(secret, safe="").encode(), raw.hex().encode()}
    for skipped in range(3):
        whole = raw[skipped : skipped + (len(raw) - skipped) // 3 * 3]
        found |= {base64.b64encode(whole), base64.urlsafe_b64encode(whole)}
    return found


SPELLINGS = spellings(KEY) | spellings(WEBHOOK) | spellings(WEBHOOK.rpartition("/services/")[2])


def texts(path: Path) -> Iterator[bytes]:
    """What a file holds: its bytes, and unpacked what is packed; of a database every row of every table."""
    yield path.read_bytes()
    if path.suffix == ".zst":
        yield zstandard.decompress(path.read_bytes())
    elif path.suffix == ".parquet":
        yield from rows(f"from read_parquet('{path}')")
    elif path.suffix == ".duckdb":
        with duckdb.connect(path, read_only=True) as connection:
            names = connection.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
            for (name,) in names:
                yield repr(connection.execute(f"from {name}").fetchall()).encode()
    elif path.suffix == ".db":
        with closing(sqlite3.connect(path)) as connection:
            for (name,) in connection.execute("select name from sqlite_master where type = 'table'").fetchall():
                yield repr(connection.execute(f'select * from "{name}"').fetchall()).encode()


def rows(query: str) -> Iterator[bytes]:
    with duckdb.connect() as connection:
        yield repr(connection.execute(query).fetchall()).encode()


def test_the_key_was_sent_and_every_fault_was_met(left: Left) -> None:
    assert all(f"api_key={KEY}" in target for target in left.asked.requests if target.startswith("/fred/"))
    assert len(left.asked.requests) > 60
    assert left.done.returncode == 3, left.done.stdout
    for series_id, said in {
        "WALCL": "HTTP 403: <html>cannot serve /fred/series?series_id=WALCL&api_key=*** to you; Authorization: ***",
        "TREAST": "last: HTTP 500",
        "SOFR": "HTTP 302",
        "M2SL": "last: RemoteProtocolError",
        "DGS10": "not XML",
    }.items():
        (line,) = [line for line in left.done.stdout.splitlines() if f"FAILED      fred {series_id}:" in line]
        assert said in line


def test_a_redirect_to_another_host_is_not_followed(left: Left) -> None:
    assert left.elsewhere.requests == []


def test_nothing_that_the_run_leaves_has_a_secret(left: Left) -> None:
    kinds = set()
    for path in (path for path in left.folder.rglob("*") if path.is_file()):
        kinds.add(path.suffix)
        for text in texts(path):
            assert not [spelling for spelling in SPELLINGS if spelling in text], path
    assert kinds >= {".duckdb", ".jsonl", ".zst", ".db", ".json", ".parquet", ".html", ".md"}
    said = f"{left.done.stdout}{left.done.stderr}".encode()
    assert said
    assert not [spelling for spelling in SPELLINGS if spelling in said]


def test_a_secret_would_be_found_in_any_of_them(tmp_path: Path) -> None:
    with duckdb.connect(tmp_path / "x.duckdb") as connection:
        connection.execute(f"create table x as select repeat('a', 50) || '{KEY}' as a from range(9000)")
        connection.execute(f"copy x to '{tmp_path}/x.parquet'")
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
        connection.execute("create table x (a)")
        connection.execute("insert into x values (?)", [base64.b64encode(f"ab{KEY}".encode()).decode()])
        connection.commit()
    (tmp_path / "x.zst").write_bytes(zstandard.compress(f"?key={KEY}".encode() * 9))
    for path in tmp_path.iterdir():
        assert any(spelling in text for text in texts(path) for spelling in SPELLINGS), path
