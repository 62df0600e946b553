"""Which tables need their suite run, and what the suites said last."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import polars as pl

from warehouse.rules import Rule, rules
from warehouse.store import Store
from warehouse.suites import Result, validate
from warehouse.table import Table
from warehouse.tables.quality import RESULT

#: The result table is what judging writes; judging it would never end.
NOT_JUDGED = (RESULT.name, "quality.ledger")
#: The results of each table's latest judgement.
LATEST = "from quality.result qualify known_at = max(known_at) over (partition by table_name)"


def judge(store: Store, tables: Sequence[Table]) -> Iterator[tuple[Table, list[Result]]]:
    """Run the suites of those tables that changed since they were last judged, and store the results.

    A table that has not changed is judged again only when it failed: a blocking failure stays one.
    """
    known = rules()
    subjects = _subjects(store, tables, known)
    settled = dict(
        store.read(
            f"""
            select table_name, any_value(subject) from ({LATEST})
            group by table_name having bool_and(passed or severity <> 'critical')
            """
        ).rows()
    )
    due = [table for table in tables if settled.get(table.name) != subjects[table.name]]
    for table, results in validate(store, due, known):
        with store.transaction():
            store.insert(RESULT, _rows(store.run_id, table, results, subjects[table.name]))
        yield table, results


def standing(store: Store) -> dict[str, int]:
    """How many expectations passed, warned and failed, by the latest judgement of each table."""
    rows = store.read(
        f"""
        select
            count(*) filter (passed) as passed,
            count(*) filter (not passed and severity = 'warning') as warned,
            count(*) filter (not passed and severity = 'critical') as failed
        from ({LATEST})
        """
    ).rows(named=True)
    return dict(rows[0])


def _subjects(store: Store, tables: Sequence[Table], known: Sequence[Rule]) -> dict[str, str]:
    """A hash of all that a verdict depends on: the declaration, its rules, every table that these name."""
    versions = store.versions()
    subjects = {}
    for table in tables:
        queries = [rule.query for rule in known if rule.table_name == table.name]
        named = {name: v for name, v in versions.items() if name == table.name or any(name in q for q in queries)}
        told = json.dumps([named, repr(table), [repr(rule) for rule in known if rule.table_name == table.name]])
        subjects[table.name] = hashlib.sha256(told.encode()).hexdigest()[:16]
    return subjects


def _rows(run_id: str, table: Table, results: Sequence[Result], subject: str) -> pl.DataFrame:
    now = datetime.now(UTC)
    return pl.DataFrame(
        [
            {
                "run_id": run_id,
                "table_name": table.name,
                "expectation": result.expectation,
                "partition": "",
                "passed": result.passed,
                "severity": result.severity,
                "observed": result.observed,
                "unexpected_count": result.unexpected_count,
                "sample": json.dumps(result.sample, default=str),
                "subject": subject,
                "known_at": now,
            }
            for result in results
        ],
        schema=RESULT.polars_schema,
    )
