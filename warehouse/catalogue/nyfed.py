"""Series of the New York Fed: SOMA holdings and reference rates. Operations are tables of their own."""

from datetime import date
from functools import partial

from warehouse import releases
from warehouse.catalogue.series import Series

TERMS = "New York Fed terms, attribution required"
soma = partial(
    Series,
    upstream="nyfed",
    unit="usd",
    frequency="weekly",
    reference="Wednesday level",
    release=releases.H41,
    calendar="fed",
    since=date(2003, 7, 9),
    low=0,
    high=2e13,
    licence=TERMS,
)
secured = partial(
    Series,
    upstream="nyfed",
    unit="percent",
    frequency="daily",
    reference="trade date",
    release=releases.SECURED_RATE,
    calendar="repo",
    since=date(2018, 4, 2),
    low=-5.0,
    high=25.0,
    licence=TERMS,
)
unsecured = partial(secured, release=releases.UNSECURED_RATE, calendar="fed", since=date(2016, 3, 1))

#: SOMA summary field to series.
SOMA_FIELDS = {
    "bills": "SOMA_BILLS",
    "notesbonds": "SOMA_NOTES_BONDS",
    "tips": "SOMA_TIPS",
    "tipsInflationCompensation": "SOMA_TIPS_INFLATION_COMPENSATION",
    "frn": "SOMA_FRN",
    "agencies": "SOMA_AGENCIES",
    "mbs": "SOMA_MBS",
    "cmbs": "SOMA_CMBS",
    "total": "SOMA_TOTAL",
}
#: The job that brings all holdings; their history comes in one reply.
HOLDINGS = "SOMA_TOTAL"
#: Reference rate type to series.
RATE_TYPES = {name: f"NYFED_{name}" for name in ("SOFR", "BGCR", "TGCR", "EFFR", "OBFR")}

NYFED = (
    *(
        soma(
            id=series_id,
            title=f"SOMA holdings: {name}",
            brought_by="" if series_id == HOLDINGS else HOLDINGS,
        )
        for name, series_id in SOMA_FIELDS.items()
    ),
    secured(id="NYFED_SOFR", title="Secured overnight financing rate", since=date(2018, 4, 3)),
    secured(id="NYFED_BGCR", title="Broad general collateral rate"),
    secured(id="NYFED_TGCR", title="Tri-party general collateral rate"),
    unsecured(id="NYFED_EFFR", title="Effective federal funds rate", since=date(2000, 7, 3)),
    unsecured(id="NYFED_OBFR", title="Overnight bank funding rate"),
)
