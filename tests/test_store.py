"""The store: what it refuses, how vintages come to be, what its ledger knows."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from tests.stored import RELEASED, append, at, observations, opened, vintages
from warehouse import sealed
from warehouse.copies import content_hash, copy_tables
from warehouse.store import Appended, Store, StoreError
from warehouse.tables.facts import GSE_PORTFOLIO, OBSERVATION, POLICY_EVENT
from warehouse.tables.quality import LEDGER
from warehouse.tables.reference import UNIT

REPOSITORY = Path(__file__).parent.parent
WEDNESDAY = date(2026, 1, 7)
DAY = date(2026, 1, 8)


def told(value: float, received_at: datetime, known_at: datetime = RELEASED, basis: str = "rule") -> pl.DataFrame:
    """One claim about one Wednesday."""
    return observations(("WALCL", WEDNESDAY, value), received_at=received_at, known_at=known_at, basis=basis)


def archived(*values: tuple[float, datetime], received_at: datetime) -> pl.DataFrame:
    """Archived vintages of one Wednesday, in one reply."""
    rows = [("WALCL", WEDNESDAY, value) for value, _ in values]
    return observations(*rows, received_at=received_at, known_at=[moment for _, moment in values], basis="vintage")


def everything(store: Store) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    return (
        store.read("from facts.observation order by all").rows(),
        store.read("from quality.ledger order by all").rows(),
    )


# -- what is refused -----------------------------------------------------------------------------

GOOD = observations(("WALCL", DAY, 3.0), ("TREAST", DAY, 4.0), received_at=at(9))
REFUSED: list[tuple[str, Callable[[pl.DataFrame], pl.DataFrame], str]] = [
    ("a wrong type", lambda f: f.cast({"value": pl.Int64}), r"facts\.observation\.value: declared Float64, got Int64"),
    (
        "no value where one is required",
        lambda f: f.with_columns(unit=pl.lit(None, pl.String)),
        r"facts\.observation\.unit: 2 rows have no value, and one is required",
    ),
    (
        "no value in the key",
        lambda f: f.with_columns(period=pl.lit(None, pl.Date)),
        r"facts\.observation\.period: 2 rows have no value",
    ),
    (
        "a key twice",
        lambda f: pl.concat([f, f.head(1)]),
        r"facts\.observation: the key \(series_id, period, known_at\) is there more than once, e\.g\. \('WALCL', ",
    ),
    (
        "a missing column",
        lambda f: f.drop("locator"),
        r"facts\.observation: .*missing \['locator'\], not declared \[\]",
    ),
    (
        "an extra column",
        lambda f: f.with_columns(colour=pl.lit("red")),
        r"facts\.observation: .*missing \[\], not declared \['colour'\]",
    ),
]


def append_both(store: Store, first: pl.DataFrame, second: pl.DataFrame) -> None:
    with store.transaction():
        store.append(OBSERVATION, first)
        store.append(OBSERVATION, second)


def interrupted(store: Store) -> None:
    store.append(OBSERVATION, GOOD)
    raise KeyboardInterrupt


@pytest.mark.parametrize(("spoil", "said"), [pytest.param(s, m, id=name) for name, s, m in REFUSED])
def test_bad_rows_are_refused_and_the_whole_transaction_with_them(
    tmp_path: Path, spoil: Callable[[pl.DataFrame], pl.DataFrame], said: str
) -> None:
    with opened(tmp_path) as store:
        append(store, told(1.0, at(9)))
        before = everything(store)
        with pytest.raises(StoreError, match=said):
            append_both(store, told(2.0, at(10)), spoil(GOOD))
        assert everything(store) == before
        append(store, GOOD)
        assert len(vintages(store)) == 3
    assert len((tmp_path / "warehouse.ledger.jsonl").read_text().splitlines()) == 2


def test_an_interrupt_leaves_nothing_behind(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        with pytest.raises(KeyboardInterrupt), store.transaction():
            interrupted(store)
        assert everything(store) == ([], [])


# -- vintages ------------------------------------------------------------------------------------


def test_the_first_claim_is_known_from_its_own_time(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        appended = append(store, told(100.0, at(9)))
        assert appended == Appended(new=1, landed_ids=frozenset({"reply"}))
        assert vintages(store) == [(100.0, at(2), "rule")]


def test_an_unchanged_claim_adds_neither_a_row_nor_a_ledger_entry(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        append(store, told(100.0, at(9)))
        before = everything(store)
        assert append(store, told(100.0, at(16))) == Appended(unchanged=1)
        assert everything(store) == before


def test_a_revised_value_is_known_from_its_receipt(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        append(store, told(100.0, at(9)))
        assert append(store, told(103.0, at(16))).revised == 1
        assert vintages(store) == [(100.0, at(2), "rule"), (103.0, at(16), "observed")]


def test_a_revision_with_a_later_stamp_of_its_own_keeps_it(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        append(store, told(100.0, at(9), at(2), "stamp"))
        append(store, told(103.0, at(16), at(12), "stamp"))
        assert vintages(store) == [(100.0, at(2), "stamp"), (103.0, at(12), "stamp")]


def test_a_third_revision_and_a_return_to_the_first_value_are_both_kept(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        for value, day in ((100.0, 9), (103.0, 16), (104.0, 23), (100.0, 30)):
            append(store, told(value, at(day)))
        assert [(value, known.day) for value, known, _ in vintages(store)] == [
            (100.0, 2),
            (103.0, 16),
            (104.0, 23),
            (100.0, 30),
        ]


def test_replies_read_again_in_any_order_change_nothing(tmp_path: Path) -> None:
    replies = [told(value, at(day)) for value, day in ((100.0, 9), (103.0, 16), (103.0, 20), (100.0, 30))]
    with opened(tmp_path) as store:
        for reply in replies:
            append(store, reply)
        before = everything(store)
        for reply in [*replies, *reversed(replies)]:
            assert append(store, reply) == Appended(unchanged=1)
        assert everything(store) == before


def test_an_older_reply_that_was_missed_takes_its_place_in_time(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        append(store, told(100.0, at(9)))
        append(store, told(103.0, at(16)))
        append(store, told(101.0, at(12)))
        assert [(value, known.day) for value, known, _ in vintages(store)] == [(100.0, 2), (101.0, 12), (103.0, 16)]


def test_archived_vintages_are_compared_at_their_own_time(tmp_path: Path) -> None:
    history = archived((100.0, at(2)), (103.0, at(8)), received_at=at(20))
    with opened(tmp_path) as store:
        assert append(store, history).new == 2
        assert append(store, history) == Appended(unchanged=2)
        more = archived((100.0, at(2)), (103.0, at(8)), (104.0, at(22)), received_at=at(23))
        assert append(store, more) == Appended(revised=1, unchanged=2, landed_ids=frozenset({"reply"}))
        assert vintages(store) == [(100.0, at(2), "vintage"), (103.0, at(8), "vintage"), (104.0, at(22), "vintage")]


def test_an_archived_return_to_an_old_value_is_not_taken_for_an_unchanged_one(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        append(store, archived((100.0, at(2)), received_at=at(3)))
        append(store, archived((100.0, at(2)), (105.0, at(8)), (100.0, at(9)), received_at=at(20)))
        assert [(value, known.day) for value, known, _ in vintages(store)] == [(100.0, 2), (105.0, 8), (100.0, 9)]


def test_a_first_print_from_the_archive_never_replaces_what_is_in_force_now(tmp_path: Path) -> None:
    """Once without a key, so that the latest value is stored as of its release, then with one and all vintages."""
    history = archived((100.0, at(2)), (105.0, at(8)), (107.0, at(9)), received_at=at(20))
    with opened(tmp_path) as store:
        append(store, told(107.0, at(19), known_at=at(2)))
        append(store, history)
        assert [(value, known.day) for value, known, _ in vintages(store)] == [(107.0, 2), (105.0, 8), (107.0, 9)]
        assert append(store, history) == Appended(unchanged=3)


def test_a_correction_of_the_newest_vintage_at_its_very_moment_is_known_from_receipt(tmp_path: Path) -> None:
    corrected = archived((101.0, at(2)), received_at=at(20))
    with opened(tmp_path) as store:
        append(store, archived((100.0, at(2)), received_at=at(3)))
        append(store, corrected)
        assert vintages(store) == [(100.0, at(2), "vintage"), (101.0, at(20), "observed")]
        assert append(store, corrected) == Appended(unchanged=1)


def test_two_stamps_about_one_thing_in_one_reply_are_both_kept_and_read_again_for_nothing(tmp_path: Path) -> None:
    both = observations(
        ("WALCL", WEDNESDAY, 0.0),
        ("WALCL", WEDNESDAY, 7.0),
        received_at=at(20),
        known_at=[at(5), at(6)],
        basis="stamp",
    )
    with opened(tmp_path) as store:
        assert append(store, both).new == 2
        assert append(store, both) == Appended(unchanged=2)
        assert vintages(store) == [(0.0, at(5), "stamp"), (7.0, at(6), "stamp")]


def test_a_change_in_any_column_that_is_claimed_is_a_new_vintage(tmp_path: Path) -> None:
    row = {
        "month": date(2025, 12, 1),
        "issuer": "FNMA",
        "agency_mbs_musd": 1.0,
        "non_agency_musd": 2.0,
        "loans_musd": 3.0,
        "end_balance_musd": 6.0,
        "known_at": at(2),
        "known_at_basis": "rule",
        "received_at": at(9),
        "landed_id": "a",
        "locator": "line 2",
    }

    def curated(**changed: object) -> pl.DataFrame:
        return pl.DataFrame([row | changed], schema=GSE_PORTFOLIO.polars_schema)

    with opened(tmp_path) as store:
        append(store, curated(), GSE_PORTFOLIO)
        assert append(store, curated(landed_id="b", locator="line 9"), GSE_PORTFOLIO) == Appended(unchanged=1)
        assert append(store, curated(loans_musd=4.0, received_at=at(10)), GSE_PORTFOLIO).revised == 1


def test_a_value_that_appears_where_there_was_none_is_a_new_vintage(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        append(store, event(value=None), POLICY_EVENT)
        assert append(store, event(value=None), POLICY_EVENT) == Appended(unchanged=1)
        assert append(store, event(value=0.0, received_at=at(10)), POLICY_EVENT).revised == 1


def event(**changed: object) -> pl.DataFrame:
    row = {
        "event_date": DAY,
        "category": "fed",
        "title": "A decision",
        "value": 1.0,
        "unit": "usd",
        "status": "verified",
        "source": "press",
        "known_at": at(2),
        "known_at_basis": "rule",
        "received_at": at(9),
        "landed_id": "a",
        "locator": "line 2",
    }
    return pl.DataFrame([row | changed], schema=POLICY_EVENT.polars_schema)


# -- tables that are made again ------------------------------------------------------------------

ALWAYS = "timestamptz '1970-01-01 00:00:00+00' as known_at"


def build(store: Store, query: str) -> int:
    with store.transaction():
        return store.build(UNIT, query, recipe="r")


def test_a_built_table_holds_what_the_query_says_and_nothing_older(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        for unit in ("euro", "yen"):
            assert build(store, f"select 2 as factor, '{unit}' as unit, 'money' as plain_unit, {ALWAYS}") == 1
        assert store.read("select unit, plain_unit, factor from reference.unit").rows() == [("yen", "money", 2.0)]
        assert store.ledger.recipe(UNIT) == "r"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (f"select 'a' as unit, 1.0 as factor, {ALWAYS}", r"missing \['plain_unit'\], not declared \[\]"),
        (f"select 'a' as unit, 'a' as plain_unit, 1.0 as factor, 5 as more, {ALWAYS}", r"not declared \['more'\]"),
        (f"select 'a' as unit, 'a' as plain_unit, '1' as factor, {ALWAYS}", r"factor: declared double, got varchar"),
        (f"select 7 as unit, 'a' as plain_unit, 1.0 as factor, {ALWAYS}", r"unit: declared varchar, got integer"),
        (f"select 'a' as unit, 'a' as plain_unit, null::double as factor, {ALWAYS}", r"factor: 1 rows have no value"),
        (
            f"select unnest(['a', 'a']) as unit, 'a' as plain_unit, 1.0 as factor, {ALWAYS}",
            r"the key \(unit\) is there more than once, e\.g\. \('a', 2\)",
        ),
    ],
    ids=["a missing column", "an extra column", "text for a number", "a number for text", "a NULL", "a key twice"],
)
def test_a_query_that_does_not_fit_the_declaration_leaves_the_table_as_it_was(
    tmp_path: Path, query: str, said: str
) -> None:
    with opened(tmp_path) as store:
        build(store, f"select 'usd' as unit, 'usd' as plain_unit, 1.0 as factor, {ALWAYS}")
        with pytest.raises(StoreError, match=r"reference\.unit.*" + said):
            build(store, query)
        assert store.read("select unit, factor from reference.unit").rows() == [("usd", 1.0)]
        assert store.ledger.versions() == {"reference.unit": "1 run-1"}


def units(*names: str) -> pl.DataFrame:
    return pl.DataFrame(
        [{"unit": name, "plain_unit": "x", "factor": 1.0, "known_at": at(1)} for name in names],
        schema=UNIT.polars_schema,
    )


def test_replacing_a_table_with_equal_rows_leaves_it_alone(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        outcomes = []
        for names in (("a", "b"), ("b", "a"), ("a",), ()):
            with store.transaction():
                outcomes.append(store.replace(UNIT, units(*names)))
        assert outcomes == [True, False, True, True]
        assert store.read("from quality.ledger")["rows_after"].to_list() == [2, 1, 0]


def test_inserting_adds_only_keys_that_are_not_there(tmp_path: Path) -> None:
    with opened(tmp_path) as store, store.transaction():
        assert store.insert(UNIT, units("a", "b")) == 2
        assert store.insert(UNIT, units("b", "c")) == 1
        assert store.insert(UNIT, units("c")) == 0


def test_inserting_rows_of_a_time_adds_those_that_are_not_stored_from_the_first_to_the_last(tmp_path: Path) -> None:
    def days(*numbers: int) -> pl.DataFrame:
        return observations(*(("WALCL", date(2026, 1, n), 1.0) for n in numbers), received_at=at(9))

    with opened(tmp_path) as store, store.transaction():
        added = [store.insert(OBSERVATION, days(*given)) for given in ((1, 3, 5), (2, 4), (1, 5), (5, 6), ())]
        assert added == [3, 2, 0, 1, 0]
        assert store.read("select period from facts.observation").height == 6


# -- the content hash ----------------------------------------------------------------------------


def test_the_content_hash_knows_no_order_but_every_value(tmp_path: Path) -> None:
    with opened(tmp_path) as store:

        def hashed(*frames: pl.DataFrame) -> str:
            with store.transaction():
                store.replace(POLICY_EVENT, pl.concat(frames))
            return content_hash(store, POLICY_EVENT)

        one, two = event(title="one"), event(title="two")
        assert hashed(one, two) == hashed(two, one)
        different = [
            hashed(one),
            hashed(one, two),
            hashed(one, event(title="three")),
            hashed(one, event(title="two", value=1.0000000000000002)),
            hashed(one, event(title="two", source=None)),
            hashed(one, event(title="two", source="")),
            hashed(one, event(title="two", source="NULL")),
            hashed(one, event(title="two", source="press', 'x")),
            hashed(one, event(title="two", known_at=datetime(2026, 1, 2, 12, 0, 0, 1, tzinfo=UTC))),
            hashed(event(title="one, two")),
            hashed(POLICY_EVENT_NONE),
        ]
        assert len(set(different)) == len(different)


POLICY_EVENT_NONE = pl.DataFrame(schema=POLICY_EVENT.polars_schema)


# -- opening -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("alter table facts.observation drop column locator", r"missing \['locator varchar'\]"),
        ("alter table facts.observation add column colour varchar", r"not declared \['colour varchar'\]"),
        (
            "alter table facts.observation alter column value type varchar",
            r"missing \['value double'\], not declared \['value varchar'\]",
        ),
    ],
    ids=["a column less", "a column more", "another type"],
)
def test_a_warehouse_with_other_columns_is_refused(tmp_path: Path, change: str, said: str) -> None:
    with opened(tmp_path) as store:
        store.connection.execute(change)
    with (
        pytest.raises(StoreError, match=r"facts\.observation was stored with other columns.*" + said),
        opened(tmp_path),
    ):
        pass


def test_a_table_stored_with_its_columns_in_another_order_is_copied_by_name(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.connection.execute("drop table reference.unit")
        store.connection.execute(
            "create table reference.unit (plain_unit varchar not null, unit varchar not null, "
            "known_at timestamptz not null, factor double not null)"
        )
    with opened(tmp_path) as store:
        with store.transaction():
            store.replace(UNIT, units("a"))
        with store.transaction():
            assert not store.replace(UNIT, units("a"))
        copy_tables(store, [UNIT], tmp_path / "it's a copy.duckdb", tmp_path / "parquet")
    copy = duckdb.connect(tmp_path / "it's a copy.duckdb", read_only=True)
    assert copy.execute("select unit, plain_unit from reference.unit").fetchall() == [("a", "x")]
    copy.close()


def test_a_second_process_is_told_in_one_line_that_the_warehouse_is_in_use(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from warehouse.store import Store, StoreError\n"
        "try:\n"
        "    with Store.open(Path(sys.argv[1]), 'other'): print('opened')\n"
        "except StoreError as error: print(error)\n"
    )
    with opened(tmp_path):
        done = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path / "warehouse.duckdb")],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            timeout=60,
        )
    (line,) = done.stdout.splitlines()
    database = tmp_path / "warehouse.duckdb"
    holder = f"(PID {os.getpid()})"
    assert line == f"{database} is in use by another process {holder}: run again when it has ended"
    assert "Traceback" not in done.stderr


# -- the ledger and what is read from it ---------------------------------------------------------


def ledger(store: Store) -> list[dict[str, object]]:
    return store.read("from quality.ledger order by batch_id").rows(named=True)


def mirrored(folder: Path) -> list[dict[str, object]]:
    rows = [line.record() for line in sealed.lines(folder / "warehouse.ledger.jsonl")]
    return [row | {"known_at": datetime.fromisoformat(row["known_at"])} for row in rows]


def two_batches(folder: Path) -> list[dict[str, object]]:
    with opened(folder) as store:
        append(store, told(1.0, at(9)))
        with store.transaction():
            store.replace(UNIT, units("a", "b"))
        return ledger(store)


def test_the_ledger_and_its_mirror_say_the_same(tmp_path: Path) -> None:
    rows = two_batches(tmp_path)
    assert [(r["batch_id"], r["table_name"], r["rows_written"], r["rows_after"]) for r in rows] == [
        (1, "facts.observation", 1, 1),
        (2, "reference.unit", 2, 2),
    ]
    assert [set(row) for row in mirrored(tmp_path)] == [{c.name for c in LEDGER.columns}] * 2
    assert mirrored(tmp_path) == rows


@pytest.mark.parametrize("torn", ["", '{"batch_id": 2, "table'], ids=["missing", "torn"])
def test_a_mirror_that_a_crash_left_behind_is_completed(tmp_path: Path, torn: str) -> None:
    rows = two_batches(tmp_path)
    mirror = tmp_path / "warehouse.ledger.jsonl"
    mirror.write_text(mirror.read_text().splitlines(keepends=True)[0] + torn)
    with opened(tmp_path):
        assert mirrored(tmp_path) == rows


def test_a_warehouse_that_lost_writes_is_refused(tmp_path: Path) -> None:
    two_batches(tmp_path)
    with duckdb.connect(tmp_path / "warehouse.duckdb") as connection:
        connection.execute("delete from quality.ledger where batch_id = 2")
    with pytest.raises(StoreError, match=r"ends with batch 1, its ledger there with 2: .* lost"), opened(tmp_path):
        pass


def test_counts_versions_and_newest_periods(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        assert store.ledger.versions() == {}
        assert store.newest_periods() == {}
        assert store.ledger.recipe(UNIT) is None
        append(
            store,
            observations(("WALCL", WEDNESDAY, 1.0), ("WALCL", DAY, 2.0), ("SOFR", WEDNESDAY, 3.0), received_at=at(9)),
        )
        append(store, event(), POLICY_EVENT)
        append(store, told(5.0, at(10)))
        assert store.ledger.versions() == {"facts.observation": "3 run-1", "facts.policy_event": "2 run-1"}
        counts = store.ledger.row_counts()
        assert counts == {"facts.observation": 4, "facts.policy_event": 1}
        assert store.newest_periods() == {"WALCL": DAY, "SOFR": WEDNESDAY}
