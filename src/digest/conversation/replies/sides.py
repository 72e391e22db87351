"""Rules that look at one side of a pair: for every turn, as child and as parent, which of them hold."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

import numpy as np

from digest.conversation.acts.kinds import ActScore, DayState, Media, Speaker
from digest.conversation.arrays import Truths, inside, truths, whole
from digest.conversation.replies.kinds import PairActs
from digest.conversation.replies.turn_features import Facts
from digest.rules.declare import Kind
from digest.rules.kinds import Length, Lexicon, Pattern
from digest.rules.model import Subject


class Sides:
    """Which rules on one side hold, as bits: `child[turn]` and `parent[parent]`; rule k has the bit 1 << k.

    A parent of several turns has what any of them has.
    """

    def __init__(self, facts: Facts, subject: Subject, parents: Sequence[Sequence[int]]) -> None:
        self.facts = facts
        self.total = len(facts.turns)
        self.sizes = whole(facts.sizes)
        rules = subject.rules
        sides = [side_of(rule.kind) for rule in rules]
        child = np.zeros((len(rules), self.total), dtype=np.bool_)
        parent = np.zeros((len(rules), self.total), dtype=np.bool_)
        for i, turn in enumerate(facts.turns):
            for k in subject.texts.fires(turn.text):
                (child if sides[k] == "child" else parent)[k, i] = True
        for k, rule in enumerate(rules):
            if not sides[k] or isinstance(rule.kind, Pattern | Lexicon):
                continue
            if sides[k] in ("child", "both"):
                child[k] = self._turns(rule.kind, "child")
            if sides[k] in ("parent", "both"):
                parent[k] = self._turns(rule.kind, "parent")
        self.child = _bits(child)
        own = _bits(parent)
        self.parent = [0] * len(parents)
        for p, group in enumerate(parents):
            for j in group:
                self.parent[p] |= own[j]

    def _turns(self, kind: Kind, side: str) -> Truths:
        """Of which turns a rule on one side holds."""
        facts, acts = self.facts, self.facts.acts
        turns, states = facts.turns, facts.scene.states
        if isinstance(kind, PairActs):
            return truths(acts.taken.get(getattr(kind, side)) or [False] * self.total)
        if isinstance(kind, ActScore):
            low, high = bounds(kind.min, kind.max)
            scores = acts.scores.get(kind.act)
            return truths([low <= score <= high for score in scores] if scores else [False] * self.total)
        if isinstance(kind, Length):
            return inside(self.sizes, *bounds(kind.min, kind.max))
        if isinstance(kind, Speaker):
            scene = facts.scene
            if kind.is_ == "regular":
                others = scene.guests | scene.owners
                return truths([t.speaker not in others for t in turns])
            whom = {"guest": scene.guests, "owner": scene.owners, "host": scene.owners}.get(kind.is_, frozenset())
            return truths([t.speaker in whom for t in turns])
        if isinstance(kind, DayState):
            return truths([state == kind.is_ for state, _ in states])
        if isinstance(kind, Media):
            what = {"image": "images", "link": "links"}.get(kind.of)
            return truths([(getattr(t, what) if what else len(t.quotes)) >= kind.min for t in turns])
        raise NotImplementedError(type(kind).__name__)


def _bits(rules: Truths) -> list[int]:
    """Each column of rules × turns as an integer's bits, the first rule's the lowest."""
    packed = np.packbits(rules, axis=0, bitorder="little").T
    return [int.from_bytes(row, "little") for row in packed.tolist()]


def side_of(kind: Kind) -> str:
    """The side a rule looks at: "child", "parent", "both", or "" where it looks at the two together."""
    if isinstance(kind, PairActs):
        return "both" if kind.parent and kind.child else "parent" if kind.parent else "child"
    return kind.side


def bounds(low: float | None, high: float | None) -> tuple[float, float]:
    """Bounds with what is not given left open."""
    return -inf if low is None else low, inf if high is None else high
