"""What a reply says of a history that is stored already: that it begins later now, or that most of it is different."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import polars as pl

from warehouse.catalogue import SERIES
from warehouse.sentinels import Sentinel, Verdict
from warehouse.store import Store
from warehouse.table import Table
from warehouse.tables import crypto_facts, facts, provided

JOBS = {**facts.JOBS, **crypto_facts.JOBS, **provided.JOBS}
#: The number that says whether a claim was restated, in the tables whose rows are final once they are told.
RESTATED = {
    facts.OBSERVATION.name: "value",
    facts.FISCAL_FLOW.name: "value",
    crypto_facts.CANDLE.name: "close",
    provided.ETF_FLOW.name: "net_flow_usd",
    provided.EXCHANGE_RESERVE.name: "reserve_coin",
}
#: A correction touches a few of the values that are told again. More than this share of them, and this many, is a
#: restatement: of the last weeks when a fetch is the usual one, of all of it when it is a whole one.
RESTATED_SHARE = 0.5
RESTATED_AT_LEAST = 4
#: How much later than what is stored a history may begin before it was cut.
CUT = timedelta(days=40)


def verdicts(
    store: Store,
    table: Table,
    frame: pl.DataFrame,
    asked_from: Mapping[str, str],
    shortened: Mapping[str, Sentinel],
) -> Iterator[Verdict]:
    """Judge the claims of a round before they are appended.

    ``asked_from`` has the first day asked for by landed_id; ``shortened`` what stands of that kind already.
    """
    if table.name not in JOBS or frame.is_empty():
        return
    with _told(store, frame):
        if table.name in RESTATED:
            yield from _restated(store, table)
        if table.name in provided.JOBS:
            yield from _vanished(store, table)
        else:
            yield from _shortened(store, table, asked_from, shortened)


def _restated(store: Store, table: Table) -> Iterator[Verdict]:
    """Series that are restated by design are not judged."""
    key, _ = JOBS[table.name]
    claim = RESTATED[table.name]
    identity = ", ".join(name for name in table.key if name != "known_at")
    query = f"""
        with held as (
            select {identity}, arg_max(f.{claim}, f.known_at) as held
            from {table.name} as f inner join told as t using ({identity})
            where f.received_at < t.received_at
            group by all
        )
        select
            {key} as source,
            max(received_at) as at,
            min(landed_id) as landed_id,
            count(*) as compared,
            count(*) filter ({claim} <> held) as restated,
            min({table.grain}) filter ({claim} <> held)::date as first,
            max({table.grain}) filter ({claim} <> held)::date as last
        from told inner join held using ({identity})
        group by source
        having compared >= {RESTATED_AT_LEAST}
        """
    for row in store.read(query).rows(named=True):
        if row["source"] in SERIES and SERIES[row["source"]].revised:
            continue
        is_restated = row["restated"] >= max(RESTATED_AT_LEAST, RESTATED_SHARE * row["compared"])
        detail = "{restated} of {compared} stored values restated at once, from {first} to {last}".format(**row)
        yield _verdict(row, "restated_history", detail if is_restated else None)


def _shortened(
    store: Store, table: Table, asked_from: Mapping[str, str], standing: Mapping[str, Sentinel]
) -> Iterator[Verdict]:
    """A history that was asked for from its stored beginning on, and begins later.

    Where the upstream's window is declared, that is no news.
    """
    key, at = JOBS[table.name]
    told = store.read(
        f"""
        select {key} as source, min({at})::date as first, max(received_at) as at, list(distinct landed_id) as landed
        from told group by source
        """
    ).rows(named=True)
    suspects = []
    for row in told:
        asked = [asked_from[i] for i in row["landed"] if asked_from.get(i)]
        is_declared = row["source"] in SERIES and bool(SERIES[row["source"]].served_from)
        if asked and not is_declared:
            row |= {"asked": date.fromisoformat(min(asked)), "landed_id": min(row["landed"])}
            if row["first"] > row["asked"] + CUT or row["source"] in standing:
                suspects.append(row)
    if not suspects:
        return
    stored = store.read(
        f"""
        select {key} as source, min({at})::date as first
        from {table.name} where list_contains(?, {key}) and received_at < ? group by source
        """,
        [[row["source"] for row in suspects], min(row["at"] for row in suspects)],
    )
    begins = dict(stored.rows())
    for row in suspects:
        first = begins.get(row["source"])
        if first and row["asked"] <= first + CUT:
            detail = f"begins on {row['first']} now, stored from {first} on"
            yield _verdict(row, "shortened_history", detail if row["first"] > first + CUT else None)


def _vanished(store: Store, table: Table) -> Iterator[Verdict]:
    """What a file that is told as a whole each time does not tell any more; it stays as it was told last."""
    key, at = JOBS[table.name]
    identity = ", ".join(name for name in table.key if name != "known_at")
    row = store.read(
        f"""
        select
            {key} as source,
            (select max(received_at) from told) as at,
            (select min(landed_id) from told) as landed_id,
            count(*) as vanished,
            min({at}) as first,
            max({at}) as last
        from (select distinct {identity} from {table.name} where received_at < (select max(received_at) from told))
        anti join told using ({identity})
        """
    ).row(0, named=True)
    detail = "{vanished} stored figures are told no more, from {first} to {last}: they stay in force".format(**row)
    yield _verdict(row, "shortened_history", detail if row["vanished"] else None)


def _verdict(row: Mapping[str, Any], kind: Any, detail: str | None) -> Verdict:
    return Verdict(source=row["source"], kind=kind, at=row["at"], detail=detail, landed_id=row["landed_id"])


@contextmanager
def _told(store: Store, frame: pl.DataFrame) -> Iterator[None]:
    store.connection.register("told", frame.to_arrow())
    try:
        yield
    finally:
        store.connection.unregister("told")
