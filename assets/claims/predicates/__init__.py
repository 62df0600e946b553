"""What a claim may say without writing a query: each predicate becomes one SELECT that returns one row.

That row has ``verdict``, ``reason`` (why there is none yet), ``n``, ``covered_from`` and ``covered_to``; its other
columns are numbers. How each predicate is written is told, with examples, at the top of ``claims.toml``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from assets.claims.predicates.change import change, compare
from assets.claims.predicates.event import event
from assets.claims.predicates.lead_lag import lead_lag
from assets.claims.predicates.level import level, reached
from assets.claims.predicates.parts import Fields, quoted


@dataclass(frozen=True)
class Predicate:
    """The fields that it must and may have, with their types, and the query that they make."""

    needs: Mapping[str, type]
    may: Mapping[str, type]
    query: Callable[[Fields], str]

    def built(self, fields: Fields) -> str:
        """The query; raises ValueError for a field that is missing, unknown, or of another type."""
        known = {**self.needs, **self.may}
        if missing := sorted(set(self.needs) - set(fields)):
            raise ValueError(f"needs {', '.join(missing)}")
        if unknown := sorted(set(fields) - set(known)):
            raise ValueError(f"has no {', '.join(unknown)}; there are {', '.join(sorted(known))}")
        for name, value in fields.items():
            wanted = known[name]
            is_right = isinstance(value, int | float) if wanted is float else type(value) is wanted
            if not is_right or isinstance(value, bool):
                raise ValueError(f"{name} must be a {wanted.__name__}, not {value!r}")
        return self.query(fields)


def no_data(fields: Fields) -> str:
    if fields["verdict"] not in ("pending", "unmeasurable"):
        raise ValueError(f"verdict must be pending or unmeasurable, not {fields['verdict']!r}")
    return f"select {quoted(fields['verdict'])} as verdict, {quoted(fields['because'])} as reason"


SERIES: dict[str, type] = {"of": str, "value": str}
NARROWED: dict[str, type] = {"where": str, "unit": str, "fresh_days": int}
BOUNDS: dict[str, type] = {"at_least": float, "at_most": float}
PARTLY: dict[str, type] = {"partly_at_least": float, "partly_at_most": float}
DAYS: dict[str, type] = {"on": date, "from": date, "to": date}
WINDOW: dict[str, type] = {"weeks": int, "from": date, "to": date, "fresh_days": int}

PREDICATES = {
    "level": Predicate(SERIES, {**NARROWED, **BOUNDS, **PARTLY, **DAYS, "take": str}, level),
    "reached": Predicate({**SERIES, "by": date}, {**NARROWED, **BOUNDS, "from": date}, reached),
    "change": Predicate(SERIES, {**NARROWED, **BOUNDS, **PARTLY, **WINDOW, "as": str}, change),
    "compare": Predicate({"left": dict, "right": dict}, {**WINDOW, "by": float, "left_at_least": float}, compare),
    "event": Predicate({"category": str, "matches": str, "about": str, "by": date}, {"from": date}, event),
    "lead_lag": Predicate(
        {"driver": str, "target": str},
        {"sign": str, "from_lag": int, "to_lag": int, "alpha": float, "smallest_that_matters": float},
        lead_lag,
    ),
    "no_data": Predicate({"verdict": str, "because": str}, {}, no_data),
    "sql": Predicate({"query": str}, {}, lambda fields: str(fields["query"]).strip()),
}  # fmt: skip
