"""Dashboards as code: declared in a few lines each, written as the YAML that any Superset imports.

Nothing here knows a number's meaning or unit by itself: columns come from the declarations in ``warehouse/tables``.
"""

from bi.superset import claims, leverage, liquidity

DASHBOARDS = (liquidity.DASHBOARD, leverage.DASHBOARD, claims.DASHBOARD)
