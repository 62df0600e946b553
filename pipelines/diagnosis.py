"""Whether this machine can run the warehouse: findings, each with what to do about it."""

import logging
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import duckdb
import httpx
from packaging.requirements import Requirement

from assets.alert_sending import COMMAND_VARIABLE, WEBHOOK_VARIABLE, NotSent, target
from assets.clients.provided import PROVIDED
from pipelines.instance import instance_environment, last_runs
from pipelines.logs import log_path
from pipelines.origins import PLACES
from pipelines.places import REPOSITORY, Folder, data_root
from warehouse import alerts
from warehouse.catalogue.venues import DEFAULT
from warehouse.conditions import ALERTS, ConditionError, conditions
from warehouse.store import StoreInUse
from warehouse.verifying import database

Level = Literal["ok", "note", "wrong"]
LEAST_FREE_BYTES = 5 << 30
TOLERATED_SKEW = timedelta(seconds=30)
TIMEOUT_S = 10.0


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; what is not ``ok`` says how to mend it."""

    level: Level
    what: str
    mend: str = ""


def diagnose(origin: str) -> Iterator[Finding]:
    """Everything that can be said of a set-up; the network is only asked for the live origin."""
    yield from _packages()
    yield from _place(origin)
    yield from _instance(origin)
    yield from _alerts(origin)
    yield from _options()
    if origin != "sample":
        yield from _provided(origin)
    if origin == "live":
        yield from _key()
        yield from _network()


def _packages() -> Iterator[Finding]:
    """What is installed against what the project pins."""
    wrong = 0
    for wanted in map(Requirement, requires("tidegauge") or []):
        if wanted.marker and not wanted.marker.evaluate({"extra": ""}):
            continue
        try:
            found = version(wanted.name)
        except PackageNotFoundError:
            found = "nothing"
        if found == "nothing" or not wanted.specifier.contains(found, prereleases=True):
            wrong += 1
            yield Finding("wrong", f"{wanted.name} is {found}, not {wanted.specifier or 'installed'}", "make clean run")
    if not wrong:
        yield Finding("ok", f"packages as pinned (duckdb {duckdb.__version__})")


def _place(origin: str) -> Iterator[Finding]:
    """Where data goes: may it be written, is there room, is it in use."""
    root, folder = data_root(), Folder(origin)
    above = next(path for path in (root, *root.parents) if path.exists())
    if not os.access(above, os.W_OK):
        yield Finding("wrong", f"{above} cannot be written", "set TIDEGAUGE_DATA to a folder of yours")
        return
    free = shutil.disk_usage(above).free
    level: Level = "ok" if free >= LEAST_FREE_BYTES else "wrong"
    yield Finding(
        level,
        f"{root}: {free / 2**30:,.0f} GiB free",
        "" if level == "ok" else "free some space, or set TIDEGAUGE_DATA",
    )
    manifest = folder.shelf.manifest()
    if manifest is None:
        yield Finding("note", f"nothing of {origin} is published", f"tidegauge run --upstreams {origin}")
    else:
        yield Finding("ok", f"{origin} published at {manifest['published_at'][:16]}Z")
    if folder.database.exists():
        try:
            database.opened(folder.database).close()
        except StoreInUse as error:
            yield Finding("note", error.what, "a run is at work: wait for its end; readers use what is published")
        except duckdb.Error as error:
            what = f"{folder.database}: {str(error).splitlines()[0]}"
            yield Finding("wrong", what, f"tidegauge verify --repair --origin {origin}")


def _instance(origin: str) -> Iterator[Finding]:
    """Where Dagster finds its instance, and how the last run ended."""
    home = Path(instance_environment()["DAGSTER_HOME"])
    if not (home / "dagster.yaml").exists():
        yield Finding("wrong", f"DAGSTER_HOME is {home}, where no dagster.yaml is", "unset DAGSTER_HOME")
        return
    if home != REPOSITORY:
        mend = f"unset DAGSTER_HOME, or keep {home / 'dagster.yaml'} like {REPOSITORY / 'dagster.yaml'}"
        yield Finding("note", f"DAGSTER_HOME is {home}, not this repository", mend)
    for run in last_runs(origin, 1):
        if run["status"] == "FAILURE":
            what = f"the last run ({run['run']}, ended {run['ended']}) failed: {run['failed']}"
            yield Finding("note", what, f"tidegauge status --origin {origin}; its log is {log_path()}")
        else:
            yield Finding("ok", f"the last run ({run['run']}, started {run['started']}): {run['status']}")


def _alerts(origin: str) -> Iterator[Finding]:
    """Whether somebody is told, and whether every condition can be read."""
    try:
        what = target()
    except NotSent as error:
        yield Finding("wrong", str(error).partition(": ")[0], str(error).partition(": ")[2])
    else:
        if what:
            yield Finding("ok", f"alerts go to the {what}: tidegauge alerts --test tries it")
        else:
            yield Finding("note", "nobody is told of alerts", f"set {WEBHOOK_VARIABLE} or {COMMAND_VARIABLE}")
    folder = Folder(origin).alerts
    for condition in conditions(ALERTS, folder):
        if isinstance(condition, ConditionError):
            yield Finding("wrong", str(condition), "correct it: the others are asked all the same")
    _, unsent_because = alerts.read(folder / alerts.FILE)
    if unsent_because:
        yield Finding("wrong", f"alerts wait to be sent: {unsent_because}", "tidegauge alerts --test")


def _key() -> Iterator[Finding]:
    """Whether FRED takes the key, if there is one; it is never told."""
    if not (key := os.environ.get("FRED_API_KEY")):
        return
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log the key
    asked = {"series_id": "WALCL", "file_type": "json", "api_key": key}
    try:
        status = httpx.get(f"{PLACES['fred_api'].live}/series", params=asked, timeout=TIMEOUT_S).status_code
    except httpx.HTTPError:
        return  # that it cannot be reached is told with the others
    if status == 400:
        yield Finding("wrong", "FRED does not take the key in FRED_API_KEY", "look it up in your account at FRED")
    else:
        yield Finding("ok" if status == 200 else "note", f"FRED answers {status} to the key in FRED_API_KEY")


def _options() -> Iterator[Finding]:
    if os.environ.get("FRED_API_KEY"):
        yield Finding("ok", "FRED_API_KEY is set: FRED is asked through its API, with vintages")
    else:
        yield Finding(
            "note", "FRED_API_KEY is not set: latest values only", "a free key of FRED adds units and vintages"
        )
    if find_spec("numba") is None:
        yield Finding(
            "note", "Numba is not there: order books are measured with NumPy", "pip install 'tidegauge[fast]'"
        )


def _provided(origin: str) -> Iterator[Finding]:
    """Which files of figures without a free source are not there: none has to be."""
    folder = Folder(origin).provided
    if missing := [file.name for file in PROVIDED.values() if not (folder / file.name).exists()]:
        yield Finding("note", f"{folder} has no {' and no '.join(missing)}", "docs/operating.md: Figures you provide")


def _network() -> Iterator[Finding]:
    """Each live upstream's front door, and our clock against theirs."""
    doors = {name: place.live for name, place in PLACES.items()} | {venue.name: venue.live for venue in DEFAULT}
    with httpx.Client(timeout=TIMEOUT_S, follow_redirects=True) as http, ThreadPoolExecutor(8) as pool:
        for found in pool.map(lambda door: _door(http, *door), doors.items()):
            yield from found


def _door(http: httpx.Client, name: str, address: str) -> list[Finding]:
    try:
        reply = http.get(address)
    except httpx.HTTPError as error:
        return [
            Finding(
                "wrong",
                f"{name}: {type(error).__name__} at {address}",
                "network, proxy or firewall; a run goes on without it",
            )
        ]
    if reply.status_code == 451:
        return [Finding("note", f"{name} is blocked here", "nothing to do: a run names it and goes on")]
    skew = _skew(reply.headers.get("date", ""))
    if skew > TOLERATED_SKEW:
        return [
            Finding(
                "wrong",
                f"{name}: our clock differs by {skew.total_seconds():,.0f} s",
                "set this machine's clock by NTP",
            )
        ]
    return [Finding("ok", f"{name} answers")]


def _skew(told: str) -> timedelta:
    """How far our clock is from the one that a reply tells; nothing where it tells none that can be read."""
    try:
        theirs = parsedate_to_datetime(told)
    except (TypeError, ValueError):
        return timedelta(0)
    return abs(datetime.now(UTC) - (theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)))
