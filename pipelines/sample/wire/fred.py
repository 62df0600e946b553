"""`/fred/series*`: the keyed API, version 1, in JSON and XML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import quoteattr

from pipelines.sample.calendars import central_day
from pipelines.sample.catalogue import CATALOGUE, Entry
from pipelines.sample.series import points
from pipelines.sample.wire.fred_bodies import BadRequest, Body, Query, description, observations, vintages
from pipelines.sample.wire.reply import Reply, from_json, not_found
from pipelines.sample.world import World

HELP = "Read https://fred.stlouisfed.org/docs/api/api_key.html for more information."
BODIES = {"series": description, "series/observations": observations, "series/vintagedates": vintages}


def answer(world: World, path: str, query: Query, at: float) -> Reply:
    """`path` is what follows /fred/."""
    build = BODIES.get(path)
    if build is None:
        return not_found()
    try:
        entry = _entry(query)
        known = [
            (day, versions)
            for day, every in points(world, entry.id)
            if (versions := tuple(version for version in every if version[0] <= at))
        ]
        return _rendered(build(entry, known, central_day(at), query), query)
    except BadRequest as refused:
        return _rendered({"error_code": 400, "error_message": f"Bad Request.  {refused}"}, query, 400)


def _entry(query: Query) -> Entry:
    key = query.get("api_key", "")
    if not key:
        raise BadRequest(f"Variable api_key is not set.  {HELP}")
    if not re.fullmatch("[0-9a-z]{32}", key):
        raise BadRequest(
            f"The value for variable api_key is not a 32 character alpha-numeric lower-case string.  {HELP}"
        )
    if not query.get("series_id"):
        raise BadRequest("Variable series_id is not set.")
    if query["series_id"] not in CATALOGUE:
        raise BadRequest("The series does not exist.")
    return CATALOGUE[query["series_id"]]


def _rendered(body: Body, query: Query, status: int = 200) -> Reply:
    if query.get("file_type", "xml") == "json":
        return from_json(body, status)
    return Reply(_xml(body).encode(), status, "text/xml; charset=utf-8")


def _attributes(fields: Mapping[str, Any]) -> str:
    return "".join(f" {name}={quoteattr(str(value))}" for name, value in fields.items() if not isinstance(value, list))


def _xml(body: Body) -> str:
    """Scalars are attributes of the root, list items are its children."""
    head = '<?xml version="1.0" encoding="utf-8" ?>\n'
    if "error_code" in body:
        return f'{head}<error code="{body["error_code"]}" message={quoteattr(body["error_message"])} />\n'
    root = next(name for name, value in body.items() if isinstance(value, list))
    child = {"seriess": "series", "observations": "observation", "vintage_dates": "vintage_date"}[root]
    items = (
        f"  <{child}{_attributes(item)}/>\n" if isinstance(item, dict) else f"  <{child}>{item}</{child}>\n"
        for item in body[root]
    )
    return f"{head}<{root}{_attributes(body)}>\n{''.join(items)}</{root}>\n"
