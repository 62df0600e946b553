"""A trace to read: the row, the tables between as a tree, and the facts at the end with their bytes."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from pipelines.command.layout import shown
from pipelines.command.reading import plain
from pipelines.tracing.found import Lineage, Passed
from warehouse.table import Table
from warehouse.tables import TABLES
from warehouse.tables.columns import PROVENANCE

#: How many of a source's facts, or of a table's rows, are printed.
PRINTED = 3
WIDTH = 300
#: Where the tables come from that rest on no reply; each is beside the warehouse.
KEPT_IN = {
    "metrics.order_book": "from captured books: books/, by day",
    "facts.book_capture": "as captures counted: capture.jsonl",
    "facts.trade_minute": "from the recording, by the numbers of its trades: trades.jsonl",
}
NOT_A_CLAIM = {column.name for column in PROVENANCE}

Row = dict[str, Any]


def told(found: Lineage, behind: Callable[[str, Row], Row], *, is_whole: bool) -> Iterator[str]:
    """Lines to read; ``behind`` adds reply and bytes to a fact, of which ``is_whole`` prints all."""
    yield f"{found.table.name}  {_key(found.table, found.row)}"
    wide = max(26, *map(len, found.columns)) + 2
    for name in found.columns:
        column = found.table.column(name)
        yield f"  {name:<{wide}}{shown(found.row[name])}{f'  {column.unit}' if column.unit else ''}"
    yield f"  known at {plain(found.row['known_at'])}"
    tables = {passed.table.name: passed for passed in found.passed}
    yield from _tree(tables, found.table.name, "", set())
    number = sum(rows.height for rows in found.facts.values())
    yield f"\nfrom {number:,} fact{'' if number == 1 else 's'}, which make it again to the last bit:"
    for name, rows in found.facts.items():
        yield from _facts(TABLES[name], rows.to_dicts(), behind, is_whole)
    if longest := [p for p in found.passed[1:] if p.reads and p.rows.height > PRINTED]:
        yield "\nfurther, from any row between:"
        for passed in longest:
            yield f"  tidegauge trace {passed.table.name} {_key(passed.table, passed.rows.row(0, named=True))}"


# -- the tables between ----------------------------------------------------------------------------


def _tree(tables: dict[str, Passed], name: str, indent: str, seen: set[str]) -> Iterator[str]:
    for read in tables[name].reads:
        last = read == tables[name].reads[-1]
        yield f"{indent}{'└─' if last else '├─'} {_passed(tables[read])}{'  (as above)' if read in seen else ''}"
        if read not in seen:
            seen.add(read)
            inner = f"{indent}{'   ' if last else '│  '}"
            if tables[read].reads and tables[read].rows.height <= PRINTED:
                for row in tables[read].rows.iter_rows(named=True):
                    yield f"{inner}{'│' if tables[read].reads else ' '}  {_row(tables[read], row)}"
            yield from _tree(tables, read, inner, seen)


def _passed(passed: Passed) -> str:
    number, grain = passed.rows.height, passed.table.grain
    days = [plain(day) for day in (passed.rows[grain].min(), passed.rows[grain].max())] if grain else []
    span = f", {days[0]}" + (f" to {days[1]}" if days[0] != days[1] else "") if days else ""
    columns = f" ({', '.join(passed.columns)})" if passed.reads and passed.columns and number > PRINTED else ""
    return f"{passed.table.name}: {number:,} row{'' if number == 1 else 's'}{span}{columns}"


def _row(passed: Passed, row: Row) -> str:
    values = [f"{name} {shown(row[name])}" for name in passed.columns if row[name] is not None]
    return f"{_key(passed.table, row)}  {', '.join(values)}".rstrip()


# -- the facts -------------------------------------------------------------------------------------


def _facts(table: Table, facts: list[Row], behind: Callable[[str, Row], Row], is_whole: bool) -> Iterator[str]:
    """Facts by source, the newest first."""
    named = [n for n in table.key if table.column(n).type == "varchar" and not n.endswith("_id")]
    sources: defaultdict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for fact in facts:
        sources[fact.get("series_id", ""), *(fact[name] for name in named)].append(fact)
    for source, members in sources.items():
        periods = sorted(str(plain(fact[table.grain or "known_at"])) for fact in members)
        span = periods[0] if len(members) == 1 else f"{len(members):,} from {periods[0]} to {periods[-1]}"
        yield f"\n{table.name}  {' '.join(str(part) for part in source if part)}  {span}"
        most = len(members) if is_whole else PRINTED if len(sources) <= PRINTED or len(members) <= PRINTED else 1
        for fact in members[:most]:
            yield from _fact(table, behind(table.name, fact))
        if len(members) > most:
            yield f"  ... and {len(members) - most:,} more: --all prints them, --json has them"


def _fact(table: Table, fact: Row) -> Iterator[str]:
    said = ", ".join(
        f"{c.name} {shown(fact[c.name])}"
        for c in table.columns
        if c.name not in NOT_A_CLAIM and fact[c.name] not in (None, "") and not c.name.endswith("_id")
    )
    yield f"  {said}"
    reply = fact["reply"]
    if reply is None:
        yield f"    known at {plain(fact['known_at'])}, {KEPT_IN[table.name]} beside the warehouse"
        return
    yield f"    known at {plain(fact['known_at'])} ({fact['known_at_basis']})"
    yield f"    reply {fact['landed_id']}: {reply['request']}"
    yield f"    received {plain(reply['received_at'])}, sha256 {reply['sha256'][:16]}..., {fact['locator']}:"
    yield f"      {' '.join(fact['bytes'].split())[:WIDTH]}"


def _key(table: Table, row: Row) -> str:
    return " ".join(f"{name}={plain(row[name])}" for name in table.key)
