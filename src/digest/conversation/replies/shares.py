"""What two turns have in common (words, characters): how much it weighs, for many pairs at once."""

from __future__ import annotations

import numpy as np

from digest.conversation.arrays import Floats, Ints, stretches
from digest.conversation.replies.groups import Groups
from digest.conversation.replies.turn_features import Held


class Shares:
    """The weight of what children share with their candidates; a parent holds what any of its turns holds.

    Most pairs share nothing. So it isn't looked at pairs: each member that a child holds is looked up among the
    parents that hold it, which stand side by side, and its weight is added to the pairs that this makes.
    """

    def __init__(self, held: Held, groups: Groups) -> None:
        self.held, self.number = held, groups.number
        sizes = np.diff(held.ends)
        places, of = stretches(held.ends[groups.turns], sizes[groups.turns])
        holders = held.members[places] * self.number + groups.group[of]
        self.holders = np.sort(holders) if groups.single else np.unique(holders)

    def sums(self, kids: Ints, row: Ints, candidates: Ints) -> Floats | None:
        """The weight for each pair, nothing where no pair shares any.

        `kids` are the children, `row` tells of each pair which of them it belongs to, `candidates` its parent.
        """
        begins = np.flatnonzero(np.diff(row, prepend=-1))
        lowest, highest = np.minimum.reduceat(candidates, begins), np.maximum.reduceat(candidates, begins)
        ends = self.held.ends
        places, of = stretches(ends[kids], ends[kids + 1] - ends[kids])  # what the children hold, and who holds it
        members = self.held.members[places]
        first = members * self.number
        low = self.holders.searchsorted(first + lowest[of])
        places, which = stretches(low, self.holders.searchsorted(first + highest[of], side="right") - low)
        if not len(places):
            return None
        # a row of the table for each child: the parents from its lowest candidate to its highest
        widths = highest - lowest + 1
        start = np.cumsum(widths) - widths - lowest
        cells = self.holders[places] + (start[of] - first)[which]
        table = np.bincount(cells, self.held.weights[members][which], int(widths.sum()))
        # rounded, so that the order of words doesn't show
        found: Floats = np.round(table[start[row] + candidates], 6)
        return found
