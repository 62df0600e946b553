"""FRED with a key or without: asked one way, read by what a reply is, since landing may hold both."""

from collections.abc import Sequence
from dataclasses import dataclass

from assets.clients.fred import FredGraph
from assets.clients.fred_api import FredApi
from assets.clients.jobs import Job, Newest
from assets.clients.transport import Host
from warehouse.claims import Parsed, Reply


@dataclass(frozen=True)
class Fred:
    """``asked`` is the one of the two that jobs go to."""

    asked: FredGraph | FredApi
    graph: FredGraph
    api: FredApi

    @property
    def host(self) -> Host:
        return self.asked.host

    def jobs(self, newest: Newest) -> list[Job]:
        return self.asked.jobs(newest)

    def parse(self, key: str, replies: Sequence[Reply]) -> Parsed:
        is_graph = all("/fredgraph.csv" in reply.landed.request for reply in replies)
        return (self.graph if is_graph else self.api).parse(key, replies)
