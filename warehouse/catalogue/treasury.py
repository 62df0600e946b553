"""Series of the Daily Treasury Statement: the cash account. Its flows by category are a table of their own."""

from datetime import date
from functools import partial

from warehouse import releases
from warehouse.catalogue.series import Series

statement = partial(
    Series,
    upstream="fiscaldata",
    unit="usd_millions",
    frequency="daily",
    reference="business day",
    release=releases.DAILY_TREASURY_STATEMENT,
    calendar="fed",
    since=date(2005, 10, 3),
    low=-1e3,
    high=4e6,
    licence="public domain",
)

TREASURY = (
    statement(id="DTS_TGA_OPEN", title="Treasury account at the Fed, opening balance", brought_by="DTS_TGA_CLOSE"),
    statement(id="DTS_TGA_CLOSE", title="Treasury account at the Fed, closing balance"),
    statement(id="DTS_TGA_DEPOSITS", title="Total deposits", since=date(2022, 4, 18), brought_by="DTS_TGA_CLOSE"),
    statement(id="DTS_TGA_WITHDRAWALS", title="Total withdrawals", since=date(2022, 4, 18), brought_by="DTS_TGA_CLOSE"),
)
