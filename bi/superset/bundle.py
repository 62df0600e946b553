"""The dashboards as a ZIP of YAML, in the format in which Superset exports and imports.

Names in it are made from the origin: the same dashboards over sample and live data are there side by side.
"""

import json
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import yaml

from bi.superset import DASHBOARDS
from bi.superset.forms import form_data, viz_type
from bi.superset.vocabulary import Chart, Dashboard, Dataset
from warehouse.queries import tables_read
from warehouse.tables import TABLES

VERSION = "1.0.0"
HOME = uuid.UUID("6f1c1f3e-5b0a-4f1e-9a8e-0d3f7f0c2b11")
#: Read-only, and neither SQL Lab nor a chart can make DuckDB open any other file.
CONNECT = {"read_only": True, "config": {"enable_external_access": False, "autoinstall_known_extensions": False}}
NOT_CACHED = -1  # the file's name stays while what it names changes


def declared_tables() -> duckdb.DuckDBPyConnection:
    """All published tables, empty: what a query's columns are, and whether they exist, needs no data."""
    connection = duckdb.connect()
    for table in TABLES.values():
        connection.execute(f"create schema if not exists {table.schema}")
        connection.execute(f"create table {table.name} ({table.ddl})")
    return connection


def write(target: Path, database: Path, origin: str) -> None:
    """Write the bundle for a published file."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in files(database, origin):
            bundle.writestr(f"tidegauge/{name}", yaml.safe_dump(content, sort_keys=False, allow_unicode=True))


def files(database: Path, origin: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each file of the bundle by its name."""
    yield "metadata.yaml", {"version": VERSION, "type": "assets", "timestamp": "2026-01-01T00:00:00+00:00"}
    yield "databases/tidegauge.yaml", _database(database, origin)
    datasets = {chart.dataset.name: chart.dataset for dashboard in DASHBOARDS for chart in dashboard.charts}
    with declared_tables() as connection:
        for dataset in datasets.values():
            yield f"datasets/tidegauge/{_file(dataset.name)}.yaml", _dataset(dataset, origin, connection)
    for dashboard in DASHBOARDS:
        for chart in dashboard.charts:
            yield f"charts/{_file(f'{dashboard.slug} {chart.title}')}.yaml", _chart(chart, dashboard, origin)
        yield f"dashboards/{dashboard.slug}.yaml", _dashboard(dashboard, origin)


def database_name(origin: str) -> str:
    return f"tidegauge {origin}{' (SYNTHETIC)' if origin == 'sample' else ''}"


def dashboard_slug(dashboard: Dashboard, origin: str) -> str:
    return f"tidegauge-{origin}-{dashboard.slug}"


def _database(database: Path, origin: str) -> dict[str, Any]:
    return {
        "database_name": database_name(origin),
        "sqlalchemy_uri": f"duckdb:///{database}",
        "cache_timeout": NOT_CACHED,
        "expose_in_sqllab": True,
        "allow_run_async": False,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "extra": {"engine_params": {"connect_args": CONNECT}, "allows_virtual_table_explore": True},
        "uuid": _id(origin, "database"),
        "version": VERSION,
    }


def _dataset(dataset: Dataset, origin: str, connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    read = [TABLES[name] for name in sorted(tables_read(f"from {dataset.source}"))]
    docs = {column.name: column for table in read for column in table.columns}
    schema, _, name = dataset.name.partition(".") if not dataset.query else ("metrics", "", dataset.name)
    types = connection.execute(f"describe from {dataset.source}").fetchall()
    return {
        "table_name": name,
        "schema": schema,
        "sql": dataset.query or None,
        "source_db_engine": "duckdb",
        "main_dttm_col": dataset.time or None,
        "description": " ".join(table.doc for table in read),
        "columns": [
            {
                "column_name": column,
                "type": kind,
                "is_dttm": kind.startswith(("DATE", "TIMESTAMP")),
                "groupby": True,
                "filterable": True,
                "description": docs[column].comment if column in docs else None,
            }
            for column, kind, *_ in types
        ],
        "metrics": [{"metric_name": "count", "verbose_name": "rows", "expression": "count(*)"}],
        "uuid": _id(origin, "dataset", dataset.name),
        "database_uuid": _id(origin, "database"),
        "version": VERSION,
    }


def _chart(chart: Chart, dashboard: Dashboard, origin: str) -> dict[str, Any]:
    return {
        "slice_name": chart.title,
        "description": chart.note or None,
        "viz_type": viz_type(chart),
        "params": form_data(chart),
        "uuid": _id(origin, "chart", dashboard.slug, chart.title),
        "dataset_uuid": _id(origin, "dataset", chart.dataset.name),
        "version": VERSION,
    }


def _dashboard(dashboard: Dashboard, origin: str) -> dict[str, Any]:
    return {
        "dashboard_title": f"{dashboard.title}{' (SYNTHETIC sample world)' if origin == 'sample' else f' ({origin})'}",
        "description": dashboard.question,
        "slug": dashboard_slug(dashboard, origin),
        "published": True,
        "position": _position(dashboard, origin),
        "metadata": {"label_colors": dict(dashboard.colours), "refresh_frequency": 0, "cross_filters_enabled": False},
        "uuid": _id(origin, "dashboard", dashboard.slug),
        "version": VERSION,
    }


def _position(dashboard: Dashboard, origin: str) -> dict[str, Any]:
    """The layout: what it is about and whose data it shows, then the rows."""
    found: dict[str, Any] = {"DASHBOARD_VERSION_KEY": "v2"}

    def put(name: str, kind: str, children: list[str], parents: list[str], **meta: object) -> str:
        found[name] = {"id": name, "type": kind, "children": children, "parents": parents, "meta": meta}
        return name

    above = ["ROOT_ID", "GRID_ID"]
    rows = [put("ROW-0", "ROW", ["MARKDOWN-0"], above, background="BACKGROUND_TRANSPARENT")]
    put("MARKDOWN-0", "MARKDOWN", [], [*above, "ROW-0"], width=12, height=10, code=_words(dashboard, origin))
    for number, charts in enumerate(dashboard.rows, start=1):
        row, children = f"ROW-{number}", []
        for place, chart in enumerate(charts):
            told = {"width": chart.width, "height": chart.height, "sliceName": chart.title, "chartId": 0}
            id = _id(origin, "chart", dashboard.slug, chart.title)
            children.append(put(f"CHART-{number}-{place}", "CHART", [], [*above, row], **told, uuid=id))
        rows.append(put(row, "ROW", children, above, background="BACKGROUND_TRANSPARENT"))
    put("GRID_ID", "GRID", rows, ["ROOT_ID"])
    put("ROOT_ID", "ROOT", ["GRID_ID"], [])
    put("HEADER_ID", "HEADER", [], [], text=dashboard.title)
    return found


def _words(dashboard: Dashboard, origin: str) -> str:
    synthetic = (
        "**SYNTHETIC: made up by the built-in sample world; nothing here happened.** " if origin == "sample" else ""
    )
    return (
        f"### {dashboard.question}\n\n{synthetic}"
        "Times are UTC. What a column means, its unit and its source: the dataset's columns, or `tidegauge dictionary`."
    )


def _file(name: str) -> str:
    return "".join(c if c.isalnum() else "_" for c in name.lower())


def _id(*parts: str) -> str:
    return str(uuid.uuid5(HOME, json.dumps(parts)))
