"""From a number to the bytes: every fact that could have changed it is named, with the place it was parsed from."""

import json
import random
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipelines.origins import open_origin
from pipelines.places import Folder
from tests.models import Facts, series, warehouse, weeks
from tests.pipeline import tidegauge
from warehouse.claims import Reply
from warehouse.copies import copy_tables, open_published
from warehouse.lineage import LineageError, lineage
from warehouse.locating import located
from warehouse.queries import model_queries
from warehouse.tables import TABLES

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
    assert located(body, locator) == bytes_


@pytest.mark.parametrize("locator", ["/a/b~1c/3", "/a/f", "/e/0", "line 9"])
def test_a_place_that_is_not_there_is_an_error(locator: str) -> None:
    with pytest.raises(ValueError, match=locator.rsplit("/", 1)[-1].removeprefix("line ")):
        located(JSON, locator)


# -- which facts matter, by hand -------------------------------------------------------------------


def published(folder: Path, *given: Facts) -> Path:
    """A file with these facts and every table made from them."""
    with warehouse(folder, *given) as store:
        for name, query in model_queries().items():
            with store.transaction():
                store.build(TABLES[name], query, recipe="test")
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


def test_a_row_that_is_not_there_or_a_key_that_is_not_whole_is_an_error(tmp_path: Path) -> None:
    file = published(tmp_path, series("SOFR", {WEEK: 3.64}))
    with pytest.raises(LineageError, match="no row with week_ending=2026-01-07"):
        lineage(file, TABLES["metrics.net_liquidity"], {"week_ending": WEEK})
    with pytest.raises(LineageError, match="week_ending is not told"):
        lineage(file, TABLES["metrics.net_liquidity"], {})


# -- every metric of the sample world --------------------------------------------------------------


METRICS = [name for name in model_queries() if name.startswith("metrics.")]


@pytest.mark.parametrize("name", METRICS)
def test_any_cell_is_made_again_from_what_its_bytes_say(
    sample: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIDEGAUGE_DATA", str(sample))
    folder, table, drawn = Folder("sample"), TABLES[name], random.Random(name)
    numbers = [c.name for c in table.columns if c.type == "double" and c.name not in table.key]
    with open_published(folder.shelf.database) as connection:
        column = drawn.choice(numbers)
        rows = connection.execute(
            f"select {', '.join(f'{part}::varchar' for part in table.key)} from {name} "
            f"where {column} is not null order by all"
        ).fetchall()
    # Years of many coins take minutes to try: among the earliest rows there are fewer.
    key = drawn.choice(rows[: max(1, len(rows) // 20)]) if rows else None
    if key is None:
        pytest.skip(f"the sample world has no {name}.{column}")
    found = lineage(folder.shelf.database, table, dict(zip(table.key, key, strict=True)), [column])
    assert found.facts
    with open_origin("sample") as origin:
        clients = origin.clients(folder.landing, origin.now)
    jobs = {reply.landed_id: job for job in folder.landing.journal() for reply in job.replies}
    for fact_table, rows_ in found.facts.items():
        if "landed_id" not in rows_.columns or rows_["landed_id"][0] not in jobs:
            assert fact_table in ("metrics.order_book", "facts.book_capture")  # measured from captured books
            continue
        for fact in rows_.sample(min(5, rows_.height), seed=1).iter_rows(named=True):
            job = jobs[fact["landed_id"]]
            replies = [Reply(landed, folder.landing.body(landed)) for landed in job.replies]
            parsed = clients[job.upstream].parse(job.key, replies)
            again = pl.concat([f for t, f in parsed.frames if t.name == fact_table]).filter(
                pl.col("landed_id") == fact["landed_id"], pl.col("locator") == fact["locator"]
            )
            said = {k: v for k, v in fact.items() if k not in ("known_at", "known_at_basis")}
            assert said in again.drop("known_at", "known_at_basis").to_dicts()


def test_the_command_prints_requests_and_bytes(sample: Path) -> None:
    arguments = ("trace", "net_liquidity", f"week_ending={WEEK}", "net_liquidity_usd")
    told = tidegauge(sample, *arguments)
    assert told.returncode == 0, told.stderr
    assert "2026-01-07,6573602" in told.stdout
    assert "GET /graph/fredgraph.csv?id=WALCL" in told.stdout
    facts = json.loads(tidegauge(sample, *arguments, "--format", "json").stdout)["facts"]
    assert {(fact["series_id"], fact["bytes"]) for fact in facts} == {
        ("WALCL", "2026-01-07,6573602"),
        ("WTREGEN", "2026-01-07,796148"),
        ("RRPONTSYD", "2026-01-07,4.582"),
    }
    missing = tidegauge(sample, "trace", "net_liquidity", "week_ending=1999-01-06")
    assert missing.returncode == 2
    assert "no row with week_ending=1999-01-06" in missing.stderr
