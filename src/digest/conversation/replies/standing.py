"""How many turns with words (and an act) stand between two, anyone's or one speaker's."""

from __future__ import annotations

import numpy as np

from digest.conversation.arrays import Ints, whole
from digest.conversation.replies.turn_features import Facts


class Standing:
    """Where turns with words (and an act) stand.

    `before[i]` is how many stand before turn i; `keys` are speaker × turns + turn of each, ascending, so that a
    search tells how many of a speaker's stand before a turn.
    """

    def __init__(self, facts: Facts, act: str) -> None:
        self.total = len(facts.turns)
        taken = (facts.acts.taken.get(act) or [False] * self.total) if act else [True] * self.total
        those = whole([j for j in facts.all_spoken if taken[j]])
        counted = np.zeros(self.total + 1, dtype=np.int64)
        counted[those + 1] = 1
        self.before: Ints = np.cumsum(counted)
        speakers = whole([t.speaker for t in facts.turns])
        self.keys: Ints = np.sort(speakers[those] * self.total + those)

    def of_each(self, speakers: Ints, after: Ints, before: Ints) -> Ints:
        """How many of each of some speakers stand strictly between two turns."""
        own = speakers * self.total
        return self.keys.searchsorted(own + before) - self.keys.searchsorted(own + after, side="right")
