"""The serving copy in a real PostgreSQL: the same numbers, whole publications, and nobody else's schemas."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bi.tests.postgres import PASSWORD, WRITTEN, Server, serving
from bi.tests.publications import GROWING, publish_again
from tests.pipeline import tidegauge
from warehouse.copies import open_published
from warehouse.serving import POSTGRES_TYPES
from warehouse.table import Table
from warehouse.tables import TABLES

TYPES_IN_CATALOGUE = {"timestamptz": "timestamp with time zone"}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


def copied(data: Path, url: str, *arguments: str) -> str:
    done = tidegauge(data, "serve-copy", url, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def sums(table: Table) -> str:
    """A query that both databases understand: how many rows there are, and what the columns add up to."""
    told = {
        "double": "sum({0}) filter (where abs({0}) < 1e300)",
        "bigint": "sum({0})",
        "date": "sum({0} - date '2000-01-01')",
        "timestamptz": "sum(round(extract(epoch from {0})))",
        "boolean": "sum(case when {0} then 1 else 0 end)",
        "varchar": "sum(length({0}))",
    }
    added = [
        f"coalesce(cast({told[c.type].format(c.name)} as double precision), 0), count({c.name})" for c in table.columns
    ]
    return f"select count(*), {', '.join(added)} from {table.name}"


def published_rows(data: Path, query: str) -> list[tuple[object, ...]]:
    with open_published(data / "sample" / "published" / "current.duckdb") as connection:
        return connection.execute(query).fetchall()


def test_every_table_is_there_with_its_numbers_types_and_words(
    server: Server, published: Path, saw: Callable[[str], None]
) -> None:
    told = copied(published, server.url())
    for table in TABLES.values():
        here, there = server.rows(sums(table)), published_rows(published, sums(table))
        assert here[0] == pytest.approx(there[0], rel=1e-9), table.name
        schema, _, name = table.name.partition(".")
        columns = server.rows(
            "select column_name::text, data_type::text, is_nullable::text from information_schema.columns "
            f"where table_schema = '{schema}' and table_name = '{name}' order by ordinal_position"
        )
        assert columns == [
            (
                c.name,
                TYPES_IN_CATALOGUE.get(POSTGRES_TYPES[c.type], POSTGRES_TYPES[c.type]),
                "NO" if table.is_required(c) else "YES",
            )
            for c in table.columns
        ]
        words = server.rows(
            f"select obj_description('{table.name}'::regclass), "
            + ", ".join(f"col_description('{table.name}'::regclass, {n})" for n in range(1, len(table.columns) + 1))
        )
        assert words == [(table.doc, *(c.comment for c in table.columns))]
    saw(f"PostgreSQL: {len(TABLES)} tables: {' '.join(told.split())}")


def test_a_reader_sees_one_publication_or_the_next_and_nothing_fails(
    server: Server, published: Path, saw: Callable[[str], None]
) -> None:
    copied(published, server.url())
    count = "select " + ", ".join(f"(select count(*) from {table.name})" for table, *_ in GROWING)
    # A reader of a long transaction too: two questions, one answer.
    slow = "begin isolation level repeatable read", count, "select pg_sleep(0.05)::text", count, "commit"
    ((first, second),) = server.rows(count)
    seen, pairs, failed, done = set(), set(), list[Exception](), threading.Event()

    def look() -> None:
        while not done.is_set():
            seen.add(server.rows(count)[0])

    def look_twice() -> None:
        from adbc_driver_postgresql import dbapi

        with dbapi.connect(server.url(), autocommit=True) as connection:
            while not done.is_set():
                with connection.cursor() as cursor:
                    answers = []
                    for statement in slow:
                        cursor.execute(statement)
                        answers += cursor.fetchall() if statement == count else []
                    pairs.add(tuple(answers))

    def kept(reader: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            try:
                reader()
            except Exception as error:
                failed.append(error)

        return run

    readers = [threading.Thread(target=kept(reader)) for reader in (look, look, look_twice)]
    for reader in readers:
        reader.start()
    try:
        publish_again(published)
        told = copied(published, server.url())
    finally:
        done.set()
        for reader in readers:
            reader.join()
    assert not failed
    assert server.rows(count) == [(first + 1, second + 1)]
    assert seen | {server.rows(count)[0]} == {(first, second), (first + 1, second + 1)}
    assert all(one == other for one, other in pairs)
    written = [row[0] for row in server.rows("select distinct snapshot from tidegauge.copied")]
    assert written[0] in told
    assert len(written) == 1
    saw(f"PostgreSQL: readers saw {sorted(seen)} while a publication was copied, no error")


def test_what_is_the_same_is_not_written_again_and_what_is_not_selected_goes(server: Server, published: Path) -> None:
    server.do("create database chosen")
    url = server.url("chosen")
    assert "tables      2, 2 of them written" in copied(
        published, url, "--select", "net_liquidity", "--select", "reference.unit"
    )
    server.do("create role analyst", "chosen")
    server.do("grant select on metrics.net_liquidity to analyst", "chosen")
    assert "tables      1, 0 of them written, 1 dropped" in copied(published, url, "--select", "net_liquidity")
    granted = "select has_table_privilege('analyst', 'metrics.net_liquidity', 'select')"
    assert server.rows(granted, "chosen") == [(True,)]


def test_a_schema_of_somebody_else_is_refused_and_nothing_at_all_is_changed(server: Server, published: Path) -> None:
    """Also nothing that was written before it was met: it is in the way of the last of the tables."""
    theirs = list(TABLES.values())[-1].schema
    server.do("create database theirs")
    server.do(f"create schema {theirs}", "theirs")
    server.do(f"create table {theirs}.mine as select 1 as one", "theirs")
    done = tidegauge(published, "serve-copy", server.url("theirs"), "--select", "reference", "--select", theirs)
    assert done.returncode == 3
    assert f"the schema {theirs} is there and was not made by serve-copy: nothing was changed" in done.stderr
    assert server.rows(f"select one from {theirs}.mine", "theirs") == [(1,)]
    schemas = "select nspname::text from pg_namespace where nspname !~ '^(pg_|information_schema|public)'"
    assert server.rows(schemas, "theirs") == [(theirs,)]


def test_data_of_another_origin_is_refused(server: Server, published: Path) -> None:
    server.do("create database mixed")
    copied(published, server.url("mixed"), "--select", "reference.unit")
    server.do("update tidegauge.copied set origin = 'live'", "mixed")
    done = tidegauge(published, "serve-copy", server.url("mixed"), "--select", "reference.unit")
    assert done.returncode == 3
    assert "this database holds a copy of live data, and origins never mix" in done.stderr


@pytest.mark.parametrize("debug", [(), ("--debug",)], ids=["one line", "traceback"])
@pytest.mark.parametrize("password", ["wrong-" + WRITTEN, WRITTEN + "%zz"], ids=["wrong", "not even a URL"])
def test_an_error_tells_no_password(server: Server, published: Path, password: str, debug: tuple[str, ...]) -> None:
    done = tidegauge(published, *debug, "serve-copy", server.url(password=password))
    assert done.returncode != 0
    assert "PostgreSQL: " in done.stderr
    for form in (password, WRITTEN, PASSWORD):
        assert form not in done.stdout + done.stderr
