"""The New York Fed's Markets API: what the System holds, reference rates, and the Desk's operations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assets.clients.cells import shown
from assets.clients.envelope import rows_at
from assets.clients.jobs import Job, Newest
from assets.clients.nyfed_families import FAMILIES
from assets.clients.nyfed_operations import Family, operations
from assets.clients.observations import Cell, observations
from assets.clients.transport import Host
from assets.clients.windows import start_again, windows
from warehouse.catalogue import SERIES
from warehouse.catalogue.nyfed import HOLDINGS, RATE_TYPES, SOMA_FIELDS
from warehouse.claims import Parsed, Reply, UpstreamError

NOT_REPORTED = ("",)
UNSECURED = ("EFFR", "OBFR")
RATES = {series_id: rate for rate, series_id in RATE_TYPES.items()}


@dataclass(frozen=True)
class NyFed:
    """Keyless. Money is in whole USD. ``today`` ends what is asked for."""

    host: Host
    today: date

    def jobs(self, newest: Newest) -> list[Job]:
        return [
            Job(HOLDINGS, lambda get: [get("/soma/summary.json", expect="json")], SERIES[HOLDINGS].since),
            *(self._rate_job(series_id, SERIES[series_id].fetch_from(newest(series_id))) for series_id in RATES),
            *(
                self._operations_job(family, start_again("bond", family.since, newest(family.table.name)))
                for family in FAMILIES.values()
            ),
        ]

    def _rate_job(self, series_id: str, since: date) -> Job:
        rate = RATES[series_id]
        path = f"/rates/{'unsecured' if rate in UNSECURED else 'secured'}/{rate.lower()}/search.json"
        days = {"startDate": since.isoformat(), "endDate": max(since, self.today).isoformat()}
        return Job(series_id, lambda get: [get(path, expect="json", **days)], since)

    def _operations_job(self, family: Family, since: date) -> Job:
        asked = [
            {"startDate": first.isoformat(), "endDate": last.isoformat(), **family.params}
            for first, last in windows(since, self.today, family.days_per_request)
        ]
        return Job(
            family.table.name, lambda get: [get(family.path, expect="json", **params) for params in asked], since
        )

    def parse(self, key: str, replies: Sequence[Reply]) -> Parsed:
        if key in FAMILIES:
            return operations(FAMILIES[key], replies)
        parsed = Parsed()
        for reply in replies:
            if key == HOLDINGS:
                _holdings(parsed, reply)
            else:
                _rate(parsed, reply, key)
        return parsed


def _holdings(parsed: Parsed, reply: Reply) -> None:
    """Nine series. An empty text is not reported and no claim, ``0.00`` is zero; a part may have none."""
    pointer = "/soma/summary"
    rows = rows_at(reply, HOLDINGS, pointer, ("asOfDate", *SOMA_FIELDS))
    for field, series_id in SOMA_FIELDS.items():
        cells = [Cell(f"{pointer}/{n}/{field}", row["asOfDate"], row[field]) for n, row in enumerate(rows)]
        observations(parsed, reply, SERIES[series_id], cells, NOT_REPORTED, required=series_id == HOLDINGS)


def _rate(parsed: Parsed, reply: Reply, key: str) -> None:
    """One rate in percent. Raises UpstreamError, absent, when the upstream has nothing of it."""
    request = reply.landed.request
    rows = rows_at(reply, key, "/refRates", ("effectiveDate", "type", "percentRate"))
    if not rows:
        raise UpstreamError(key, "refRates is empty: there is none of it", request=request, absent=True)
    cells = []
    for n, row in enumerate(rows):
        if row["type"] != RATES[key]:
            reason = f"/refRates/{n}/type is {shown(row['type'])!r}, not {RATES[key]!r}"
            raise UpstreamError(key, reason, request=request)
        cells.append(Cell(f"/refRates/{n}/percentRate", row["effectiveDate"], row["percentRate"]))
    observations(parsed, reply, SERIES[key], cells, NOT_REPORTED)
