"""Flows of exchange-traded funds: sums over the funds of a file, over 20 trading days, and what is not known."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from assets.claims.declared import claims, parts
from assets.claims.findings import Finding, finding
from tests.models import Facts, Row, built, day, moment, put, scratch, series, weekdays
from warehouse.tables.provided import ETF_FLOW

#: Daily net flows of all US spot bitcoin funds in millions of USD, as the press told them.
JANUARY = {"2026-01-20": -479.7, "2026-01-21": -708.7, "2026-01-22": -32.2, "2026-01-23": -103.5}
EARLIER = {"2026-01-07": -486.1, "2026-01-08": -398.8, "2026-01-09": -250.0}
HOLIDAYS = ("2025-12-25", "2026-01-01", "2026-01-19")


def flows(
    musd: Mapping[str, float | None],
    fund: str = "A",
    *,
    symbol: str = "BTC",
    aum_usd: float | None = None,
    known_at: str | None = None,
) -> Facts:
    """Net flows of one fund by day in millions, known at 14:00 UTC of the day after unless told otherwise."""
    rows = [
        {
            "symbol": symbol,
            "fund": fund,
            "date": day(on),
            "net_flow_usd": None if flow is None else flow * 1e6,
            "aum_usd": aum_usd,
            "known_at": moment(known_at) if known_at else moment(f"{on} 14:00") + timedelta(days=1),
            "known_at_basis": "stamp",
        }
        for on, flow in musd.items()
    ]
    return Facts(ETF_FLOW, rows)


def twenty(last: str) -> list[str]:
    """20 trading days that end with ``last``."""
    return [on for on in weekdays(last, 25) if on not in HOLIDAYS][-20:]


TWENTY = twenty("2026-01-29")


def newest(*given: Facts, as_of: str | None = None) -> Row:
    return built("metrics.etf_flow", *given, as_of=as_of)[-1]


def steady(days: list[str], flow: float = 10.0) -> dict[str, float | None]:
    return dict.fromkeys(days, flow)


@pytest.mark.parametrize(("told", "total"), [(JANUARY, -1_324.1e6), (EARLIER, -1_134.9e6)], ids=["20-23", "7-9"])
def test_the_flows_of_january_2026_add_up(told: Mapping[str, float], total: float) -> None:
    """Over 20 trading days that end with them, those before being without a flow."""
    row = newest(flows({on: told.get(on, 0.0) for on in twenty(max(told))}))
    assert row["date"] == day(max(told))
    assert row["net_flow_20d_usd"] == pytest.approx(total, abs=0.01)


def test_a_day_is_the_sum_over_its_funds_and_twenty_days_are_their_sum_over_the_assets() -> None:
    row = newest(flows(steady(TWENTY, 10), "A", aum_usd=70e9), flows(steady(TWENTY, -4), "B", aum_usd=10e9))
    assert (row["net_flow_usd"], row["funds"]) == (6e6, "A, B")
    assert row["net_flow_20d_usd"] == 20 * 6e6
    assert row["aum_usd"] == 80e9
    assert row["net_flow_20d_to_aum_share"] == pytest.approx(120e6 / 80e9)
    assert row["known_at"] == moment("2026-01-30 14:00")


def test_nineteen_days_are_not_twenty() -> None:
    assert newest(flows(steady(TWENTY[1:])))["net_flow_20d_usd"] is None


def test_assets_that_one_fund_does_not_tell_are_not_known() -> None:
    row = newest(flows(steady(TWENTY), "A", aum_usd=70e9), flows(steady(TWENTY), "B"))
    assert (row["aum_usd"], row["net_flow_20d_to_aum_share"]) == (None, None)
    assert row["net_flow_20d_usd"] == 400e6


def test_coins_are_apart_though_their_funds_have_one_name() -> None:
    rows = built("metrics.etf_flow", flows({"2026-01-20": 1}, "all"), flows({"2026-01-20": 2}, "all", symbol="ETH"))
    assert [(row["symbol"], row["net_flow_usd"]) for row in rows] == [("BTC", 1e6), ("ETH", 2e6)]
    ether = flows({"2026-01-21": 2}, "all", symbol="ETH")  # is no figure of bitcoin's fund
    rows = built("metrics.etf_flow", flows({"2026-01-20": 1}, "all"), flows({"2026-01-21": 1}, "B"), ether)
    assert [row["net_flow_usd"] for row in rows] == [1e6, None, 2e6]


def test_a_day_on_which_a_fund_is_missing_is_not_known_nor_are_sums_over_it() -> None:
    late = {on: 1.0 for on in TWENTY if on != "2026-01-28"}
    rows = built("metrics.etf_flow", flows(steady(TWENTY)), flows(late, "B"))
    told = {row["date"].isoformat(): row for row in rows}
    assert (told["2026-01-28"]["net_flow_usd"], told["2026-01-28"]["funds"]) == (None, "A")
    assert told["2026-01-27"]["net_flow_usd"] == told["2026-01-29"]["net_flow_usd"] == 11e6
    assert told["2026-01-29"]["net_flow_20d_usd"] is None


def test_a_fund_that_begins_later_or_ends_changes_no_day_for_longer_than_a_week() -> None:
    rows = built("metrics.etf_flow", flows(steady(TWENTY)), flows(steady(TWENTY[4:10]), "B"))
    known = {row["date"].isoformat(): row["net_flow_usd"] for row in rows}
    assert known[TWENTY[3]] == 10e6
    assert known[TWENTY[9]] == 20e6
    # The fund ended on 14 January; the sum without it counts from the 22nd on.
    assert [on for on, flow in known.items() if flow is None] == [
        "2026-01-15",
        "2026-01-16",
        "2026-01-20",
        "2026-01-21",
    ]


def test_a_session_of_the_exchange_that_no_fund_has_is_missed_in_the_sum() -> None:
    days = ["2025-12-29", *TWENTY]
    closes = series("YAHOO_RUT_CLOSE", dict.fromkeys(days, 2_500.0))
    assert newest(closes, flows(steady(days)))["net_flow_20d_usd"] == 200e6
    without = [on for on in days if on != "2026-01-14"]
    assert newest(closes, flows(steady(without)))["net_flow_20d_usd"] is None
    assert newest(flows(steady(without)))["net_flow_20d_usd"] == 200e6  # no index tells that there was a session


def test_a_figure_taken_back_is_none_from_then_on() -> None:
    given = (flows({"2026-01-20": 5, "2026-01-21": 7}), flows({"2026-01-21": None}, known_at="2026-01-25 00:00"))
    assert newest(*given, as_of="2026-01-24 00:00")["net_flow_usd"] == 7e6
    assert newest(*given)["date"] == day("2026-01-20")


def test_a_revised_figure_counts_from_when_it_was_known() -> None:
    given = (flows({"2026-01-20": 5}), flows({"2026-01-20": 6}, known_at="2026-01-25 00:00"))
    assert newest(*given, as_of="2026-01-24 00:00")["net_flow_usd"] == 5e6
    assert newest(*given)["net_flow_usd"] == 6e6
    sum_of_twenty = newest(flows(steady(TWENTY)), flows({TWENTY[0]: 20}, known_at="2026-02-01 00:00"))
    assert (sum_of_twenty["net_flow_20d_usd"], sum_of_twenty["known_at"]) == (210e6, moment("2026-02-01 00:00"))
    assert built("metrics.etf_flow", *given, as_of="2026-01-21 13:59") == []


# -- the claim that rests on them ----------------------------------------------------------------


def verdict(musd: Mapping[str, float | None], as_of: str = "2026-01-30 18:00") -> Finding:
    (part,) = (part for claim, part in parts(claims()) if (claim.claim_id, part.name) == ("C19", "net_flows"))
    rows = built("metrics.etf_flow", flows(musd))
    with scratch() as store:
        put(store, "metrics.etf_flow", *rows)
        return finding(part, store.read, moment(as_of))


@pytest.mark.parametrize(
    ("musd", "as_of", "told", "reason"),
    [
        ({}, "2026-01-30 18:00", "pending", "flows have no free source: pending until a file with them is provided"),
        (steady(TWENTY), "2026-01-30 18:00", "supported", ""),
        (steady(TWENTY, -1), "2026-01-30 18:00", "refuted", ""),
        (steady(TWENTY[1:]), "2026-01-30 18:00", "unmeasurable", "there are no 20 trading days in a row yet"),
        (steady(TWENTY), "2026-03-30 18:00", "unmeasurable", "the newest value is of 2026-01-29"),
    ],
)
def test_the_claim_of_flows_is_scored_from_the_file_and_waits_without_it(
    musd: Mapping[str, float | None], as_of: str, told: str, reason: str
) -> None:
    found = verdict(musd, as_of)
    assert (found.verdict, found.reason, found.error) == (told, reason, "")
