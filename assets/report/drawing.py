"""What the browser needs to draw a chart: its rows as columns, and which of them are drawn how."""

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from textwrap import dedent
from typing import Any

import polars as pl

from assets.report.reading import Reader
from assets.report.values import cell, day, month, plain
from assets.report.vocabulary import Chart, Listing
from warehouse.queries import tables_read

#: How many of a chart's rows can be read below it; all are in its CSV.
ROWS_TO_READ = 12
RANGES_YEARS = (1, 3, 5)


@dataclass(frozen=True)
class Drawn:
    """A chart or listing with its rows, as the template shows it."""

    of: Chart | Listing
    rows: pl.DataFrame
    tables: tuple[str, ...]

    @property
    def query(self) -> str:
        return dedent(self.of.query).strip()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw: no rows, or none with a value."""
        if not isinstance(self.of, Chart):
            return self.rows.is_empty()
        return all(self.rows[trace.y].null_count() == self.rows.height for trace in self.of.traces)

    @property
    def as_of(self) -> str:
        """The newest day that the rows tell of."""
        for name, kind in self.rows.schema.items():
            if kind.is_temporal() and isinstance(newest := self.rows[name].max(), date):
                return month(newest) if name == "month" else day(newest)
        return ""

    @property
    def ranges(self) -> list[int]:
        """Of how many years a reader may see the last ones; none where there are not that many."""
        if not isinstance(self.of, Chart) or self.is_empty or not self.rows.schema[self.of.x].is_temporal():
            return []
        days = self.rows[self.of.x].cast(pl.Date).to_physical()
        span = int(days.max() or 0) - int(days.min() or 0)  # type: ignore[arg-type]
        return [years for years in RANGES_YEARS if span > 366 * years]

    @property
    def columns(self) -> list[str]:
        return self.rows.columns

    def cells(self) -> list[list[str]]:
        """The rows to read: all of a listing; of a chart the last ones, newest first."""
        if isinstance(self.of, Chart):
            return [[cell(value) for value in row] for row in self.rows.tail(ROWS_TO_READ).reverse().rows()]
        tell = [self.of.in_words.get(name, cell) for name in self.columns]
        return [[told(value) for told, value in zip(tell, row, strict=True)] for row in self.rows.rows()]

    def json(self) -> str:
        """All that page.js reads, safe within a script element."""
        assert isinstance(self.of, Chart)
        told: dict[str, Any] = asdict(self.of)
        told["words"] = dict(self.of.words)
        told["columns"] = {name: [_plain(value) for value in self.rows[name].to_list()] for name in self.rows.columns}
        del told["query"], told["note"], told["is_wide"]
        return json.dumps(told, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")


def drawn(read: Reader, of: Chart | Listing) -> Drawn:
    return Drawn(of, read.rows(of.query), tuple(sorted(tables_read(of.query))))


def _plain(value: Any) -> Any:
    """A value as JSON; moments to the minute, as they are all that fine."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M}"
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return plain(value) if isinstance(value, date | bool) else value
