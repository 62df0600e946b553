"""A small warehouse: a few facts go in, the model under test and what it reads are built, rows come out."""

import atexit
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from pipelines.models import Model, models
from warehouse.catalogue import SERIES
from warehouse.declared import reference_frames
from warehouse.releases import DAILY_TREASURY_STATEMENT, OUTRIGHT_RESULT, REPO_RESULT
from warehouse.store import Store
from warehouse.table import Table
from warehouse.tables import TABLES, facts

Row = dict[str, Any]
#: When every reply of these tests was received; nothing about it may matter to a model.
RECEIVED = datetime(2026, 11, 2, 12, tzinfo=UTC)
_numbers = count()


@dataclass(frozen=True)
class Facts:
    """Rows of one fact table, without where they came from."""

    table: Table
    rows: list[Row]


def day(text: str) -> date:
    return date.fromisoformat(text)


def moment(text: str) -> datetime:
    """A moment in UTC: ``2026-01-08 21:30``."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def weeks(last: str, number: int) -> list[str]:
    """Weekly days that end with ``last``, in order."""
    return [(day(last) - timedelta(weeks=n)).isoformat() for n in reversed(range(number))]


def weekdays(last: str, number: int) -> list[str]:
    """Mondays to Fridays that end with ``last``, in order."""
    days = (day(last) - timedelta(days=n) for n in range(2 * number + 2))
    return [d.isoformat() for d in days if d.weekday() < 5][:number][::-1]


def series(series_id: str, values: Mapping[str, float], *, known_at: str | None = None, basis: str = "rule") -> Facts:
    """Observations in the unit of the catalogue, known by the series' release rule unless told otherwise."""
    declared = SERIES[series_id]
    return Facts(
        facts.OBSERVATION,
        [
            {
                "series_id": series_id,
                "period": day(period),
                "value": float(value),
                "unit": declared.unit,
                "known_at": moment(known_at) if known_at else declared.known_at(day(period)),
                "known_at_basis": basis,
            }
            for period, value in values.items()
        ],
    )


def outright(on: str, kind: str, par_usd: float | None, *, settles: str | None = None, **told: str) -> Facts:
    """One Treasury operation of the Desk, for example of the kind ``Bill Purchase``; without par, an announcement."""
    usual = {
        "operation_type": f"Outright {kind}",
        "direction": "P" if kind.endswith("Purchase") else "S",
        "status": "Announced" if par_usd is None else "Results",
        "settlement_date": day(settles or on),
        "par_submitted_usd": par_usd,
        "par_accepted_usd": par_usd,
        "known_at": OUTRIGHT_RESULT.known_at(day(on)),
    }
    return _operation(facts.TREASURY_OPERATION, on, usual, told)


def repo(on: str, kind: str, accepted_usd: float | None, *, matures: str | None = None, **told: Any) -> Facts:
    """One overnight operation of the kind ``Repo`` or ``Reverse Repo``; without an amount, an announcement."""
    usual = {
        "operation_type": kind,
        "method": "Fixed Rate",
        "status": "Announced" if accepted_usd is None else "Results",
        "settlement_date": day(on),
        "maturity_date": day(matures or on),
        "term": "Overnight",
        "submitted_usd": accepted_usd,
        "accepted_usd": accepted_usd,
        "is_small_value": False,
        "known_at": REPO_RESULT.known_at(day(on)),
    }
    return _operation(facts.REPO_OPERATION, on, usual, told)


def _operation(table: Table, on: str, usual: Row, told: Row) -> Facts:
    if "known_at" in told:
        told["known_at"] = moment(told["known_at"])
    row = {"operation_id": f"operation {next(_numbers)}", "operation_date": day(on), "note": "", **usual, **told}
    return Facts(table, [row | {"known_at_basis": "rule"}])


def flow(on: str, transaction_type: str, category: str, musd: float, detail: str = "") -> Facts:
    """One line of the Daily Treasury Statement, in millions."""
    return Facts(
        facts.FISCAL_FLOW,
        [
            {
                "record_date": day(on),
                "transaction_type": transaction_type,
                "category": category,
                "detail": detail,
                "value": float(musd),
                "unit": "usd_millions",
                "known_at": DAILY_TREASURY_STATEMENT.known_at(day(on)),
                "known_at_basis": "rule",
            }
        ],
    )


def portfolio(month: str, issuer: str, agency_mbs_musd: float, known_at: str) -> Facts:
    """Month-end agency MBS of one enterprise, which is all it holds here."""
    return Facts(
        facts.GSE_PORTFOLIO,
        [
            {
                "month": day(f"{month}-01"),
                "issuer": issuer,
                "agency_mbs_musd": float(agency_mbs_musd),
                "non_agency_musd": 0.0,
                "loans_musd": 0.0,
                "end_balance_musd": float(agency_mbs_musd),
                "known_at": moment(known_at),
                "known_at_basis": "rule",
            }
        ],
    )


def built(name: str, *given: Facts, as_of: str | None = None, vintage: str | None = None) -> list[Row]:
    """The rows of one model over these facts in the order of its key, as they were known ``as_of``."""
    with scratch() as store:
        if as_of:
            store.connection.execute("set variable as_of = ?", [moment(as_of)])
        store.connection.execute("set variable vintage = ?", [vintage])
        _fill(store, given)
        build(store, name)
        return store.read(f"from {name} order by {', '.join(TABLES[name].key)}").rows(named=True)


@contextmanager
def scratch() -> Iterator[Store]:
    """A store with the declarations in it and nothing else; what is written is rolled back.

    All tests of a process share it: to open one takes longer than a test.
    """
    store = _shared()
    store.connection.begin()
    try:
        yield store
    finally:
        store.connection.rollback()
        store.connection.execute("reset variable as_of")
        store.connection.execute("reset variable vintage")


@contextmanager
def warehouse(folder: Path, *given: Facts) -> Iterator[Store]:
    """A store of its own with the declarations and these facts, for tests that need what is committed."""
    with Store.open(folder / "warehouse.duckdb", run_id="test") as store:
        with store.transaction():
            for table, frame in reference_frames().items():
                store.insert(table, frame)
            _fill(store, given)
        yield store


def put(store: Store, name: str, *rows: Row) -> None:
    """Make a table hold these rows and no others; columns not told are NULL."""
    store.replace(TABLES[name], _frame(TABLES[name], list(rows)))


def _fill(store: Store, given: Iterable[Facts]) -> None:
    rows: defaultdict[str, list[Row]] = defaultdict(list)
    for some in given:
        rows[some.table.name] += some.rows
    for name, told in rows.items():
        store.insert(TABLES[name], _frame(TABLES[name], told))


def _frame(table: Table, rows: list[Row]) -> pl.DataFrame:
    provenance = {"received_at": RECEIVED, "landed_id": "landed-1", "known_at": RECEIVED, "known_at_basis": "rule"}
    whole = [provenance | {"locator": f"/{n}"} | row for n, row in enumerate(rows)]
    columns = table.polars_schema
    return pl.DataFrame([{name: row.get(name) for name in columns} for row in whole], schema=columns)


def build(store: Store, name: str) -> None:
    """Build a model and what it reads."""
    needed = _with_inputs(name)
    for model in _models():
        if model.table.name in needed:
            store.build(model.table, model.content(store.read), recipe="test")


@cache
def _shared() -> Store:
    opened = ExitStack()
    atexit.register(opened.close)
    folder = Path(opened.enter_context(TemporaryDirectory()))
    return opened.enter_context(warehouse(folder))


@cache
def _models() -> tuple[Model, ...]:
    return tuple(models())


def _with_inputs(name: str) -> set[str]:
    inputs = {model.table.name: model.reads for model in _models()}
    return {name}.union(*(_with_inputs(read) for read in inputs[name] if read in inputs))
