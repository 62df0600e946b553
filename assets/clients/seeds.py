"""What no upstream serves: figures and events entered by hand, read from files of the repository."""

from datetime import datetime
from pathlib import Path

from assets.clients.files import File, Files
from assets.clients.seeds_events import EVENT_COLUMNS, events
from assets.clients.seeds_gse import GSE_COLUMNS, portfolios
from warehouse.landing import Landing
from warehouse.tables.facts import GSE_PORTFOLIO, POLICY_EVENT

FOLDER = Path(__file__).parents[1] / "seeds"
SEEDS = {
    GSE_PORTFOLIO.name: File("gse_retained_portfolio.csv", GSE_COLUMNS, portfolios),
    POLICY_EVENT.name: File("policy_event.csv", EVENT_COLUMNS, events),
}


def seeds(landing: Landing, now: datetime, folder: Path = FOLDER) -> Files:
    """The curated files, each of which must be there."""
    return Files(landing, now, folder, "seed", "repository", "assets/seeds", SEEDS)
