"""`/services/api/fiscal_service/*`: pages and the envelope of the Daily Treasury Statement's tables."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache, lru_cache

from pipelines.sample.calendars import public_at
from pipelines.sample.wire import cash_balance, cash_flows
from pipelines.sample.wire.lines import BadQuery, Line, data_type, filtered, ordered, place_of
from pipelines.sample.wire.reply import Reply, from_json
from pipelines.sample.world import World

TABLES: dict[str, tuple[tuple[str, ...], Callable[[World], list[Line]]]] = {
    "operating_cash_balance": (cash_balance.COLUMNS, cash_balance.lines),
    "deposits_withdrawals_operating_cash": (cash_flows.COLUMNS, cash_flows.lines),
}
FORMATS = {
    "DATE": "YYYY-MM-DD",
    "CURRENCY0": "$1,000,000",
    "NUMBER": "10.2",
    "YEAR": "YYYY",
    "QUARTER": "Q",
    "MONTH": "MM",
    "DAY": "DD",
}


def answer(world: World, path: str, query: Mapping[str, str], at: float) -> Reply:
    """`path` is what follows /services/api/fiscal_service/."""
    table = path.rstrip("/").removeprefix("v1/accounting/dts/")
    if table not in TABLES:
        message = f"The requested resource /{path} was not found."
        return from_json({"error": "Not Found", "message": message}, 404)
    columns = TABLES[table][0]
    try:
        fields = query["fields"].split(",") if query.get("fields") else list(columns)
        places = [place_of(columns, field) for field in fields]
        size, number = _positive(query, "page[size]", 100), _positive(query, "page[number]", 1)
        if size > 10_000:
            raise BadQuery("page[size] must be at most 10000.")
        lines = _selected(world, table, query.get("filter", ""), query.get("sort", ""), _published(world, at))
    except BadQuery as refused:
        return from_json({"error": "Invalid Query Param", "message": str(refused)}, 400)
    shown = lines[(number - 1) * size : number * size]
    head = json.dumps(_meta(fields, len(shown), len(lines), size) | _links(number, len(lines), size))
    return Reply(f'{{"data":[{_rows(shown, fields, places)}],{head[1:]}'.encode())


def _rows(lines: list[Line], fields: list[str], places: list[int]) -> str:
    """JSON objects of text; the tables hold no character that would need escaping."""
    form = "{" + ",".join(f'"{field}":"%s"' for field in fields) + "}"
    if places == list(range(len(lines[0]) if lines else 0)):
        return ",".join([form % line for line in lines])
    return ",".join([form % tuple([line[place] for place in places]) for line in lines])


def _meta(fields: list[str], count: int, total: int, size: int) -> dict[str, object]:
    kinds = {field: data_type(field) for field in fields}
    return {
        "meta": {
            "count": count,
            "labels": {field: field.replace("_", " ").title() for field in fields},
            "dataTypes": kinds,
            "dataFormats": {field: FORMATS.get(kind, "String") for field, kind in kinds.items()},
            "total-count": total,
            "total-pages": _pages(total, size),
        }
    }


def _pages(total: int, size: int) -> int:
    return max(1, -(-total // size))


def _links(number: int, total: int, size: int) -> dict[str, object]:
    """Fragments of a query string, not addresses."""
    last = _pages(total, size)

    def link(page: int) -> str:
        return f"&page%5Bnumber%5D={page}&page%5Bsize%5D={size}"

    return {
        "links": {
            "self": link(number),
            "first": link(1),
            "prev": link(number - 1) if number > 1 else None,
            "next": link(number + 1) if number < last else None,
            "last": link(last),
        }
    }


def _positive(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not text.isdigit() or int(text) < 1:
        raise BadQuery(f"Invalid query parameter '{name}' with value '{text}'.")
    return int(text)


@cache
def _publication(world: World) -> list[float]:
    return [public_at("statement", day) for day in world.flows.days]


def _published(world: World, at: float) -> str:
    """The last statement day that is public, or a date before all of them."""
    count = bisect_right(_publication(world), at)
    return world.flows.days[count - 1].isoformat() if count else date.min.isoformat()


@lru_cache(maxsize=16)
def _selected(world: World, table: str, condition: str, order: str, last: str) -> list[Line]:
    """What is public up to the statement day `last`, filtered and sorted; kept, because its pages follow."""
    columns, make = TABLES[table]
    lines = [line for line in make(world) if line[0] <= last]
    return ordered(filtered(lines, columns, condition), columns, order)
