"""The dashboards for Superset, without Superset: what they name is declared, and the bundle hangs together."""

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from bi.superset import DASHBOARDS, bundle
from bi.superset.vocabulary import Chart, Dashboard
from warehouse.tables import TABLES

CHARTS = [
    pytest.param(chart, id=f"{dashboard.slug}: {chart.title}") for dashboard in DASHBOARDS for chart in dashboard.charts
]
FILE = Path("/data/sample/published/current.duckdb")


@pytest.fixture(scope="module")
def declared() -> duckdb.DuckDBPyConnection:
    return bundle.declared_tables()


@pytest.mark.parametrize("chart", CHARTS)
def test_a_chart_asks_only_for_what_is_declared(declared: duckdb.DuckDBPyConnection, chart: Chart) -> None:
    declared.execute(chart.query)
    assert not chart.dataset.time or declared.execute(f"select {chart.dataset.time} from {chart.dataset.source}")


def test_a_column_that_is_not_declared_is_found(declared: duckdb.DuckDBPyConnection) -> None:
    chart = DASHBOARDS[0].charts[0]
    with pytest.raises(duckdb.BinderException, match="net_liquidity_eur"):
        declared.execute(replace(chart, values={"Net liquidity": "max(net_liquidity_eur)"}).query)


def test_columns_come_with_their_declared_meaning_and_unit() -> None:
    dataset = dict(bundle.files(FILE, "sample"))["datasets/tidegauge/metrics_net_liquidity.yaml"]
    table = TABLES["metrics.net_liquidity"]
    assert (dataset["schema"], dataset["table_name"], dataset["sql"]) == ("metrics", "net_liquidity", None)
    assert dataset["description"] == table.doc
    assert [(c["column_name"], c["description"]) for c in dataset["columns"]] == [
        (column.name, column.comment) for column in table.columns
    ]
    assert [c["column_name"] for c in dataset["columns"] if c["is_dttm"]] == ["week_ending", "known_at"]


def test_every_reference_in_the_bundle_is_to_something_in_it() -> None:
    files = dict(bundle.files(FILE, "sample"))
    ids = {name: content["uuid"] for name, content in files.items() if "uuid" in content}
    assert (
        len(set(ids.values()))
        == len(ids)
        == 1 + len({c.dataset.name for c in _charts()}) + len(_charts()) + len(DASHBOARDS)
    )
    for name, content in files.items():
        if name.startswith("charts/"):
            assert content["dataset_uuid"] in ids.values()
        if name.startswith("dashboards/"):
            placed = {part["meta"]["uuid"] for part in _parts(content, "CHART")}
            assert placed <= set(ids.values())
            assert len(placed) == len(_parts(content, "CHART"))


def test_the_file_is_opened_read_only_and_nothing_of_it_is_kept() -> None:
    database = dict(bundle.files(FILE, "live"))["databases/tidegauge.yaml"]
    assert database["sqlalchemy_uri"] == "duckdb:////data/sample/published/current.duckdb"
    arguments = database["extra"]["engine_params"]["connect_args"]
    assert (arguments["read_only"], arguments["config"]["enable_external_access"]) == (True, False)
    assert database["cache_timeout"] == -1


@pytest.mark.parametrize(("origin", "is_synthetic"), [("sample", True), ("live", False)])
def test_what_is_synthetic_says_so_in_the_title_and_on_the_page(origin: str, is_synthetic: bool) -> None:
    for name, content in bundle.files(FILE, origin):
        if name.startswith("dashboards/"):
            (words,) = (part["meta"]["code"] for part in _parts(content, "MARKDOWN"))
            assert ("SYNTHETIC" in content["dashboard_title"]) == ("SYNTHETIC" in words) == is_synthetic


def test_sample_and_live_can_be_in_one_superset() -> None:
    sample, live = ({c.get("uuid") for _, c in bundle.files(FILE, origin)} - {None} for origin in ("sample", "live"))
    assert sample.isdisjoint(live)


def test_a_chart_of_numbers_without_a_unit_and_a_row_that_does_not_fill_are_refused() -> None:
    chart = DASHBOARDS[0].charts[0]
    with pytest.raises(ValueError, match="a chart of numbers needs a unit"):
        replace(chart, unit="")
    with pytest.raises(ValueError, match="3 twelfths wide"):
        Dashboard(slug="s", title="S", question="?", rows=((chart,),))


def _charts() -> list[Chart]:
    return [chart for dashboard in DASHBOARDS for chart in dashboard.charts]


def _parts(dashboard: dict, kind: str) -> list[dict]:  # type: ignore[type-arg]
    return [part for part in dashboard["position"].values() if isinstance(part, dict) and part["type"] == kind]
