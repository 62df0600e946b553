"""Speaking to a PostgreSQL: a connection whose errors tell no password, statements, and whose a schema is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

from warehouse.copies import quoted

#: On each schema that a copy made; a schema without it belongs to somebody else.
MARK = "Serving copy of tidegauge: written by tidegauge serve-copy alone."


class ServingError(Exception):
    """PostgreSQL could not be reached, or something stands in the way; what is there is as it was before."""


@contextmanager
def connected(url: str) -> Iterator[Any]:
    """One transaction on a PostgreSQL, committed when left without an error."""
    try:
        from adbc_driver_manager import Error
        from adbc_driver_postgresql import dbapi
    except ModuleNotFoundError as missing:
        raise ServingError(
            f"{missing.name} is not installed, which speaks to PostgreSQL: pip install adbc-driver-postgresql"
        ) from None
    try:
        with dbapi.connect(url) as connection:
            yield connection
            connection.commit()
    except Error as error:
        raise ServingError(without_secrets(f"PostgreSQL: {error}", url)) from None


def without_secrets(text: str, url: str) -> str:
    """A message without the URL's password, as it is written there or as it is meant."""
    authority, _, query = url.partition("://")[2].partition("?")
    written = [authority.rpartition("@")[0].partition(":")[2], *_passwords(query)]
    forms = {form for password in written for form in (password, unquote(password)) if form}
    for secret in sorted(forms, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def _passwords(query: str) -> list[str]:
    pairs = [pair.partition("=") for pair in query.split("&")]
    return [value for name, _, value in pairs if name in ("password", "sslpassword")]


def do(connection: Any, statement: str) -> list[tuple[Any, ...]]:
    """Run one statement; its rows, if it has any."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        rows: list[tuple[Any, ...]] = cursor.fetchall() if cursor.description else []
        return rows


def own(connection: Any, schema: str) -> None:
    """Make a schema, or make sure that it is one that a copy made."""
    found = do(connection, f"select obj_description(oid) from pg_namespace where nspname = {quoted(schema)}")
    if not found:
        do(connection, f"create schema {schema}")
        do(connection, f"comment on schema {schema} is {quoted(MARK)}")
    elif found != [(MARK,)]:
        raise ServingError(
            f"the schema {schema} is there and was not made by serve-copy: nothing was changed; "
            "copy into a database of its own"
        )
