"""The data dictionary: every table and column with meaning, unit, key and licence, from the declarations."""

from collections.abc import Iterable

from warehouse.table import Table


def dictionary(tables: Iterable[Table]) -> str:
    """The dictionary as Markdown."""
    lines = [
        "# Data dictionary",
        "",
        "Times are UTC, days are dates, money is USD unless the unit says otherwise.",
        "",
    ]
    for table in tables:
        lines += [
            f"## {table.name}",
            "",
            table.doc,
            "",
            f"Key: {', '.join(table.key)}. Licence: {table.licence}.",
            "",
        ]
        lines += ["| column | type | unit | meaning |", "|---|---|---|---|"]
        lines += [f"| {c.name} | {c.type} | {c.unit} | {c.doc} |" for c in table.columns]
        lines.append("")
    return "\n".join(lines)
