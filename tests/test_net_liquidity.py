"""Net liquidity: Fed assets less the Treasury's account and reverse repo, from three units and two frequencies."""

from datetime import timedelta

import pytest

from tests.models import Facts, Row, built, day, moment, series, weeks

WEDNESDAY = "2026-01-07"


def inputs(wednesday: str, assets: float, account: float, reverse_repo: float) -> tuple[Facts, ...]:
    """One week as published: millions, millions, billions."""
    return (
        series("WALCL", {wednesday: assets}),
        series("WTREGEN", {wednesday: account}),
        series("RRPONTSYD", {wednesday: reverse_repo}),
    )


def levels(wednesdays: list[str], net_busd: list[float]) -> tuple[Facts, ...]:
    """Weeks whose net liquidity is these billions: assets that much above an account and a reverse repo of nothing."""
    return (
        series("WALCL", {w: 1e3 * n for w, n in zip(wednesdays, net_busd, strict=True)}),
        series("WTREGEN", dict.fromkeys(wednesdays, 0.0)),
        series("RRPONTSYD", dict.fromkeys(wednesdays, 0.0)),
    )


def net_liquidity(*given: Facts, as_of: str | None = None) -> dict[str, Row]:
    rows = built("metrics.net_liquidity", *given, as_of=as_of)
    return {row["week_ending"].isoformat(): row for row in rows}


@pytest.mark.parametrize(
    ("wednesday", "millions", "account", "billions", "expected", "naive"),
    [
        ("2026-01-07", 6_573_602, 796_148, 4.582, 5_772.872, 5_777.449418),
        ("2022-12-28", 8_551_169, 427_926, 2_293.003, 5_830.240, 8_120.949997),
    ],
)
def test_units_are_converted_before_anything_is_subtracted(
    wednesday: str,
    millions: float,
    account: float,
    billions: float,
    expected: float,
    naive: float,
) -> None:
    row = net_liquidity(*inputs(wednesday, millions, account, billions))[wednesday]
    assert row["fed_assets_usd"] == millions * 1e6
    assert row["tga_usd"] == account * 1e6
    assert row["reverse_repo_usd"] == pytest.approx(billions * 1e9, abs=0)
    assert row["net_liquidity_usd"] == pytest.approx(expected * 1e9, abs=0.01)
    assert (millions - account - billions) / 1e3 == pytest.approx(naive)
    assert abs(row["net_liquidity_usd"] / 1e9 - naive) > 4


def test_the_wednesday_variant_takes_the_wednesday_level_of_the_account() -> None:
    wednesday_level = series("WDTGAL", {WEDNESDAY: 800_000})
    row = net_liquidity(*inputs(WEDNESDAY, 6_573_602, 796_148, 4.582), wednesday_level)[WEDNESDAY]
    assert row["net_liquidity_usd"] == pytest.approx(5_772.872e9, abs=0.01)
    assert row["net_liquidity_wednesday_usd"] == pytest.approx(5_769.020e9, abs=0.01)


def test_without_the_wednesday_level_only_the_wednesday_variant_is_not_known() -> None:
    row = net_liquidity(*inputs(WEDNESDAY, 6_573_602, 796_148, 4.582))[WEDNESDAY]
    assert row["net_liquidity_wednesday_usd"] is None
    assert row["net_liquidity_usd"] is not None


def test_on_a_holiday_wednesday_the_last_operation_of_the_week_counts() -> None:
    holiday = "2025-01-01"
    given = (
        series("WALCL", {holiday: 6_852_000}),
        series("WTREGEN", {holiday: 700_000}),
        series("RRPONTSYD", {"2024-12-30": 240.0, "2024-12-31": 473.0, "2025-01-02": 237.0}),
    )
    assert net_liquidity(*given)[holiday]["reverse_repo_usd"] == 473e9


@pytest.mark.parametrize("missing", ["WTREGEN", "RRPONTSYD"])
def test_a_missing_input_leaves_net_liquidity_unknown_and_never_zero(missing: str) -> None:
    given = [some for some in inputs(WEDNESDAY, 6_573_602, 796_148, 4.582) if some.rows[0]["series_id"] != missing]
    row = net_liquidity(*given)[WEDNESDAY]
    assert row["net_liquidity_usd"] is None
    assert row["fed_assets_usd"] == 6_573_602e6


def test_an_operation_of_the_week_before_does_not_stand_in() -> None:
    given = (
        series("WALCL", {WEDNESDAY: 6_573_602}),
        series("WTREGEN", {WEDNESDAY: 796_148}),
        series("RRPONTSYD", {"2025-12-31": 105.993}),
    )
    assert net_liquidity(*given)[WEDNESDAY]["reverse_repo_usd"] is None


def test_the_change_over_13_weeks_is_the_impulse() -> None:
    given = (*levels(["2025-10-08"], [5_778.156]), *levels([WEDNESDAY], [5_772.872]))
    row = net_liquidity(*given)[WEDNESDAY]
    assert row["change_13w_usd"] == pytest.approx(-5.284e9, abs=0.01)
    assert row["change_1w_usd"] is None


def test_over_a_missing_week_there_is_no_change_and_not_one_of_two_weeks() -> None:
    rows = net_liquidity(*levels(["2025-12-17", "2025-12-31", WEDNESDAY], [100, 130, 137]))
    assert [row["change_1w_usd"] for row in rows.values()] == [None, None, 7e9]


def test_the_z_score_is_against_the_156_weeks_before_without_the_current_one() -> None:
    # 39 times the block 1, 2, 4, 3: mean 2.5, squares about it 39 * 5 = 195, deviation sqrt(195 / 155).
    net_busd = [1.0, 2.0, 4.0, 3.0] * 39 + [7.0]
    rows = net_liquidity(*levels(weeks(WEDNESDAY, 157), net_busd))
    assert rows[WEDNESDAY]["zscore_156w"] == pytest.approx((7 - 2.5) / (195 / 155) ** 0.5)
    assert [row["zscore_156w"] for row in rows.values()].count(None) == 156


def test_a_week_missing_among_the_156_leaves_no_z_score() -> None:
    wednesdays, net_busd = weeks(WEDNESDAY, 158), [1.0, 2.0] * 79
    del wednesdays[80], net_busd[80]
    assert net_liquidity(*levels(wednesdays, net_busd))[WEDNESDAY]["zscore_156w"] is None


def test_a_flat_past_has_no_deviation_to_measure_with() -> None:
    rows = net_liquidity(*levels(weeks(WEDNESDAY, 157), [5.0] * 156 + [6.0]))
    assert rows[WEDNESDAY]["zscore_156w"] is None


def test_the_impulse_is_scored_once_169_weeks_are_there() -> None:
    # Blocks of 13 weeks at a level: the impulses of block k are all its step from block k - 1, +1 and -1 in turn.
    levels_busd = [float(block % 2) for block in range(13) for _ in range(13)] + [5.0]
    rows = net_liquidity(*levels(weeks(WEDNESDAY, 170), levels_busd))
    # 156 impulses, as many +1 as -1: mean 0, deviation sqrt(156 / 155); the last level before 5 is 0.
    assert rows[WEDNESDAY]["change_13w_usd"] == 5e9
    assert rows[WEDNESDAY]["impulse_zscore_156w"] == pytest.approx(5 / (156 / 155) ** 0.5)
    assert [row["impulse_zscore_156w"] for row in rows.values()].count(None) == 169


def test_a_week_is_known_when_its_last_input_is() -> None:
    given = (
        series("WALCL", {WEDNESDAY: 6_573_602}, known_at="2026-01-08 21:30"),
        series("WTREGEN", {WEDNESDAY: 796_148}, known_at="2026-01-09 15:00"),
        series("RRPONTSYD", {WEDNESDAY: 4.582}, known_at="2026-01-07 19:02"),
    )
    assert net_liquidity(*given)[WEDNESDAY]["known_at"] == moment("2026-01-09 15:00")


def test_an_operation_that_is_not_used_does_not_delay_the_week() -> None:
    late = series("RRPONTSYD", {"2026-01-05": 9.0}, known_at="2026-03-01 12:00", basis="observed")
    row = net_liquidity(*inputs(WEDNESDAY, 6_573_602, 796_148, 4.582), late)[WEDNESDAY]
    assert row["known_at"] == moment("2026-01-08 21:30")


def test_a_late_correction_delays_only_the_rows_that_rest_on_it() -> None:
    wednesdays = weeks(WEDNESDAY, 160)
    late = "2026-06-01 12:00"
    corrected = series("WALCL", {wednesdays[3]: 2e3}, known_at=late, basis="observed")
    rows = net_liquidity(*levels(wednesdays, [1.0, 3.0] * 80), corrected)
    # Itself, a week and 13 weeks later by the changes, and by the z-scores the weeks that have one: 156 on.
    assert [wednesdays.index(w) for w, row in rows.items() if row["known_at"] == moment(late)] == [
        *(3, 4, 16),
        *(156, 157, 158, 159),
    ]


def test_as_of_a_moment_before_the_release_the_week_is_not_there() -> None:
    given = (*levels(["2025-12-31"], [5_700]), *levels([WEDNESDAY], [5_772.872]))
    rows = net_liquidity(*given, as_of="2026-01-08 21:29")
    assert list(rows) == ["2025-12-31"]


def test_as_of_a_moment_before_a_correction_the_first_value_is_used() -> None:
    correction = series("WALCL", {WEDNESDAY: 6_573_700}, known_at="2026-01-15 21:30", basis="observed")
    given = (*inputs(WEDNESDAY, 6_573_602, 796_148, 4.582), correction)
    before = net_liquidity(*given, as_of="2026-01-15 21:29")[WEDNESDAY]
    after = net_liquidity(*given, as_of="2026-01-15 21:30")[WEDNESDAY]
    assert before["fed_assets_usd"] == 6_573_602e6
    assert after["fed_assets_usd"] == 6_573_700e6
    assert after["known_at"] - before["known_at"] == timedelta(days=7)


def test_a_week_is_dated_by_the_day_that_ends_it() -> None:
    (row,) = net_liquidity(*inputs(WEDNESDAY, 6_573_602, 796_148, 4.582)).values()
    assert row["week_ending"] == day(WEDNESDAY)
