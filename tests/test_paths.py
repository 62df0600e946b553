"""Shapes of paths: distance, and random windows that are whole and keep away from what they are compared with."""

import numpy as np
import pytest

from assets.statistics.paths import distance, random_windows, zscored

PATH = np.array([1.0, 2.0, 4.0, 3.0, 7.0])


def test_a_path_in_standard_deviations_has_mean_nothing_and_deviation_one() -> None:
    assert (zscored(PATH).mean(), zscored(PATH).std(ddof=1)) == pytest.approx((0, 1))


@pytest.mark.parametrize(
    ("other", "expected"),
    # The mirror is 2 z away at each place: the root of the mean of 4 z squared is 2 sqrt(4 / 5).
    [(100 + 3 * PATH, 0), (-PATH, 2 * np.sqrt(4 / 5))],
    ids=["same shape", "mirror"],
)
def test_the_distance_is_of_shapes_and_not_of_sizes(other: np.ndarray, expected: float) -> None:  # type: ignore[type-arg]
    assert distance(PATH, other) == pytest.approx(expected)


def test_random_windows_are_whole_and_share_nothing_with_the_one_compared() -> None:
    values = np.arange(60.0)
    values[10] = np.nan
    starts = random_windows(values, 5, keep_out=[40])
    assert starts is not None
    assert len(starts) == 1_000
    assert set(starts) == {*range(0, 6), *range(11, 36), *range(45, 56)}


def test_without_another_whole_window_there_is_none() -> None:
    assert random_windows(np.arange(9.0), 5, keep_out=[2]) is None
    assert random_windows(np.arange(3.0), 5, keep_out=[0]) is None
