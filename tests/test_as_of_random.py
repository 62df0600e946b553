"""Random small worlds at random moments: what is asked as of a time is what a warehouse cut at that time would hold."""

import random
from collections import defaultdict
from datetime import datetime, timedelta

import pytest

from tests.contents import content
from tests.crypto_models import candles, days, funding, interest
from tests.models import Facts, Row, built, moment, put, scratch, series, weekdays, weeks
from warehouse.queries import model_queries
from warehouse.tables import TABLES

WEEKLY, DAILY = ("WALCL", "WTREGEN", "TREAST"), ("RRPONTSYD", "DGS10", "DFII10", "NASDAQCOM")
LAST = "2026-01-28"
MADE = {
    "series",
    "liquidity_week",
    "net_liquidity",
    "equity_index",
    "candle",
    "crypto_price",
    "open_interest",
    "funding",
}
QUERIES = {name: query for name, query in model_queries().items() if name.split(".")[1] in MADE}
#: A seed's moments, between the first that is known of its world and the last.
MOMENTS = 2
FIRST, LAST_MOMENT = moment("2025-12-20"), moment("2026-02-05")


def world(chance: random.Random) -> list[Facts]:
    """Values by rule, some corrected when we saw it, some with archived vintages, and what venues say, revised too."""
    told = []
    for series_id in (*WEEKLY, *DAILY):
        for period in weeks(LAST, 6) if series_id in WEEKLY else weekdays(LAST, 15):
            value, ruled = chance.uniform(1, 9), moment(period) + timedelta(hours=chance.uniform(12, 60))
            versions = [("rule", ruled)] if chance.random() < 0.9 else []
            later = "vintage" if chance.random() < 0.3 else "observed"
            for _ in range(chance.choice((0, 0, 1, 3)) if versions else 2):
                versions.append((later, ruled + timedelta(hours=chance.uniform(-24, 240))))
            for basis, known_at in versions:
                text = known_at.isoformat(timespec="microseconds").removesuffix("+00:00")
                told.append(series(series_id, {period: value}, known_at=text, basis=basis))
                value *= chance.uniform(0.5, 2)
    for symbol in ("BTC", "ETH"):
        for venue in ("coinbase", "kraken"):
            for again in (None, f"2026-01-{chance.randint(20, 30)} 08:00"):
                some = chance.sample(days(LAST, 20), 12 if again is None else 4)
                told.append(candles(symbol, {d: chance.uniform(1, 9) for d in some}, venue=venue, known_at=again))
        for venue in ("okx", "gate"):
            moments = {d: (chance.uniform(1, 9), 10.0) for d in days(LAST, 10)}
            told += [interest(venue, moments, base=symbol), funding(venue, dict.fromkeys(moments, 0.01), base=symbol)]
    return told


def facts_of(told: list[Facts]) -> dict[str, list[Row]]:
    rows: defaultdict[str, list[Row]] = defaultdict(list)
    for some in told:
        rows[some.table.name] += some.rows
    return rows


def known(rows: list[Row], at: datetime) -> list[Row]:
    """What could be known by then. A rule's date counts for nothing where an archive has the period's true ones."""
    archived = {(row["series_id"], row["period"]) for row in rows if row.get("known_at_basis") == "vintage"}
    return [
        row
        for row in rows
        if row["known_at"] <= at
        and not (row.get("known_at_basis") == "rule" and (row.get("series_id"), row.get("period")) in archived)
    ]


def held(rows: dict[str, list[Row]], at: datetime | None, vintage: str | None) -> dict[str, tuple[int, int]]:
    """What every table holds that is made of these facts as of a moment, to the last bit."""
    with scratch() as store:
        store.connection.execute("set variable as_of = $at", {"at": at})
        store.connection.execute("set variable vintage = $vintage", {"vintage": vintage})
        for name, told in rows.items():
            put(store, name, *told)
        for name, query in QUERIES.items():
            store.build(TABLES[name], query, recipe="test")
        return {name: content(store.connection, TABLES[name], name) for name in QUERIES}


@pytest.mark.parametrize(("seed", "vintage"), [(n, None if n % 2 else "first") for n in range(8)])
def test_as_of_a_random_moment_is_what_a_warehouse_cut_then_holds(seed: int, vintage: str | None) -> None:
    chance = random.Random(seed)
    rows = facts_of(world(chance))
    for _ in range(MOMENTS):
        at = FIRST + (LAST_MOMENT - FIRST) * chance.random()
        cut = {name: known(told, at) for name, told in rows.items()}
        assert held(rows, at, vintage) == held(cut, None, vintage), at


def test_one_fact_that_counts_a_day_too_early_is_caught() -> None:
    """Each time another: a moment in the day before it became known tells the difference."""
    chance = random.Random(8)
    rows = facts_of(world(chance))
    candidates = [row for row in rows["facts.observation"] if row.get("known_at_basis") != "rule"]
    for row in chance.sample(candidates, 3):
        at = row["known_at"] - timedelta(hours=12)
        moved = [told | {"known_at": at} if told is row else told for told in rows["facts.observation"]]
        early = {**rows, "facts.observation": moved}
        cut = {name: known(told, at) for name, told in early.items()}
        assert held(rows, at, None) != held(cut, None, None), row


def test_a_value_of_today_is_not_dated_by_its_rule_where_an_archive_knows_better() -> None:
    """What an archive tells later corrects when something could be known; it brings no value of the future."""
    today = series("M2SL", {"2025-11-01": 22_500}, known_at="2025-12-23 18:00")  # latest value, by the release rule
    archived = [
        series("M2SL", {"2025-11-01": 22_300}, known_at="2026-01-06 18:00", basis="vintage"),  # a late release
        series("M2SL", {"2025-11-01": 22_500}, known_at="2026-01-27 18:00", basis="vintage"),
    ]
    told = {
        day: [row["value"] / 1e9 for row in built("staged.series", today, *archived, as_of=day)]
        for day in ("2026-01-01", "2026-01-07", "2026-01-28")
    }
    assert told == {"2026-01-01": [], "2026-01-07": [22_300], "2026-01-28": [22_500]}
