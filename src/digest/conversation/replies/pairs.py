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
from digest.conversation.replies.compiled import CompiledRules, PairTest, SideOutcome, Sides
from digest.conversation.replies.pair_features import Column, PairFeatures
from digest.conversation.replies.turn_features import TurnFeatures
from digest.model import Evidence

REMEMBERED = 4096  # what fires together on a turn comes again on other days
BLOCK = 256  # children that are scored at once: columns of some thousand pairs stay near the processor


class Pairs:
    """Scores of pairs by the rules of one subject.

    A parent is one of `parents`, each a group of turns (a question of several turns is one parent), in order. `scored`
    goes through children with their candidates; what is asked meanwhile is by the candidates' places.
    """

    def __init__(self, turns: TurnFeatures, rules: CompiledRules, parents: Sequence[Sequence[int]]) -> None:
        self.rules = rules
        self.sides = Sides(turns, rules.subject, parents)
        self.features = PairFeatures(turns, parents)
        self._counters = [number.counter(self.features) for number in rules.numbers]
        child_fits = [(test.child, test.never_child) for test in rules.places]
        parent_fits = [(test.parent, test.never_parent) for test in rules.places]
        self._child = _Side(self.sides.child, rules.child, rules.weights, child_fits, rules.of_child)
        self._parent = _Side(self.sides.parent, rules.parent, rules.weights, parent_fits, rules.of_parent)

    @property
    def looks_back(self) -> bool:
        """Whether a rule asks for what was chosen before, so that `features.replies` must be kept."""
        return self.rules.looks_back

    # ---- children and their candidates ------------------------------------------------------------------------

    def scored(self, children: Sequence[tuple[int, Sequence[int]]]) -> Iterator[tuple[int, Sequence[int], list[float]]]:
        """Each child with its candidates, the nearest first, and the sums of the weights of the rules that fire.

        The children come in order, `BLOCK` of them at a time where no rule asks for what was chosen before.
        """
        size = 1 if self.looks_back else BLOCK
        for start in range(0, len(children), size):
            block = children[start : start + size]
            self.features.begin(block)
            self._values: list[Column] = [count() for count in self._counters]
            totals = self._scores()
            self._at = 0  # where the candidates of the child of now begin
            for self.child, self.candidates in block:
                end = self._at + len(self.candidates)
                yield self.child, self.candidates, totals[self._at : end]
                self._at = end

    def _scores(self) -> list[float]:
        kids, parents = self.features.kids, self.features.candidates
        totals = self._child.scores[kids] + self._parent.scores[parents]
        for step in self.rules.steps:
            totals += step.added(self._values[step.number])
        within: dict[tuple[int, float, float], Truths] = {}
        for test, weight in self.rules.weighing:
            totals += self._holding(test, within) * weight
        scores: list[float] = totals.tolist()
        return scores

    def _holding(self, test: PairTest, within: dict[tuple[int, float, float], Truths]) -> Truths:
        """For each pair whether a test holds; `within` keeps which numbers are within which bounds."""
        place = self.rules.places[test]
        holding = np.ones(len(self.features.kids), dtype=np.bool_)
        if test.child or test.never_child:
            holding &= self._child.fits[place][self.features.kids]
        if test.parent or test.never_parent:
            holding &= self._parent.fits[place][self.features.candidates]
        for bound in test.numbers:
            if bound not in within:
                number, low, high = bound
                column = self._values[number]
                if column is None:
                    within[bound] = np.full(len(holding), low <= 0 <= high)
                else:
                    within[bound] = inside(column, low, high)
            holding &= within[bound]
        for other in test.never:
            holding &= ~self._holding(other, within)
        return holding

    def fired(self, n: int) -> list[int]:
        """Places of the rules that fire on the n-th candidate, ascending; also those of weight 0."""
        child, parent, place = self.child, self.candidates[n], self._at + n
        places = [*self._child.fired[child], *self._parent.fired[parent]]
        for number, bounds, fired in self.rules.tables:
            places += fired[bisect_right(bounds, self._value(number, place))]
        places += [k for test, k in self.rules.combined if self._holds(test, child, parent, place)]
        return sorted(places)

    def evidence(self, n: int) -> tuple[Evidence, ...]:
        """The rules behind the n-th candidate's score, the heaviest first."""
        fired = (self.rules.subject.rules[k] for k in self.fired(n))
        weighing = sorted((rule for rule in fired if rule.weight), key=lambda rule: (-abs(rule.weight), rule.id))
        return tuple(Evidence(rule.id, rule.weight) for rule in weighing)

    def _value(self, number: int, place: int) -> float:
        column = self._values[number]
        return 0 if column is None else float(column[place])

    def _holds(self, test: PairTest, child: int, parent: int, place: int) -> bool:
        """Whether a test holds of the pair at a place of the columns."""
        of_child, of_parent = self.sides.child[child], self.sides.parent[parent]
        return (
            test.child & of_child == test.child
            and test.parent & of_parent == test.parent
            and not test.never_child & of_child
            and not test.never_parent & of_parent
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
        outcomes: dict[int, SideOutcome],
    ) -> None:
        """`tests` are bits that must be there and bits that must not; `outcomes` are kept from other days."""
        if len(outcomes) > REMEMBERED:
            outcomes.clear()
        for b in bits:
            if b not in outcomes:
                on = [k for k in rules if b >> k & 1]
                fits = [b & needed == needed and not b & never for needed, never in tests]
                outcomes[b] = SideOutcome(on, sum(weights[k] for k in on), fits)
        by_turn = [outcomes[b] for b in bits]
        self.fired = [outcome.fired for outcome in by_turn]
        self.scores = np.array([outcome.score for outcome in by_turn], dtype=np.float64)
        self.fits = (
            np.array([outcome.fits for outcome in by_turn], dtype=np.bool_).reshape(len(bits), len(tests)).T.copy()
        )
