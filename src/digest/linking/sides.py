"""Rules that look at one side of a pair: for every turn, as child and as parent, which of them hold."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from math import inf

from digest.linking.facts import Facts
from digest.rules import kinds
from digest.rules.kind import Kind
from digest.rules.model import Subject


class Sides:
    """Which rules on one side hold, as bits: `child[turn]` and `parent[parent]`; rule k has the bit 1 << k.

    A parent of several turns has what any of them has.
    """

    def __init__(self, facts: Facts, subject: Subject, parents: Sequence[Sequence[int]]) -> None:
        self.facts = facts
        number = len(facts.turns)
        self.child = [0] * number
        whole = [0] * number
        rules = subject.rules
        sides = [side_of(rule.kind) for rule in rules]
        for i, turn in enumerate(facts.turns):
            for k in subject.texts.fires(turn.text):
                if sides[k] == "child":
                    self.child[i] |= 1 << k
                else:
                    whole[i] |= 1 << k
        for k, rule in enumerate(rules):
            if not sides[k] or isinstance(rule.kind, kinds.PairPattern | kinds.PairLexicon):
                continue
            for into, mine in ((self.child, "child"), (whole, "parent")):
                if sides[k] in (mine, "both"):
                    bit = 1 << k
                    for i in self._turns(rule.kind, mine):
                        into[i] |= bit
        self.parent = [0] * len(parents)
        for p, group in enumerate(parents):
            if len(group) == 1:
                self.parent[p] = whole[group[0]]
                continue
            for j in group:
                self.parent[p] |= whole[j]

    def _turns(self, kind: Kind, side: str) -> list[int]:
        """The turns of which a rule on one side holds."""
        facts, acts = self.facts, self.facts.acts
        turns, states = facts.turns, facts.scene.states
        every = range(len(turns))
        if isinstance(kind, kinds.PairActs):
            taken = acts.taken.get(getattr(kind, side)) or ()
            return list(compress(every, taken))
        if isinstance(kind, kinds.PairScored):
            low, high = bounds(kind.min, kind.max)
            return [i for i, score in enumerate(acts.scores.get(kind.act) or ()) if low <= score <= high]
        if isinstance(kind, kinds.PairLength):
            low, high = bounds(kind.min, kind.max)
            return [i for i, size in enumerate(facts.sizes) if low <= size <= high]
        if isinstance(kind, kinds.PairSpeaker):
            scene = facts.scene
            if kind.is_ == "regular":
                return [i for i in every if turns[i].speaker not in scene.guests | scene.owners]
            whom = {"guest": scene.guests, "owner": scene.owners, "host": scene.owners}.get(kind.is_, frozenset())
            return [i for i in every if turns[i].speaker in whom]
        if isinstance(kind, kinds.PairState):
            return [i for i in every if states[i][0] == kind.is_]
        if isinstance(kind, kinds.PairMedia):
            what = {"image": "images", "link": "links"}.get(kind.of)
            return [i for i in every if (getattr(turns[i], what) if what else len(turns[i].quotes)) >= kind.min]
        raise NotImplementedError(type(kind).__name__)


def side_of(kind: Kind) -> str:
    """The side a rule looks at: "child", "parent", "both", or "" where it looks at the two together."""
    if isinstance(kind, kinds.PairActs):
        return "both" if kind.parent and kind.child else "parent" if kind.parent else "child"
    return getattr(kind, "side", "")


def bounds(low: float | None, high: float | None) -> tuple[float, float]:
    """Bounds with what is not given left open."""
    return -inf if low is None else low, inf if high is None else high
