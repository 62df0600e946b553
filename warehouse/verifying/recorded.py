"""Whether landing and the store tell of the same: what of the journal is recorded, and the replies facts rest on."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb

from warehouse import sealed
from warehouse.landing import Landing, fetched
from warehouse.losses import Loss
from warehouse.tables.facts import LANDED
from warehouse.tables.quality import RECORDING
from warehouse.verifying.damage import Damage
from warehouse.verifying.landing import replies_of

CHANGED = "Lines were taken out, put in or exchanged. What is recorded stays; a rebuild records what is there"
NOTE = "Its facts stay until a rebuild, which could not bring them: tidegauge verify --repair notes it"


def damages(connection: duckdb.DuckDBPyConnection, landing: Landing, now: datetime) -> Iterator[Damage]:
    """Stretches of the journal that are not those recorded, and replies of facts that the journal does not have."""
    journal, known, broken = landing.journal_path, set[str](), set[int]()
    for line in sealed.lines(journal):
        try:
            known |= {reply.landed_id for reply in line.read(fetched).replies}
        except sealed.BrokenSeal:
            known |= {*replies_of(line.content)}
            broken.add(line.end)
    stretches = f"select journal_start, journal_end, sha256, run_id from {RECORDING.name} order by journal_end"
    for start, end, sha256, run_id in connection.execute(stretches).fetchall():
        is_named = any(start < place <= end for place in broken)
        if not is_named and _digest(journal, start, end) != sha256:
            what = f"bytes {start} to {end} are not those that run {run_id} recorded"
            yield Damage(kind="journal", path=journal, what=what, remedy=CHANGED)
    noted = {landed_id for loss in landing.losses.noted() for landed_id in loss.landed_ids}
    rows = connection.execute(f"select landed_id, upstream, request, sha256 from {LANDED.name} order by all").fetchall()
    for landed_id, upstream, request, sha256 in rows:
        if landed_id not in known and landed_id not in noted:
            loss = Loss(
                what="line",
                sha256=sha256,
                upstream=upstream,
                key="",
                request=request,
                landed_ids=(landed_id,),
                noted_at=now,
            )
            yield Damage(
                kind="journal",
                path=journal,
                table=LANDED.name,
                what="facts rest on a reply that the journal does not have",
                landed_ids=(landed_id,),
                requests=(request,),
                losses=(loss,),
                remedy=NOTE,
            )


def _digest(journal: Path, start: int, end: int) -> str:
    with journal.open("rb") as file:
        file.seek(start)
        return hashlib.sha256(file.read(end - start)).hexdigest()
