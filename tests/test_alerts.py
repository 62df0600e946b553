"""Alerts: each condition once, until it is over; what analysts declare; what cannot be asked."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.models import Row, put, warehouse
from warehouse.alerts import BROKEN, FILE, Alert, Changed, held, keep, look, read, write
from warehouse.conditions import ALERTS, ConditionError, conditions
from warehouse.store import Store, StoreError

NOW = datetime(2026, 2, 2, 15, tzinfo=UTC)
WEEK = date(2026, 1, 28)


WRITTEN = (
    *("quality.alert", "quality.freshness", "quality.result", "quality.quarantine", "quality.sentinel", "facts.landed"),
    *("quality.gap", "metrics.leverage_flush", "metrics.net_liquidity", "metrics.leverage"),
)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with warehouse(tmp_path_factory.mktemp("alerts")) as store:
        yield store


@pytest.fixture
def store(opened: Store) -> Store:
    """A store in which nothing is wrong."""
    for name in WRITTEN:
        put(opened, name)
    return opened


def looked(store: Store, hours: float = 0, *folders: Path) -> Changed:
    """One look at all conditions, some hours after the first."""
    return look(store, conditions(ALERTS, *folders), NOW + timedelta(hours=hours))


def subjects(alerts: list[Alert]) -> list[str]:
    return [f"{alert.kind}: {alert.subject}" for alert in alerts]


def stale(*names: str, upstream: str = "fred") -> list[Row]:
    told = {
        "upstream": upstream,
        "newest_period": date(2026, 1, 20),
        "expected_by": datetime(2026, 1, 23, 21, 15, tzinfo=UTC),
    }
    return [{"source": name, **told, "is_stale": True} for name in names]


def flush(day: str, is_flush: bool) -> Row:
    moment = datetime.fromisoformat(day).replace(tzinfo=UTC)
    changes = {"oi_coin_change_24h": -0.39, "price_change_24h": -0.07, "oi_zscore": -6.25, "price_zscore": -3.1}
    return {"symbol": "BTC", "observed_at": moment, **changes, "venues": "okx", "is_flush": is_flush}


def result(table: str, passed: bool, minute: int, severity: str = "critical") -> Row:
    sample = "[]" if passed else '[{"key":"A","n":1}]'
    told = {"run_id": f"run {minute}", "table_name": table, "expectation": "It has rows.", "partition": ""}
    known = {"subject": "s", "known_at": NOW + timedelta(minutes=minute)}
    return {
        **told,
        "passed": passed,
        "severity": severity,
        "unexpected_count": int(not passed),
        "sample": sample,
        **known,
    }


def test_nothing_is_wrong_with_an_empty_warehouse_nor_with_our_own_conditions(store: Store) -> None:
    assert looked(store) == Changed()


def test_a_condition_is_one_alert_however_often_it_is_seen_and_ends_when_it_is_over(store: Store) -> None:
    put(store, "quality.freshness", *stale("WALCL"))
    (opened,) = looked(store).opened
    assert opened.message == ("WALCL has nothing newer than 2026-01-20; the next value was due by 2026-01-23 21:15 UTC")
    assert (opened.severity, opened.source, opened.opened_at) == ("warning", "fred", NOW)
    assert looked(store, 1) == Changed()
    put(store, "quality.freshness")
    assert subjects(looked(store, 2).resolved) == ["stale: WALCL"]
    put(store, "quality.freshness", *stale("WALCL"))
    assert subjects(looked(store, 3).opened) == ["stale: WALCL"]
    assert [(alert.opened_at.hour, alert.is_open) for alert in held(store)] == [(15, False), (18, True)]


def test_a_source_that_never_had_a_value_says_so(store: Store) -> None:
    put(store, "quality.freshness", {"source": "WALCL", "upstream": "fred", "is_stale": True})
    assert [alert.message for alert in looked(store).opened] == ["WALCL has no value at all"]


def test_a_failed_check_is_an_alert_until_its_table_is_judged_and_passes(store: Store) -> None:
    put(store, "quality.result", result("metrics.rotation", False, 1))
    (opened,) = looked(store).opened
    assert (opened.kind, opened.severity) == ("check", "critical")
    assert opened.message == (
        "metrics.rotation: It has rows. (1 row breaks it, for example key:A, n:1; judged 2026-02-02 15:01 UTC): "
        "nothing is published until it holds"
    )
    put(store, "quality.result", result("metrics.rotation", False, 1), result("metrics.rotation", True, 2))
    assert subjects(looked(store, 1).resolved) == ["check: metrics.rotation: It has rows."]


def test_a_flush_is_an_alert_in_the_last_seven_days_of_data_and_history_is_none(store: Store) -> None:
    """On a first run a flush of October is known, and nobody is told of it in January."""
    put(store, "metrics.leverage_flush", flush("2025-10-11", True), flush("2026-01-30", False))
    assert looked(store) == Changed()
    put(store, "metrics.leverage_flush", flush("2026-01-29", True), flush("2026-01-30", False))
    (opened,) = looked(store, 1).opened
    assert opened.message == (
        "BTC: open interest -39.0 % in coins and price -7.0 % in the 24 hours to 2026-01-29 00:00 UTC "
        "(-6.2 sd and -3.1 sd)"
    )
    assert opened.is_event
    put(store, "metrics.leverage_flush", flush("2026-01-29", True), flush("2026-02-05", False))
    assert subjects(looked(store, 2).resolved) == ["flush: BTC 2026-01-29"]


def refused(landed_id: str, day: int, locator: str) -> Row:
    seen = datetime(2026, 1, day, 12, tzinfo=UTC)
    told = {"source": "SOFR", "field": "value 2026-01-05", "value": "405", "reason": "above 30 percent"}
    return {"landed_id": landed_id, "locator": locator, **told, "first_seen_at": seen}


def test_values_in_quarantine_are_one_alert_a_source_and_day_and_a_refused_reply_is_told_once(store: Store) -> None:
    landed = {
        "upstream": "fred",
        "base_url": "",
        "request": "GET /",
        "status": 200,
        "sha256": "",
        "bytes": 1,
        "content_type": "",
    }
    at = datetime(2026, 1, 20, 12, tzinfo=UTC)
    put(store, "facts.landed", {"landed_id": "c", **landed, "bytes": 1, "requested_at": at, "received_at": at})
    old, whole = refused("a", 10, "line 2"), refused("b", 20, "$")
    put(store, "quality.quarantine", old, whole, refused("c", 20, "line 2"), refused("c", 20, "line 3"))
    told = {"source": "SOFR", "kind": "refused_reply", "detail": "no column SOFR", "landed_id": "b", "detected_at": at}
    put(store, "quality.sentinel", told)
    opened = {alert.kind: alert for alert in looked(store).opened}
    assert set(opened) == {"quarantine", "sentinel"}
    assert opened["quarantine"].subject == "SOFR 2026-01-20"
    assert opened["quarantine"].message == (
        "SOFR: 2 values not believed, as of 2026-01-20 12:00 UTC; value 2026-01-05=405: above 30 percent"
    )
    assert opened["sentinel"].message == "refused reply SOFR: no column SOFR (seen 2026-01-20 12:00 UTC)"


def gap(day: int) -> Row:
    period, seen = date(2026, 1, day), datetime(2026, 1, 30, tzinfo=UTC)
    told = {"table_name": "facts.observation", "key": "SOFR", "reason": "missing", "first_seen_at": seen}
    return {**told, "from_period": period, "to_period": period}


def test_a_missing_day_is_an_alert_in_the_last_seven_days_of_data(store: Store) -> None:
    put(store, "quality.freshness", stale("SOFR")[0] | {"newest_period": date(2026, 1, 20), "is_stale": False})
    put(store, "quality.gap", gap(13), gap(14))
    (opened,) = looked(store).opened
    assert (opened.subject, opened.is_event) == ("SOFR 2026-01-14", True)
    assert opened.message == "SOFR: nothing for 2026-01-14, though later values came"


def liquidity(*changes: float | None) -> list[Row]:
    return [
        {"week_ending": WEEK - timedelta(weeks=n), "fed_assets_usd": 6.5e12, "change_13w_usd": change}
        for n, change in enumerate(changes)
    ]


def test_a_threshold_is_asked_of_the_newest_row_with_a_value_and_tells_it_with_unit_and_date(store: Store) -> None:
    put(store, "metrics.net_liquidity", *liquidity(-299.9e9, -400e9))
    assert looked(store) == Changed()
    put(store, "metrics.net_liquidity", *liquidity(None, -312.4e9))
    (opened,) = looked(store).opened
    assert (opened.kind, opened.subject) == ("threshold", "net_liquidity_impulse")
    assert opened.message == (
        "Net liquidity fell by more than 300 bn USD over 13 weeks: change_13w_usd -312.4 bn USD as of 2026-01-21"
    )


OWN = """
[deep]
says = "Volatile"
table = "metrics.leverage"
show = "funding_annualised_pct"
when = "funding_annualised_pct > 10"
severity = "notice"

[net_liquidity_impulse]
says = "Silent"
table = "metrics.net_liquidity"
show = "change_13w_usd"
when = "false"
severity = "notice"
"""


def test_a_threshold_of_the_user_is_asked_per_coin_and_one_of_the_same_name_replaces_ours(
    store: Store, tmp_path: Path
) -> None:
    (tmp_path / "thresholds.toml").write_text(OWN)
    put(store, "metrics.net_liquidity", *liquidity(-312e9))
    coins = {"BTC": 12.5, "ETH": 9.0}
    usual = {"date": WEEK, "open_interest_usd": 1e9, "venues": "okx"}
    put(store, "metrics.leverage", *({"symbol": s, "funding_annualised_pct": v, **usual} for s, v in coins.items()))
    (opened,) = looked(store, 0, tmp_path).opened
    assert opened.subject == "deep BTC"
    assert opened.message == "Volatile: BTC funding_annualised_pct 12.50 percent as of 2026-01-28"


MINE = """\
-- tells: What is mine.
-- over: silent
select 'x' as subject, 'us' as source, 'notice' as severity, 'x is 3 USD' as message
"""


def test_a_file_is_an_alert(store: Store, tmp_path: Path) -> None:
    (tmp_path / "mine.sql").write_text(MINE)
    (opened,) = looked(store, 0, tmp_path).opened
    assert (opened.kind, opened.message, opened.is_event) == ("mine", "x is 3 USD", True)


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("mine.sql", "select 1", "must begin with the lines -- tells:"),
        ("mine.sql", MINE.replace("'us' as source", "nothing"), 'Referenced column "nothing"'),
        ("mine.sql", MINE.replace("as source", "as origin"), 'Referenced column "source"'),
        ("mine.sql", MINE.replace("'us'", "'u'::int::text"), "Could not convert string"),
        ("mine.sql", MINE.replace("notice", "bad"), "of no known severity"),
        ("mine.sql", MINE.replace("x is", "\xe9 is"), "can't decode byte"),
        ("thresholds.toml", "[a]\nsays = 3", "it needs says, table, show, when, severity"),
        ("thresholds.toml", OWN.replace("metrics.leverage", "metrics.nothing"), "is no declared table"),
        ("thresholds.toml", OWN.replace("show = \"funding_annualised_pct\"", "show = \"x\""), "has no column 'x'"),
        ("thresholds.toml", OWN.replace("pct > 10", "pct >> "), "syntax error"),
        ("thresholds.toml", "not toml", "Expected '='"),
    ],
)  # fmt: skip
def test_a_condition_that_cannot_be_asked_is_an_alert_itself_and_ends_nothing(
    store: Store, tmp_path: Path, file: str, text: str, told: str
) -> None:
    right = (
        OWN
        if file == "thresholds.toml"
        else "-- tells: It.\n-- over: told\nselect 'a' as subject, 'b' as source, 'notice' as severity, 'c' as message"
    )
    (tmp_path / file).write_text(right)
    coin = {"symbol": "BTC", "date": WEEK, "open_interest_usd": 1e9, "venues": "okx", "funding_annualised_pct": 12.5}
    put(store, "metrics.leverage", coin)
    assert len(looked(store, 0, tmp_path).opened) == 1
    (tmp_path / file).write_text(text, encoding="latin-1")
    changed = looked(store, 1, tmp_path)
    (opened,) = changed.opened
    assert (opened.kind, opened.severity) == (BROKEN, "critical")
    assert told in opened.message
    assert changed.resolved == []
    (tmp_path / file).write_text(right)
    assert subjects(looked(store, 2, tmp_path).resolved) == [f"{BROKEN}: {opened.subject}"]


def test_every_condition_of_ours_can_be_read() -> None:
    found = list(conditions(ALERTS))
    assert [str(error) for error in found if isinstance(error, ConditionError)] == []
    assert {c.kind for c in found if not isinstance(c, ConditionError)} >= {
        *("stale", "check", "missing", "quarantine", "sentinel", "flush", "threshold")
    }


def test_what_is_beside_the_database_is_read_again_and_damage_is_named(tmp_path: Path, store: Store) -> None:
    put(store, "quality.freshness", *stale("WALCL", "SOFR"))
    looked(store)
    write(tmp_path / FILE, held(store), "the webhook answered 500")
    assert read(tmp_path / FILE) == (held(store), "the webhook answered 500")
    before = held(store)
    put(store, "quality.alert")
    keep(store, read(tmp_path / FILE)[0])
    assert held(store) == before
    (tmp_path / FILE).write_text("{")
    with pytest.raises(StoreError, match="is damaged"):
        read(tmp_path / FILE)
    assert read(tmp_path / "nowhere.json") == ([], "")
