"""Recording: what finished fetches said, appended to the bitemporal tables; what is not believed, quarantined."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from assets.clients.jobs import Client
from assets.watching import Watch
from warehouse.claims import WHOLE_REPLY, Parsed, Rejected, Reply, UpstreamError
from warehouse.landing import Fetched, Landed, Landing
from warehouse.screening import screen
from warehouse.sentinels import Noted
from warehouse.store import Appended, Store
from warehouse.table import Table
from warehouse.tables.facts import LANDED
from warehouse.tables.quality import BACKFILL, QUARANTINE


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

    @property
    def is_news(self) -> bool:
        """Whether anything was added."""
        return any(appended.new or appended.revised for appended in self.appended.values())


def record(store: Store, landing: Landing, clients: Mapping[str, Client]) -> Recorded:
    """Parse every fetch that finished since the last time and append its claims.

    One transaction per round of jobs: replies, facts, quarantine and ledger together.
    """
    recorded = Recorded()
    with landing.unread() as finished:
        for round_ in _rounds(job for job in finished if job.outcome == "ok"):
            frames, rejected, replies = _parsed(landing, clients, round_)
            with store.transaction():
                used: set[str] = set()
                watch = Watch(store, round_)
                for table, frame in frames:
                    kept, unbelievable = screen(store, table, frame, replies)
                    rejected += unbelievable
                    watch.look(table, kept)
                    appended = store.append(table, kept)
                    recorded.appended[table.name] += appended
                    used |= appended.landed_ids
                fresh = _unknown(store, watch.news(rejected))
                recorded.sentinels.add(watch.note())
                resting_on = sorted(used | {r.landed.landed_id for r in fresh})
                recorded.appended[LANDED.name] += _append_landed(store, [replies[i] for i in resting_on])
                recorded.appended[QUARANTINE.name] += _append_quarantine(store, fresh)
                recorded.appended[BACKFILL.name] += _append_answers(store, round_, rejected)
            recorded.quarantined += fresh
    return recorded


def _rounds(finished: Iterator[Fetched]) -> Iterator[Sequence[Fetched]]:
    """Group jobs so that none is twice in a group: a second fetch of a thing must see what the first one said."""
    seen: dict[tuple[str, str], Fetched] = {}
    for job in finished:
        if (job.upstream, job.key) in seen:
            yield list(seen.values())
            seen.clear()
        seen[job.upstream, job.key] = job
    if seen:
        yield list(seen.values())


def _parsed(
    landing: Landing, clients: Mapping[str, Client], jobs: Sequence[Fetched]
) -> tuple[list[tuple[Table, pl.DataFrame]], list[Rejected], dict[str, Landed]]:
    by_table: defaultdict[str, list[tuple[Table, pl.DataFrame]]] = defaultdict(list)
    rejected: list[Rejected] = []
    replies: dict[str, Landed] = {}
    for job in jobs:
        replies |= {landed.landed_id: landed for landed in job.replies}
        bodies = [Reply(landed, landing.body(landed)) for landed in job.replies]
        try:
            parsed = clients[job.upstream].parse(job.key, bodies)
        except UpstreamError as error:
            parsed = Parsed(rejected=[] if error.absent else [_whole(job, error)])
        except Exception as error:  # a reply of a kind that nobody foresaw must not stop the others
            unreadable = UpstreamError(job.key, f"unreadable reply: {type(error).__name__}: {error}")
            parsed = Parsed(rejected=[_whole(job, unreadable)])
        rejected += parsed.rejected
        for table, frame in parsed.frames:
            by_table[table.name].append((table, frame))
    return [(parts[0][0], pl.concat([f for _, f in parts])) for parts in by_table.values()], rejected, replies


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
    return [r for r in rejected if (r.source, r.field, r.value, r.reason) not in held]


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
        if job.is_backfill and refused.isdisjoint(reply.landed_id for reply in job.replies)
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
