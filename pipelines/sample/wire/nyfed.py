"""`/api/*`: the New York Fed Markets API. Routing and search; the rows are made by the family modules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from pipelines.sample.calendars import public_at
from pipelines.sample.policy import policy
from pipelines.sample.wire import outright, repo
from pipelines.sample.wire.reply import Reply, from_json, not_found
from pipelines.sample.world import World

Row = dict[str, Any]
# per rate: release rule, percentiles 1, 25, 75, 99 as distances in percent, billions at first and at last
RATES: dict[str, tuple[str, tuple[float, float, float, float], tuple[int, int]]] = {
    "sofr": ("secured", (-0.06, -0.02, 0.04, 0.13), (1_150, 3_250)),
    "bgcr": ("secured", (-0.05, -0.01, 0.03, 0.10), (450, 1_360)),
    "tgcr": ("secured", (-0.05, -0.01, 0.02, 0.10), (420, 1_330)),
    "effr": ("unsecured", (-0.05, -0.01, 0.01, 0.07), (70, 95)),
    "obfr": ("unsecured", (-0.06, -0.01, 0.01, 0.06), (180, 240)),
}
SECURED = ("sofr", "bgcr", "tgcr")


def answer(world: World, path: str, query: Mapping[str, str], at: float) -> Reply:
    """`path` is what follows /api/; a malformed parameter is answered with 400 and an empty body."""
    try:
        if path == "soma/summary.json":
            return from_json({"soma": {"summary": _holdings(world, at)}})
        if path == "rates/all/latest.json":
            return from_json({"refRates": [_rates(world, name, at)[0] for name in RATES]})
        if found := re.fullmatch(r"rates/(secured|unsecured)/(\w+)/search\.json", path):
            name = found[2]
            if name not in RATES or (name in SECURED) != (found[1] == "secured"):
                return Reply(b"", 400)
            return from_json({"refRates": _within(_rates(world, name, at), "effectiveDate", query)})
        if path == "rp/results/search.json":
            return from_json({"repo": {"operations": _repo(world, query, at)}})
        if found := re.fullmatch(r"(tsy|ambs)/(all|purchases|sales)/results/(summary|details)/search\.json", path):
            return _outright(world, found[1], found[2], found[3], query, at)
    except ValueError:
        return Reply(b"", 400)
    return not_found()


def _within(rows: list[Row], field: str, query: Mapping[str, str]) -> list[Row]:
    """The rows of a search window, newest first as they come."""
    first = date.fromisoformat(query.get("startDate") or "0001-01-01").isoformat()
    last = date.fromisoformat(query.get("endDate") or "9999-12-31").isoformat()
    return [row for row in rows if first <= row[field] <= last]


def _dollars(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}" if cents % 100 or not cents else f"{cents // 100}"


@cache
def _all_holdings(world: World) -> list[Row]:
    """`total` leaves out the inflation compensation; `cmbs` is not reported before the first of them."""
    rows = []
    for number, week in enumerate(world.sheet.weeks):
        cents = {part: int(values[number]) for part, values in world.sheet.cents.items()}
        total = sum(cents.values()) - cents["tipsInflationCompensation"]
        row = {"asOfDate": week.isoformat()}
        for part in (
            "mbs",
            "cmbs",
            "tips",
            "frn",
            "tipsInflationCompensation",
            "notesbonds",
            "bills",
            "agencies",
        ):
            row[part] = "" if part == "cmbs" and week < date(2020, 3, 18) else _dollars(cents[part])
        rows.append(row | {"total": _dollars(total)})
    return rows


def _holdings(world: World, at: float) -> list[Row]:
    return [row for row in _all_holdings(world) if public_at("h41", date.fromisoformat(row["asOfDate"])) <= at]


@cache
def _all_rates(world: World, name: str) -> list[tuple[float, Row]]:
    rule, percentiles, (begin, end) = RATES[name]
    values = world.overnight[name]
    rows = []
    for number, (day, rate) in enumerate(values.items()):
        row: Row = {"effectiveDate": day.isoformat(), "type": name.upper(), "percentRate": rate}
        for label, off in zip((1, 25, 75, 99), percentiles, strict=True):
            row[f"percentPercentile{label}"] = max(round(rate + off, 2), 0.0)
        if name == "effr":
            row |= {"targetRateFrom": policy(day, 1), "targetRateTo": policy(day, 2)}
        row["volumeInBillions"] = begin + (end - begin) * number // len(values) + day.toordinal() * 7919 % 41 - 20
        rows.append((public_at(rule, day), row | {"revisionIndicator": ""}))
    return rows[::-1]


def _rates(world: World, name: str, at: float) -> list[Row]:
    return [row for public, row in _all_rates(world, name) if public <= at]


def _repo(world: World, query: Mapping[str, str], at: float) -> list[Row]:
    kinds = {kind.strip() for kind in query.get("operationTypes", "").split(",") if kind.strip()}
    rows = [one.row(at) for one in repo.operations(world) if one.announced <= at]
    rows = [
        row
        for row in rows
        if (not kinds or row["operationType"] in kinds)
        and query.get("term", row["term"]).lower() == row["term"].lower()
    ]
    return _within(rows, "operationDate", query)


def _outright(world: World, family: str, side: str, level: str, query: Mapping[str, str], at: float) -> Reply:
    known = outright.treasuries(world) if family == "tsy" else outright.mortgages(world)
    direction = {"all": ("P", "S"), "purchases": ("P",), "sales": ("S",)}[side]
    rows = [row for one in known if one.announced <= at and (row := one.row(at))["operationDirection"] in direction]
    if level == "summary":
        rows = [{field: value for field, value in row.items() if field != "details"} for row in rows]
    return from_json({"treasury" if family == "tsy" else "ambs": {"auctions": _within(rows, "operationDate", query)}})
