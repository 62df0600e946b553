"""Tables as the command line names them: ``schema.table``, or the name of a metric alone."""

from difflib import get_close_matches
from typing import Any

import click

from warehouse.table import Table
from warehouse.tables import TABLES

#: Every name that means a table.
NAMES = {name.removeprefix("metrics."): table for name, table in TABLES.items()} | TABLES


def no_such(what: str, name: str) -> str:
    """That there is no table of this name, and which was meant."""
    close = get_close_matches(name, NAMES, n=1)
    meant = f"did you mean {close[0]}? " if close else ""
    return f"there is no {what} {name}; {meant}tidegauge show lists them"


class TableName(click.ParamType[Table]):
    """A declared table."""

    name = "table"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Table:
        if value not in NAMES:
            self.fail(no_such("table", value))
        return NAMES[value]
