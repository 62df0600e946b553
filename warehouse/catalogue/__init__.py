"""Every series the warehouse keeps: whose it is, its unit, when it comes out, what values are believable.

A series is one row in the module of its upstream. Fetching, staging, checks, freshness and the dictionary read it.
"""

from warehouse.catalogue.fred import FRED
from warehouse.catalogue.nyfed import NYFED
from warehouse.catalogue.series import Series
from warehouse.catalogue.treasury import TREASURY
from warehouse.catalogue.yahoo import YAHOO

SERIES: dict[str, Series] = {series.id: series for series in (*FRED, *NYFED, *TREASURY, *YAHOO)}

__all__ = ["SERIES", "Series"]
