"""What pair features are counted from: parents of several turns, where turns stand, what turns have in common."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from digest.conversation.arrays import Floats, Ints, stretches, whole
from digest.conversation.replies.turn_features import TurnFeatures, TurnTerms


class ParentGroups:
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


class TurnPlaces:
    """Where turns with words (and an act) stand.

    `before[i]` is how many stand before turn i; `keys` are speaker × turns + turn of each, ascending, so that a
    search tells how many of a speaker's stand before a turn.
    """

    def __init__(self, features: TurnFeatures, act: str) -> None:
        self.total = len(features.turns)
        taken = (features.acts.taken.get(act) or [False] * self.total) if act else [True] * self.total
        those = whole([j for j in features.all_spoken if taken[j]])
        counted = np.zeros(self.total + 1, dtype=np.int64)
        counted[those + 1] = 1
        self.before: Ints = np.cumsum(counted)
        speakers = whole([t.speaker for t in features.turns])
        self.keys: Ints = np.sort(speakers[those] * self.total + those)

    def of_each(self, speakers: Ints, after: Ints, before: Ints) -> Ints:
        """How many of each of some speakers stand strictly between two turns."""
        own = speakers * self.total
        return self.keys.searchsorted(own + before) - self.keys.searchsorted(own + after, side="right")


class SharedWeights:
    """The weight of what children share with their candidates; a parent holds what any of its turns holds.

    Most pairs share nothing. So it isn't looked at pairs: each member that a child holds is looked up among the
    parents that hold it, which stand side by side, and its weight is added to the pairs that this makes.
    """

    def __init__(self, terms: TurnTerms, groups: ParentGroups) -> None:
        self.terms, self.number = terms, groups.number
        sizes = np.diff(terms.ends)
        places, of = stretches(terms.ends[groups.turns], sizes[groups.turns])
        holders = terms.members[places] * self.number + groups.group[of]
        self.holders = np.sort(holders) if groups.single else np.unique(holders)

    def sums(self, kids: Ints, row: Ints, candidates: Ints) -> Floats | None:
        """The weight for each pair, nothing where no pair shares any.

        `kids` are the children, `row` tells of each pair which of them it belongs to, `candidates` its parent.
        """
        begins = np.flatnonzero(np.diff(row, prepend=-1))
        lowest, highest = np.minimum.reduceat(candidates, begins), np.maximum.reduceat(candidates, begins)
        ends = self.terms.ends
        places, of = stretches(ends[kids], ends[kids + 1] - ends[kids])  # what the children hold, and who holds it
        members = self.terms.members[places]
        first = members * self.number
        low = self.holders.searchsorted(first + lowest[of])
        places, which = stretches(low, self.holders.searchsorted(first + highest[of], side="right") - low)
        if not len(places):
            return None
        # a row of the table for each child: the parents from its lowest candidate to its highest
        widths = highest - lowest + 1
        start = np.cumsum(widths) - widths - lowest
        cells = self.holders[places] + (start[of] - first)[which]
        table = np.bincount(cells, self.terms.weights[members][which], int(widths.sum()))
        # rounded, so that the order of words doesn't show
        sums: Floats = np.round(table[start[row] + candidates], 6)
        return sums
