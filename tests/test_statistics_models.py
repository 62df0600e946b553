"""Statistics as models: built only when something changed, computed from any connection, the same as of any date."""

import doctest
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest

from pipelines.model_assets import build_if_due
from pipelines.models import STATISTICS, models
from tests.crypto_models import candles
from tests.models import Facts, built, day, moment, series, warehouse, weeks
from warehouse.tables import TABLES, statistics

MODELS = {model.table.name: model for model in models()}
PYTHON = [name for name, model in MODELS.items() if model.language == "python"]
RANDOM = np.random.default_rng(1987)
FRIDAYS = weeks("2026-04-10", 140)
MODULES = [".".join(path.relative_to(STATISTICS).with_suffix("").parts) for path in STATISTICS.rglob("[!_]*.py")]


def walk(start: float) -> dict[str, float]:
    return dict(zip(FRIDAYS, start * np.exp(np.cumsum(RANDOM.normal(0, 0.05, len(FRIDAYS)))), strict=True))


GIVEN = (
    # A high at the start, and the next one twenty weeks before the end: an event.
    series("YAHOO_RUT_CLOSE", walk(1_000) | {FRIDAYS[1]: 9_000.0, FRIDAYS[-20]: 9_500.0}),
    *(series(f"YAHOO_{fund}_ADJUSTED_CLOSE", walk(100)) for fund in ("SHY", "IEF", "LQD", "HYG", "SPY", "IWM")),
    series("DGS3MO", {(day(friday) - timedelta(days=1)).isoformat(): 4.0 for friday in FRIDAYS}),
    candles("BTC", walk(50_000)),
)


def test_there_are_four_of_them() -> None:
    assert sorted(PYTHON) == [
        "metrics.cycle_analog",
        "metrics.event_study",
        "metrics.lead_lag",
        "metrics.rotation",
    ]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_are_right(name: str) -> None:
    module = import_module(f"assets.statistics.{name}")
    assert doctest.testmod(module).failed == 0


def test_what_a_statistic_reads_is_found_from_its_queries() -> None:
    assert MODELS["metrics.event_study"].reads == {"metrics.event_return", "metrics.asset_close"}
    assert list(MODELS).index("metrics.event_study") > list(MODELS).index("metrics.event_return")


def test_a_statistic_is_not_computed_again_until_an_input_or_its_text_changes(tmp_path: Path) -> None:
    model = MODELS["metrics.rotation"]
    versions = {name: "7" for name in model.reads}
    assert model.recipe(versions) == model.recipe(versions | {"metrics.unrelated": "8"})
    assert model.recipe(versions) != model.recipe({name: "8" for name in model.reads})
    with warehouse(tmp_path) as store:
        assert [build_if_due(model, store)["rebuilt"] for _ in range(2)] == [True, False]


@pytest.mark.parametrize("name", [table.name for table in statistics.TABLES])
def test_the_answer_as_of_a_date_is_the_one_on_what_was_known_by_then(name: str) -> None:
    then = "2026-02-14 00:05"
    known = [Facts(some.table, [row for row in some.rows if row["known_at"] <= moment(then)]) for some in GIVEN]
    assert built(name, *GIVEN, as_of=then) == built(name, *known)
    assert built(name, *GIVEN, as_of=then) != built(name, *GIVEN)


def test_a_statistic_is_computed_on_any_connection_that_has_its_tables() -> None:
    schema = TABLES["metrics.rotation_rung"].polars_schema
    rungs = pl.DataFrame(built("metrics.rotation_rung", *GIVEN), schema=schema)
    with duckdb.connect() as elsewhere:
        elsewhere.execute("set TimeZone = 'UTC'")
        elsewhere.execute("create schema metrics")
        elsewhere.execute("create table metrics.rotation_rung as from rungs")
        content = MODELS["metrics.rotation"].content(lambda query: elsewhere.sql(query).pl())
    assert isinstance(content, pl.DataFrame)
    assert rungs.height
    assert content.sort("week_ending").rows(named=True) == built("metrics.rotation", *GIVEN)
