"""What no upstream serves: figures and events entered by hand, read from files of the repository."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from assets.clients.jobs import Job, Newest
from assets.clients.seeds_events import EVENT_COLUMNS, events
from assets.clients.seeds_gse import GSE_COLUMNS, portfolios
from assets.clients.seeds_lines import Line
from assets.clients.transport import Get, Host
from warehouse.claims import Parsed, Reply, UpstreamError
from warehouse.landing import Landing
from warehouse.locating import lines
from warehouse.tables.facts import GSE_PORTFOLIO, POLICY_EVENT

FOLDER = Path(__file__).parents[1] / "seeds"


class Seed(NamedTuple):
    """One file: its name, its header, and what its lines claim."""

    name: str
    columns: tuple[str, ...]
    claim: Callable[[Parsed, Reply, Sequence[Line]], None]


SEEDS = {
    GSE_PORTFOLIO.name: Seed("gse_retained_portfolio.csv", GSE_COLUMNS, portfolios),
    POLICY_EVENT.name: Seed("policy_event.csv", EVENT_COLUMNS, events),
}


@dataclass(frozen=True)
class Seeds:
    """Files instead of a network: they are landed like replies, received ``now``."""

    landing: Landing
    now: datetime
    folder: Path = FOLDER

    @property
    def host(self) -> Host:
        return Host(upstream="seed", base_url="repository", min_interval_s=0.0)

    def jobs(self, newest: Newest) -> list[Job]:
        return [Job(key, self._reading(seed.name)) for key, seed in SEEDS.items()]

    def _reading(self, name: str) -> Callable[[Get], list[Reply]]:
        def fetch(get: Get) -> list[Reply]:
            request = f"FILE assets/seeds/{name}"
            try:
                body = (self.folder / name).read_bytes()
            except OSError as error:
                reason = f"cannot be read: {error.strerror}"
                raise UpstreamError(self.host.upstream, reason, request=request) from None
            landed = self.landing.keep(
                upstream=self.host.upstream,
                base_url=self.host.base_url,
                request=request,
                status=200,
                content_type="text/csv",
                requested_at=self.now,
                received_at=self.now,
                body=body,
            )
            return [Reply(landed, body)]

        return fetch

    def parse(self, key: str, replies: Sequence[Reply]) -> Parsed:
        parsed = Parsed()
        for reply in replies:
            SEEDS[key].claim(parsed, reply, _lines(key, reply))
        return parsed


def _lines(key: str, reply: Reply) -> list[Line]:
    """The lines under the header; raises UpstreamError when the header is not the declared one."""
    columns = SEEDS[key].columns
    try:
        header, *table = [tuple(next(csv.reader([line], strict=True), ())) for line in lines(reply.body.decode())]
    except (UnicodeDecodeError, csv.Error) as error:
        raise UpstreamError(key, f"not a CSV file: {error}", request=reply.landed.request) from None
    if header != columns:
        reason = f"expected the header {','.join(columns)}, got {','.join(header)[:200]!r}"
        raise UpstreamError(key, reason, request=reply.landed.request)
    if not reply.body.endswith(b"\n"):
        raise UpstreamError(key, "the file is cut off in its last line", request=reply.landed.request)
    return [Line(number, columns, texts) for number, texts in enumerate(table, start=2) if texts]
