"""What may be passed on: each licence that a table or a series declares, and whether it allows that."""

from warehouse.catalogue import SERIES
from warehouse.table import Table

#: True where anyone may be given a copy, if the source is named.
MAY_BE_PASSED_ON = {
    "public domain": True,
    "public domain, citation requested": True,
    "New York Fed terms, attribution required": True,
    "copyrighted, citation required": True,
    "facts from issuers' public monthly summaries": True,
    "facts from public statements and press": True,
    "derived": True,
    "by series, see reference.series": True,
    "internal": False,
    "copyrighted, pre-approval required": False,
    "shows ICE spreads: pre-approval required": False,
    "copyrighted by the index owner, no redistribution": False,
    "site terms, personal use, no redistribution": False,
    "the venue's terms, own analytics, no redistribution": False,
    "provided by the user, no redistribution": False,
    "derived from data of the index owners, personal use": False,
    "derived, index closes for personal use": False,
    "derived from data of the venues, own analytics, no redistribution": False,
    "derived from data of the index owners and venues, own analytics, no redistribution": False,
}


def passed_on(table: Table) -> str | None:
    """The query of what may be passed on of a table; None when nothing may."""
    if not MAY_BE_PASSED_ON[table.licence]:
        return None
    if not any(column.name == "series_id" for column in table.columns):
        return f"from {table.name}"
    allowed = ", ".join(f"'{series.id}'" for series in SERIES.values() if MAY_BE_PASSED_ON[series.licence])
    return f"from {table.name} where series_id in ({allowed})"
