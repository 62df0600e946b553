"""No false alarm on what was recorded: from 2003 on, step by step, only what is true of the recordings is noticed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assets.fetching import fetch
from assets.recording import record
from pipelines.origins import Origin
from tests.pipeline import Replay, needs_recordings, replay
from tests.stored import opened
from warehouse.landing import Landing

pytestmark = needs_recordings
FIRST, LAST = datetime(2003, 1, 31, 23, tzinfo=UTC), datetime(2026, 8, 6, 23, tzinfo=UTC)
#: Over the holidays much is late and nothing has stopped; a step of two days meets each kind of closed day.
HOLIDAYS = [datetime(2025, 12, 20, 12, tzinfo=UTC) + timedelta(days=2 * n) for n in range(7)]
YEARS = [FIRST.replace(year=year) for year in range(2003, 2026, 2)]
MACRO = ("fred", "nyfed", "fiscaldata", "yahoo")
HOLDINGS = (
    "AGENCIES",
    "BILLS",
    "CMBS",
    "FRN",
    "MBS",
    "NOTES_BONDS",
    "TIPS",
    "TIPS_INFLATION_COMPENSATION",
    "TOTAL",
)
#: What is true of the recordings, and why.
TRUE = {
    # Their holdings begin in 2007 and their statements in 2016, so what was asked before had no row at all.
    ("refused_reply", "SOMA_TOTAL"),
    ("refused_reply", "DTS_TGA_CLOSE"),
    # They have the lines of one statement, of 2013-02-05, and none before or after it.
    ("refused_reply", "facts.fiscal_flow"),
    ("stopped_series", "facts.fiscal_flow"),
    # Statements end with 2021, holdings in October 2025.
    ("stopped_series", "DTS_TGA_CLOSE"),
    ("stopped_series", "DTS_TGA_OPEN"),
    *(("stopped_series", f"SOMA_{name}") for name in HOLDINGS),
    # Three series of H.4.1 end in June 2026 while the others go on until the end of July.
    *(("stopped_series", series_id) for series_id in ("TREAST", "WSHOMCB", "WSHOSHO")),
    # Funds end in June 2026 while indices go on until August.
    *(
        ("stopped_series", f"YAHOO_{fund}_{close}")
        for fund in ("HYG", "IWM", "LQD", "QQQ", "SPY", "TLT")
        for close in ("CLOSE", "ADJUSTED_CLOSE")
    ),
    # Coins but the two leaders are there from 2020 to June 2025: those that are older were asked for before.
    *(("refused_reply", f"YAHOO_{coin}_USD_CLOSE") for coin in ("ADA", "BNB", "DOGE", "LINK", "LTC", "XRP")),
    *(
        ("stopped_series", f"YAHOO_{coin}_USD_{told}")
        for coin in ("ADA", "AVAX", "BNB", "DOGE", "DOT", "LINK", "LTC", "SOL", "XRP")
        for told in ("CLOSE", "VOLUME")
    ),
    # The leaders end in June 2026.
    *(("stopped_series", f"YAHOO_{coin}_USD_CLOSE") for coin in ("BTC", "ETH")),
}


@pytest.fixture(scope="module")
def server() -> Iterator[Replay]:
    with replay("--at", "2003-01-31T23:00:00Z") as running:
        yield running


def test_what_is_noticed_in_23_years_is_what_is_true(server: Replay, tmp_path: Path) -> None:
    found: list[tuple[str, str]] = []
    steps = [*((at, False) for at in (*YEARS, *HOLIDAYS, LAST)), (LAST + timedelta(hours=1), True)]
    for at, whole in steps:
        server.set(at=f"{at:%FT%TZ}")
        landing = Landing(tmp_path / "landing")
        origin = Origin("replay", server.url, at)
        clients = {name: client for name, client in origin.clients(landing, at).items() if name in MACRO}
        with opened(tmp_path) as store:
            newest = (lambda key: None) if whole else store.newest_periods().get
            fetch(clients, landing, newest, f"{at} {whole}", at, sleep=lambda _seconds: None)
            said = record(store, landing, lambda now: origin.clients(landing, now))  # noqa: B023
        found += [(sentinel.kind, sentinel.source) for sentinel in said.sentinels.detected]
    assert set(found) == TRUE
    assert len(found) == len(TRUE)  # each once
