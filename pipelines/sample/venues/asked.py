"""A request as a venue's module gets it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Asked:
    """`at` is the world's now in epoch seconds, `book_at` that of order books, which may run ahead of it."""

    seed: int
    path: str
    query: Mapping[str, str]
    body: bytes
    at: float
    book_at: float

    def number(self, name: str, default: float) -> float:
        """A number of the query; raises ValueError when it is not one."""
        return float(self.query.get(name, default))

    @property
    def now_ms(self) -> int:
        return int(self.at * 1000)
