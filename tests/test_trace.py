"""From a number to the bytes: every fact that could have changed it is named, with the place it was parsed from."""

import io
import json
import random
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.models import models
from pipelines.origins import open_origin
from pipelines.places import Folder
from pipelines.tracing.claim import is_found_again, part_of
from pipelines.tracing.found import Lineage, LineageError
from pipelines.tracing.lineage import lineage
from pipelines.tracing.search import Search
from pipelines.tracing.step import Step
from tests.crypto_models import candles
from tests.models import Facts, build, moment, scratch, series, warehouse, weeks
from tests.pipeline import tidegauge
from warehouse.claims import Reply
from warehouse.copies import copy_tables, open_published
from warehouse.locating import Body
from warehouse.table import Table
from warehouse.tables import TABLES
from warehouse.tables.claims import CLAIM

WEEK = "2026-01-07"
JSON = b'{"a": {"b/c": [1.50, "x", {"d": -2e3 }]}, "e":null}'


# -- the bytes at a locator ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("locator", "bytes_"),
    [
        ("line 2", "2026-01-07,6573602"),
        ("/a/b~1c/0", "1.50"),
        ("/a/b~1c/1", '"x"'),
        ("/a/b~1c/2", '{"d": -2e3 }'),
        ("/a/b~1c/2/d", "-2e3"),
        ("/e", "null"),
        ("$", JSON.decode()),
    ],
)
def test_a_locator_leads_to_the_bytes_as_they_were_received(locator: str, bytes_: str) -> None:
    body = b"observation_date,WALCL\n2026-01-07,6573602\n" if locator.startswith("line") else JSON
    assert Body(body).at(locator) == bytes_


@pytest.mark.parametrize("locator", ["/a/b~1c/3", "/a/f", "/e/0", "line 9"])
def test_a_place_that_is_not_there_is_an_error(locator: str) -> None:
    with pytest.raises(ValueError, match=locator.rsplit("/", 1)[-1].removeprefix("line ")):
        Body(JSON).at(locator)


def test_archived_vintages_and_packed_files_have_places_too() -> None:
    xml = b'<observations units="lin">\n<observation date="2026-01-07" value="4.1"/>\n</observations>'
    assert Body(xml).at("/observations/observation[1]") == '<observation date="2026-01-07" value="4.1"/>'
    with pytest.raises(ValueError, match="there are 1 of observation"):
        Body(xml).at("/observations/observation[2]")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("metrics.csv", "create_time,sum_open_interest\n2025-10-11 00:05:00,78201.5\n")
    assert Body(packed.getvalue()).at("line 2") == "2025-10-11 00:05:00,78201.5"


def test_many_places_of_one_body_are_each_their_own() -> None:
    body = Body(b'{"data": [' + b", ".join(b'{"close": %d}' % n for n in range(1000)) + b"]}")
    assert [body.at(f"/data/{n}/close") for n in (999, 0, 500)] == ["999", "0", "500"]


# -- which facts matter, by hand -------------------------------------------------------------------


def test_the_same_change_in_two_rows_is_a_difference() -> None:
    with duckdb.connect() as connection:
        connection.execute("create table day as select unnest([1, 2]) as date, true as is_high")
        search = Search(connection, Step(("from day",), ""), {}, set())
        before = search.answers()
        connection.execute("update day set is_high = false")
        assert search.answers() != before


def published(folder: Path, *given: Facts) -> Path:
    """A file with these facts and every table made from them."""
    with warehouse(folder, *given) as store:
        for model in models():
            if not model.looks_back:
                with store.transaction():
                    store.build(model.table, model.content(store.read), recipe="test")
        copy_tables(store, list(TABLES.values()), folder / "published.duckdb", folder / "parquet")
    return folder / "published.duckdb"


def periods(found: dict[str, pl.DataFrame]) -> set[tuple[str, date]]:
    return set(found["facts.observation"].select("series_id", "period").rows())


def test_net_liquidity_rests_on_three_numbers_of_its_week_and_not_on_others(tmp_path: Path) -> None:
    fourteen = weeks(WEEK, 14)
    file = published(
        tmp_path,
        series("WALCL", dict.fromkeys(fourteen, 6_573_602)),
        series("WTREGEN", dict.fromkeys(fourteen, 796_148)),
        series("WDTGAL", dict.fromkeys(fourteen, 762_344)),
        series("RRPONTSYD", {"2026-01-06": 5.667, **dict.fromkeys(fourteen, 4.582)}),
        series("SOFR", {WEEK: 3.64}),
    )
    told = lineage(file, TABLES["metrics.net_liquidity"], {"week_ending": WEEK}, ["net_liquidity_usd"])
    day = date.fromisoformat(WEEK)
    assert periods(told.facts) == {("WALCL", day), ("WTREGEN", day), ("RRPONTSYD", day)}
    assert told.row["net_liquidity_usd"] == 5_772_872e6
    change = lineage(file, TABLES["metrics.net_liquidity"], {"week_ending": WEEK}, ["change_1w_usd"])
    assert periods(change.facts) == periods(told.facts) | {(s, date(2025, 12, 31)) for s, _ in periods(told.facts)}


def test_every_earlier_close_could_have_denied_an_all_time_high(tmp_path: Path) -> None:
    closes = {"2026-01-05": 2557.0, "2026-01-06": 2541.0, "2026-01-07": 2575.0, "2026-01-08": 2603.9}
    file = published(tmp_path, series("YAHOO_RUT_CLOSE", closes))
    key = {"index_id": "russell_2000", "date": "2026-01-07"}
    told = lineage(file, TABLES["metrics.equity_index"], key, ["is_all_time_high"])
    assert {day.isoformat() for _, day in periods(told.facts)} == set(closes) - {"2026-01-08"}


def test_a_correlation_rests_on_the_fridays_of_its_two_series_and_not_on_other_days(tmp_path: Path) -> None:
    fridays, chance = weeks("2026-01-09", 110), random.Random(1)
    wednesdays = weeks("2026-01-07", 110)
    file = published(
        tmp_path,
        series("NASDAQCOM", {day: chance.uniform(90, 110) for day in (*fridays, *wednesdays)}),
        series("SP500", {day: chance.uniform(90, 110) for day in fridays}),
        candles("BTC", {day: chance.uniform(90, 110) for day in (*fridays, *wednesdays)}),
        candles("ETH", {day: chance.uniform(90, 110) for day in fridays}),
    )
    key = {"driver": "nasdaq_composite", "target": "BTC", "lag_weeks": "3"}
    told = lineage(file, TABLES["metrics.lead_lag"], key, ["correlation", "p_family_wise"])
    assert periods(told.facts) == {("NASDAQCOM", date.fromisoformat(day)) for day in fridays}
    coins = told.facts["facts.candle"].select("symbol", pl.col("opened_at").dt.date()).rows()
    assert set(coins) == {("BTC/USD", date.fromisoformat(day)) for day in fridays}
    assert cell(told, told.facts) == told.row["correlation"]


def test_a_number_is_traced_as_it_was_known(tmp_path: Path) -> None:
    file = published(
        tmp_path,
        series("WALCL", {WEEK: 6_573_602}),
        series("RRPONTSYD", {WEEK: 4.582}),
        series("WTREGEN", {WEEK: 800_000}, known_at="2026-01-08 21:30"),
        series("WTREGEN", {WEEK: 796_148}, known_at="2026-01-09 15:00", basis="observed"),
    )
    for as_of, account in (("2026-01-08 22:00", 800_000), ("2026-01-09 15:00", 796_148)):
        key = {"week_ending": WEEK}
        told = lineage(file, TABLES["metrics.net_liquidity"], key, ["tga_usd"], as_of=moment(as_of))
        assert told.row["tga_usd"] == account * 1e6
        observed = told.facts["facts.observation"]
        assert observed.filter(series_id="WTREGEN")["value"].to_list() == [account]


def test_a_row_that_is_not_there_or_a_key_that_is_not_whole_is_an_error(tmp_path: Path) -> None:
    file = published(tmp_path, series("SOFR", {WEEK: 3.64}))
    with pytest.raises(LineageError, match="no row with week_ending=2026-01-07"):
        lineage(file, TABLES["metrics.net_liquidity"], {"week_ending": WEEK})
    with pytest.raises(LineageError, match="week_ending is not told"):
        lineage(file, TABLES["metrics.net_liquidity"], {})


def test_a_table_as_another_version_declared_it_is_an_error(tmp_path: Path) -> None:
    file = published(tmp_path, series("SOFR", {WEEK: 3.64}))
    with duckdb.connect(file) as connection:
        connection.execute("alter table metrics.net_liquidity drop column zscore_156w")
    with pytest.raises(LineageError, match="published by another version, with other columns: tidegauge run again"):
        lineage(file, TABLES["metrics.net_liquidity"], {"week_ending": WEEK})


# -- every metric of the sample world --------------------------------------------------------------


METRICS = [model.table for model in models() if model.table.schema == "metrics"]
#: From captures and imports, which lie in Parquet and in logs beside the warehouse.
OF_BOOKS = ("metrics.order_book", "facts.book_capture", "facts.trade_minute")


def drawn_cell(database: Path, table: Table) -> tuple[dict[str, str], str]:
    """The key of any row of a table, as text, and a column that has a value there."""
    chance = random.Random(table.name)
    columns = [c.name for c in table.columns if c.type == "double" and c.name not in table.key] or ["found"]
    chance.shuffle(columns)
    key = ", ".join(f"{part}::varchar" for part in table.key)
    with open_published(database) as connection:
        for column in columns:
            where = f"{column} is not null and {column}::varchar not in ('unmeasurable', 'pending')"
            if "asset" in table.key:
                where += " and asset <> 'ALT'"  # whose index rests on all coins, and has a cell of its own
            query = f"select {key} from {table.name} where {where} order by all"
            if rows := connection.execute(query).fetchall():
                # Among the earliest: the last rest on years of many coins, which take long to parse.
                return dict(zip(table.key, chance.choice(rows[: max(1, len(rows) // 20)]), strict=True)), column
    pytest.skip(f"the sample world has no number in {table.name}")


@pytest.mark.parametrize("table", METRICS, ids=lambda table: table.name)
def test_any_cell_is_made_again_from_what_its_bytes_say(
    sample: Path, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIDEGAUGE_DATA", str(sample))
    folder = Folder("sample")
    key, column = drawn_cell(folder.shelf.database, table)
    found = lineage(folder.shelf.database, table, key, [column])
    assert found.facts
    again = {name: parsed_again(folder, name, rows) for name, rows in found.facts.items()}
    for name, rows in found.facts.items():
        assert again[name].equals(rows), name
    assert cell(found, again) == found.row[column]


def parsed_again(folder: Folder, name: str, facts: pl.DataFrame) -> pl.DataFrame:
    """The same facts, with what they claim as their replies say it when they are parsed again."""
    if name in OF_BOOKS:
        return facts
    with open_origin("sample") as origin:
        clients = origin.clients(folder.landing, origin.now)
    replies = {reply.landed_id: job for job in folder.landing.journal() for reply in job.replies}
    jobs = {
        job.upstream + job.key + job.run_id: job for landed in facts["landed_id"].unique() for job in [replies[landed]]
    }
    parsed = [
        frame
        for job in jobs.values()
        for table, frame in clients[job.upstream]
        .parse(job.key, [Reply(landed, folder.landing.body(landed)) for landed in job.replies])
        .frames
        if table.name == name
    ]
    dated = facts.select("landed_id", "locator", "known_at", "known_at_basis", place=pl.int_range(pl.len()))
    said = pl.concat(parsed).drop("known_at", "known_at_basis").join(dated, on=["landed_id", "locator"])
    return said.sort("place").select(facts.columns)


def cell(found: Lineage, facts: Mapping[str, pl.DataFrame]) -> object:
    """The number in a warehouse that holds these facts and no other."""
    with scratch() as store:
        for name, rows in facts.items():
            store.insert(TABLES[name], rows)
        if found.table is CLAIM:
            store.connection.execute("set variable as_of = $as_of", {"as_of": found.row["as_of"]})
            for name in part_of(found.row).reads - {n for n in TABLES if n.startswith("reference.")}:
                build(store, name)
            return found.row["found"] if is_found_again(found.row, store.read) else None
        build(store, found.table.name)
        where = " and ".join(f"{name} = ${name}" for name in found.table.key)
        query = f"select {found.columns[0]} from {found.table.name} where {where}"
        ((told,),) = store.connection.execute(query, {name: found.row[name] for name in found.table.key}).fetchall()
        return told


def test_the_command_prints_requests_and_bytes(sample: Path) -> None:
    arguments = ("trace", "net_liquidity", f"week_ending={WEEK}", "net_liquidity_usd")
    told = tidegauge(sample, *arguments)
    assert told.returncode == 0, told.stderr
    assert "└─ staged.liquidity_week: 1 row, 2026-01-07" in told.stdout
    assert "   └─ staged.series: 3 rows" in told.stdout
    assert "2026-01-07,6573602" in told.stdout
    assert "GET /graph/fredgraph.csv?id=WALCL" in told.stdout
    whole = json.loads(tidegauge(sample, *arguments, "--json").stdout)
    assert [passed["table"] for passed in whole["passed"]] == [
        "metrics.net_liquidity",
        "staged.liquidity_week",
        "staged.series",
    ]
    assert {(fact["series_id"], fact["bytes"]) for fact in whole["facts"]} == {
        ("WALCL", "2026-01-07,6573602"),
        ("WTREGEN", "2026-01-07,796148"),
        ("RRPONTSYD", "2026-01-07,4.582"),
    }
    missing = tidegauge(sample, "trace", "net_liquidity", "week_ending=1999-01-06")
    assert missing.returncode == 2
    assert "no row with week_ending=1999-01-06" in missing.stderr
