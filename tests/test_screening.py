"""Values that parse and cannot be believed."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from tests.canned import reply
from tests.stored import append, at, observations, opened
from warehouse.claims import Rejected
from warehouse.screening import screen
from warehouse.store import Store
from warehouse.tables.facts import OBSERVATION, REPO_OPERATION

REPLY = reply("body", received_at=at(20)).landed
FIRST = date(2026, 1, 1)


def days(series_id: str, values: Sequence[float], first: date = FIRST) -> pl.DataFrame:
    rows = [(series_id, first + timedelta(days=n), value) for n, value in enumerate(values)]
    return observations(*rows, received_at=at(20), landed_id=REPLY.landed_id)


def screened(store: Store, *frames: pl.DataFrame) -> tuple[list[tuple[str, float]], list[Rejected]]:
    kept, rejected = screen(store, OBSERVATION, pl.concat(frames), {REPLY.landed_id: REPLY})
    assert kept.columns == frames[0].columns
    return kept.select("series_id", "value").rows(), rejected


def holding(store: Store, series_id: str, values: Sequence[float]) -> None:
    rows = [(series_id, FIRST + timedelta(days=n), value) for n, value in enumerate(values)]
    append(store, observations(*rows, received_at=at(15)))


# WALCL is declared in millions, between 5e5 and 2e7.


def test_one_value_out_of_bounds_is_quarantined_alone(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        kept, (rejected,) = screened(store, days("WALCL", [6e6, 6e9, 6e6]), days("SOFR", [4.0]))
    assert kept == [("WALCL", 6e6), ("WALCL", 6e6), ("SOFR", 4.0)]
    assert (rejected.landed, rejected.source, rejected.locator) == (REPLY, "WALCL", "line 3")
    assert (rejected.field, rejected.value) == ("value of 2026-01-02", "6000000000.0")
    assert rejected.reason.startswith("outside 500000.0 to 20000000.0 ")


@pytest.mark.parametrize("factor", [1000.0, 0.001])
def test_a_first_reply_in_another_scale_is_refused_as_a_whole(tmp_path: Path, factor: float) -> None:
    with opened(tmp_path) as store:
        kept, (rejected,) = screened(store, days("WALCL", [6e6 * factor] * 5), days("SOFR", [4.0]))
    assert kept == [("SOFR", 4.0)]
    assert (rejected.source, rejected.locator) == ("WALCL", "$ WALCL")
    assert rejected.reason.startswith("5 of 5 values are not believable, the first: outside ")


@pytest.mark.parametrize("factor", [1000.0, 0.001])
def test_a_reply_in_another_scale_than_what_is_stored_is_refused_as_a_whole(tmp_path: Path, factor: float) -> None:
    # Reverse repo, 0 to 4,000 bn: both 2 and 2,000 can be believed, but not of the same day.
    with opened(tmp_path) as store:
        holding(store, "RRPONTSYD", [2.0, 2.0, 2.0])
        kept, (rejected,) = screened(store, days("RRPONTSYD", [2.0 * factor] * 4), days("SOFR", [4.0]))
    assert kept == [("SOFR", 4.0)]
    assert rejected.reason == "3 of 3 values are not believable, the first: stored as 2.0: the scale changed"


def test_new_values_do_not_hide_that_the_stored_ones_came_in_another_scale(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        holding(store, "RRPONTSYD", [2.0, 2.0, 2.0])
        kept, (rejected,) = screened(store, days("RRPONTSYD", [2000.0] * 100))
    assert kept == []
    assert rejected.locator == "$ RRPONTSYD"


def test_one_correction_in_another_scale_is_quarantined_alone(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        holding(store, "RRPONTSYD", [2.0, 3.0, 4.0])
        kept, (rejected,) = screened(store, days("RRPONTSYD", [2.0, 3000.0, 4.0, 5.0]))
    assert [value for _, value in kept] == [2.0, 4.0, 5.0]
    assert (rejected.locator, rejected.reason) == ("line 3", "stored as 3.0: the scale changed")


def test_a_correction_of_three_percent_passes_even_of_every_value(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        holding(store, "WALCL", [6e6, 6e6])
        kept, rejected = screened(store, days("WALCL", [6.18e6, 5.82e6]))
    assert (len(kept), rejected) == (2, [])


def test_small_numbers_zeros_and_changes_of_sign_pass(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        holding(store, "RRPONTSYD", [100.0, 0.05, 0.0])
        fallen, rejected = screened(store, days("RRPONTSYD", [100.0, 0.05, 0.0, 0.05, 100.0]))
        assert (len(fallen), rejected) == (5, [])
        zeros, rejected = screened(store, days("RRPONTSYD", [0.0, 0.0, 100.0]))  # to zero and from zero
        assert (len(zeros), rejected) == (3, [])
        holding(store, "T10Y2Y", [0.02, -0.01])
        signs, rejected = screened(store, days("T10Y2Y", [-0.02, 0.01]))
        assert (len(signs), rejected) == (2, [])


def test_only_the_reply_that_is_wrong_is_refused(tmp_path: Path) -> None:
    good = reply("good", received_at=at(20)).landed
    frame = pl.concat(
        [
            days("WALCL", [6e9, 6e9]),
            days("WALCL", [6e6, 6e6], FIRST + timedelta(days=9)).with_columns(landed_id=pl.lit("g")),
        ]
    )
    with opened(tmp_path) as store:
        kept, (rejected,) = screen(store, OBSERVATION, frame, {REPLY.landed_id: REPLY, "g": good})
    assert kept["value"].to_list() == [6e6, 6e6]
    assert rejected.landed is REPLY


def repos(*accepted_usd: float | None) -> pl.DataFrame:
    rows = [
        {
            "operation_id": f"RP {n}",
            "operation_date": FIRST,
            "operation_type": "Repo",
            "method": "Full Allotment",
            "status": "Results",
            "term": "Overnight",
            "submitted_usd": None,
            "accepted_usd": value,
            "is_small_value": False,
            "known_at": at(2),
            "known_at_basis": "stamp",
            "received_at": at(20),
            "landed_id": REPLY.landed_id,
            "locator": f"/repo/{n}",
        }
        for n, value in enumerate(accepted_usd)
    ]
    return pl.DataFrame(rows, schema=REPO_OPERATION.polars_schema)


def test_tables_without_series_are_held_to_the_bounds_of_their_columns(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        kept, (rejected,) = screen(
            store, REPO_OPERATION, repos(1e9, 5e12, None, 0.0, 4e12, -0.0), {REPLY.landed_id: REPLY}
        )
    assert kept["operation_id"].to_list() == ["RP 0", "RP 2", "RP 3", "RP 4", "RP 5"]
    assert (rejected.source, rejected.locator, rejected.value) == ("facts.repo_operation", "/repo/1", "5000000000000.0")
    assert rejected.field == "accepted_usd of RP 1 2026-01-01 Repo"
    assert "4000000000000.0 USD" in rejected.reason


def test_a_reply_full_of_unbelievable_rows_is_refused_as_a_whole(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        kept, (rejected,) = screen(store, REPO_OPERATION, repos(1e15, -1.0, 1e9), {REPLY.landed_id: REPLY})
    assert kept.is_empty()
    assert rejected.locator == "$ facts.repo_operation"


def test_no_rows_are_no_problem(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        for table in (OBSERVATION, REPO_OPERATION):
            kept, rejected = screen(store, table, pl.DataFrame(schema=table.polars_schema), {})
            assert (kept.height, rejected) == (0, [])
