"""The published file says what the upstreams published: a whole run on the recordings, to the digit.

Daily Treasury Statements of 2008 to 2010 are not among what is recorded and used, so what is known of them is not
checked here.
"""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.command.reading import read
from pipelines.places import Folder
from tests.pipeline import RECORDINGS, needs_recordings, replay, tidegauge

pytestmark = needs_recordings


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folder]:
    """What a run of everything on the recordings published."""
    data = tmp_path_factory.mktemp("recordings")
    with replay() as server:
        done = tidegauge(data, "run", "--upstreams", server.url)
    assert done.returncode == 0, done.stdout + done.stderr
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TIDEGAUGE_DATA", str(data))
        yield Folder("replay")


def row(folder: Folder, query: str) -> tuple[Any, ...]:
    """The one row of a query, through the same door as ``tidegauge sql``."""
    (found,) = read(folder, query)[1]
    return found


def peak(series_id: str, order: str = "desc", since: str = "1900-01-01") -> str:
    return f"""
        select period, value from staged.series
        where series_id = '{series_id}' and period >= date '{since}' order by value {order} limit 1
    """


def test_fed_assets_peaked_on_2022_04_13(published: Folder) -> None:
    assert row(published, peak("WALCL")) == (date(2022, 4, 13), 8_965_487e6)


def test_fed_assets_were_lowest_after_the_run_off_on_2025_12_03(published: Folder) -> None:
    assert row(published, peak("WALCL", "asc", since="2022-04-13")) == (date(2025, 12, 3), 6_535_781e6)


def test_reverse_repo_peaked_on_2022_12_30(published: Folder) -> None:
    assert row(published, peak("RRPONTSYD")) == (date(2022, 12, 30), 2_553.716e9)


def test_the_week_average_of_the_treasury_account_peaked_on_2020_07_29(published: Folder) -> None:
    assert row(published, peak("WTREGEN")) == (date(2020, 7, 29), 1_816_687e6)


@pytest.mark.parametrize(
    ("week_ending", "billions"),
    [("2021-09-15", 7_137.100), ("2022-12-28", 5_830.240), ("2025-10-08", 5_778.156), ("2026-01-07", 5_772.872)],
)
def test_net_liquidity_of_a_week(published: Folder, week_ending: str, billions: float) -> None:
    query = f"select net_liquidity_usd from metrics.net_liquidity where week_ending = date '{week_ending}'"
    assert row(published, query)[0] == pytest.approx(billions * 1e9, abs=0.01)


def test_net_liquidity_was_highest_in_the_week_to_2021_09_15(published: Folder) -> None:
    query = "select arg_max(week_ending, net_liquidity_usd) from metrics.net_liquidity"
    assert row(published, query) == (date(2021, 9, 15),)


def test_the_impulse_of_the_first_week_of_2026(published: Folder) -> None:
    query = "select change_13w_usd from metrics.net_liquidity where week_ending = date '2026-01-07'"
    assert row(published, query)[0] == pytest.approx(-5.284e9, abs=0.01)


def test_the_year_end_jump_of_reverse_repo_is_in_the_week_that_it_ended(published: Folder) -> None:
    query = """
        select fed_assets_usd, tga_usd, reverse_repo_usd
        from metrics.net_liquidity where week_ending = date '2025-12-31'
    """
    assert row(published, query) == (6_640_618e6, 837_306e6, 105.993e9)
    around = """
        select list(value order by period) from staged.series
        where series_id = 'RRPONTSYD' and period in (date '2025-12-30', date '2025-12-31', date '2026-01-02')
    """
    assert row(published, around)[0] == [12.605e9, 105.993e9, 5.667e9]


@pytest.mark.parametrize(
    ("level", "first_close_date"),
    [
        (1000, "2013-07-05"),
        (1500, "2017-10-02"),
        (2000, "2020-12-23"),
        (2500, "2025-10-15"),
        (2600, "2026-01-08"),
        (3000, "2026-06-22"),
    ],
)
def test_the_russell_2000_first_closed_at_or_above(published: Folder, level: int, first_close_date: str) -> None:
    query = f"""
        select first_close_date from metrics.round_level where index_id = 'russell_2000' and level = {level}
    """
    assert row(published, query) == (date.fromisoformat(first_close_date),)


def test_the_russell_2000_ended_seventeen_droughts(published: Folder) -> None:
    query = """
        select list((date::varchar, days_since_previous_high) order by date)
        from metrics.equity_index where index_id = 'russell_2000' and is_drought_breakout
    """
    assert row(published, query)[0] == [
        ("1989-06-02", 606),
        ("1991-10-16", 737),
        ("1992-11-30", 292),
        ("1995-05-16", 424),
        ("1997-01-09", 232),
        ("1999-12-29", 617),
        ("2004-04-05", 1488),
        ("2004-11-09", 218),
        ("2005-07-08", 192),
        ("2006-11-14", 193),
        ("2011-04-27", 1384),
        ("2013-01-02", 614),
        ("2014-12-26", 297),
        ("2016-11-14", 510),
        ("2020-11-13", 805),
        ("2021-11-02", 232),
        ("2025-09-18", 1410),
    ]


def test_the_russell_2000_made_a_high_on_2026_01_08_that_ended_no_drought(published: Folder) -> None:
    query = """
        select round(close, 4), is_all_time_high, days_since_previous_high, is_drought_breakout
        from metrics.equity_index where index_id = 'russell_2000' and date = date '2026-01-08'
    """
    assert row(published, query) == (2603.9099, True, 28, False)


@pytest.mark.parametrize(
    ("index_id", "recorded"),
    [
        ("russell_2000", "yahoo/_RUT.csv.gz"),
        ("nasdaq_composite", "fred/series/NASDAQCOM.csv.gz"),
        ("sp_500", "fred/series/SP500.csv.gz"),
    ],
)
def test_every_recorded_close_is_there_unchanged(published: Folder, index_id: str, recorded: str) -> None:
    rows = pl.read_csv(Path(str(RECORDINGS), recorded))
    day, close = ("date", "close") if recorded.startswith("yahoo") else rows.columns
    expected = dict(rows.select(pl.col(day).str.to_date(), pl.col(close).cast(pl.Float64)).drop_nulls().rows())
    query = f"select date, close from metrics.equity_index where index_id = '{index_id}'"
    closes = dict(read(published, query)[1])
    assert {on: closes.get(on) for on in expected} == expected


@pytest.mark.parametrize(("period", "percent"), [("2016-12-15", 0.66), ("2017-03-16", 0.91), ("2017-06-15", 1.16)])
def test_the_funds_rate_stepped_up_on_the_day_after_the_decision(
    published: Folder, period: str, percent: float
) -> None:
    query = f"""
        select value, value - lag(value) over (order by period) > 0.2
        from staged.series where series_id = 'DFF' qualify period = date '{period}'
    """
    assert row(published, query) == (percent, True)


def test_funding_was_dearest_on_2025_10_31(published: Folder) -> None:
    query = "select max(sofr_iorb_bps), arg_max(date, sofr_iorb_bps), count(sofr_iorb_bps) from metrics.funding_stress"
    bps, day, days = row(published, query)
    assert (bps, day) == (32.0, date(2025, 10, 31))
    assert days > 1_200  # from July 2021 on


def test_soma_bills_on_the_last_recorded_wednesday(published: Folder) -> None:
    query = "select value from staged.series where series_id = 'SOMA_BILLS' and period = date '2025-10-15'"
    assert row(published, query) == (195_492_926_700,)


def test_two_witnesses_of_a_number_agree_but_where_the_recordings_themselves_do_not(published: Folder) -> None:
    """Four weeks of SOMA differ by a few million; early Nasdaq closes, and nine since 2006, differ between sources."""
    query = """
        select name, count(*), count(*) filter (not is_within)
        from metrics.reconciliation group by name order by name
    """
    told = {name: (compared, apart) for name, compared, apart in read(published, query)[1]}
    assert told["treasury_account_week"] == (312, 0)
    assert told["soma_mbs"] == (967, 0)
    assert told["soma_treasuries"] == (967, 4)
    compared, apart = told["index_close"]
    assert (compared > 16_000, apart) == (True, 819)
    weeks = """
        select list((period::varchar, round(difference / 1e6, 1)) order by period)
        from metrics.reconciliation where name = 'soma_treasuries' and not is_within
    """
    assert row(published, weeks)[0] == [
        ("2007-11-21", -4.0),
        ("2010-11-24", -1.3),
        ("2011-11-23", -3.4),
        ("2013-07-03", -5.6),
    ]
    since_2006 = """
        select subject, count(*) from metrics.reconciliation
        where name = 'index_close' and not is_within and period >= date '2006-01-01' group by all order by all
    """
    assert read(published, since_2006)[1] == [("nasdaq_composite", 9), ("sp_500", 2)]


def test_purchases_are_the_recorded_results_by_settlement_month(published: Folder) -> None:
    totals: Counter[tuple[str, str]] = Counter()
    with gzip.open(Path(str(RECORDINGS), "nyfed", "tsy_results.jsonl.gz"), "rt") as lines:
        for operation in map(json.loads, lines):
            sign = {"P": 1, "S": -1}[operation["operationDirection"]]
            kind = "bills" if "Bill" in operation["operationType"] else "coupons"
            par = sign * int(operation["totalParAmtAccepted"])
            totals[operation["settlementDate"][:7], f"{operation['operationDirection']} {kind}"] += par
    query = """
        select strftime(month, '%Y-%m'), if(operation = 'purchase', 'P', 'S'), bills_usd, coupons_usd, total_usd
        from metrics.fed_purchases
    """
    rows = read(published, query)[1]
    found = {
        (month, f"{op} {kind}"): usd
        for month, op, *both, _ in rows
        for kind, usd in zip(("bills", "coupons"), both, strict=True)
    }
    assert {key: found.get(key) for key in totals} == totals
    assert sum(found.values()) == sum(totals.values()) == sum(total for *_, total in rows)
    assert found["2025-12", "P bills"] == 38_099e6
    assert found["2026-01", "P bills"] == 48_164e6


@pytest.mark.parametrize(("symbol", "percent"), [("BTC", 206), ("ETH", 759)])
def test_coins_26_weeks_after_the_breakout_of_2020_11_13(published: Folder, symbol: str, percent: int) -> None:
    query = f"""
        select max(close_usd) filter (date = '2021-05-14') / min(close_usd) filter (date = '2020-11-13') - 1
        from metrics.crypto_price where symbol = '{symbol}'
    """
    (found,) = row(published, query)
    assert round(100 * found) == percent


def test_the_venues_that_are_recorded_are_used_and_the_others_are_no_failure(published: Folder) -> None:
    query = "select string_agg(distinct venue), count(distinct symbol) from staged.open_interest"
    assert row(published, query) == ("binanceusdm", 3)
    assert row(published, "select min(date), count(*) from metrics.crypto_price where symbol = 'BTC'") == (
        date(2014, 9, 17),
        4279,
    )


# -- the claims ------------------------------------------------------------------------------------


def claim(folder: Folder, claim_id: str, part: str) -> tuple[str, dict[str, Any]]:
    """The newest verdict of one part, and its numbers."""
    query = f"""
        select verdict, evidence from metrics.claim
        where claim_id = '{claim_id}' and part = '{part}' order by as_of desc limit 1
    """
    verdict, evidence = row(folder, query)
    return verdict, json.loads(evidence)["numbers"]


def test_the_russell_2000_broke_2600_for_the_first_time_but_ended_no_drought(published: Folder) -> None:
    verdict, numbers = claim(published, "C01", "first_close")
    assert (verdict, numbers["first_day"], round(numbers["value"], 2)) == ("supported", "2026-01-08", 2603.91)
    verdict, numbers = claim(published, "C01", "all_time_high")
    assert (verdict, round(numbers["highest_close_before"], 2)) == ("supported", 2590.61)
    verdict, numbers = claim(published, "C01", "ends_a_drought")
    assert (verdict, numbers["days_since_previous_high"]) == ("refuted", 28)


def test_the_treasury_released_cash_when_it_was_written_and_four_weeks_later_it_did_not(published: Folder) -> None:
    query = """
        select as_of::date, verdict, (evidence::json->'numbers'->>'change_usd')::double
        from metrics.claim
        where claim_id = 'C05' and part = 'over_4_weeks' and as_of::date in (date '2026-01-09', date '2026-01-30')
        order by 1
    """
    assert [(str(day), verdict, change) for day, verdict, change in read(published, query)[1]] == [
        ("2026-01-09", "supported", 796_148e6 - 858_946e6),
        ("2026-01-30", "reversed", 923_042e6 - 837_306e6),
    ]


@pytest.mark.parametrize(
    ("window", "verdict", "russell_2000", "nasdaq"),
    [
        ("late_2016", "supported", 1357.130 / 1251.650 - 1, 5383.12 / 5312.00 - 1),
        ("early_2017", "refuted", 1385.920 / 1357.130 - 1, 5911.74 / 5383.12 - 1),
        ("late_2020", "supported", 1974.860 / 1507.690 - 1, 12888.28 / 11167.68 - 1),
    ],
)
def test_small_caps_beat_the_nasdaq_in_two_of_three_windows(
    published: Folder, window: str, verdict: str, russell_2000: float, nasdaq: float
) -> None:
    found, numbers = claim(published, "C09", window)
    assert found == verdict
    assert numbers["russell_2000_change_share"] == pytest.approx(russell_2000, abs=1e-4)
    assert numbers["nasdaq_change_share"] == pytest.approx(nasdaq, abs=1e-4)


@pytest.mark.parametrize(
    ("window", "verdict", "before", "after"),
    [
        ("late_2016", "refuted", 0.40, 0.66),
        ("early_2017", "refuted", 0.66, 0.91),
        ("late_2020", "partly", 0.09, 0.09),
    ],
)
def test_the_policy_rate_fell_in_none_of_the_three_windows(
    published: Folder, window: str, verdict: str, before: float, after: float
) -> None:
    found, numbers = claim(published, "C10", window)
    assert (found, numbers["from_pct"], numbers["to_pct"]) == (verdict, before, after)


def test_the_clarity_act_was_pending_and_is_refuted_once_the_list_goes_beyond_its_quarter(published: Folder) -> None:
    query = """
        select list(distinct verdict order by verdict) filter (as_of < timestamptz '2026-04-01 00:00Z'),
            arg_max(verdict, as_of)
        from metrics.claim where claim_id = 'C18'
    """
    assert row(published, query) == (["pending"], "refuted")
