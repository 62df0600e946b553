"""Paths that go through pinned points, with seeded noise between them that may not break a pin."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Pins = Mapping[str, float]


def stream(seed: int, name: str) -> np.random.Generator:
    """The random numbers of one subject: another subject may draw more or fewer without moving these."""
    return np.random.Generator(np.random.PCG64([seed, zlib.crc32(name.encode())]))


def ordinals(days: Sequence[date]) -> Floats:
    return np.array([day.toordinal() for day in days], dtype=np.float64)


def line(at: Floats, pins: Pins) -> Floats:
    """Straight lines between pins, flat outside."""
    known = ordinals([date.fromisoformat(day) for day in pins])
    return np.interp(at, known, np.array(list(pins.values()), dtype=np.float64))


def bridge(days: Sequence[date], pins: Pins, steps: Floats, *, log: bool = False, inside: bool = False) -> Floats:
    """A random walk of `steps` bent through `pins`; a pin on a day that is not in `days` raises ValueError.

    Between two pins no value exceeds the highest pin so far (the right one included), so that records fall on
    pinned days where the pins say so. With `inside` no value leaves the range of its two pins at all.
    """
    place = {day.isoformat(): number for number, day in enumerate(days)}
    if missing := [day for day in pins if day not in place]:
        raise ValueError(f"pinned on days without a value: {missing}")
    where = np.array([place[day] for day in pins])
    value = np.array(list(pins.values()), dtype=np.float64)
    level = np.log(value) if log else value
    number = np.arange(len(days), dtype=np.float64)
    walk = np.cumsum(steps)
    path: Floats = np.interp(number, where, level) + walk - np.interp(number, where, walk[where])
    left = np.clip(np.searchsorted(where, number, side="right") - 1, 0, len(where) - 1)
    right = np.minimum(left + 1, len(where) - 1)
    margin = 3e-4 if log else 0.0
    top = np.maximum((level if inside else np.maximum.accumulate(level))[left], level[right]) - margin
    path = top - np.abs(top - path)
    if inside:
        bottom = np.minimum(level[left], level[right]) + margin
        path = np.minimum(bottom + np.abs(path - bottom), top)
    path[where] = level
    if not log:
        return path
    path = np.exp(path)
    path[where] = value
    return path
