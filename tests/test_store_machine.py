"""Whatever happens to a warehouse, and in whatever order, it holds what a plain dictionary of claims says it should."""

import random
import shutil
import tempfile
from collections import defaultdict
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from assets.clients.fred import FredGraph
from assets.clients.fred_api import FredApi
from assets.clients.fred_either import Fred
from assets.rebuilding import rebuild
from assets.recording import Recorded, record, record_round, review
from tests.canned import Served, host
from tests.small import hashes, land
from warehouse.catalogue import SERIES
from warehouse.checksums import of_file
from warehouse.copies import open_published
from warehouse.declared import declare
from warehouse.landing import Fetched, Landing
from warehouse.publishing import Shelf
from warehouse.queries import SQL
from warehouse.releases import new_york
from warehouse.sealed import lines
from warehouse.store import Store, StoreLostWrites, mirror_of
from warehouse.tables import TABLES

NOWHERE = host(Served("http://127.0.0.1:9"), "fred")
GRAPH, API = FredGraph(NOWHERE), FredApi(NOWHERE, "")
CLIENTS = {"fred": Fred(GRAPH, GRAPH, API)}
#: A series told by its release rule, and one that is restated by design, whose archive has the vintages.
RULED, REVISED = "WALCL", "M2SL"
WEEKS = [date(2026, 1, 7) + timedelta(weeks=n) for n in range(3)]
MONTHS = [date(2025, 10, 1), date(2025, 11, 1)]
VALUES = {RULED: (6_600_000.0, 6_610_000.0), REVISED: (21_000.0, 21_100.0, 21_200.0)}
PUBLISHED = [TABLES[name] for name in ("facts.observation", "facts.landed", "reference.unit", "quality.ledger")]
FACTS = "select series_id, period, value, known_at, known_at_basis from facts.observation"

Identity = tuple[str, date]
Fact = tuple[str, date, float, datetime, str]


@dataclass(frozen=True)
class Claim:
    """What one cell of one reply says."""

    value: float
    known_at: datetime
    basis: str
    received_at: datetime


@dataclass
class Model:
    """The vintages of each series and period by when they were known: value and why."""

    held: dict[Identity, dict[datetime, tuple[float, str]]] = field(default_factory=lambda: defaultdict(dict))

    def hear(self, identity: Identity, claims: list[Claim]) -> None:
        """The claims of one reply about one thing.

        A claim speaks of its own time when an archive dates it, else of its receipt, and is news when it differs from
        what was held then. What cannot be known from its own time on is known from its receipt, unless it is of old.
        """
        held = self.held[identity]
        told = [(c.known_at if c.basis == "vintage" else c.received_at, True, c) for c in claims]
        line = sorted(
            [*told, *((at, False, Claim(value, at, basis, at)) for at, (value, basis) in held.items())],
            key=lambda entry: entry[:2],
        )
        for n, (said_at, is_told, claim) in enumerate(line):
            before = line[n - 1][2] if n else None
            if not is_told or (before and before.value == claim.value):
                continue
            if before is None or claim.known_at > before.known_at:
                held[claim.known_at] = (claim.value, claim.basis)
            elif claim.received_at > before.known_at and (said_at == claim.received_at or n + 1 == len(line)):
                held[claim.received_at] = (claim.value, "observed")

    def facts(self) -> set[Fact]:
        return {(*of, value, at, basis) for of, held in self.held.items() for at, (value, basis) in held.items()}

    def as_of(self, moment: datetime) -> dict[Identity, float]:
        """What was known: where an archive has vintages, what a rule dated does not count."""
        known = {}
        for identity, held in self.held.items():
            bases = {basis for _, basis in held.values()}
            counted = [
                at for at, (_, basis) in held.items() if at <= moment and not (basis == "rule" and "vintage" in bases)
            ]
            if counted:
                known[identity] = held[max(counted)][0]
        return known


class Killed(Exception):
    """What ends a transaction."""


class Warehouse(RuleBasedStateMachine):
    """Replies are received one after the other; all else may happen at any time."""

    @initialize()
    def begin(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="tidegauge-machine-"))
        self.folder, self.copies, self.runs = self.root / "0", 0, 0
        self.now = datetime(2026, 2, 2, 12, tzinfo=UTC)
        self.model, self.waiting = Model(), list[tuple[Identity, list[Claim]]]()
        self.published: dict[Path, str] = {}
        self.published_facts: set[Fact] | None = None
        self.stack = ExitStack()
        self.open()

    def teardown(self) -> None:
        if hasattr(self, "stack"):
            self.stack.close()
            shutil.rmtree(self.root)

    def open(self) -> None:
        self.runs += 1
        self.database, self.landing = self.folder / "warehouse.duckdb", Landing(self.folder / "landing")
        self.shelf = Shelf(self.folder / "published")
        self.store = self.stack.enter_context(Store.open(self.database, f"run-{self.runs}"))
        declare(self.store)

    def close(self) -> None:
        self.stack.close()

    def heard(self) -> None:
        for identity, claims in self.waiting:
            self.model.hear(identity, claims)
        self.waiting = []

    # -- what is received --------------------------------------------------------------------------

    @rule(told=st.dictionaries(st.sampled_from(WEEKS), st.sampled_from(VALUES[RULED]), min_size=1))
    def fetch(self, told: dict[date, float]) -> None:
        """New, equal and restated values."""
        self.now += timedelta(days=1)
        land(self.landing, RULED, self.now, *(f"{week},{value}" for week, value in told.items()))
        self._await(RULED, {(week, SERIES[RULED].known_at(week), "rule"): value for week, value in told.items()})

    @rule(told=st.dictionaries(st.sampled_from(MONTHS), st.sampled_from(VALUES[REVISED]), min_size=1))
    def fetch_revised(self, told: dict[date, float]) -> None:
        """The latest value of a series whose archive may say more of its past, before or after."""
        self.now += timedelta(days=1)
        land(self.landing, REVISED, self.now, *(f"{month},{value}" for month, value in told.items()))
        self._await(REVISED, {(month, SERIES[REVISED].known_at(month), "rule"): value for month, value in told.items()})

    @rule(
        month=st.sampled_from(MONTHS),
        told=st.dictionaries(
            st.dates(date(2025, 12, 1), date(2026, 1, 31)), st.sampled_from(VALUES[REVISED]), min_size=1, max_size=4
        ),
    )
    def fetch_archive(self, month: date, told: dict[date, float]) -> None:
        """Vintages of the past, some of them between those that are known."""
        self.now += timedelta(days=1)
        cells = [f'<observation realtime_start="{day}" date="{month}" value="{v}"/>' for day, v in sorted(told.items())]
        head = f'<observations units="lin" count="{len(cells)}" realtime_start="1776-07-04">'
        body = f"{head}{''.join(cells)}</observations>"
        reply = self.landing.keep(
            upstream="fred",
            base_url=NOWHERE.base_url,
            request=f"GET /series/observations?series_id={REVISED}",
            status=200,
            content_type="text/xml",
            requested_at=self.now,
            received_at=self.now,
            body=body.encode(),
        )
        job = Fetched(
            run_id=f"run {self.now:%d}",
            now=self.now,
            upstream="fred",
            key=REVISED,
            outcome="ok",
            reason="",
            finished_at=self.now,
            replies=(reply,),
        )
        self.landing.finish(job)
        at = SERIES[REVISED].release.at
        self._await(REVISED, {(month, new_york(day, at), "vintage"): value for day, value in told.items()})

    def _await(self, series_id: str, told: dict[tuple[date, datetime, str], float]) -> None:
        claims: dict[Identity, list[Claim]] = defaultdict(list)
        for (period, known_at, basis), value in told.items():
            if known_at > self.now:
                known_at, basis = self.now, "observed"
            claims[series_id, period].append(Claim(value, known_at, basis, self.now))
        self.waiting += claims.items()

    # -- what becomes of it ------------------------------------------------------------------------

    @rule()
    def record(self) -> None:
        record(self.store, self.landing, lambda _now: CLIENTS)
        self.heard()

    @rule()
    def publish(self) -> None:
        if self.shelf.publish(self.store, PUBLISHED, origin="sample", checks={}, now=self.now):
            self.published_facts = self.model.facts()
            snapshot = (self.shelf.root / "current").resolve()
            self.published |= {path: of_file(path) for path in snapshot.rglob("*") if path.is_file()}
            self.now += timedelta(seconds=1)

    @rule()
    @precondition(lambda self: self.waiting or self.model.held)
    def make_again(self) -> None:
        """Every table from landing: the same to the last bit. Before anything is landed a gap is of the clock."""
        self.record()
        review(self.store, self.now)
        before = hashes(self.store)
        self.close()
        self._rebuild()
        self.open()
        after = hashes(self.store)
        assert [name for name in before if before[name] != after[name]] == []

    def _rebuild(self) -> None:
        def derive(store: Store) -> None:
            declare(store)
            review(store, self.now)

        beside = self.folder / "none"
        rebuild(
            self.database, self.landing, lambda _now: CLIENTS, beside, beside, run_id="again", derive=derive, keep=False
        )
        self.heard()

    # -- what goes wrong ---------------------------------------------------------------------------

    @rule()
    @precondition(lambda self: self.waiting)
    def die_in_a_transaction(self) -> None:
        with suppress(Killed), self.store.transaction():
            jobs = [entry.job for entry in self.landing.entries(self.store.journal_end()) if entry.job]
            record_round(self.store, self.landing, lambda _now: CLIENTS, jobs[:1], Recorded())
            raise Killed

    @rule(seed=st.integers(0, 99))
    @precondition(lambda self: self.waiting or self.model.held)
    def die_in_the_journal(self, seed: int) -> None:
        """A line of a job of which only a part reached the disk: that job is to be fetched again."""
        with self.landing.journal_path.open("ab") as journal:
            journal.write(b'{"run_id": "torn", "now": "2026-02-02T12:00'[: random.Random(seed).randrange(44)])

    @rule(mirrored=st.booleans(), checkpoint=st.booleans())
    def end_and_begin_again(self, mirrored: bool, checkpoint: bool) -> None:
        """Ended after a commit, before or after the ledger's mirror was told of it."""
        if checkpoint:
            self.store.do("checkpoint")
        self.close()
        mirror = mirror_of(self.database)
        if not mirrored and len(told := mirror.read_bytes().splitlines(keepends=True)) > 1:
            mirror.write_bytes(b"".join(told[:-1]) + told[-1][: len(told[-1]) // 2])
        self.open()

    @rule(with_log=st.booleans())
    def lose_power(self, with_log: bool) -> None:
        """Go on with what the disk has at this moment, the database's log among it or not."""
        self.copies += 1
        moved = self.root / str(self.copies)
        shutil.copytree(self.folder, moved, symlinks=True, ignore=None if with_log else shutil.ignore_patterns("*.wal"))
        self.published = {moved / path.relative_to(self.folder): told for path, told in self.published.items()}
        self.close()
        shutil.rmtree(self.folder)
        self.folder = moved
        self.database, self.landing = moved / "warehouse.duckdb", Landing(moved / "landing")
        try:
            self.open()
        except StoreLostWrites:
            assert not with_log
            self._rebuild()
            self.open()

    # -- what must be true -------------------------------------------------------------------------

    @invariant()
    def facts_are_the_models(self) -> None:
        assert set(self.store.do(FACTS)) == self.model.facts()

    @invariant()
    def any_moment_is_answered_as_it_was(self) -> None:
        moments = {at for held in self.model.held.values() for at in held}
        for moment in random.Random(len(moments)).sample(sorted(moments), min(3, len(moments))):
            for at in (moment - timedelta(microseconds=1), moment):
                self.store.do("set variable as_of = $at", {"at": at})
                told = self.store.do(
                    f"select series_id, period, value from ({(SQL / 'staged/series.sql').read_text()})"
                )
                scale = {RULED: 1e6, REVISED: 1e9}
                assert {(s, p): value / scale[s] for s, p, value in told} == self.model.as_of(at)
        self.store.do("reset variable as_of")

    @invariant()
    def ledger_mirror_and_tables_agree(self) -> None:
        ledger = self.store.do("select batch_id, run_id, table_name, rows_after from quality.ledger order by batch_id")
        mirrored = [line.record() for line in lines(mirror_of(self.database))]
        told = {(r["batch_id"], r["run_id"], r["table_name"], r["rows_after"]) for r in mirrored}
        assert set(ledger) <= told
        for name, rows in self.store.ledger.row_counts().items():
            assert self.store.do(f"select count(*) from {name}") == [(rows,)]

    @invariant()
    def what_is_published_never_changes(self) -> None:
        assert all(of_file(path) == told for path, told in self.published.items() if path.exists())
        if self.published_facts is not None:
            with open_published(self.shelf.database) as connection:
                assert set(connection.execute(FACTS).fetchall()) == self.published_facts


Warehouse.TestCase.settings = settings(
    max_examples=max(5, settings.default.max_examples // 5),
    stateful_step_count=max(15, settings.default.max_examples // 40),
)
TestWarehouse = Warehouse.TestCase
