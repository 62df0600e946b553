"""What was landed once and is damaged for good: noted, so that it is fetched again and never silently left out."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from warehouse import sealed


@dataclass(frozen=True, kw_only=True)
class Loss:
    """One body, or one line of the journal, by the SHA-256 that names it, and what is known of what it was.

    ``key`` is the job that must be fetched again from its beginning; empty when that cannot be read any more: every
    job of the upstream may be it, and of all of them where the upstream is empty too.
    """

    what: Literal["body", "line"]
    sha256: str
    upstream: str
    key: str
    request: str
    landed_ids: tuple[str, ...]
    noted_at: datetime

    def covers(self, upstream: str, key: str) -> bool:
        """Whether a job is the one that was lost, as far as that is known."""
        return self.upstream in ("", upstream) and self.key in ("", key)


class Losses:
    """An append-only list of losses beside landing; a damaged line of it is an error, or left out by who tells it."""

    def __init__(self, path: Path, *, leave_out_damaged: bool = False) -> None:
        self.path, self._leave_out_damaged = path, leave_out_damaged

    def noted(self) -> list[Loss]:
        lines = sealed.lines(self.path)
        return [line.read(_loss) for line in lines if line.is_whole() or not self._leave_out_damaged]

    @property
    def of_bodies(self) -> dict[str, Loss]:
        return {loss.sha256: loss for loss in self.noted() if loss.what == "body"}

    @property
    def of_lines(self) -> dict[str, Loss]:
        return {loss.sha256: loss for loss in self.noted() if loss.what == "line"}

    def note(self, losses: Iterable[Loss]) -> None:
        """Note what is not noted yet."""
        known = {(loss.what, loss.sha256, loss.key) for loss in self.noted()}
        fresh = [loss for loss in losses if (loss.what, loss.sha256, loss.key) not in known]
        if fresh:
            sealed.append(self.path, b"".join(sealed.sealed(asdict(loss)) for loss in fresh))


def _loss(record: dict[str, Any]) -> Loss:
    moment = datetime.fromisoformat(record["noted_at"])
    return Loss(**record | {"noted_at": moment, "landed_ids": tuple(record["landed_ids"])})
