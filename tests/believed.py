"""Whether what a parser made of some replies may be believed: rows that the store takes, whose numbers were said."""

import io
import json
import math
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache, reduce
from typing import Any

import polars as pl

from warehouse.claims import Parsed, Reply
from warehouse.locating import Body
from warehouse.tables.crypto_facts import CANDLE, CONTRACT_SPECIFICATION, FUNDING, OPEN_INTEREST
from warehouse.tables.facts import FISCAL_FLOW, OBSERVATION

NUMBER = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)
#: Numbers of a row that stand in its bytes as they are; of other tables, every number does.
SAID = {
    OBSERVATION: ("value",),
    FISCAL_FLOW: ("value",),
    CANDLE: ("open", "high", "low", "close"),
    FUNDING: ("rate",),
    OPEN_INTEREST: (),
}
#: Days that stand in the bytes as text.
DAYS = ("period", "record_date", "operation_date", "event_date", "date")


def unbelievable(parsed: Parsed, replies: Sequence[Reply]) -> list[str]:
    """What is wrong with the rows, in words; empty when nothing is."""
    wrong = []
    bodies = {reply.landed.landed_id: reply.body for reply in replies}
    together: dict[Any, list[pl.DataFrame]] = defaultdict(list)
    for table, frame in parsed.frames:
        together[table].append(frame)
    for table, frames in together.items():
        rows = pl.concat(frames)
        if dict(rows.schema) != dict(table.polars_schema):
            wrong.append(f"{table.name}: another schema")
        if rows.select(table.key).is_duplicated().any():
            wrong.append(f"{table.name}: a key that is there twice")
        for column in table.columns:
            if table.is_required(column) and rows[column.name].null_count():
                wrong.append(f"{table.name}.{column.name}: no value")
            if column.type == "double" and not rows[column.name].drop_nulls().is_finite().all():
                wrong.append(f"{table.name}.{column.name}: not finite")
        if table is CONTRACT_SPECIFICATION:  # read by ccxt, from all of a list of markets
            continue
        doubles = tuple(c.name for c in table.columns if c.type == "double")
        for n, row in enumerate(rows.iter_rows(named=True)):
            body = bodies[row["landed_id"]]
            said = _numbers(_place(body, row["locator"], whole=row.get("venue") == "deribit"))
            if n == 0:
                Body(body).at(row["locator"])
            for name in SAID.get(table, doubles):
                if row[name] is not None and abs(row[name]) not in said:
                    wrong.append(f"{table.name}.{name}: {row[name]!r} does not stand at {row['locator']}")
            if table is OPEN_INTEREST and not _is_said(row, said):
                wrong.append(f"{table.name}: none of {row} stands at {row['locator']}")
            for name in DAYS:
                if name in row and b'{"chart"' not in body[:20] and row[name].isoformat() not in _text(body):
                    wrong.append(f"{table.name}.{name}: {row[name]} does not stand in the reply")
    return wrong


def _is_said(row: dict[str, Any], said: Iterable[float]) -> bool:
    """Open interest is brought to one-sided coins and USD; what it was brought from stands there."""
    amounts = [row["open_interest_contracts"]]
    amounts += [row[f"open_interest_{unit}"] * row["side_factor"] for unit in ("coin", "usd")]
    return any(
        amount is not None and math.isclose(abs(amount), one, rel_tol=1e-9) for amount in amounts for one in said
    )


def _place(body: bytes, locator: str, *, whole: bool) -> str:
    """The bytes that a locator names. Deribit's columns are one list each: a row is in all of them."""
    if whole or locator == "$":
        return _text(body)
    if locator.startswith("/observations/"):
        return Body(body).at(locator)
    if locator.startswith("/"):
        return json.dumps(
            reduce(
                lambda value, step: value[int(step) if step.isdigit() else step],
                locator.split("/")[1:],
                _document(body),
            )
        )
    return Body(body).at(locator)


def _unpacked(body: bytes) -> bytes:
    if not body.startswith(b"PK"):
        return body
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return archive.read(archive.namelist()[0])


def _text(body: bytes) -> str:
    return _unpacked(body).decode()


@lru_cache(maxsize=8)
def _document(body: bytes) -> Any:
    return json.loads(body)


@lru_cache(maxsize=8)
def _numbers(text: str) -> set[float]:
    return {float(found) for found in NUMBER.findall(text)}
