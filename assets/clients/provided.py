"""What has no free source: figures that the user provides, as files in the data folder."""

from datetime import datetime
from pathlib import Path

from assets.clients.files import File, Files
from assets.clients.provided_etf import ETF_COLUMNS, flows
from assets.clients.provided_lines import OPTIONAL
from assets.clients.provided_reserves import RESERVE_COLUMNS, reserves
from warehouse.landing import Landing
from warehouse.tables.provided import ETF_FLOW, EXCHANGE_RESERVE

PROVIDED = {
    ETF_FLOW.name: File("etf_flow.csv", ETF_COLUMNS, flows, optional=("aum_usd", *OPTIONAL)),
    EXCHANGE_RESERVE.name: File("exchange_reserve.csv", RESERVE_COLUMNS, reserves, optional=OPTIONAL),
}


def provided(landing: Landing, now: datetime, folder: Path) -> Files:
    """The user's files, any of which may be absent."""
    return Files(landing, now, folder, "provided", "data folder", "provided", PROVIDED, may_be_absent=True)
