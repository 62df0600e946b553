"""The declarations: complete, consistent with each other, with the SQL and with what Dagster shows."""

import re
from pathlib import Path

import dagster as dg
import pytest

from pipelines.definitions import build_defs
from pipelines.models import SQL, STATISTICS, Model, models, tables_read
from pipelines.past import StorePast
from tests.stored import opened
from warehouse.catalogue import SERIES
from warehouse.declared import reference_frames
from warehouse.dictionary import dictionary
from warehouse.table import Column, Table
from warehouse.tables import TABLES
from warehouse.units import UNITS, agrees

REPOSITORY = Path(__file__).parent.parent

SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
LAYERS = ("reference", "facts", "staged", "metrics")
MODELS = {model.table.name: model for model in models()}
#: Derived tables that no query makes: books are measured while they are ingested.
WRITTEN_BY_PYTHON = {"metrics.order_book"}

#: The public contract: key, and columns that must be there beside it and known_at.
CONTRACT = {
    "facts.observation": (("series_id", "period", "known_at"), "value unit received_at landed_id"),
    "facts.landed": (("landed_id",), "upstream request status requested_at received_at sha256 bytes"),
    "staged.series": (("series_id", "period"), "value unit"),
    "metrics.net_liquidity": (
        ("week_ending",),
        "fed_assets_usd tga_usd reverse_repo_usd net_liquidity_usd net_liquidity_wednesday_usd "
        "change_1w_usd change_13w_usd zscore_156w impulse_zscore_156w",
    ),
    "metrics.net_liquidity_attribution": (("week_ending", "component"), "contribution_usd"),
    "metrics.fed_purchases": (
        ("month", "operation"),
        "bills_usd coupons_usd total_usd reserve_management_estimate_usd",
    ),
    "metrics.treasury_general_account": (
        ("date",),
        "closing_balance_usd change_4w_usd change_13w_usd drawdown_from_52w_peak_usd",
    ),
    "metrics.fiscal_flows": (
        ("date",),
        "customs_gross_20d_usd customs_refunds_20d_usd tax_refunds_20d_usd deficit_impulse_20d_usd",
    ),
    "metrics.mbs_programme": (
        ("month",),
        "gse_agency_mbs_usd change_since_start_usd progress_share headroom_usd "
        "fed_mbs_change_since_start_usd public_net_change_usd",
    ),
    "metrics.funding_stress": (("date",), "sofr_iorb_bps sofr_iorb_5d_max_bps standing_repo_usd is_stressed"),
    "metrics.rates_and_credit": (
        ("date",),
        "real_yield_10y_pct high_yield_oas_bps investment_grade_oas_bps baa_10y_spread_bps",
    ),
    "metrics.equity_index": (
        ("index_id", "date"),
        "close is_all_time_high days_since_previous_high is_drought_breakout",
    ),
    "metrics.round_level": (("index_id", "level"), "first_close_date close"),
    "metrics.relative_strength": (("pair", "date"), "ratio log_change_13w percentile_52w"),
    "metrics.order_book": (
        ("venue", "market", "symbol", "observed_at"),
        "mid spread_bps microprice depth_bid_10bps_usd depth_bid_25bps_usd depth_bid_50bps_usd depth_bid_100bps_usd "
        "depth_bid_200bps_usd depth_ask_10bps_usd depth_ask_25bps_usd depth_ask_50bps_usd depth_ask_100bps_usd "
        "depth_ask_200bps_usd imbalance_50bps slippage_buy_100k_bps slippage_buy_1m_bps slippage_sell_100k_bps "
        "slippage_sell_1m_bps covered_bps seq_ok",
    ),
    "metrics.claim": (("claim_id", "part", "as_of"), "verdict evidence statement"),
    "metrics.rotation": (("week_ending",), "score score_low score_high breadth front"),
    "metrics.lead_lag": (
        ("driver", "target", "lag_weeks"),
        "correlation low_95 high_95 hac_t n p_family_wise",
    ),
    "metrics.event_study": (
        ("event_set", "asset", "horizon_weeks"),
        "mean_return unconditional_mean p_value n minimum_detectable_effect",
    ),
    "metrics.event_return": (("event_set", "event_date", "asset", "horizon_weeks"), "forward_return"),
    "quality.result": (
        ("run_id", "table_name", "expectation", "partition"),
        "passed severity observed unexpected_count sample",
    ),
    "quality.gap": (("table_name", "key", "from_period", "to_period"), "reason first_seen_at"),
    "quality.quarantine": (("landed_id", "locator"), "source field value reason first_seen_at"),
    "quality.freshness": (("source",), "newest_period newest_known_at expected_by is_stale"),
}


# -- the words -----------------------------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_table_says_what_a_row_is_whose_it_is_and_when_it_was_known(table: Table) -> None:
    schema, dot, name = table.name.partition(".")
    assert dot
    assert SNAKE.fullmatch(schema)
    assert SNAKE.fullmatch(name)
    assert table.doc.endswith(".")
    assert len(table.doc) > 15
    assert table.licence
    assert table.key
    assert table.is_required(table.column("known_at"))


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_column_has_a_plain_name_a_meaning_and_if_a_number_a_unit(table: Table) -> None:
    for column in table.columns:
        told = f"{table.name}.{column.name}"
        assert SNAKE.fullmatch(column.name), told
        assert column.doc.endswith("."), told
        assert "|" not in column.doc + column.unit, told  # it would break the dictionary's table
        assert column.unit or column.type != "double", told
        for ending, unit in (("_usd", "USD"), ("_pct", "percent"), ("_bps", "basis points"), ("_share", "fraction")):
            assert unit in column.unit or not column.name.endswith(ending), told
        for word in ("is_", "has_"):
            assert column.type == "boolean" or not column.name.startswith(word), told
        assert column.type == "timestamptz" or not column.name.endswith("_at"), told
        assert column.min is None or column.max is None or column.min < column.max, told


def test_one_name_has_one_type_in_every_table_but_where_the_contract_fixed_two() -> None:
    types: dict[str, set[str]] = {}
    for table in TABLES.values():
        for column in table.columns:
            types.setdefault(column.name, set()).add(column.type)
    assert {name: kinds for name, kinds in types.items() if len(kinds) > 1} == {
        "status": {"bigint", "varchar"},  # of HTTP in facts.landed, of an operation elsewhere
        "value": {"double", "varchar"},  # as sent in quality.quarantine, which need not be a number
    }


@pytest.mark.parametrize("name", CONTRACT)
def test_the_public_contract_is_declared(name: str) -> None:
    key, columns = CONTRACT[name]
    table = TABLES[name]
    assert set(table.key) == set(key)
    assert set(columns.split()) | {"known_at"} <= {column.name for column in table.columns}


def test_changes_of_rates_over_13_weeks_are_in_the_contract_for_each_of_them() -> None:
    names = {column.name for column in TABLES["metrics.rates_and_credit"].columns}
    assert sum("13w" in name for name in names) >= 4


def test_the_dictionary_names_every_table_and_column() -> None:
    text = dictionary(TABLES.values())
    for table in TABLES.values():
        assert f"\n## {table.name}\n\n{table.doc}\n" in text
        for column in table.columns:
            assert f"\n| {column.name} | {column.type} | {column.unit} | {column.doc} |" in text
    for series in SERIES.values():
        assert f"\n| {series.id} | " in text


def test_the_dictionary_says_formula_rules_and_bounds() -> None:
    text = dictionary([TABLES["metrics.net_liquidity_attribution"]], with_series=False)
    assert "Formula: `sql/metrics/net_liquidity_attribution.sql`, over " in text
    assert "Rule (critical): " in text
    assert (
        "| required; one of treasury_bills, treasury_coupons, mbs, other_assets, tga, reverse_repo, unsplit |" in text
    )


def test_the_dictionary_in_docs_is_of_these_declarations() -> None:
    """``make docs`` writes it."""
    assert (REPOSITORY / "docs" / "dictionary.md").read_text() == dictionary(TABLES.values())


@pytest.mark.parametrize(
    ("declare", "said"),
    [
        (lambda: Column(name="a", type="double", doc="A."), "column a: a number needs a unit"),
        (lambda: Column(name="a", type="date", doc="A"), "must be a sentence"),
        (lambda: Table(name="s.t", doc="T.", key=("b",), columns=(DAY,)), r"not declared: \['b'\]"),
        (lambda: Table(name="s.t", doc="T.", key=("a",), columns=(DAY, DAY)), "declared twice"),
    ],
    ids=["a number without a unit", "no sentence", "an unknown key", "a column twice"],
)
def test_a_declaration_that_is_not_complete_is_refused(declare, said: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=said):
        declare()


DAY = Column(name="a", type="date", doc="A.")


# -- series and units ----------------------------------------------------------------------------


@pytest.mark.parametrize("series", SERIES.values(), ids=SERIES)
def test_a_series_says_all_that_is_relied_on(series) -> None:  # type: ignore[no-untyped-def]
    assert series.unit in UNITS
    assert series.low < series.high
    assert series.title
    assert series.reference
    assert series.licence
    assert series.release.doc.endswith(".")


def test_every_plain_unit_is_one_that_needs_no_conversion() -> None:
    plain = {unit.plain for unit in UNITS.values()}
    assert {UNITS[name].factor for name in plain if name in UNITS} == {1.0}
    assert (UNITS["usd_millions"].factor, UNITS["usd_billions"].factor) == (1e6, 1e9)


def test_an_upstreams_wording_of_a_unit_is_compared_with_the_declared_one() -> None:
    assert agrees("usd_millions", "Millions of U.S. Dollars ")
    assert agrees("index", "Index Jan 1970=100")
    assert not agrees("usd_millions", "Billions of U.S. Dollars")
    assert not agrees("percent", "Percent Change")


def test_reference_tables_hold_every_declaration(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        with store.transaction():
            assert all([store.replace(table, frame) for table, frame in reference_frames().items()])
        assert set(store.read("select series_id from reference.series")["series_id"]) == set(SERIES)
        joined = store.read("select count(*) from reference.series join reference.unit using (unit)").item()
        assert joined == len(SERIES)
        with store.transaction():
            assert not any([store.replace(table, frame) for table, frame in reference_frames().items()])


# -- SQL and Dagster -----------------------------------------------------------------------------


def test_every_derived_table_has_one_query_or_module_and_every_one_of_these_a_table() -> None:
    derived = {name for name, table in TABLES.items() if table.schema in ("staged", "metrics")} - WRITTEN_BY_PYTHON
    files = [f"{layer}.{path.stem}" for layer in LAYERS for path in (SQL / layer).rglob("*.sql")]
    files += [f"{layer}.{path.stem}" for layer in LAYERS for path in (STATISTICS / layer).rglob("[!_]*.py")]
    files.append("metrics.claim")  # assets/claims/claims.toml
    assert len(files) == len(set(files))
    assert set(files) == set(MODELS) == derived


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_a_query_reads_only_its_own_layer_or_an_earlier_one(model: Model) -> None:
    layer = LAYERS.index(model.table.schema)
    assert model.reads
    assert model.table.name not in model.reads
    for name in model.reads:
        assert LAYERS.index(TABLES[name].schema) <= layer
        assert model.table.schema != "metrics" or TABLES[name].schema != "facts"  # metrics read plain units only


def test_a_query_comes_after_those_it_reads() -> None:
    seen: set[str] = set()
    for name, model in MODELS.items():
        assert model.reads & set(MODELS) <= seen
        seen.add(name)


@pytest.mark.parametrize(
    ("query", "reads"),
    [
        ("select 1 as a", set()),
        ("from staged.a", {"staged.a"}),
        (
            "select * from staged.a join staged.b using (x) left join staged.c using (x, y)",
            {"staged.a", "staged.b", "staged.c"},
        ),
        ("select * from staged.a asof join staged.b using (x)", {"staged.a", "staged.b"}),
        ("with a as (from facts.a), b as (from a) select * from b join a using (x)", {"facts.a"}),
        ("with series as (from staged.series) select * from series", {"staged.series"}),
        ("select (select max(x) from staged.a) as m where exists (from staged.b)", {"staged.a", "staged.b"}),
        ("select * from (select * from staged.a union all select * from staged.b) as u", {"staged.a", "staged.b"}),
        ("pivot staged.a on kind in ('x', 'y') using sum(v)", {"staged.a"}),
        ("select unnest([1, 2]) as a, * from range(3) as r, staged.a", {"staged.a"}),
    ],
    ids=[
        "none",
        "from first",
        "using",
        "asof",
        "CTEs",
        "a CTE named like a table",
        "subqueries",
        "union",
        "pivot",
        "functions",
    ],
)
def test_the_tables_of_a_query_are_found_and_its_ctes_are_not(query: str, reads: set[str]) -> None:
    assert tables_read(query) == reads


def test_a_query_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="syntax error"):
        tables_read("selec 1")


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_a_model_gives_the_declared_columns_even_when_there_is_nothing(model: Model, empty) -> None:  # type: ignore[no-untyped-def]
    with empty.transaction():
        empty.build(model.table, model.content(empty.read, StorePast(empty.connection)), recipe="")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    with opened(tmp_path_factory.mktemp("empty")) as store:
        yield store


def test_dagster_can_load_all_of_it_and_every_table_is_an_asset() -> None:
    defs = build_defs()
    dg.Definitions.validate_loadable(defs)
    graph = defs.resolve_asset_graph()
    assets = {".".join(key.path) for key in graph.materializable_asset_keys}
    written_beside_them = {"quality.ledger", "quality.recording", "quality.result", "quality.alert"}
    assert set(TABLES) - assets == written_beside_them
    for name, model in MODELS.items():
        node = graph.get(dg.AssetKey(name.split(".")))
        assert {".".join(key.path) for key in node.parent_keys} == model.reads
        assert node.description == model.table.doc
        assert node.metadata["dagster/table_name"] == name
