"""The claims of the sample world: what the command says, and that each look knew only what was known by then."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.claims.declared import claims, parts
from assets.claims.ledger import fresh
from pipelines.as_known import as_known
from pipelines.models import models
from tests.pipeline import live_rows, sql, tidegauge
from tests.test_as_of import cut
from warehouse.tables.claims import CLAIM

NOTHING = pl.DataFrame(schema=CLAIM.polars_schema)
BETWEEN_LOOKS = datetime(2026, 1, 20, 12, tzinfo=UTC)
Found = dict[tuple[str, str], tuple[str, Any]]


def known_by(published: Path, at: datetime, folder: Path) -> Found:
    """What each part comes to in a warehouse that never learned anything after a time."""
    with cut(published, at, folder) as store:
        with store.transaction():
            for model in models():
                if model.language == "python":
                    store.build(model.table, model.content(store.read), recipe="cut")
        return told(fresh(claims(), store.read, at, NOTHING).rows(named=True))


def told(rows: list[dict[str, Any]]) -> Found:
    return {(row["claim_id"], row["part"]): (row["found"], evidence(row["evidence"])) for row in rows}


def evidence(text: Any) -> Any:
    return json.loads(text) if isinstance(text, str) else text


def looked_at(sample: Path, at: str) -> list[dict[str, Any]]:
    return sql(sample, f"from metrics.claim where as_of = timestamptz '{at}'")


@pytest.mark.parametrize("at", ["2026-01-09 23:59:59.999999Z", "2026-01-16 23:59:59.999999Z", "newest"])
def test_a_look_is_what_a_warehouse_cut_at_that_time_says(sample: Path, tmp_path: Path, at: str) -> None:
    if at == "newest":
        ((newest,),) = live_rows(sample, "select max(as_of) from metrics.claim")
        at = newest.isoformat()
    held = told(looked_at(sample, at))
    assert len(held) > 10
    cut_then = known_by(sample / "sample" / "published" / "current.duckdb", datetime.fromisoformat(at), tmp_path)
    assert held == {key: cut_then[key] for key in held}
    if not at.startswith("2026-01-16"):  # a Friday: only what is looked at weekly
        assert set(held) == {(claim.claim_id, part.name) for claim, part in parts(claims())}


def test_between_looks_the_command_says_what_a_warehouse_cut_at_that_time_says(sample: Path, tmp_path: Path) -> None:
    published = sample / "sample" / "published" / "current.duckdb"
    done = tidegauge(sample, "claims", "--as-of", "2026-01-20T12:00", "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    rows = json.loads(done.stdout)
    assert told(rows) == known_by(published, BETWEEN_LOOKS, tmp_path)
    by_part = {(row["claim_id"], row["part"]): row for row in rows}
    clarity = by_part["C18", "in_effect"]
    assert (clarity["verdict"], clarity["evidence"]["reason"]) == ("pending", "not yet; the last day is 2026-03-31")
    assert "2026-05" not in json.dumps(clarity)
    assert by_part["C05", "over_4_weeks"]["verdict_since"].startswith("2026-01-09")


def test_nothing_that_was_known_later_is_in_the_evidence_of_then(sample: Path) -> None:
    for row in sql(sample, "from metrics.claim"):
        as_of = datetime.fromisoformat(row["as_of"])
        assert row["known_at"] == row["as_of"]
        for source in evidence(row["evidence"])["coverage"]["tables"].values():
            assert source["newest_known_at"] is None or datetime.fromisoformat(source["newest_known_at"]) <= as_of


def test_the_ledger_as_of_a_time_is_its_looks_by_then(sample: Path) -> None:
    with as_known(sample / "sample" / "published" / "current.duckdb", BETWEEN_LOOKS) as known:
        looks = known.read("select distinct as_of from metrics.claim order by 1")["as_of"].to_list()
    assert [f"{look:%m-%d}" for look in looks] == ["01-09", "01-16"]


def test_the_table_is_for_people(sample: Path) -> None:
    done = tidegauge(sample, "claims")
    assert done.returncode == 0
    assert "SYNTHETIC" in done.stdout
    assert all(f"C{n:02}" in done.stdout for n in range(1, 24))
    (line,) = [line for line in done.stdout.splitlines() if "ends_a_drought" in line]
    assert "refuted" in line
    assert "days since previous high 28" in line
    (line,) = [line for line in done.stdout.splitlines() if " daily_over_4_weeks" in line]
    assert "reversed" in line
    assert "supported until 2026-01-16" in line


def test_why_tells_everything_behind_a_claim_and_how_it_changed(sample: Path) -> None:
    told = tidegauge(sample, "claims", "--why", "c05").stdout
    assert "over_13_weeks: SUPPORTED since 2026-01-09" in told
    assert "refuted by  a higher one" in told
    assert "from metrics.net_liquidity" in told
    assert "supported   from 2026-01-09 to 2026-01-16" in told
    parts = json.loads(tidegauge(sample, "claims", "--why", "C05", "--format", "json").stdout)
    (part,) = [part for part in parts if part["part"] == "daily_over_4_weeks"]
    assert [change["verdict"] for change in part["history"]] == ["supported", "reversed"]
    assert part["evidence"]["numbers"]["value_usd"] > 0


def test_a_query_in_the_evidence_can_be_asked_of_the_published_file(sample: Path) -> None:
    (row,) = sql(sample, "from metrics.claim where claim_id = 'C09' and part = 'late_2020' order by as_of desc limit 1")
    (again,) = sql(sample, evidence(row["evidence"])["query"])
    assert again["verdict"] == row["verdict"] == "supported"


def test_before_anything_was_claimed_there_is_nothing(sample: Path) -> None:
    done = tidegauge(sample, "claims", "--as-of", "2026-01-08")
    assert done.returncode == 0
    assert "no claim had been made by 2026-01-08" in done.stdout


def test_a_claim_that_there_is_not_is_wrong_usage(sample: Path) -> None:
    done = tidegauge(sample, "claims", "--why", "C99")
    assert done.returncode == 2
    assert "there is no claim C99" in done.stderr
