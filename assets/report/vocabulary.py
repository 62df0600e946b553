"""The vocabulary for saying what the page shows: numbers, charts and listings, each from the published file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from markupsafe import Markup

    from assets.report.reading import Reader

#: A line; the area between two columns; bars; bars lying on their side; dots by name; points in a plane; marks.
Kind = Literal["line", "dashes", "band", "bars", "lying", "dots", "points", "marks"]
#: Names of colours in page.css; ``sign`` is one for values above nothing and another below.
Colour = Literal["", "1", "2", "3", "4", "5", "6", "7", "faint", "sign"]


@dataclass(frozen=True, kw_only=True)
class Number:
    """One number: a column (``schema.table.column``) of the newest row in which it is known."""

    label: str
    column: str
    where: str = "true"
    signed: bool = False

    @property
    def table(self) -> str:
        return self.column.rpartition(".")[0]

    @property
    def name(self) -> str:
        return self.column.rpartition(".")[2]


@dataclass(frozen=True, kw_only=True)
class Trace:
    """One column of a chart's query, drawn. ``low`` is the lower edge of a band whose upper edge is ``y``."""

    y: str
    name: str = ""
    kind: Kind = "line"
    colour: Colour = ""
    low: str = ""


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One chart: a query, which column runs along it, and what is drawn. The title says what is shown.

    Values are multiplied by ``scale`` to be shown in ``unit``. ``split`` names a column whose values are traces of
    their own, ``breaks`` one at whose changes a line is cut. ``years`` is how much is shown at first; the rest is there
    to zoom out to.
    """

    id: str
    title: str
    unit: str
    query: str
    x: str
    traces: tuple[Trace, ...]
    scale: float = 1
    split: str = ""
    breaks: str = ""
    words: tuple[tuple[str, str], ...] = ()
    years: int = 0
    x_unit: str = ""
    x_scale: float = 1
    is_wide: bool = False
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Listing:
    """Rows to read: a query, and what it means when there are none; ``in_words`` tells a column's cells."""

    id: str
    title: str
    query: str
    none: str
    in_words: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Section:
    """One question, its answer in sentences (the first is the headline), and what the answer rests on."""

    id: str
    name: str
    question: str
    answer: "Callable[[Reader], list[Markup]]"
    numbers: tuple[Number, ...] = ()
    charts: tuple[Chart, ...] = ()
    listings: tuple[Listing, ...] = ()
