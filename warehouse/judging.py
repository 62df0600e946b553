"""Which tables need their suite run, and what the suites said last."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from warehouse.queries import tables_read
from warehouse.rules import Rule, rules
from warehouse.store import Store
from warehouse.suites import Result, validate
from warehouse.table import Table
from warehouse.tables import TABLES
from warehouse.tables.alerts import ALERT
from warehouse.tables.quality import LEDGER, RECORDING, RESULT

#: What the store writes of itself, and what judging leads to: judging that would never end.
NOT_JUDGED = (RESULT.name, LEDGER.name, RECORDING.name, ALERT.name)
#: The results of each table's latest judgement.
LATEST = "from quality.result qualify known_at = max(known_at) over (partition by table_name)"


@dataclass(frozen=True)
class Verdict:
    """What a table's suite said, and in which run."""

    table: Table
    results: list[Result]
    run_id: str


def judge(store: Store, tables: Sequence[Table]) -> Iterator[Verdict]:
    """Run the suites of those tables that changed since they were last judged, and store the results.

    A table that has not changed keeps its verdict, unless that was a blocking failure: it is judged again.
    """
    known = rules()
    subjects = _subjects(store, tables, known)
    held = _held(store)
    due = []
    for table in tables:
        subject, verdict = held.get(table.name, ("", None))
        if verdict and subject == subjects[table.name]:
            yield verdict
        else:
            due.append(table)
    for table, results in validate(store, due, known):
        with store.transaction():
            store.insert(RESULT, _rows(store.ledger.run_id, table, results, subjects[table.name]))
        yield Verdict(table, results, store.ledger.run_id)


def _held(store: Store) -> dict[str, tuple[str, Verdict]]:
    """The latest verdict of each table that none of its critical expectations failed, with what it was about."""
    held: dict[str, tuple[str, Verdict]] = {}
    for row in store.read(LATEST).rows(named=True):
        result = Result(
            expectation=row["expectation"],
            severity=row["severity"],
            passed=row["passed"],
            observed=row["observed"] or "",
            unexpected_count=row["unexpected_count"],
            sample=json.loads(row["sample"] or "[]"),
        )
        name = row["table_name"]
        _, verdict = held.setdefault(name, (row["subject"], Verdict(TABLES[name], [], row["run_id"])))
        verdict.results.append(result)
    return {
        name: (subject, verdict)
        for name, (subject, verdict) in held.items()
        if all(result.passed or result.severity != "critical" for result in verdict.results)
    }


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
    versions = store.ledger.versions()
    subjects = {}
    for table in tables:
        own = [rule for rule in known if rule.table_name == table.name]
        named = {table.name}.union(*(tables_read(rule.query) for rule in own))
        told = json.dumps([[(name, versions.get(name)) for name in sorted(named)], repr(table), list(map(repr, own))])
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
