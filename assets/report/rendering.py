"""The page: one self-contained file of a template, a style, a script and what a published file says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from assets.report.drawing import Drawn, drawn
from assets.report.reading import Reader
from assets.report.recipe import recipe
from assets.report.sections import SECTIONS
from assets.report.values import Value, plain
from assets.report.vocabulary import Number, Section
from warehouse.copies import open_published
from warehouse.table import Table

TEMPLATE = Path(__file__).parent / "page"
LABELS = {
    "sample": "SYNTHETIC: the built-in sample world. No number here is real.",
    "replay": "Recorded data, served again.",
    "live": "",
}


@dataclass(frozen=True)
class Shown:
    """A section with all that it says."""

    section: Section
    sentences: list[Markup]
    numbers: list[tuple[Number, Value]]
    charts: list[Drawn]
    listings: list[Drawn]


def page(database: Path, manifest: Mapping[str, Any], tables: Mapping[str, Table]) -> str:
    """The page of one published snapshot; a section whose tables are not published is not there."""
    with open_published(database) as connection:
        read = Reader(connection, tables)
        shown = [_shown(read, section) for section in SECTIONS if _is_there(read, section)]
    used = {name for part in shown for name in _tables(part)}
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATE),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["raw"] = plain
    return environment.get_template("page.html.j2").render(
        manifest=manifest,
        published_at=datetime.fromisoformat(manifest["published_at"]),
        label=LABELS[manifest["origin"]],
        is_synthetic=manifest["origin"] == "sample",
        sections=shown,
        definitions=[table for name, table in tables.items() if name in used],
        recipe=recipe(),
        style=Markup((TEMPLATE / "page.css").read_text()),
        script=Markup((TEMPLATE / "page.js").read_text()),
        plotly=Markup((resources.files("plotly") / "package_data" / "plotly.min.js").read_text()),
    )


def _queries(section: Section) -> list[str]:
    numbers = [f"from {number.table}" for number in section.numbers]
    return numbers + [chart.query for chart in section.charts] + [listing.query for listing in section.listings]


def _is_there(read: Reader, section: Section) -> bool:
    return all(read.has(query) for query in dict.fromkeys(_queries(section)))


def _shown(read: Reader, section: Section) -> Shown:
    return Shown(
        section=section,
        sentences=section.answer(read),
        numbers=[(number, read.number(number)) for number in section.numbers],
        charts=[drawn(read, chart) for chart in section.charts],
        listings=[drawn(read, listing) for listing in section.listings],
    )


def _tables(shown: Shown) -> set[str]:
    return {number.table for number, _ in shown.numbers}.union(*(d.tables for d in (*shown.charts, *shown.listings)))
