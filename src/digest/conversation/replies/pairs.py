"""Rules on a turn and one before it → the score of the pair.

A rule looks at one side (the words of the child, the length of the parent), at a number between the two (the gap, the
words they share), or at other rules (`all`). Sides are looked at once a turn, numbers that no rule asks for never, and
all rules on one number are one table: its sorted bounds with the sum of the weights between them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

import numpy as np

from digest.conversation.arrays import Truths, inside
from digest.conversation.replies.compiled import Known, Test, pair_rules
from digest.conversation.replies.pair_features import Between, Column
from digest.conversation.replies.sides import Sides
from digest.conversation.replies.turn_features import Facts
from digest.model import Evidence
from digest.rules.model import Subject

REMEMBERED = 4096  # what fires together on a turn comes again on other days
BLOCK = 256  # children that are scored at once: columns of some thousand pairs stay near the processor


class Pairs:
    """Scores of pairs by the rules of one subject.

    A parent is one of `parents`, each a group of turns (a question of several turns is one parent), in order. `scored`
    goes through children with their candidates; what is asked meanwhile is by the candidates' places.
    """

    def __init__(self, facts: Facts, subject: Subject, parents: Sequence[Sequence[int]]) -> None:
        self.rules = subject.rules
        self.ready = pair_rules(subject)
        self.sides = Sides(facts, subject, parents)
        self.between = Between(facts, parents)
        self._columns = [self.between.column(key) for key in self.ready.keys]
        ready = self.ready
        child_fits = [(test.child, test.never_child) for test in ready.places]
        parent_fits = [(test.parent, test.never_parent) for test in ready.places]
        self._child = _Side(self.sides.child, ready.child, ready.weights, child_fits, ready.of_child)
        self._parent = _Side(self.sides.parent, ready.parent, ready.weights, parent_fits, ready.of_parent)

    @property
    def looks_back(self) -> bool:
        """Whether a rule asks for what was chosen before, so that `between.replies` must be kept."""
        return self.ready.looks_back

    # ---- children and their candidates ------------------------------------------------------------------------

    def scored(self, children: Sequence[tuple[int, Sequence[int]]]) -> Iterator[tuple[int, Sequence[int], list[float]]]:
        """Each child with its candidates, the nearest first, and the sums of the weights of the rules that fire.

        The children come in order, `BLOCK` of them at a time where no rule asks for what was chosen before.
        """
        size = 1 if self.looks_back else BLOCK
        for start in range(0, len(children), size):
            block = children[start : start + size]
            self.between.begin(block)
            self._values: list[Column] = [column() for column in self._columns]
            totals = self._scores()
            self._at = 0  # where the candidates of the child of now begin
            for self.child, self.candidates in block:
                end = self._at + len(self.candidates)
                yield self.child, self.candidates, totals[self._at : end]
                self._at = end

    def _scores(self) -> list[float]:
        kids, parents = self.between.kids, self.between.candidates
        totals = self._child.scores[kids] + self._parent.scores[parents]
        for step in self.ready.steps:
            totals += step.added(self._values[step.number])
        within: dict[tuple[int, float, float], Truths] = {}
        for test, weight in self.ready.weighing:
            totals += self._holding(test, within) * weight
        made: list[float] = totals.tolist()
        return made

    def _holding(self, test: Test, within: dict[tuple[int, float, float], Truths]) -> Truths:
        """For each pair whether a test holds; `within` keeps which numbers are within which bounds."""
        place = self.ready.places[test]
        found = np.ones(len(self.between.kids), dtype=np.bool_)
        if test.child or test.never_child:
            found &= self._child.fits[place][self.between.kids]
        if test.parent or test.never_parent:
            found &= self._parent.fits[place][self.between.candidates]
        for bound in test.numbers:
            if bound not in within:
                number, low, high = bound
                column = self._values[number]
                if column is None:
                    within[bound] = np.full(len(found), low <= 0 <= high)
                else:
                    within[bound] = inside(column, low, high)
            found &= within[bound]
        for other in test.never:
            found &= ~self._holding(other, within)
        return found

    def fired(self, n: int) -> list[int]:
        """Places of the rules that fire on the n-th candidate, ascending; also those of weight 0."""
        child, parent, place = self.child, self.candidates[n], self._at + n
        found = [*self._child.fired[child], *self._parent.fired[parent]]
        for number, bounds, fired in self.ready.tables:
            found += fired[bisect_right(bounds, self._value(number, place))]
        found += [k for test, k in self.ready.combined if self._holds(test, child, parent, place)]
        return sorted(found)

    def evidence(self, n: int) -> tuple[Evidence, ...]:
        """The rules behind the n-th candidate's score, the heaviest first."""
        rules = [self.rules[k] for k in self.fired(n) if self.rules[k].weight]
        return tuple(Evidence(r.id, r.weight) for r in sorted(rules, key=lambda r: (-abs(r.weight), r.id)))

    def _value(self, number: int, place: int) -> float:
        column = self._values[number]
        return 0 if column is None else float(column[place])

    def _holds(self, test: Test, child: int, parent: int, place: int) -> bool:
        """Whether a test holds of the pair at a place of the columns."""
        mine, theirs = self.sides.child[child], self.sides.parent[parent]
        return (
            test.child & mine == test.child
            and test.parent & theirs == test.parent
            and not test.never_child & mine
            and not test.never_parent & theirs
            and all(low <= self._value(number, place) <= high for number, low, high in test.numbers)
            and not any(self._holds(t, child, parent, place) for t in test.never)
        )


class _Side:
    """What the bits of one side say of each turn: which of the rules on it alone fire, what they add together, which
    tests they fit (tests × turns)."""

    def __init__(
        self,
        bits: Sequence[int],
        rules: Sequence[int],
        weights: Sequence[float],
        tests: Sequence[tuple[int, int]],
        known: dict[int, Known],
    ) -> None:
        """`tests` are bits that must be there and bits that must not; `known` is kept from other days."""
        if len(known) > REMEMBERED:
            known.clear()
        for b in bits:
            if b not in known:
                on = [k for k in rules if b >> k & 1]
                fits = [b & needed == needed and not b & never for needed, never in tests]
                known[b] = Known(on, sum(weights[k] for k in on), fits)
        found = [known[b] for b in bits]
        self.fired = [one.fired for one in found]
        self.scores = np.array([one.score for one in found], dtype=np.float64)
        self.fits = np.array([one.fits for one in found], dtype=np.bool_).reshape(len(bits), len(tests)).T.copy()
