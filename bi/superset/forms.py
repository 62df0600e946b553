"""What Superset calls a chart's form data, from a chart's declaration."""

import json
from typing import Any

from bi.superset.vocabulary import Chart, Kind

VIZ: dict[Kind, str] = {
    "line": "echarts_timeseries_line",
    "area": "echarts_area",
    "marks": "echarts_timeseries_scatter",
    "bars": "echarts_timeseries_bar",
    "lying": "echarts_timeseries_bar",
    "table": "table",
}


def viz_type(chart: Chart) -> str:
    if chart.kind == "number":
        return "big_number" if chart.x else "big_number_total"
    return VIZ[chart.kind]


def form_data(chart: Chart) -> dict[str, Any]:
    """The form data, without the dataset's number, which the import fills in."""
    match chart.kind:
        case "table":
            shown = _table(chart)
        case "number":
            shown = _number(chart)
        case _:
            shown = _series(chart)
    return {
        "viz_type": viz_type(chart),
        "adhoc_filters": [_sql_filter(chart.where)] if chart.where else [],
        "time_range": "No filter",
        **shown,
    }


def _number(chart: Chart) -> dict[str, Any]:
    ((label, expression),) = chart.values.items()
    moment = {"x_axis": chart.x, "time_grain_sqla": chart.grain, "show_trend_line": True, "start_y_axis_at_zero": False}
    return {
        "metric": _metric(label, expression),
        "y_axis_format": chart.format,
        "subtitle": chart.unit,
        "show_timestamp": bool(chart.x),
        "time_format": "%Y-%m-%d",
        **(moment if chart.x else {}),
    }


def _series(chart: Chart) -> dict[str, Any]:
    is_lying = chart.kind == "lying"
    by_size = {"x_axis_sort": next(iter(chart.values)), "x_axis_sort_asc": True, "orientation": "horizontal"}
    many = len(chart.values) > 1 or bool(chart.split)
    return {
        "x_axis": chart.x,
        **(by_size if is_lying else {"time_grain_sqla": chart.grain, "x_axis_time_format": "smart_date"}),
        "metrics": [_metric(*value) for value in chart.values.items()],
        "groupby": [chart.split] if chart.split else [],
        "row_limit": 50_000,
        "truncate_metric": True,
        "y_axis_format": chart.format,
        # The axis of the values; a lying chart has it at the bottom.
        "y_axis_title": chart.unit,
        "y_axis_title_margin": 30 if is_lying else 50,
        "y_axis_title_position": "Left",
        "stack": "Stack" if chart.kind in ("bars", "area") and many else None,
        "opacity": 0.7,
        "show_legend": many,
        "legendType": "scroll",
        "legendOrientation": "top",
        "rich_tooltip": True,
        "tooltipTimeFormat": "%Y-%m-%d" if chart.grain != "PT1H" else "%Y-%m-%d %H:%M",
        "show_value": is_lying,
        "zoomable": not is_lying,
        "truncateYAxis": chart.kind == "line",
        "y_axis_bounds": [None, None],
    }


def _table(chart: Chart) -> dict[str, Any]:
    return {
        "query_mode": "raw",
        "all_columns": list(chart.columns),
        "order_by_cols": [json.dumps(list(chart.order))] if chart.order else [],
        "row_limit": 1000,
        "table_timestamp_format": "%Y-%m-%d %H:%M",
        "include_search": True,
        "show_cell_bars": False,
        "color_pn": False,
        "column_config": {
            name: {"d3TimeFormat" if format.startswith("%") else "d3NumberFormat": format}
            for name, format in chart.formats.items()
        },
    }


def _metric(label: str, expression: str) -> dict[str, Any]:
    return {
        "expressionType": "SQL",
        "sqlExpression": expression,
        "label": label,
        "hasCustomLabel": True,
        "optionName": f"metric_{''.join(c if c.isalnum() else '_' for c in label.lower())}",
    }


def _sql_filter(expression: str) -> dict[str, Any]:
    return {
        "expressionType": "SQL",
        "clause": "WHERE",
        "sqlExpression": expression,
        "filterOptionName": "filter_declared",
    }
