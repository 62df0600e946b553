"""The vocabulary for declaring a dashboard."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["number", "line", "area", "marks", "bars", "lying", "table"]


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """What charts read: a published table by its name, or a query over published tables."""

    name: str
    query: str = ""
    time: str = ""

    @property
    def source(self) -> str:
        """What may stand after FROM."""
        return f"({self.query})" if self.query else self.name


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One chart. ``values`` are SQL by label over ``x`` and ``split``; a table shows ``columns`` instead, newest first.

    ``unit`` is of all values and stands at the axis, so labels need not repeat it. ``width`` is in twelfths.
    """

    title: str
    kind: Kind
    dataset: Dataset
    unit: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    x: str = ""
    grain: str | None = "P1D"
    split: str = ""
    where: str = ""
    columns: tuple[str, ...] = ()
    order: tuple[str, bool] | None = None
    formats: Mapping[str, str] = field(default_factory=dict)
    format: str = ",.0f"
    note: str = ""
    width: int = 6
    height: int = 50

    def __post_init__(self) -> None:
        if self.kind != "table" and not self.unit:
            raise ValueError(f"{self.title}: a chart of numbers needs a unit")

    @property
    def query(self) -> str:
        """What it asks, but for how Superset cuts time."""
        shown = [*self.columns, *filter(None, (self.x, self.split)), *self.values.values()]
        where = f" where {self.where}" if self.where else ""
        order = f" order by {self.order[0]}" if self.order else ""
        group = " group by all" if self.values else ""
        return f"select {', '.join(shown)} from {self.dataset.source}{where}{group}{order}"


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """One page: rows of charts whose widths make twelve. A label in ``colours`` has its colour in all of them."""

    slug: str
    title: str
    question: str
    rows: tuple[tuple[Chart, ...], ...]
    colours: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for row in self.rows:
            if (width := sum(chart.width for chart in row)) != 12:
                raise ValueError(f"{self.slug}: the row of {row[0].title!r} is {width} twelfths wide")

    @property
    def charts(self) -> tuple[Chart, ...]:
        return tuple(chart for row in self.rows for chart in row)
