"""Agency MBS of the enterprises against the directive of 200 billion, with the Fed's run-off beside it."""

import pytest

from tests.models import Facts, Row, built, moment, portfolio, series

BASE = (
    portfolio("2025-12", "FNMA", 140_000, "2026-01-30 21:00"),
    portfolio("2025-12", "FHLMC", 107_000, "2026-01-30 21:00"),
)
NOW = (
    portfolio("2026-03", "FNMA", 150_000, "2026-04-30 20:00"),
    portfolio("2026-03", "FHLMC", 111_000, "2026-04-29 20:00"),
)
#: Last Wednesdays of the two months.
FED = series("WSHOMCB", {"2025-12-31": 2_040_000, "2026-03-25": 2_000_000})


def programme(*given: Facts, as_of: str | None = None) -> dict[str, Row]:
    return {f"{row['month']:%Y-%m}": row for row in built("metrics.mbs_programme", *given, as_of=as_of)}


def test_progress_is_the_change_since_december_2025_over_200_billion() -> None:
    row = programme(*BASE, *NOW)["2026-03"]
    assert row["gse_agency_mbs_usd"] == 261e9
    assert row["change_since_start_usd"] == 14e9
    assert row["progress_share"] == pytest.approx(0.07)


def test_headroom_is_what_is_left_of_225_billion_each() -> None:
    assert programme(*BASE, *NOW)["2026-03"]["headroom_usd"] == 189e9


def test_what_the_fed_lets_run_off_is_set_against_what_the_enterprises_add() -> None:
    row = programme(*BASE, *NOW, FED)["2026-03"]
    assert row["fed_mbs_change_since_start_usd"] == -40e9
    assert row["public_net_change_usd"] == 14e9 - 40e9


def test_one_enterprise_alone_is_not_both() -> None:
    row = programme(*BASE, NOW[0])["2026-03"]
    assert row["gse_agency_mbs_usd"] is None
    assert (row["progress_share"], row["headroom_usd"], row["public_net_change_usd"]) == (None, None, None)


def test_without_the_month_it_starts_from_there_is_no_progress() -> None:
    row = programme(*NOW, FED)["2026-03"]
    assert (row["gse_agency_mbs_usd"], row["progress_share"]) == (261e9, None)


def test_months_before_the_programme_have_no_progress() -> None:
    before = (
        portfolio("2025-11", "FNMA", 130_000, "2025-12-30 21:00"),
        portfolio("2025-11", "FHLMC", 100_000, "2025-12-30 21:00"),
    )
    rows = programme(*before, *BASE)
    assert rows["2025-11"]["progress_share"] is None
    assert rows["2025-12"]["progress_share"] == 0


def test_a_wednesday_before_the_last_does_not_stand_for_the_month() -> None:
    row = programme(*BASE, *NOW, series("WSHOMCB", {"2025-12-31": 2_040_000, "2026-03-18": 2_000_000}))["2026-03"]
    assert (row["fed_mbs_usd"], row["public_net_change_usd"]) == (None, None)


def test_a_month_is_known_with_its_last_summary_and_the_base() -> None:
    assert programme(*BASE, *NOW, FED)["2026-03"]["known_at"] == moment("2026-04-30 20:00")
    restated = portfolio("2025-12", "FNMA", 141_000, "2026-08-01 12:00")
    row = programme(*BASE, *NOW, FED, restated)["2026-03"]
    assert (row["known_at"], row["change_since_start_usd"]) == (moment("2026-08-01 12:00"), 13e9)


def test_as_of_a_moment_before_a_restatement_the_first_balance_is_used() -> None:
    restated = portfolio("2025-12", "FNMA", 141_000, "2026-08-01 12:00")
    row = programme(*BASE, *NOW, restated, as_of="2026-08-01 11:59")["2026-03"]
    assert row["change_since_start_usd"] == 14e9


def test_as_of_a_moment_between_the_two_summaries_only_one_is_known() -> None:
    row = programme(*BASE, *NOW, as_of="2026-04-30 12:00")["2026-03"]
    assert row["gse_agency_mbs_usd"] is None
