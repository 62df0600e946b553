"""Whether all that was landed is there: lines of journal and losses, and every body against the hash that names it."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import zstandard

from warehouse import sealed
from warehouse.landing import Fetched, Landed, Landing, body_path, fetched
from warehouse.losses import Loss
from warehouse.verifying import lines
from warehouse.verifying.damage import Damage, Told

NOTE = (
    "Nothing can bring it back: tidegauge verify --repair notes it, and the next run fetches its job from the beginning"
)
NOTED_AGAIN = "What it noted is damage again, which tidegauge verify --repair notes anew"
FETCH = "It is noted as lost: the next run fetches its job from the beginning"


def damages(landing: Landing, now: datetime, told: Told) -> Iterator[Damage]:
    """Lines of the journal, noted losses and bodies that are not what was written.

    A body that no finished job names is one of a job that failed. A loss that is noted is damage until its job was
    fetched again; ``landing`` leaves out those whose line is damaged.
    """
    yield from lines.damages(landing.losses.path, NOTED_AGAIN)
    waiting: dict[str, set[str]] = {}
    jobs: list[Fetched] = []
    noted = landing.losses.of_lines
    for line in sealed.lines(landing.journal_path):
        if line.sha256 in noted:
            continue
        try:
            jobs.append(line.read(fetched))
        except sealed.BrokenSeal:
            loss = _loss_of(line.content, line.sha256, now)
            yield Damage(
                kind="journal",
                path=landing.journal_path,
                what=f"line {line.number} does not match its checksum: the job {loss.upstream} {loss.key}".rstrip(),
                landed_ids=loss.landed_ids,
                requests=(loss.request,) if loss.request else (),
                losses=(loss,),
                remedy=NOTE,
            )
            noted = noted | {line.sha256: loss}
            waiting = {"": {""}}  # what is lost cannot be looked up while the journal is damaged
    if sealed.mended(sealed.torn(landing.journal_path)):
        what, remedy = "the end of its last line is damaged", "tidegauge verify --repair mends it"
        yield Damage(kind="journal", path=landing.journal_path, what=what, remedy=remedy)
    waiting = waiting or landing.lost_jobs()
    for loss in landing.losses.noted():
        if loss.what == "line" and loss.key in waiting.get(loss.upstream, ()):
            what = f"a line of it is lost: the job {loss.upstream} {loss.key}".rstrip()
            yield Damage(kind="journal", path=landing.journal_path, what=what, landed_ids=loss.landed_ids, remedy=FETCH)
    yield from _bodies(landing, jobs, waiting, now, told)


def _loss_of(content: bytes, sha256: str, now: datetime) -> Loss:
    """What a damaged line still says of the job it was about."""
    text = content.decode("utf-8", "replace")

    def said(name: str) -> str:
        found = re.search(rf'"{name}": "([^"\\]*)"', text)
        return found[1] if found else ""

    upstream, key = said("upstream"), said("key")
    return Loss(
        what="line",
        sha256=sha256,
        upstream=upstream,
        key=key if upstream else "",
        request=said("request"),
        landed_ids=replies_of(content),
        noted_at=now,
    )


def replies_of(content: bytes) -> tuple[str, ...]:
    """The replies that a damaged line still names."""
    return tuple(re.findall(r'"landed_id": "([^"]*)"', content.decode("utf-8", "replace")))


def _bodies(
    landing: Landing, jobs: list[Fetched], waiting: dict[str, set[str]], now: datetime, told: Told
) -> Iterator[Damage]:
    named: defaultdict[str, list[tuple[Fetched, Landed]]] = defaultdict(list)
    for job in jobs:
        for reply in job.replies:
            named[reply.sha256].append((job, reply))
    stored = {path.name.removesuffix(".zst"): path for path in (landing.root / "body").glob("*/*.zst")}
    found = sorted(named.keys() | stored.keys())
    noted = landing.losses.of_bodies
    for done, sha256 in enumerate(found, start=1):
        path = body_path(landing.root, sha256)
        if wrong := _wrong(stored.get(sha256, path), sha256):
            of = named[sha256]
            is_known = sha256 in noted
            if is_known and not any(job.key in waiting.get(job.upstream, ()) for job, _ in of):
                continue
            lost = {(job.upstream, job.key): (job, reply) for job, reply in of}.values()
            yield Damage(
                kind="body",
                path=stored.get(sha256, path),
                what=wrong if of else f"{wrong}; no finished job names it",
                landed_ids=tuple(dict.fromkeys(reply.landed_id for _, reply in of)),
                requests=tuple(dict.fromkeys(f"{reply.base_url} {reply.request}" for _, reply in of)),
                losses=tuple(_lost(job, reply, now) for job, reply in lost),
                remedy=FETCH if is_known else NOTE if of else "tidegauge verify --repair sets it aside",
            )
        told("bodies", done, len(found))


def _lost(job: Fetched, reply: Landed, now: datetime) -> Loss:
    return Loss(
        what="body",
        sha256=reply.sha256,
        upstream=job.upstream,
        key=job.key,
        request=reply.request,
        landed_ids=(reply.landed_id,),
        noted_at=now,
    )


def _wrong(path: Path, sha256: str) -> str:
    """What is wrong with a body, if anything is."""
    try:
        body = zstandard.decompress(path.read_bytes())
    except FileNotFoundError:
        return "the body is missing"
    except zstandard.ZstdError as error:
        return f"the body cannot be decompressed ({error})"
    return "" if hashlib.sha256(body).hexdigest() == sha256 else "the body does not match the hash that names it"
