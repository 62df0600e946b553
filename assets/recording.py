"""Recording: what finished fetches said, appended to the bitemporal tables; what is not believed, quarantined."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import polars as pl

from assets.clients.jobs import Client
from assets.watching import Watch
from warehouse.claims import WHOLE_REPLY, Parsed, Rejected, Reply, UpstreamError
from warehouse.freshness import freshness
from warehouse.gaps import find_gaps
from warehouse.landing import Entry, Fetched, Landed, Landing
from warehouse.screening import screen
from warehouse.sentinels import Noted
from warehouse.store import Appended, Store
from warehouse.table import Table
from warehouse.tables.facts import LANDED
from warehouse.tables.quality import BACKFILL, FRESHNESS, GAP, QUARANTINE

#: The clients of an origin, as of what a run took for now: replies are read by the clock they were asked by.
Clients = Callable[[datetime], Mapping[str, Client]]

LOST = "the landed bytes are damaged for good: the next run fetches this again from its beginning"


@dataclass
class Recorded:
    """What a run added to the facts."""

    appended: defaultdict[str, Appended] = field(default_factory=lambda: defaultdict(Appended))
    quarantined: list[Rejected] = field(default_factory=list)
    sentinels: Noted = field(default_factory=Noted)

    def add(self, other: "Recorded") -> None:
        for name, appended in other.appended.items():
            self.appended[name] += appended
        self.quarantined += other.quarantined
        self.sentinels.add(other.sentinels)


def record(store: Store, landing: Landing, clients: Clients) -> Recorded:
    """Parse every fetch that finished since the last time and append its claims, each exactly once.

    One transaction per round of jobs: replies, facts, quarantine, ledger, and how far the journal is read.
    """
    recorded = Recorded()
    for entries in _rounds(landing.entries(store.journal_end())):
        with store.transaction():
            record_round(store, landing, clients, [e.job for e in entries if e.job], recorded)
            store.note_recorded(entries)
    return recorded


def record_again(store: Store, landing: Landing, clients: Clients, told: Callable[[int, int], None]) -> Recorded:
    """Record all that was ever landed in a new store, in the order of receipt, whatever order the journal has.

    ``told`` is called with the number of jobs that are recorded, and of all.
    """
    recorded = Recorded()
    entries = list(landing.entries())
    in_order = sorted((entry for entry in entries if entry.job), key=_receipt)
    done = 0
    for round_ in _rounds(in_order):
        with store.transaction():
            record_round(store, landing, clients, [e.job for e in round_ if e.job], recorded)
        done += len(round_)
        told(done, len(in_order))
    if entries:
        with store.transaction():
            store.note_recorded(entries)
    return recorded


def review(store: Store, now: datetime) -> None:
    """Say what the facts lack and how new they are, by the clock ``now``."""
    with store.transaction():
        store.replace(GAP, find_gaps(store, now))
        store.replace(FRESHNESS, freshness(store, now))


def record_round(store: Store, landing: Landing, clients: Clients, jobs: Sequence[Fetched], recorded: Recorded) -> None:
    """Append what some jobs say, inside a transaction; none is there twice, and each comes after those before it."""
    lost = list(_lost(landing, jobs))
    left_out = {rejected.landed.landed_id for rejected in lost}
    whole = [job for job in jobs if left_out.isdisjoint(reply.landed_id for reply in job.replies)]
    replies = {landed.landed_id: landed for job in jobs for landed in job.replies}
    frames, rejected = _parsed(landing, clients, [job for job in whole if job.outcome == "ok"])
    used: set[str] = set()
    watch = Watch(store, whole)
    for table, frame in frames:
        kept, unbelievable = screen(store, table, frame, replies)
        rejected += unbelievable
        watch.look(table, kept)
        appended = store.append(table, kept)
        recorded.appended[table.name] += appended
        used |= appended.landed_ids
    fresh = _unknown(store, [*lost, *watch.news(rejected)])
    recorded.sentinels.add(watch.note())
    resting_on = sorted(used | {r.landed.landed_id for r in fresh})
    recorded.appended[LANDED.name] += _append_landed(store, [replies[i] for i in resting_on])
    recorded.appended[QUARANTINE.name] += _append_quarantine(store, fresh)
    recorded.appended[BACKFILL.name] += _append_answers(store, whole, rejected)
    recorded.quarantined += fresh


def _receipt(entry: Entry) -> tuple[datetime, str, str]:
    """When a job had all its replies; the rest of it decides between jobs of one moment."""
    job = entry.job
    assert job is not None
    return max([r.received_at for r in job.replies], default=job.finished_at), job.upstream, job.key


def _rounds(entries: Iterable[Entry]) -> Iterator[Sequence[Entry]]:
    """Group jobs by run, and so that none is twice in a group.

    A second fetch of a thing must see what the first one said, and a run is judged by all that it brought.
    """
    round_: list[Entry] = []
    seen: set[tuple[str, str]] = set()
    run_id = ""
    for entry in entries:
        if job := entry.job:
            if round_ and (job.run_id != run_id or (job.upstream, job.key) in seen):
                yield round_
                round_, seen = [], set()
            run_id = job.run_id
            seen.add((job.upstream, job.key))
        round_.append(entry)
    if round_:
        yield round_


def _lost(landing: Landing, jobs: Iterable[Fetched]) -> Iterator[Rejected]:
    """The jobs of which a reply is damaged for good: we lost it, whatever the upstream said."""
    for job in jobs:
        if lost := [reply for reply in job.replies if landing.loss(reply)]:
            yield _whole(job, UpstreamError(job.key, LOST, request=lost[0].request))


def _parsed(
    landing: Landing, clients: Clients, jobs: Sequence[Fetched]
) -> tuple[list[tuple[Table, pl.DataFrame]], list[Rejected]]:
    by_table: defaultdict[str, list[tuple[Table, pl.DataFrame]]] = defaultdict(list)
    rejected: list[Rejected] = []
    for job in jobs:
        bodies = [Reply(landed, landing.body(landed)) for landed in job.replies]
        try:
            parsed = clients(job.now)[job.upstream].parse(job.key, bodies)
        except UpstreamError as error:
            parsed = Parsed(rejected=[] if error.absent else [_whole(job, error)])
        except Exception as error:  # a reply of a kind that nobody foresaw must not stop the others
            unreadable = UpstreamError(job.key, f"unreadable reply: {type(error).__name__}: {error}")
            parsed = Parsed(rejected=[_whole(job, unreadable)])
        rejected += parsed.rejected
        for table, frame in parsed.frames:
            by_table[table.name].append((table, frame))
    return [(parts[0][0], pl.concat([f for _, f in parts])) for parts in by_table.values()], rejected


def _whole(job: Fetched, error: UpstreamError) -> Rejected:
    landed = next((r for r in job.replies if r.request == error.request), job.replies[0])
    return Rejected(
        landed=landed,
        locator=WHOLE_REPLY,
        source=error.source,
        field="reply",
        value=landed.request,
        reason=error.reason,
    )


def _unknown(store: Store, rejected: Sequence[Rejected]) -> list[Rejected]:
    """Those that are not in quarantine already for the same value and reason, from an earlier reply."""
    held = set(store.read("select source, field, value, reason from quality.quarantine").rows())
    fresh = []
    for each in sorted(rejected, key=lambda r: (r.landed.received_at, r.landed.landed_id)):
        told = (each.source, each.field, each.value, each.reason)
        if told not in held:
            held.add(told)
            fresh.append(each)
    return fresh


def _append_landed(store: Store, landed: Sequence[Landed]) -> Appended:
    columns = {c.name for c in LANDED.columns}
    rows = [{k: v for k, v in vars(r).items() if k in columns} | {"known_at": r.received_at} for r in landed]
    return Appended(new=store.insert(LANDED, pl.DataFrame(rows, schema=LANDED.polars_schema)))


def _append_answers(store: Store, jobs: Sequence[Fetched], rejected: Sequence[Rejected]) -> Appended:
    """The backfills that were answered, and by what can be believed."""
    refused = {each.landed.landed_id for each in rejected if each.locator.startswith(WHOLE_REPLY)}
    rows = [
        {
            "job": job.key,
            "answered_at": job.finished_at,
            "asked_from": date.fromisoformat(job.asked_from) if job.asked_from else None,
            "known_at": job.finished_at,
        }
        for job in jobs
        if job.is_backfill and job.outcome == "ok" and refused.isdisjoint(reply.landed_id for reply in job.replies)
    ]
    return Appended(new=store.insert(BACKFILL, pl.DataFrame(rows, schema=BACKFILL.polars_schema)))


def _append_quarantine(store: Store, rejected: Sequence[Rejected]) -> Appended:
    """Of several reasons against what stands at one place, the first is kept."""
    rows = [
        {
            "landed_id": r.landed.landed_id,
            "locator": r.locator,
            "source": r.source,
            "field": r.field,
            "value": r.value,
            "reason": r.reason,
            "first_seen_at": r.landed.received_at,
            "known_at": r.landed.received_at,
        }
        for r in rejected
    ]
    frame = pl.DataFrame(rows, schema=QUARANTINE.polars_schema)
    return Appended(new=store.insert(QUARANTINE, frame.unique(QUARANTINE.key, keep="first", maintain_order=True)))
