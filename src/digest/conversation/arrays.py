"""Numbers of many turns as arrays: their types, and what several stages do with them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from digest.model import Turn

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]


def whole(numbers: Sequence[int]) -> Ints:
    """Whole numbers as an array."""
    return np.array(numbers, dtype=np.int64)


def truths(flags: Sequence[bool]) -> Truths:
    """What holds or doesn't as an array."""
    return np.array(flags, dtype=np.bool_)


def inside(numbers: Ints | Floats, low: float, high: float) -> Truths:
    """Where numbers are within bounds, both ends in them."""
    within: Truths = (low <= numbers) & (numbers <= high)
    return within


def stretches(begins: Ints, sizes: Ints) -> tuple[Ints, Ints]:
    """The places begin, begin + 1, … of each stretch, one after the other, and of which stretch each is."""
    of = np.repeat(np.arange(len(sizes)), sizes)
    ends = np.cumsum(sizes)
    return np.arange(len(of)) + (begins - ends + sizes)[of], of


def named(turns: Sequence[Turn]) -> Truths:
    """Whom each turn names: turns × persons."""
    persons = 1 + max((person for t in turns for person in (t.speaker, *t.mentions)), default=-1)
    names = np.zeros((len(turns), persons), dtype=np.bool_)
    for n, turn in enumerate(turns):
        if turn.mentions:
            names[n, list(turn.mentions)] = True
    return names
