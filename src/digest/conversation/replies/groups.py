"""Parents of several turns as arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from digest.conversation.arrays import Ints, whole


class Groups:
    """Parents, each a group of turns in order; `total` is the number of the day's turns."""

    def __init__(self, parents: Sequence[Sequence[int]], total: int) -> None:
        self.total, self.number = total, len(parents)
        sizes = whole([len(group) for group in parents])
        self.turns = whole([turn for group in parents for turn in group])  # one group after the other
        self.group = np.repeat(np.arange(len(parents)), sizes)  # of each of them
        self.begins = np.cumsum(sizes) - sizes
        self.single = len(self.turns) == len(parents)
        self._keys = self.group * total + self.turns

    def lasts(self, groups: Ints, turns: Ints) -> Ints:
        """The last turn of each of some groups before a turn, else its first."""
        if self.single:
            return self.turns[groups]
        places = self._keys.searchsorted(groups * self.total + turns) - 1
        lasts: Ints = self.turns[np.maximum(places, self.begins[groups])]
        return lasts
