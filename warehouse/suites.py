"""Great Expectations suites: what the declarations already say, and the business rules."""

import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from warehouse.rules import Rule, Severity
from warehouse.store import Store
from warehouse.table import Table

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

SAMPLE_ROWS = 5


@dataclass(frozen=True, kw_only=True)
class Result:
    """How one expectation ended."""

    expectation: str
    severity: Severity
    passed: bool
    observed: str
    unexpected_count: int
    sample: list[Any]


def has_expectations(table: Table, rules: Sequence[Rule]) -> bool:
    """Whether anything is expected of a table beyond what is refused on write."""
    bounded = any(c.min is not None or c.max is not None or c.one_of for c in table.columns)
    return bounded or not table.may_be_empty or any(rule.table_name == table.name for rule in rules)


def validate(store: Store, tables: Sequence[Table], rules: Sequence[Rule]) -> Iterator[tuple[Table, list[Result]]]:
    """Run each table's suite on the open warehouse, in SQL; nothing is copied."""
    if not tables:
        return
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx  # seconds to import: only when there is something to check

    from warehouse.gx_duckdb import ADDRESS, EagerConnection

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_sql(
        "warehouse",
        connection_string=ADDRESS,
        kwargs={"creator": lambda: EagerConnection(store.connection.cursor())},
        create_temp_table=False,
    )
    for table in tables:
        schema, _, name = table.name.partition(".")
        batch = (
            source.add_table_asset(table.name, table_name=name, schema_name=schema)
            .add_batch_definition_whole_table("all")
            .get_batch()
        )
        suite = gx.ExpectationSuite(name=table.name, expectations=list(_expectations(table, rules)))
        outcome = batch.validate(
            suite, result_format={"result_format": "SUMMARY", "partial_unexpected_count": SAMPLE_ROWS}
        )
        by_description = {_described(rule): rule for rule in rules if rule.table_name == table.name}
        yield (
            table,
            [_result(store, one, by_description.get(one.expectation_config.description)) for one in outcome.results],
        )


def _expectations(table: Table, rules: Sequence[Rule]) -> "Iterator[Expectation]":
    """Keys, types and required values are refused on write: a check of them could never fail. Bounds can."""
    import great_expectations.expectations as gxe

    if not table.may_be_empty:
        yield gxe.ExpectTableRowCountToBeBetween(min_value=1, severity="critical", description="It has rows.")
    for c in table.columns:
        if c.bounds:
            yield gxe.ExpectColumnValuesToBeBetween(
                column=c.name,
                min_value=c.min,
                max_value=c.max,
                severity="critical",
                description=f"{c.name} is {c.bounds} ({c.unit}).",
            )
        if c.one_of:
            yield gxe.ExpectColumnValuesToBeInSet(
                column=c.name,
                value_set=list(c.one_of),
                severity="critical",
                description=f"{c.name} is one of {', '.join(c.one_of)}.",
            )
    for rule in rules:
        if rule.table_name == table.name:
            yield gxe.UnexpectedRowsExpectation(
                unexpected_rows_query=re.sub(rf"\b{re.escape(table.name)}\b", "{batch}", rule.query, count=1),
                severity=rule.severity,
                description=_described(rule),
            )


def _described(rule: Rule) -> str:
    return f"{rule.name}: {rule.expects}"


def _result(store: Store, one: Any, rule: Rule | None) -> Result:
    """One outcome. The rows that broke a rule are asked for here: Great Expectations only counts them."""
    if one.exception_info.get("raised_exception"):
        raise RuntimeError(f"{one.expectation_config.description}: {one.exception_info.get('exception_message')}")
    found = one.result or {}
    observed = found.get("observed_value")
    if rule and not one.success:
        count, sample = observed, store.read(f"from ({rule.query}) limit {SAMPLE_ROWS}").rows(named=True)
    else:
        count = found.get("unexpected_count", 0 if one.success else 1)
        sample = found.get("partial_unexpected_list", [])
    return Result(
        expectation=one.expectation_config.description,
        severity=one.expectation_config.severity.value,
        passed=bool(one.success),
        observed="" if observed is None else str(observed),
        unexpected_count=int(count or 0),
        sample=json.loads(json.dumps(list(sample)[:SAMPLE_ROWS], default=str)),
    )
