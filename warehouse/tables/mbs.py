"""Who holds agency MBS: the enterprises' programme of 2026 and the Fed's run-off beside it."""

from warehouse.table import Column, Table
from warehouse.tables.columns import KNOWN_AT, MONTH, usd

MBS_PROGRAMME = Table(
    name="metrics.mbs_programme",
    doc="Agency MBS of Fannie Mae and Freddie Mac against the 200 billion directive of 2026-01-08, net as measured.",
    key=("month",),
    columns=(
        MONTH,
        usd(
            "gse_agency_mbs_usd",
            "Agency MBS of both enterprises at month end; NULL when one is missing.",
            min=0,
            max=4.5e11,
        ),
        usd(
            "gse_portfolio_usd",
            "Whole retained portfolios of both at month end; NULL when one is missing.",
            min=0,
        ),
        usd("change_since_start_usd", "Change of gse_agency_mbs_usd since December 2025, net of run-off."),
        Column(
            name="progress_share",
            type="double",
            unit="fraction",
            doc="change_since_start_usd over 200 billion.",
        ),
        usd("headroom_usd", "450 billion (225 each) less gse_agency_mbs_usd."),
        usd("fed_mbs_usd", "Fed agency MBS on the last Wednesday of the month (H.4.1).", min=0, max=5e12),
        usd("fed_mbs_change_since_start_usd", "Change of fed_mbs_usd since December 2025."),
        usd("public_net_change_usd", "Enterprises and Fed together since December 2025."),
        KNOWN_AT,
    ),
)

TABLES = (MBS_PROGRAMME,)
