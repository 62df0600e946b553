"""A claim's evidence, and the numbers in it, in words."""

from collections.abc import Mapping
from typing import Any

#: Numbers that are bounds or lists: evidence has them, and a line has not.
NOT_IN_A_LINE = ("_at_least", "_at_most", "taken", "steps", "events", "reports", "status")
IN_A_LINE = 4


def line(evidence: Mapping[str, Any]) -> str:
    """The numbers in one line, after the reason where there is no verdict to rest on them.

    >>> line({"reason": None, "numbers": {"change_usd": -7.12e10, "to_day": "2026-07-29", "p_value": 0.0123456}})
    'change -$71.2bn, to day 2026-07-29, p value 0.0123'
    """
    told = [
        f"{_worded(name)} {shown(name, value)}"
        for name, value in evidence["numbers"].items()
        if value is not None and not name.endswith(NOT_IN_A_LINE)
    ]
    shortened = told[:IN_A_LINE]
    if any(name.startswith("p_") for name in evidence["numbers"]) and evidence.get("n") is not None:
        shortened.append(f"n {evidence['n']:,}")
    return "; ".join(part for part in (evidence["reason"], ", ".join(shortened)) if part)


def _worded(name: str) -> str:
    for ending in ("_usd", "_share", "_pct", "_bps"):
        name = name.removesuffix(ending)
    return name.replace("_", " ")


def shown(name: str, value: Any) -> str:
    """A number with the unit that its name ends with."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if name.endswith("_usd") or "_usd_" in name:
        sign, size = "-" if value < 0 else "", abs(value)
        for unit, factor in (("tn", 1e12), ("bn", 1e9), ("m", 1e6)):
            if size >= factor:
                return f"{sign}${size / factor:,.{2 if unit == 'tn' else 1}f}{unit}"
        return f"{sign}${size:,.2f}"
    if name.endswith("_share") or "_share_" in name:
        return f"{100 * value:+.1f}%" if "change" in name else f"{100 * value:.1f}%"
    if name.endswith("_pct") or "_pct_" in name:
        return f"{value:.2f}%"
    if name.endswith("_bps") or "_bps_" in name:
        return f"{value:.1f} bps"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}" if abs(value) >= 100 else f"{value:.3g}"
