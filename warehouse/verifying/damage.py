"""Something that is not what was written: where it is, what of it is damaged, and what to do."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from warehouse.losses import Loss

#: What is made again from what: the database from landing, its ledger's mirror from the database, and so on.
Kind = Literal["database", "ledger", "journal", "body", "books", "log", "alerts", "published"]
#: Called with what is being read, how much of it is read, and how much there is.
Told = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True)
class Damage:
    """``kind`` says what mends it; ``table`` and ``columns`` are what cannot be read or trusted, as far as known.

    ``landed_ids`` and ``requests`` are the replies that are lost with it, ``losses`` what is to be noted of them.
    """

    kind: Kind
    path: Path
    what: str
    remedy: str
    table: str = ""
    columns: tuple[str, ...] = ()
    landed_ids: tuple[str, ...] = ()
    requests: tuple[str, ...] = ()
    losses: tuple[Loss, ...] = ()

    def told(self) -> dict[str, Any]:
        """For JSON, without what is empty."""
        record = {name: value for name, value in asdict(self).items() if value and name != "losses"}
        return record | {"path": str(self.path)}

    def __str__(self) -> str:
        where = f" {self.table}" if self.table else ""
        where += f" ({', '.join(self.columns)})" if self.columns else ""
        replies = [*self.landed_ids[:3], *(["..."] if len(self.landed_ids) > 3 else []), *self.requests[:1]]
        return f"{self.path}{where}: {self.what}{'; ' if replies else ''}{' '.join(replies)}. {self.remedy}"
