"""Any metric as it was known at a time: what the whole warehouse answers is what one cut at that time would hold."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.contents import content
from tests.models import Facts, built, moment, series
from tests.pipeline import sql, tidegauge
from warehouse.as_of import NEVER_REVISED, as_of_name, as_of_views
from warehouse.copies import open_published
from warehouse.queries import model_queries
from warehouse.store import Store
from warehouse.tables import TABLES
from warehouse.tables.facts import OBSERVATION

Content = dict[str, tuple[int, int]]
DERIVED = [table for table, _ in as_of_views(model_queries())]
WEEK = "2026-01-07"


# -- by hand ---------------------------------------------------------------------------------------


def revised() -> list[Facts]:
    """The account's week average, first said to be 800,000 million and corrected a day later."""
    return [
        series("WALCL", {WEEK: 6_573_602}, known_at="2026-01-08 21:30"),
        series("RRPONTSYD", {WEEK: 4.582}, known_at="2026-01-07 18:15"),
        series("WTREGEN", {WEEK: 800_000}, known_at="2026-01-08 21:30"),
        series("WTREGEN", {WEEK: 796_148}, known_at="2026-01-09 15:00", basis="observed"),
    ]


@pytest.mark.parametrize(
    ("as_of", "net_liquidity_bn"),
    [
        ("2026-01-08 21:29", None),  # not yet released
        ("2026-01-08 21:30", 6573.602 - 800.000 - 4.582),
        ("2026-01-09 14:59", 6573.602 - 800.000 - 4.582),
        ("2026-01-09 15:00", 6573.602 - 796.148 - 4.582),
    ],
)
def test_a_metric_is_what_its_inputs_were_at_the_time(as_of: str, net_liquidity_bn: float | None) -> None:
    rows = built("metrics.net_liquidity", *revised(), as_of=as_of)
    assert [round(row["net_liquidity_usd"] / 1e9, 6) for row in rows] == [
        round(bn, 6) for bn in [net_liquidity_bn] if bn
    ]


def test_as_first_published_takes_every_inputs_first_vintage() -> None:
    (row,) = built("metrics.net_liquidity", *revised(), vintage="first")
    assert row["tga_usd"] == 800_000e6
    assert row["known_at"] == moment("2026-01-08 21:30")


# -- the whole sample world ------------------------------------------------------------------------


def asked(published: Path, at: datetime, vintage: str | None = None) -> Content:
    """Every derived table of a published file as it was known at a time."""
    with open_published(published) as connection:
        connection.execute("set variable vintage = $vintage", {"vintage": vintage})
        connection.execute("set variable as_of = $at", {"at": at})
        return {table.name: content(connection, table, as_of_name(table.name)) for table in DERIVED}


@contextmanager
def cut(
    published: Path, at: datetime, folder: Path, earlier: str = "false", vintage: str | None = None
) -> Iterator[Store]:
    """A warehouse that never learned anything after a time; facts that are ``earlier`` count a day before."""
    with Store.open(folder / f"{at:%Y%m%dT%H%M%S%f}.duckdb", run_id="cut") as store:
        store.connection.execute("set variable vintage = $vintage", {"vintage": vintage})
        store.do(f"attach '{published}' as whole (read_only)")
        with store.transaction():
            for table in TABLES.values():
                if table.schema == "reference":
                    store.do(f"insert into {table.name} by name from whole.{table.name}")
                elif table.schema == "facts" or table in NEVER_REVISED:
                    moved = earlier if table is OBSERVATION else "false"
                    store.do(
                        f"insert into {table.name} by name from whole.{table.name} "
                        f"where known_at - case when {moved} then interval 1 day else interval 0 day end <= $at",
                        {"at": at},
                    )
            for name, query in model_queries().items():
                store.build(TABLES[name], query, recipe="cut")
        yield store


def times(number: int) -> list[datetime]:
    """Random moments of the sample world, and the two sides of one at which something became known."""
    drawn = random.Random(20260108)
    first, last = datetime(2019, 6, 1, tzinfo=UTC), datetime(2026, 1, 30, tzinfo=UTC)
    release = datetime(2026, 1, 8, 21, 30, tzinfo=UTC)
    moments = [first + (last - first) * drawn.random() for _ in range(number)]
    return [*moments, release, release - timedelta(microseconds=1)]


@pytest.mark.parametrize(("at", "vintage"), [(at, None if n else "first") for n, at in enumerate(times(2))], ids=str)
def test_as_of_equals_a_warehouse_cut_at_that_time_bit_for_bit(
    sample: Path, tmp_path: Path, at: datetime, vintage: str | None
) -> None:
    published = sample / "sample" / "published" / "current.duckdb"
    with cut(published, at, tmp_path, vintage=vintage) as store:
        held = {table.name: content(store.connection, table, table.name) for table in DERIVED}
    assert asked(published, at, vintage) == held
    assert held["metrics.net_liquidity"][0] > 20


def test_one_input_that_counts_a_day_too_early_is_caught(sample: Path, tmp_path: Path) -> None:
    published = sample / "sample" / "published" / "current.duckdb"
    at = datetime(2026, 1, 8, 12, tzinfo=UTC)
    with cut(published, at, tmp_path, earlier=f"series_id = 'WALCL' and period = '{WEEK}'") as store:
        wrong = {table.name: content(store.connection, table, table.name) for table in DERIVED}
    right = asked(published, at)
    assert {"staged.series", "staged.liquidity_week", "metrics.net_liquidity"} <= {
        name for name in right if right[name] != wrong[name]
    }


def test_the_views_without_a_moment_are_the_tables(sample: Path) -> None:
    with open_published(sample / "sample" / "published" / "current.duckdb") as connection:
        for table in DERIVED:
            assert content(connection, table, as_of_name(table.name)) == content(connection, table, table.name)


def test_show_and_sql_answer_as_of_a_time(sample: Path) -> None:
    told = tidegauge(sample, "show", "net_liquidity", "--as-of", "2026-01-08T21:29", "--last", "1", "--format", "csv")
    assert told.stdout.splitlines()[1].startswith("2025-12-31,")
    told = tidegauge(sample, "show", "net_liquidity", "--as-of", "2026-01-08", "--last", "1", "--format", "csv")
    assert told.stdout.splitlines()[1].startswith("2026-01-07,")
    assert tidegauge(sample, "show", "net_liquidity", "--as-of", "yesterday").returncode == 2
    (row,) = sql(sample, "select max(known_at) <= now() as ok from metrics_as_of.net_liquidity")
    assert row["ok"]


def test_no_query_uses_what_older_clients_lack() -> None:
    """Views are read by the client's own DuckDB; 1.2 to 1.4 have no function called if."""
    for name, query in model_queries().items():
        assert " if(" not in query, name
        assert "(if(" not in query, name
