"""Which tables are judged, and what stands of their verdicts."""

from pathlib import Path

import polars as pl

from tests.stored import append, at, observations, opened
from warehouse.judging import judge, standing
from warehouse.store import Store
from warehouse.tables import TABLES
from warehouse.tables.quality import GAP
from warehouse.tables.reference import UNIT

OBSERVATION = TABLES["facts.observation"]
JUDGED = [UNIT, GAP, OBSERVATION]


def judged(store: Store, run_id: str) -> dict[str, bool]:
    """The tables that were judged in this run and whether all held; the others keep an earlier verdict."""
    store.ledger.run_id = run_id
    verdicts = list(judge(store, JUDGED))
    assert {verdict.table for verdict in verdicts} == set(JUDGED)
    return {v.table.name: all(result.passed for result in v.results) for v in verdicts if v.run_id == run_id}


def units(*names: str) -> pl.DataFrame:
    rows = [{"unit": name, "plain_unit": "usd", "factor": 1.0, "known_at": at(1)} for name in names]
    return pl.DataFrame(rows, schema=UNIT.polars_schema)


def gap() -> pl.DataFrame:
    day = at(5).date()
    row = {
        "table_name": "facts.observation",
        "key": "SOFR",
        "from_period": day,
        "to_period": day,
        "reason": "missing",
        "first_seen_at": at(6),
        "known_at": at(6),
    }
    return pl.DataFrame([row], schema=GAP.polars_schema)


def replaced(store: Store, table: object, frame: pl.DataFrame) -> None:
    with store.transaction():
        store.replace(table, frame)  # type: ignore[arg-type]


def test_a_failure_is_judged_until_it_is_mended_and_what_did_not_change_is_not(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        append(store, observations(("SOFR", at(5).date(), 4.0), received_at=at(9)))
        assert judged(store, "run-1") == {"reference.unit": False, "quality.gap": True, "facts.observation": True}
        assert standing(store)["failed"] == 1  # reference.unit has no rows
        # Nothing changed: only what failed is looked at again, and it fails again.
        assert judged(store, "run-2") == {"reference.unit": False}
        assert standing(store)["failed"] == 1
        replaced(store, UNIT, units("usd"))
        assert judged(store, "run-3") == {"reference.unit": True}
        assert standing(store)["failed"] == 0
        assert judged(store, "run-4") == {}
        # A warning is told and does not block, so it is not judged again either.
        replaced(store, GAP, gap())
        assert judged(store, "run-5") == {"quality.gap": False}
        assert (standing(store)["failed"], standing(store)["warned"]) == (0, 1)
        assert judged(store, "run-6") == {}
        (row,) = store.read("from quality.result where not passed and run_id = 'run-5'").rows(named=True)
        assert (row["severity"], row["unexpected_count"]) == ("warning", 1)
        assert "SOFR" in row["sample"]


def test_a_table_is_judged_again_when_another_that_its_rules_read_changed(tmp_path: Path) -> None:
    """The rule ``fiscal_flows_add_up`` of one table reads another too."""
    flows, cash = TABLES["staged.fiscal_flow"], TABLES["staged.treasury_cash"]
    with opened(tmp_path) as store:
        store.ledger.run_id = "run-1"
        list(judge(store, [flows]))
        store.connection.execute("update quality.result set passed = true")
        assert [verdict.run_id for verdict in judge(store, [flows])] == ["run-1"]
        store.connection.execute(
            "insert into quality.ledger values (1000, 'other', $name, 1, 1, '', now())", {"name": cash.name}
        )
        store.ledger.run_id = "run-2"
        assert [verdict.run_id for verdict in judge(store, [flows])] == ["run-2"]
