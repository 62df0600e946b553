"""Landing: every upstream asked at the same time, each within its own limits; what fails leaves the others whole."""

import time
from collections.abc import Callable, Container, Mapping
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event

from assets.clients.jobs import Client, Job, Newest
from assets.clients.transport import Transport, new_client
from warehouse.claims import UpstreamError
from warehouse.landing import Fetched, Landed, Landing, Outcome

#: Called with the upstream when one of its jobs has finished, and before that once with the number of its jobs.
Progress = Callable[[str, int], None]


@dataclass(frozen=True)
class Asking:
    """Who asks: a run, what it takes for now, and whether it asks again for what is missing."""

    run_id: str
    now: datetime
    is_backfill: bool


def fetch(
    clients: Mapping[str, Client],
    landing: Landing,
    newest: Newest,
    run_id: str,
    now: datetime,
    planned: Progress = lambda _upstream, _jobs: None,
    finished: Progress = lambda _upstream, _jobs: None,
    sleep: Callable[[float], None] = time.sleep,
    *,
    only: Container[str] | None = None,
    is_backfill: bool = False,
) -> list[Fetched]:
    """Fetch everything that may be new, or the jobs of ``only``, and say how each ended.

    ``now`` is what the run takes for now, ``sleep`` how a retry waits. What a backfill brings is marked so. An
    interrupted fetch asks nothing more, and says nothing of jobs that it did not end.
    """
    again, asking, over = landing.lost_jobs(), Asking(run_id, now, is_backfill), Event()
    with ExitStack() as stack:
        futures = []
        for upstream, client in clients.items():
            http = stack.enter_context(new_client(client.host))
            transport = Transport(client.host, landing, http, sleep=sleep, over=over)
            pool = ThreadPoolExecutor(client.host.connections, thread_name_prefix=upstream)
            stack.callback(pool.shutdown, cancel_futures=True)
            stack.callback(over.set)  # before any pool is waited for
            known = _unless_lost(newest, again.get(upstream, set()) | again.get("", set()))
            jobs = [job for job in client.jobs(known) if only is None or job.key in only]
            planned(upstream, len(jobs))
            futures += [pool.submit(_run, job, upstream, transport, landing, asking, finished) for job in jobs]
        return [future.result() for future in futures]


def _unless_lost(newest: Newest, lost: set[str]) -> Newest:
    """Nothing is known of what is lost, so that it is fetched from its beginning."""
    return lambda key: None if key in lost or "" in lost else newest(key)


def _run(
    job: Job, upstream: str, transport: Transport, landing: Landing, asking: Asking, finished: Progress
) -> Fetched:
    outcome: Outcome = "ok"
    replies: tuple[Landed, ...] = ()
    reason = ""
    try:
        replies = tuple(reply.landed for reply in job.fetch(transport.get))
    except UpstreamError as error:
        outcome, reason = ("absent" if error.absent else "failed"), str(error)
    except OSError:  # our own disk, no fault of the upstream
        raise
    except Exception as error:  # a library met a reply it could not read
        outcome, reason = "failed", f"{job.key}: unreadable reply: {type(error).__name__}: {error}"
    if outcome != "ok" and transport.over.is_set():
        raise CancelledError  # interrupted: that is no fault of the upstream
    fetched = Fetched(
        run_id=asking.run_id,
        now=asking.now,
        upstream=upstream,
        key=job.key,
        outcome=outcome,
        reason=reason,
        finished_at=datetime.now(UTC),
        replies=replies,
        asked_from=job.asked_from.isoformat() if job.asked_from else "",
        is_backfill=asking.is_backfill,
    )
    landing.finish(fetched)
    finished(upstream, 1)
    return fetched
