"""The stationary bootstrap: what a draw is, and that it is the same draw whoever asks and in which order."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from assets.statistics.bootstrap import counts, indices


@pytest.mark.parametrize("length", [3, 78, 255, 256, 257, 600])
def test_counts_are_how_often_each_observation_is_in_a_draw(length: int) -> None:
    spelled_out = np.stack([np.bincount(draw, minlength=length) for draw in indices(length, draws=100)])
    assert np.array_equal(counts(length, draws=100), spelled_out)


def test_some_of_the_draws_are_those_draws() -> None:
    some = slice(30, 50)
    assert np.array_equal(counts(200, draws=100, some=some), counts(200, draws=100)[some])


def test_a_draw_goes_on_with_the_next_observation_and_around_the_end() -> None:
    drawn = indices(50, draws=1_000)
    goes_on = (drawn[:, 1:] - drawn[:, :-1]) % 50 == 1
    # One of eight begins a new block, of which one in fifty happens to begin where the last one ended.
    assert goes_on.mean() == pytest.approx(7 / 8 + 1 / 8 / 50, abs=0.005)
    assert (goes_on & (drawn[:, 1:] == 0)).any()


def test_every_observation_is_as_likely_at_every_place() -> None:
    drawn = indices(10, draws=20_000)
    for place in (0, 5, 9):
        assert np.bincount(drawn[:, place], minlength=10) == pytest.approx(2_000, rel=0.1)


def test_blocks_are_as_long_on_average_as_asked_for() -> None:
    for mean_block in (4, 26):
        drawn = indices(1_000, draws=200, mean_block=mean_block)
        begins = ((drawn[:, 1:] - drawn[:, :-1]) % 1_000 != 1).mean()
        assert 1 / begins == pytest.approx(mean_block, rel=0.05)


def test_draws_do_not_depend_on_what_was_drawn_before_or_at_the_same_time() -> None:
    lengths = [120, 300, 119, 301, 500, 120]
    alone = []
    for length in lengths:
        indices.cache_clear()
        alone.append(counts(length, draws=50))
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda length: counts(length, draws=50), lengths))
    assert all(np.array_equal(one, other) for one, other in zip(alone, together, strict=True))


def test_another_seed_draws_otherwise() -> None:
    assert not np.array_equal(indices(100, draws=5), indices(100, draws=5, seed=1))
