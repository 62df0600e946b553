"""The shape every upstream's client has: jobs that fetch, and a parser for what they brought."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from assets.clients.transport import Get, Host
from warehouse.claims import Parsed, Reply

#: The newest period stored of a series or fact table, None when there is none.
Newest = Callable[[str], date | None]


@dataclass(frozen=True)
class Job:
    """One thing to fetch, complete or not at all: ``key`` is the series or fact table that it is about.

    ``asked_from`` is the first period asked for, None where that is a window of the upstream's own.
    """

    key: str
    fetch: Callable[[Get], Sequence[Reply]]
    asked_from: date | None = None


class Client(Protocol):
    """An upstream: what to ask for now, and what its replies say."""

    @property
    def host(self) -> Host: ...

    def jobs(self, newest: Newest) -> list[Job]: ...

    def parse(self, key: str, replies: Sequence[Reply]) -> Parsed:
        """Pure: bytes to claims. Raises UpstreamError when a reply is not what the contract says."""
        ...
