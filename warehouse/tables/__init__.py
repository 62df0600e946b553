"""Every table of the warehouse, declared once. A table is declared in the module of its schema or subject."""

from warehouse.table import Table
from warehouse.tables import (
    alerts,
    books,
    claims,
    crypto,
    crypto_facts,
    equities,
    facts,
    fiscal,
    liquidity,
    mbs,
    provided,
    quality,
    rates,
    reconciliation,
    reference,
    staged,
    statistics,
)

TABLES: dict[str, Table] = {
    table.name: table
    for module in (
        reference,
        facts,
        crypto_facts,
        provided,
        books,
        staged,
        liquidity,
        fiscal,
        mbs,
        rates,
        equities,
        crypto,
        statistics,
        reconciliation,
        claims,
        quality,
        alerts,
    )
    for table in module.TABLES
}
