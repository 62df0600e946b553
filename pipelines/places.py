"""Where an origin keeps its data."""

import os
from dataclasses import dataclass
from pathlib import Path

from warehouse.landing import Landing
from warehouse.publishing import Shelf

REPOSITORY = Path(__file__).parent.parent


def data_root() -> Path:
    """``TIDEGAUGE_DATA``, else ``warehouse/data`` in the repository."""
    return Path(os.environ.get("TIDEGAUGE_DATA") or REPOSITORY / "warehouse" / "data").absolute()


@dataclass(frozen=True)
class Folder:
    """The data of one origin: the live database, landing, order books, the user's files, alerts, and the
    published place."""

    origin: str

    @property
    def root(self) -> Path:
        return data_root() / self.origin

    @property
    def database(self) -> Path:
        return self.root / "warehouse.duckdb"

    @property
    def landing(self) -> Landing:
        return Landing(self.root / "landing")

    @property
    def spool(self) -> Path:
        return self.root / "spool"

    @property
    def books(self) -> Path:
        return self.root / "books"

    @property
    def provided(self) -> Path:
        """Where the user puts files of figures that have no free source."""
        return self.root / "provided"

    @property
    def alerts(self) -> Path:
        return self.root / "alerts"

    @property
    def shelf(self) -> Shelf:
        return Shelf(self.root / "published")
