"""Series that have stopped: asked for, and no new values for much longer than a release is ever late."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta

from warehouse.catalogue import SERIES, Series
from warehouse.sentinels import Verdict, standing
from warehouse.store import Store
from warehouse.tables import facts

#: Values in a row that did not come, before a series has stopped.
PATIENCE = {"daily": 5, "weekly": 3, "monthly": 2}
#: The same where another series of its release has them: what was released and is not there is no late release.
PATIENCE_BESIDE_OTHERS = {"daily": 3, "weekly": 2, "monthly": 2}
#: How old the newest row of a job without a catalogue of series may be; a statement is due every business day.
LONGEST_PAUSE = dict.fromkeys((facts.FISCAL_FLOW.name, facts.REPO_OPERATION.name), timedelta(days=9))
#: Coins are traded every day.
LONGEST_PAUSE_OF_COINS = timedelta(days=4)
#: Outright operations pause for years.
NEVER_STOP = (facts.TREASURY_OPERATION.name, facts.AGENCY_MBS_OPERATION.name)


def verdicts(store: Store, asked: Mapping[str, datetime]) -> Iterator[Verdict]:
    """Judge what was asked for by its newest period, but what comes and is not believed.

    ``asked`` has the clock of the run that asked, by the key of each job: what nobody asked for has not stopped, and
    a rebuild comes to the same.
    """
    newest = store.newest_periods()
    refused = standing(store, "refused_reply")
    ahead: defaultdict[tuple[object, ...], date] = defaultdict(lambda: date.min)
    for series in SERIES.values():
        ahead[_release(series)] = max(ahead[_release(series)], newest.get(series.id, date.min))
    for source, period in sorted(newest.items()):
        now = asked.get(SERIES[source].job if source in SERIES else source)
        if now is None or source in refused or source in NEVER_STOP:
            continue
        if source in SERIES:
            stopped_at = _stopped_at(SERIES[source], period, ahead[_release(SERIES[source])])
        else:
            pause = LONGEST_PAUSE.get(source, LONGEST_PAUSE_OF_COINS)
            stopped_at = datetime.combine(period, time(), UTC) + pause
        if now > stopped_at:
            yield Verdict(source=source, kind="stopped_series", at=stopped_at, detail=f"nothing after {period}")
        else:
            yield Verdict(source=source, kind="stopped_series", at=now, detail=None)


def _stopped_at(series: Series, newest: date, ahead: date) -> datetime:
    """From when on it counts as stopped if nothing comes; ``ahead`` is the newest period of its release."""
    beside = _after(series, newest, PATIENCE_BESIDE_OTHERS[series.frequency])
    return series.known_at(beside if ahead >= beside else _after(series, newest, PATIENCE[series.frequency]))


def _after(series: Series, period: date, values: int) -> date:
    for _ in range(values):
        period = series.next_period(period)
    return period


def _release(series: Series) -> tuple[object, ...]:
    """What comes out together."""
    return series.upstream, series.release, series.frequency, series.calendar
