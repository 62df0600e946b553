"""What a table holds, to the last bit."""

import duckdb

from warehouse.table import Table


def content(connection: duckdb.DuckDBPyConnection, table: Table, name: str) -> tuple[int, int]:
    """The number of rows under a name, and a hash of every bit of them in any order.

    Hashed twice: a hash of several columns is an xor of the last, and the same change in two rows would not show.
    """
    columns = ", ".join(column.name for column in table.columns)
    ((rows, digest),) = connection.execute(
        f"select count(*), coalesce(sum(hash(hash(row({columns})))), 0) from {name}"
    ).fetchall()
    return rows, digest
