"""Every rule speaks up about rows that break it and is silent about rows that do not, and so does every suite."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests import crypto_models
from tests.models import Row, day, put, scratch, warehouse
from warehouse.declared import ALWAYS
from warehouse.rules import Rule, rules
from warehouse.suites import Result, validate
from warehouse.tables import TABLES

#: Rows by table.
Rows = dict[str, list[Row]]
WEEK = day("2026-01-07")


def attribution(*contributions: float) -> Rows:
    """A week whose change is 90, with these contributions."""
    return {
        "metrics.net_liquidity": [{"week_ending": WEEK, "fed_assets_usd": 6.5e12, "change_1w_usd": 90.0}],
        "metrics.net_liquidity_attribution": [
            {"week_ending": WEEK, "component": component, "contribution_usd": usd}
            for component, usd in zip(("mbs", "tga", "reverse_repo"), contributions, strict=False)
        ],
    }


def line(category: str) -> Rows:
    row = {"record_date": WEEK, "transaction_type": "Deposits", "category": category, "detail": "", "value": 1.0}
    return {"facts.fiscal_flow": [row | {"unit": "usd_millions"}]}


def statement(deposited: float) -> Rows:
    """One line of customs, on a day whose statement says that 100 million were deposited."""
    flow = {"date": WEEK, "transaction_type": "Deposits", "concept": "customs", "amount_usd": deposited}
    cash = {"date": WEEK, "deposits_usd": 100e6, "close_usd": 8e11}
    return {"staged.fiscal_flow": [flow], "staged.treasury_cash": [cash]}


def gap(reason: str) -> Rows:
    row = {"table_name": "facts.observation", "key": "WALCL", "from_period": WEEK, "to_period": WEEK}
    return {"quality.gap": [row | {"reason": reason, "first_seen_at": ALWAYS}]}


def staged(**values: tuple[str, float]) -> Rows:
    """Staged values in dollars: ``SERIES_ID=(period, value)``, a trailing number apart."""
    return {
        "staged.series": [
            {"series_id": name.rstrip("0123456789"), "period": day(period), "value": value, "unit": "usd"}
            for name, (period, value) in values.items()
        ]
    }


def balances(*series_ids: str) -> Rows:
    row = {"period": WEEK, "value": 8e5, "unit": "usd_millions"}
    return {"facts.observation": [row | {"series_id": series_id} for series_id in series_ids]}


def reconciled(name: str, is_within: bool) -> Rows:
    values = {"left_source": "a", "left_value": 2.0, "right_source": "b", "right_value": 1.0, "difference": 1.0}
    row = {"name": name, "subject": "", "period": WEEK, "unit": "usd", "tolerance": 0.0, "is_within": is_within}
    return {"metrics.reconciliation": [row | values]}


def cash(**usd: float) -> Rows:
    return {"staged.treasury_cash": [{"date": WEEK, **usd}]}


def two_days(closed: float, opened: float, on: str = "2026-01-08") -> Rows:
    first, second = {"date": WEEK, "close_usd": closed}, {"date": day(on), "open_usd": opened, "close_usd": 8e11}
    return {"staged.treasury_cash": [first, second]}


def adjusted(*closes: float) -> Rows:
    """Adjusted closes of a fund that closes at 100, day by day."""
    rows = [
        {"series_id": series_id, "period": WEEK + timedelta(days=n), "value": value, "unit": "usd_per_share"}
        for n, close in enumerate(closes)
        for series_id, value in (("YAHOO_SPY_ADJUSTED_CLOSE", close), ("YAHOO_SPY_CLOSE", 100.0))
    ]
    return {"staged.series": rows}


def scored(error: str | None) -> Rows:
    """One look at one part of a claim, which is broken where there is an error."""
    row = {
        "claim_id": "C01",
        "part": "first_close",
        "as_of": ALWAYS,
        "verdict": "unmeasurable",
        "found": "unmeasurable",
    }
    told = {"verdict_since": ALWAYS, "statement": "A.", "part_statement": "B.", "evidence": "{}", "inputs": "0"}
    return {"metrics.claim": [row | told | {"error": error}]}


#: Rule to the reconciliations that it is about.
RECONCILED = {
    "treasury_account_agrees_with_h41": ("treasury_account_wednesday", "treasury_account_week"),
    "reverse_repo_agrees_with_fred": ("reverse_repo",),
    "soma_agrees_with_h41": ("soma_treasuries", "soma_mbs"),
    "index_closes_agree": ("index_close",),
    "closes_agree_across_venues": ("daily_close",),
    "open_interest_is_near_its_history": ("open_interest",),
}
#: Rule to what it is silent about and what it speaks up about.
CASES: dict[str, tuple[list[Rows], list[Rows]]] = {
    "attribution_adds_up": (
        [attribution(100, -30, 20), attribution(100, -30, 20.9)],
        [attribution(100, -30, 21), attribution(100, -30), attribution()],
    ),
    "dividends_are_in_all_of_the_past": (
        [adjusted(99.0, 99.1), adjusted(99.0, 100.0), adjusted(99.0, 98.96)],
        # The fund paid 1 percent; the last days were fetched again after it, and those before were not.
        [adjusted(99.0, 98.0)],
    ),
    "every_claim_can_be_scored": ([scored(None)], [scored("metrics.no_such_table does not exist")]),
    "every_line_has_a_concept": (
        [line("Estate and Gift Taxes"), line("DHS - Customs and Certain Excise Taxes")],
        [line("A name that nobody has seen")],
    ),
    "fiscal_flows_add_up": ([statement(100e6), statement(111e6)], [statement(112e6), statement(88e6)]),
    "no_missing_days": ([gap("closed"), gap("upstream_window")], [gap("missing")]),
    "no_sudden_thousandfold": (
        [staged(WALCL1=("2025-12-31", 6.6e12), WALCL2=("2026-01-07", 6.5e12))],
        [
            staged(WALCL1=("2025-12-31", 6.6e12), WALCL2=("2026-01-07", 6.5e9)),
            staged(WALCL1=("2025-12-31", 6.6e9), WALCL2=("2026-01-07", 6.5e12)),
        ],
    ),
    "one_closing_balance_a_day": (
        [balances("DTS_TGA_OPEN", "DTS_TGA_CLOSE"), balances("DTS_TGA_CLOSE")],
        [balances("DTS_TGA_OPEN")],
    ),
    **{
        rule: (
            [*(reconciled(name, True) for name in names), reconciled("another", False)],
            [reconciled(name, False) for name in names],
        )
        for rule, names in RECONCILED.items()
    },
    "treasury_cash_adds_up": (
        [
            cash(open_usd=100e9, deposits_usd=30e9, withdrawals_usd=20e9, close_usd=110e9),
            cash(open_usd=100e9, deposits_usd=30e9, withdrawals_usd=20e9, close_usd=110.002e9),
            cash(open_usd=100e9, close_usd=110e9),
        ],
        [cash(open_usd=100e9, deposits_usd=30e9, withdrawals_usd=20e9, close_usd=109e9)],
    ),
    "treasury_cash_carries_over": (
        [two_days(18_699e6, 18_699e6), two_days(18_699e6, 19_721e6, on="2026-02-09")],
        [two_days(18_699e6, 19_721e6)],
    ),
    **crypto_models.CASES,
}


def found(rule: Rule, rows: Rows) -> int:
    with scratch() as store:
        for name, told in rows.items():
            put(store, name, *told)
        return store.read(rule.query).height


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.name)
def test_a_rule_is_silent_about_what_is_right_and_returns_what_is_wrong(rule: Rule) -> None:
    assert rule.name in CASES, f"sql/checks/{rule.name}.sql needs a case here in which it fires"
    right, wrong = CASES[rule.name]
    assert [found(rule, rows) for rows in right] == [0] * len(right)
    assert [found(rule, rows) for rows in wrong] == [1] * len(wrong)


def test_every_case_is_of_a_rule_that_there_is() -> None:
    assert set(CASES) == {rule.name for rule in rules()}


WEEKS = {"week_ending": WEEK, "fed_assets_usd": 6.5e12, "tga_usd": 8e11, "reverse_repo_usd": 2.5e9}
INDEX = {"date": WEEK, "close": 2_600.0, "is_all_time_high": False, "is_drought_breakout": False}


def failed(folder: Path, rows: Rows) -> list[Result]:
    """What fails in the suite of the last table."""
    with warehouse(folder) as store:
        with store.transaction():
            for name, told in rows.items():
                put(store, name, *told)
        outcome = list(validate(store, [TABLES[list(rows)[-1]]], rules()))
    return [result for _, results in outcome for result in results if not result.passed]


@pytest.mark.parametrize(
    ("rows", "expectation", "count"),
    [
        (
            {"metrics.net_liquidity": [WEEKS | {"tga_usd": 8e14}]},
            "tga_usd is between 0 and 4e+12 (USD).",
            1,
        ),
        (
            {"metrics.net_liquidity": [WEEKS | {"reverse_repo_usd": -1.0}]},
            "reverse_repo_usd is between 0 and 4e+12 (USD).",
            1,
        ),
        (
            {"metrics.equity_index": [INDEX | {"index_id": name} for name in ("dax", "ftse", "sp_500")]},
            "index_id is one of russell_2000, nasdaq_composite, sp_500.",
            2,
        ),
        ({"metrics.net_liquidity": []}, "It has rows.", 1),
    ],
    ids=["above a bound", "below a bound", "not one of", "empty"],
)
def test_a_suite_fails_where_a_declaration_does_not_hold(
    tmp_path: Path, rows: Rows, expectation: str, count: int
) -> None:
    (result,) = failed(tmp_path, rows)
    assert (result.expectation, result.severity, result.unexpected_count) == (expectation, "critical", count)


def test_a_suite_passes_where_its_declaration_holds_and_what_is_missing_breaks_no_bound(tmp_path: Path) -> None:
    assert failed(tmp_path, {"metrics.net_liquidity": [WEEKS | {"tga_usd": None}]}) == []


def test_a_rule_that_fails_in_a_suite_shows_its_rows(tmp_path: Path) -> None:
    (result,) = failed(tmp_path, attribution(100, -30, 25))
    assert result.expectation.startswith("attribution_adds_up: ")
    assert (result.severity, result.unexpected_count) == ("critical", 1)
    assert result.sample == [{"week_ending": "2026-01-07", "change_1w_usd": 90.0, "contributions_usd": 95.0}]
