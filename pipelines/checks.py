"""The suites as asset checks: blocking, so that nothing is published which failed one; and the alerts that follow.

Alerts are looked at in the steps of the checks, as a step after one that blocks would not run.
"""

import json
from collections.abc import Iterator

import dagster as dg

from assets.alerting import look_out
from assets.session import Session
from warehouse.judging import NOT_JUDGED, Verdict, judge
from warehouse.rules import rules
from warehouse.suites import has_expectations
from warehouse.tables import TABLES
from warehouse.tables.alerts import ALERT

ALERT_KEY = dg.AssetKey(ALERT.name.split("."))


def suite_checks() -> dg.AssetChecksDefinition:
    """One check per table of which anything is expected; a table that did not change keeps the verdict it has."""
    known = rules()
    judged = [t for t in TABLES.values() if t.name not in NOT_JUDGED and has_expectations(t, known)]

    @dg.multi_asset_check(
        name="suites",
        specs=[
            dg.AssetCheckSpec(
                "suite",
                asset=table.name.split("."),
                blocking=True,
                description="The table's declaration and business rules hold.",
            )
            for table in judged
        ],
        can_subset=True,
    )
    def suites(
        context: dg.AssetCheckExecutionContext, session: dg.ResourceParam[Session]
    ) -> Iterator[dg.AssetCheckResult]:
        selected = {".".join(key.asset_key.path) for key in context.selected_asset_check_keys}
        for verdict in judge(session.store, [t for t in judged if t.name in selected]):
            yield _check(verdict)
        changed = look_out(session.store, session.alerts)
        told = {"dagster/row_count": session.store.ledger.row_counts().get(ALERT.name, 0)}
        told |= {"opened": len(changed.opened), "resolved": len(changed.resolved)}
        context.op_execution_context.log_event(dg.AssetMaterialization(ALERT_KEY, metadata=told))

    return suites


def _check(verdict: Verdict) -> dg.AssetCheckResult:
    results = verdict.results
    failed = [result for result in results if not result.passed]
    blocks = any(result.severity == "critical" for result in failed)
    return dg.AssetCheckResult(
        asset_key=verdict.table.name.split("."),
        check_name="suite",
        passed=not failed,
        severity=dg.AssetCheckSeverity.ERROR if blocks else dg.AssetCheckSeverity.WARN,
        metadata={
            "judged_in_run": verdict.run_id,
            "expectations": len(results),
            "failed": len(failed),
            "unexpected_rows": sum(result.unexpected_count for result in failed),
            "results": dg.MetadataValue.table(
                [
                    dg.TableRecord(
                        {
                            "expectation": result.expectation,
                            "passed": result.passed,
                            "severity": result.severity,
                            "observed": result.observed,
                            "unexpected": result.unexpected_count,
                            "sample": json.dumps(result.sample, default=str)[:500],
                        }
                    )
                    for result in sorted(results, key=lambda result: result.passed)
                ],
                schema=dg.TableSchema(
                    [
                        dg.TableColumn("expectation", "string"),
                        dg.TableColumn("passed", "bool"),
                        dg.TableColumn("severity", "string"),
                        dg.TableColumn("observed", "string"),
                        dg.TableColumn("unexpected", "int"),
                        dg.TableColumn("sample", "string"),
                    ]
                ),
            ),
        },
    )
