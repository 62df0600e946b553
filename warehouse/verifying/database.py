"""Whether a DuckDB file is whole: every block against its checksum, and every column of every table read."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np

from warehouse.store import SETTINGS, StoreInUse, is_held
from warehouse.verifying.damage import Damage, Kind, Told

#: The layout of DuckDB's files: three headers, then blocks; each begins with the checksum of the rest of it.
HEADER_BYTES, HEADERS, BLOCK_BYTES = 4096, 3, 262_144
FACTOR, START = np.uint64(0xBF58476D1CE4E5B9), np.uint64(5381)


def damages(database: Path, kind: Kind, remedy: str, told: Told) -> Iterator[Damage]:
    """What of a file is damaged: the columns that cannot be read, and blocks that no column lies in.

    While a log is beside it, such blocks are what a checkpoint that did not end was writing: nothing is lost with them.
    Raises StoreInUse while another process is writing to it.
    """
    blocks = list(_bad_places(database))
    log = Path(f"{database}.wal")
    is_unfinished = log.exists() and log.stat().st_size > 0
    unread: list[Damage] = []
    try:
        unread += _unreadable(database, kind, remedy, told)
    except duckdb.Error as error:
        unread.append(Damage(kind=kind, path=database, what=_short(error), remedy=remedy))
    yield from unread
    named = " ".join(damage.what for damage in unread)
    for place in blocks:
        if f"location {place}" not in named and not is_unfinished:
            what = f"the block at byte {place} does not match its checksum; no column that can be read lies in it"
            yield Damage(kind=kind, path=database, what=what, remedy=remedy)


def opened(database: Path) -> duckdb.DuckDBPyConnection:
    """A connection that does not write, not even what is in the file's log.

    Raises StoreInUse while another process is writing to it.
    """
    try:
        connection = duckdb.connect(database, read_only=True, config=SETTINGS)
    except duckdb.IOException as error:
        if is_held(error):
            raise StoreInUse(database, error) from None
        raise
    connection.execute("set TimeZone = 'UTC'")
    return connection


def _bad_places(database: Path) -> Iterator[int]:
    """Where a header or block begins that does not match its checksum, whether a table uses it or not."""
    with database.open("rb") as file:
        place = 0
        while part := file.read(HEADER_BYTES if place < HEADERS * HEADER_BYTES else BLOCK_BYTES):
            words = np.frombuffer(part[: len(part) // 8 * 8], np.uint64)
            is_cut = len(part) not in (HEADER_BYTES, BLOCK_BYTES)
            if is_cut or words[0] != np.bitwise_xor.reduce(words[1:] * FACTOR) ^ START:
                yield place
            place += len(part)


def _unreadable(database: Path, kind: Kind, remedy: str, told: Told) -> Iterator[Damage]:
    """The columns of each table that cannot be read; a connection may be of no use after an error.

    Views are not read: they hold nothing of their own.
    """
    connection = opened(database)
    try:
        columns: dict[str, list[str]] = {}
        for schema, table, column in connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns() semi join duckdb_tables() "
            "using (database_name, schema_name, table_name) where not internal order by all"
        ).fetchall():
            columns.setdefault(f"{schema}.{table}", []).append(column)
        for done, (table, names) in enumerate(columns.items(), start=1):
            if not _error(connection, table, names):
                told(kind, done, len(columns))
                continue
            failed: dict[str, str] = {}
            for name in names:
                connection.close()
                connection = opened(database)
                if said := _error(connection, table, [name]):
                    failed[name] = said
            told(kind, done, len(columns))
            yield Damage(
                kind=kind,
                path=database,
                table=table,
                columns=tuple(failed),
                what="; ".join(dict.fromkeys(failed.values())) or "it could be read once and not again",
                remedy=remedy,
            )
    finally:
        connection.close()


def _error(connection: duckdb.DuckDBPyConnection, table: str, columns: list[str]) -> str:
    """What reading every value says when it fails."""
    hashed = ", ".join(f'bit_xor(hash("{name}"))' for name in columns)
    try:
        connection.execute(f"select {hashed} from {table}").fetchall()
    except duckdb.Error as error:
        return _short(error)
    return ""


def _short(error: duckdb.Error) -> str:
    return str(error).splitlines()[0].strip().rstrip(".")
