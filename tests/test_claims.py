"""The claims ledger by hand: what each predicate says, what is broken, and what takes memory."""

import doctest
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from assets.claims import findings, ledger, looks
from assets.claims.declared import ClaimsError, claims, parts
from assets.claims.findings import Finding, finding
from assets.claims.predicates import PREDICATES
from assets.report import evidence
from pipelines.as_known import made_again
from pipelines.past import StorePast
from tests.models import day, moment, put, scratch, series, warehouse
from warehouse.store import Store
from warehouse.tables.claims import CLAIM

HEAD = """
[C99]
statement = "The water rises."
author = "a gauge"
date = 2026-01-09
"""
PART = """
[C99.part]
statement = "It does."
refuted_by = "a fall"
"""
#: Closes at the ends of four months.
CLOSES = {"2025-10-31": 100.0, "2025-11-28": 120.0, "2025-12-31": 90.0, "2026-01-07": 110.0}


def scored(predicate: str, as_of: str = "2026-01-09 12:00", closes: dict[str, float] | None = None) -> Finding:
    """What a part comes to over the closes of two indices: the Nasdaq stands still at 50."""
    ((_, part),) = parts(claims(HEAD + PART + predicate))
    told = CLOSES if closes is None else closes
    with scratch() as store:
        rows = [
            {
                "index_id": index_id,
                "date": day(date),
                "close": close if index_id == "russell_2000" else 50.0,
                "is_all_time_high": False,
                "is_drought_breakout": False,
            }
            for index_id in ("russell_2000", "nasdaq_composite")
            for date, close in told.items()
        ]
        put(store, "metrics.equity_index", *rows)
        return finding(part, store.read, moment(as_of))


INDEX = """
of = "metrics.equity_index"
value = "close"
where = "index_id = 'russell_2000'"
"""


# -- level -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bounds", "verdict"),
    [
        ("at_least = 110", "supported"),
        ("at_least = 110.5", "refuted"),
        ("at_least = 105\nat_most = 115", "supported"),
        ("at_most = 100\npartly_at_most = 110", "partly"),
        ("at_most = 100\npartly_at_most = 109", "refuted"),
        ("take = 'highest'\nat_least = 120", "supported"),
        ("take = 'lowest'\nat_most = 90", "supported"),
        ("take = 'mean'\nat_least = 105\nat_most = 105", "supported"),
        ("on = 2025-12-31\nat_most = 90", "supported"),
        ("take = 'highest'\nfrom = 2025-12-01\nat_least = 120", "refuted"),
    ],
)
def test_level(bounds: str, verdict: str) -> None:
    assert scored(f"predicate = 'level'\n{INDEX}{bounds}").verdict == verdict


def test_a_level_tells_its_number_how_many_there_were_and_of_when() -> None:
    found = scored(f"predicate = 'level'\n{INDEX}at_least = 110")
    assert found.numbers == {"value": 110.0, "taken": "newest", "newest_on": "2026-01-07", "value_at_least": 110}
    assert (found.n, found.covered_from, found.covered_to) == (4, "2025-10-31", "2026-01-07")


@pytest.mark.parametrize(
    ("bounds", "as_of", "verdict", "reason"),
    [
        ("at_least = 1", "2026-02-21 12:00", "supported", ""),
        ("at_least = 1", "2026-02-22 12:00", "unmeasurable", "the newest value is of 2026-01-07"),
        ("fresh_days = 1\nat_least = 1", "2026-01-09 12:00", "unmeasurable", "the newest value is of 2026-01-07"),
        ("on = 2026-01-20\nat_least = 1", "2026-01-09 12:00", "pending", ""),
        ("on = 2026-01-20\nat_least = 1", "2026-04-22 12:00", "pending", "no values"),
        ("on = 2026-01-20\nat_least = 1", "2026-04-23 12:00", "unmeasurable", "no values"),
        ("from = 2026-01-08\nat_least = 1", "2026-01-09 12:00", "pending", "no values"),
    ],
)
def test_what_is_not_there_is_pending_until_it_is_too_late_and_what_is_too_old_is_unmeasurable(
    bounds: str, as_of: str, verdict: str, reason: str
) -> None:
    found = scored(f"predicate = 'level'\n{INDEX}{bounds}", as_of)
    assert found.verdict == verdict
    assert reason in (found.reason or "")


# -- reached ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bounds", "as_of", "verdict"),
    [
        ("at_least = 120\nby = 2025-11-30", "2026-01-09 12:00", "supported"),
        ("at_least = 120\nfrom = 2025-11-01\nby = 2025-11-30", "2026-01-09 12:00", "supported"),
        ("at_least = 100\nfrom = 2025-11-01\nby = 2025-11-30", "2026-01-09 12:00", "refuted"),  # not the first time
        ("at_least = 130\nby = 2026-01-07", "2026-01-09 12:00", "refuted"),
        ("at_least = 130\nby = 2026-03-31", "2026-01-09 12:00", "pending"),
        ("at_least = 130\nby = 2026-01-08", "2026-01-09 12:00", "pending"),  # no close of that day yet
        ("at_least = 130\nby = 2026-01-08", "2026-04-11 12:00", "unmeasurable"),
        ("at_most = 90\nby = 2025-12-31", "2026-01-09 12:00", "supported"),
    ],
)
def test_reached(bounds: str, as_of: str, verdict: str) -> None:
    assert scored(f"predicate = 'reached'\n{INDEX}{bounds}", as_of).verdict == verdict


# -- change and compare ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bounds", "as_of", "verdict"),
    [
        ("from = 2025-11-28\nto = 2025-12-31\nat_most = -30", "2026-01-09 12:00", "supported"),
        ("from = 2025-11-30\nto = 2026-01-01\nat_most = -30", "2026-01-09 12:00", "supported"),
        ("from = 2025-11-28\nto = 2025-12-31\nat_most = -30.5", "2026-01-09 12:00", "refuted"),
        ("from = 2025-11-28\nto = 2025-12-31\nas = 'share'\nat_most = -0.25", "2026-01-09 12:00", "supported"),
        ("from = 2025-12-31\nat_least = 20", "2026-01-09 12:00", "supported"),
        ("weeks = 1\nat_least = 20", "2026-01-09 12:00", "supported"),
        ("from = 2025-12-31\nto = 2026-01-09\nat_least = 20", "2026-01-09 12:00", "pending"),
        ("from = 2026-01-07\nat_least = 20", "2026-01-09 12:00", "pending"),
        ("from = 2025-01-31\nto = 2025-12-31\nat_least = 0", "2026-01-09 12:00", "unmeasurable"),  # no value then
        ("weeks = 1\nat_least = 20", "2026-03-09 12:00", "unmeasurable"),  # too old
        ("from = 2025-11-01\nto = 2026-01-05\nfresh_days = 3\nat_least = 0", "2026-09-09 12:00", "unmeasurable"),
    ],
)
def test_change(bounds: str, as_of: str, verdict: str) -> None:
    assert scored(f"predicate = 'change'\n{INDEX}{bounds}", as_of).verdict == verdict


def test_a_change_tells_both_ends() -> None:
    found = scored(f"predicate = 'change'\n{INDEX}weeks = 1\nat_least = 20")
    assert found.numbers["change"] == 20
    assert (found.numbers["from_day"], found.numbers["from"]) == ("2025-12-31", 90)
    assert (found.numbers["to_day"], found.numbers["to"]) == ("2026-01-07", 110)
    assert found.n == 2


COMPARED = """predicate = "compare"
left = { name = "small", of = "metrics.equity_index", value = "close", where = "index_id = 'russell_2000'" }
right = { name = "large", of = "metrics.equity_index", value = "close", where = "index_id = 'nasdaq_composite'" }
"""


@pytest.mark.parametrize(
    ("window", "verdict"),
    [
        ("from = 2025-10-31\nto = 2025-11-28", "supported"),
        ("from = 2025-11-28\nto = 2025-12-31", "refuted"),
        ("from = 2025-10-31\nto = 2025-11-28\nby = 0.3", "refuted"),
        ("from = 2025-10-31\nto = 2025-11-28\nleft_at_least = 0.2", "supported"),
        ("from = 2025-10-31\nto = 2025-11-28\nleft_at_least = 0.5", "partly"),
        ("from = 2025-11-28\nto = 2025-12-31\nleft_at_least = 0.5", "refuted"),
        ("from = 2025-10-31\nto = 2026-01-31", "pending"),
    ],
)
def test_compare(window: str, verdict: str) -> None:
    found = scored(COMPARED + window)
    assert found.verdict == verdict
    if window.startswith("from = 2025-10-31\nto = 2025-11-28"):
        assert found.numbers["difference_share"] == 0.2


# -- event -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("listed", "as_of", "verdict"),
    [
        ([], "2026-01-20 12:00", "pending"),
        ([("2026-02-14", "CLARITY Act signed")], "2026-02-20 12:00", "supported"),
        ([("2026-02-14", "clarity act is signed")], "2026-06-20 12:00", "supported"),
        ([("2025-07-17", "House passes CLARITY Act")], "2026-06-20 12:00", "pending"),  # the list ends before the day
        ([("2026-05-14", "CLARITY Act clears committee")], "2026-06-20 12:00", "refuted"),
        ([("2026-05-14", "CLARITY Act signed")], "2026-06-20 12:00", "refuted"),  # too late
        ([("2026-05-14", "something else altogether")], "2026-06-20 12:00", "refuted"),
    ],
)
def test_event(listed: list[tuple[str, str]], as_of: str, verdict: str) -> None:
    predicate = """
        predicate = "event"
        category = "crypto_reg"
        matches = "CLARITY Act (is )?signed"
        about = "CLARITY"
        by = 2026-03-31
    """
    ((_, part),) = parts(claims(HEAD + PART + predicate))
    with scratch() as store:
        rows = [{"event_date": day(d), "category": "crypto_reg", "title": t, "status": "verified"} for d, t in listed]
        put(store, "staged.policy_event", *rows)
        assert finding(part, store.read, moment(as_of)).verdict == verdict


# -- lead-lag --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "lags", "verdict"),
    [
        ("", {3: (0.3, 0.01, 0.18)}, "supported"),
        ("", {3: (0.1, 0.40, 0.18)}, "refuted"),
        ("", {3: (0.1, 0.40, 0.30)}, "unmeasurable"),  # 0.2 would not have been found
        ("", {3: (0.1, 0.40, 0.18), 9: (0.05, 0.9, 0.30)}, "unmeasurable"),  # nor at that lag
        ("smallest_that_matters = 0.4", {3: (0.1, 0.40, 0.30)}, "refuted"),
        ("", {3: (-0.3, 0.01, 0.18)}, "refuted"),
        ("sign = 'negative'", {3: (-0.3, 0.01, 0.18)}, "supported"),
        ("sign = 'either'", {3: (-0.3, 0.01, 0.18)}, "supported"),
        ("alpha = 0.001", {3: (0.3, 0.01, 0.18)}, "refuted"),
        ("", {0: (0.3, 0.01, 0.18)}, "unmeasurable"),  # that is no lead
        ("", {}, "unmeasurable"),
    ],
)
def test_lead_lag(told: str, lags: dict[int, tuple[float, float, float]], verdict: str) -> None:
    predicate = f"predicate = 'lead_lag'\ndriver = 'russell_2000'\ntarget = 'ETH'\n{told}"
    ((_, part),) = parts(claims(HEAD + PART + predicate))
    rows = [
        {
            "driver": "russell_2000",
            "target": "ETH",
            "lag_weeks": lag,
            "correlation": correlation,
            "n": 400,
            "p_family_wise": p,
            "minimum_detectable_effect": effect,
            "driver_weeks": 1,
            "first_week": day("2018-01-05"),
            "last_week": day("2026-01-02"),
            "is_survivorship_biased": False,
        }
        for lag, (correlation, p, effect) in lags.items()
    ]
    with scratch() as store:
        put(store, "metrics.lead_lag", *rows)
        found = finding(part, store.read, moment("2026-01-09 12:00"))
        late = finding(part, store.read, moment("2026-08-09 12:00"))
    assert found.verdict == verdict
    assert late.verdict == "unmeasurable"
    assert found.n == (400 if any(lags) else None)


# -- no data, and SQL ------------------------------------------------------------------------------


def test_what_has_no_source_says_so() -> None:
    found = scored("predicate = 'no_data'\nverdict = 'pending'\nbecause = 'no file yet'")
    assert (found.verdict, found.reason, found.error) == ("pending", "no file yet", "")


def test_a_query_of_ones_own_with_words_of_its_own() -> None:
    query = """
        select case when max(close) >= $high then 'supported' else 'refuted' end as verdict,
            max(close) as high, count(*) as n, as_of()::date as today
        from metrics.equity_index where index_id = $index
    """
    found = scored(f"predicate = 'sql'\nwith = {{ high = 120, index = 'russell_2000' }}\nquery = '''{query}'''")
    assert found.verdict == "supported"
    assert found.n == 4
    assert found.numbers == {"high": 120.0, "today": "2026-01-09"}


def test_every_predicate_has_its_example_and_every_example_can_be_read() -> None:
    text = (Path(ledger.__file__).parent / "claims.toml").read_text()
    examples = [block.split("\n\n")[0] for block in text.replace("\n#", "\n").split("predicate = ")[1:]]
    told = {example.split('"')[1] for example in examples[: len(PREDICATES) + 1]}
    assert told >= set(PREDICATES) - {"no_data"}


# -- the declared claims ---------------------------------------------------------------------------


def test_all_23_claims_are_declared_and_none_is_broken() -> None:
    declared = claims()
    assert [claim.claim_id for claim in declared] == [f"C{n:02}" for n in range(1, 24)]
    assert [(c.claim_id, p.name, p.error) for c, p in parts(declared) if p.error] == []


def test_every_query_of_a_claim_runs_where_there_is_nothing_and_supports_nothing_then() -> None:
    with scratch() as store:
        for claim, part in parts(claims()):
            found = finding(part, store.read, moment("2026-01-20 12:00"))
            assert found.error == "", (claim.claim_id, part.name, found.error)
            assert found.verdict in ("pending", "unmeasurable"), (claim.claim_id, part.name, found)


# -- broken ones -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("predicate", "said"),
    [
        ("predicate = 'levle'", "predicate must be one of level, reached"),
        (f"predicate = 'level'\n{INDEX}", "needs at_least, at_most, or both"),
        (f"predicate = 'level'\n{INDEX}at_least = 'much'", "at_least must be a float, not 'much'"),
        (f"predicate = 'level'\n{INDEX}at_least = 1\nuntil = 2026-01-01", "has no until; there are"),
        (f"predicate = 'reached'\n{INDEX}at_least = 1", "needs by"),
        (f"predicate = 'change'\n{INDEX}at_least = 1", "needs either weeks or from"),
        ("predicate = 'level'\nof = 'metrics.tides'\nvalue = 'x'\nat_least = 1", "there is no table metrics.tides"),
        ("predicate = 'level'\nof = 'metrics.net_liquidity'\nvalue = 'x'\nat_least = 1", '"x" not found'),
        ("predicate = 'level'\nof = 'metrics.leverage'\nvalue = 'venues'\nat_least = 1", "Could not convert string"),
        ("predicate = 'sql'\nquery = 'selec 1'", "syntax error"),
        ("predicate = 'sql'\nquery = 'select now() as verdict'", "today is as_of()"),
        ("predicate = 'sql'\nquery = 'from facts.observation'", "may read staged, metrics, reference, not facts"),
        ("predicate = 'sql'\nquery = 'select 1 as n'", "verdict must be one of supported"),
        ("""predicate = 'sql'\nquery = "select 'true' as verdict" """, "not 'true'"),
        ("""predicate = 'sql'\nquery = "select 'refuted' as verdict from range(2)" """, "must return one row, not 2"),
        ("""predicate = 'sql'\nquery = "select $word as verdict" """, "$word is not told by with"),
    ],
)
def test_a_broken_part_says_what_is_wrong_with_it(predicate: str, said: str) -> None:
    ((_, part),) = parts(claims(HEAD + PART + predicate))
    with scratch() as store:
        row = {"symbol": "BTC", "date": day("2026-01-08"), "open_interest_usd": 1.0, "venues": "okx"}
        put(store, "metrics.leverage", row)
        found = finding(part, store.read, moment("2026-01-09 12:00"))
    assert said in found.error
    assert found.verdict == "unmeasurable"


def test_what_the_machine_cannot_do_is_no_finding_of_a_claim() -> None:
    question = "select 'supported' as verdict, count(distinct repeat(n::varchar, 50)) as n from range(100000) t(n)"
    predicate = f"""predicate = 'sql'\nquery = "{question}" """
    ((_, part),) = parts(claims(HEAD + PART + predicate))
    with duckdb.connect(config={"memory_limit": "8MB"}) as connection, pytest.raises(duckdb.OutOfMemoryException):
        finding(part, lambda query: connection.sql(query).pl(), moment("2026-01-09 12:00"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD.replace('author = "a gauge"', ""), "needs author, a str, not None"),
        (HEAD.replace("2026-01-09", "'then'") + PART, "needs date, a date, not 'then'"),
        (HEAD + "looked_at = 'hourly'\n" + PART, "looked_at must be one of weekly, monthly, quarterly"),
        (HEAD + "autor = 'x'\n" + PART, "has no autor"),
        (HEAD, "has no part"),
    ],
)
def test_a_claim_that_is_broken_as_a_whole_hides_no_other(text: str, said: str) -> None:
    good = (HEAD + PART).replace("C99", "C98") + "predicate = 'no_data'\nverdict = 'pending'\nbecause = 'x'"
    declared = claims(text + good)
    assert [(claim.claim_id, said in part.error) for claim, part in parts(declared)] == [("C99", True), ("C98", False)]


@pytest.mark.parametrize("text", ["[C01", "[tides]\nx = 1", "[C01]\nx = 1\n[C01]"])
def test_a_file_that_is_none_is_refused_at_once(text: str) -> None:
    with pytest.raises(ClaimsError, match=r"claims\.toml"):
        claims(text)


# -- looks, memory, and what is not done again -------------------------------------------------------


def test_the_examples_are_right() -> None:
    for module in (looks, findings, ledger, evidence):
        assert doctest.testmod(module).failed == 0


def test_looks_are_at_the_ends_of_days_weeks_and_quarters_and_now() -> None:
    now = moment("2026-04-02 12:00")
    found = {
        kind: [f"{look:%m-%d}" for look in looks.looks(day("2026-01-09"), kind, now)]
        for kind in ("monthly", "quarterly")
    }
    assert found == {
        "monthly": ["01-09", "01-31", "02-28", "03-31", "04-02"],
        "quarterly": ["01-09", "03-31", "04-02"],
    }
    weekly = looks.looks(day("2026-01-09"), "weekly", moment("2026-01-16 23:59"))
    assert [f"{look:%m-%d %H:%M:%S}" for look in weekly] == ["01-09 23:59:59", "01-16 23:59:00"]
    assert looks.looks(day("2026-01-09"), "weekly", moment("2026-01-08 12:00")) == []


#: The account falls until mid-January, and rises then.
ACCOUNT = {"2025-12-17": 900e3, "2025-12-31": 850e3, "2026-01-07": 800e3, "2026-01-14": 790e3, "2026-01-21": 870e3}
FALLS = """looked_at = "weekly"
[C99.part]
statement = "It falls."
refuted_by = "a rise"
predicate = "change"
of = "staged.series"
value = "value"
where = "series_id = 'WTREGEN'"
weeks = 1
at_most = 0
[C99.broken]
statement = "It is."
refuted_by = "it is not"
predicate = "level"
of = "metrics.tides"
value = "x"
at_least = 1
"""


@contextmanager
def account(folder: Path, *more: Any) -> Iterator[Store]:
    with warehouse(folder, series("WTREGEN", ACCOUNT), *more) as store:
        with store.transaction():
            model = made_again()["staged.series"]
            store.build(model.table, model.text, recipe="test")
        yield store


def ledger_rows(store: Store, held: pl.DataFrame | None = None) -> pl.DataFrame:
    nothing = pl.DataFrame(schema=CLAIM.polars_schema)
    return ledger.rows(claims(HEAD + FALLS), StorePast(store.connection), nothing if held is None else held)


def test_a_verdict_that_was_supported_and_is_not_any_more_is_reversed_with_both_dates(tmp_path: Path) -> None:
    with account(tmp_path) as store:
        rows = ledger_rows(store)
    told = [
        (f"{row['as_of']:%m-%d}", row["verdict"], row["found"], f"{row['verdict_since']:%m-%d}")
        for row in rows.filter(part="part").iter_rows(named=True)
    ]
    assert told == [
        ("01-09", "supported", "supported", "01-09"),
        ("01-16", "supported", "supported", "01-09"),
        ("01-22", "reversed", "refuted", "01-22"),
    ]
    last = rows.filter(part="part").row(-1, named=True)
    assert (f"{last['supported_from']:%m-%d}", f"{last['supported_until']:%m-%d}") == ("01-09", "01-16")
    assert last["as_of"] == moment("2026-01-22 21:30") == last["known_at"]
    evidence = json.loads(last["evidence"])
    assert evidence["numbers"]["change"] == 80e9
    assert evidence["n"] == 2
    assert evidence["coverage"] == {
        "from": "2026-01-14",
        "to": "2026-01-21",
        "tables": {"staged.series": {"rows": 5, "newest_known_at": "2026-01-22T21:30:00+00:00"}},
    }
    assert "as_of()" in evidence["query"]


def test_a_broken_part_is_told_once_and_beside_the_others(tmp_path: Path) -> None:
    with account(tmp_path) as store:
        (row,) = ledger_rows(store).filter(part="broken").rows(named=True)
    assert row["error"] == "there is no table metrics.tides"
    assert row["verdict"] == "unmeasurable"


class OnlyAt(StorePast):
    """Knows at which moments it was asked."""

    asked: list[str]

    def at(self, moment: Any) -> Any:
        self.asked.append(f"{moment:%m-%d}")
        return super().at(moment)


def test_only_looks_whose_inputs_changed_are_looked_at_again(tmp_path: Path) -> None:
    with account(tmp_path) as store:
        held = ledger_rows(store)
        past = OnlyAt(store.connection)
        past.asked = []
        assert ledger.rows(claims(HEAD + FALLS), past, held).equals(held)
        assert past.asked == []
        # A correction of mid-January: what was known before it stays.
        known_at = "2026-01-20 12:00"
        with store.transaction():
            rows = series("WTREGEN", {"2026-01-14": 830e3}, known_at=known_at, basis="observed").rows
            columns = ", ".join([*rows[0], "received_at", "landed_id", "locator"])
            for row in rows:
                store.do(
                    f"insert into facts.observation ({columns}) values (?, ?, ?, ?, ?, ?, ?, 'l', '/')",
                    [*row.values(), moment(known_at)],
                )
            model = made_again()["staged.series"]
            store.build(model.table, model.text, recipe="again")
        past = OnlyAt(store.connection)
        past.asked = []
        again = ledger.rows(claims(HEAD + FALLS), past, held)
        assert past.asked == ["01-22"]
        assert again.filter(pl.col("as_of") < moment("2026-01-17 00:00")).equals(
            held.filter(pl.col("as_of") < moment("2026-01-17 00:00"))
        )
        newest = json.loads(again.filter(part="part").row(-1, named=True)["evidence"])
        assert newest["numbers"]["change"] == 40e9
        assert again.equals(ledger_rows(store))


def test_an_archive_of_vintages_overrules_what_a_rule_dated_and_is_looked_at_again(tmp_path: Path) -> None:
    with account(tmp_path) as store:
        before = StorePast(store.connection)
        ((_, part), _) = parts(claims(HEAD + FALLS))
        then = moment("2026-01-09 23:59")
        first = before.mark(part, then)
    late = series("WTREGEN", {"2026-01-07": 800e3}, known_at="2026-01-30 12:00", basis="vintage")
    with account(tmp_path / "b", late) as store:
        assert StorePast(store.connection).mark(part, then) != first
