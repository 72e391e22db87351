"""Rules on a turn and one before it → the score of the pair.

A rule looks at one side (the words of the child, the length of the parent), at a number between the two (the gap, the
words they share), or at other rules (`all`). Sides are looked at once a turn, numbers that no rule asks for never, and
all rules on one number are one table: its sorted bounds with the sum of the weights between them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from operator import add

from digest.linking.between import Between, Column
from digest.linking.facts import Facts
from digest.linking.pair_rules import Test, pair_rules
from digest.linking.sides import Sides
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
        weights = self.ready.weights
        self._child_fired, self._child_score = _sums(self.sides.child, self.ready.child, weights, self.ready.of_child)
        self._parent_fired, self._parent_score = _sums(
            self.sides.parent, self.ready.parent, weights, self.ready.of_parent
        )

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
            totals = self._scores(block)
            self._at = 0  # where the candidates of the child of now begin
            for self.child, self.candidates in block:
                end = self._at + len(self.candidates)
                yield self.child, self.candidates, totals[self._at : end]
                self._at = end

    def _scores(self, block: Sequence[tuple[int, Sequence[int]]]) -> list[float]:
        kids, parents = self.between.kids, [p for _, candidates in block for p in candidates]
        child_score, parent_score = self._child_score, self._parent_score
        totals = list(map(add, map(child_score.__getitem__, kids), map(parent_score.__getitem__, parents)))
        for step in self.ready.steps:
            totals = step.added(self._values[step.number], totals)
        holding = _Holding(self.sides, self._values, block, parents)
        for test, weight in self.ready.weighing:
            for n in holding.places(test):
                if not any(self._holds(t, kids[n], parents[n], n) for t in test.never):
                    totals[n] += weight
        return totals

    def fired(self, n: int) -> list[int]:
        """Places of the rules that fire on the n-th candidate, ascending; also those of weight 0."""
        child, parent, place = self.child, self.candidates[n], self._at + n
        found = [*self._child_fired[child], *self._parent_fired[parent]]
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
        return column[place] if column else 0

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


class _Holding:
    """At which places of a block's columns a test holds, the tests that must not hold left aside."""

    def __init__(
        self, sides: Sides, values: Sequence[Column], block: Sequence[tuple[int, Sequence[int]]], parents: Sequence[int]
    ) -> None:
        self.sides, self.values, self.parents = sides, values, parents
        self.of_child: list[tuple[int, range]] = []  # each child's bits and its pairs' places
        self.of_parent: dict[int, list[int]] = {}
        self.within: dict[tuple[int, float, float], Sequence[int]] = {}
        at = 0
        for child, candidates in block:
            self.of_child.append((sides.child[child], range(at, at + len(candidates))))
            at += len(candidates)
        for n, p in enumerate(parents):
            self.of_parent.setdefault(p, []).append(n)
        self.every = range(at)

    def places(self, test: Test) -> Sequence[int]:
        """Begin with what most likely leaves few: a child, a number, a parent."""
        numbers = test.numbers
        found: Sequence[int]
        if test.child or test.never_child:
            needed, never = test.child, test.never_child
            found = [n for bits, own in self.of_child if bits & needed == needed and not bits & never for n in own]
        elif numbers:
            found, numbers = self.of_number(numbers[0]), numbers[1:]
        elif test.parent or test.never_parent:
            return self.of_parents(test)
        else:
            found = self.every
        for number, low, high in numbers:
            column = self.values[number]
            if column:
                found = [n for n in found if low <= column[n] <= high]
            elif not low <= 0 <= high:
                return ()
        if test.parent or test.never_parent:
            needed, never, bits, parents = test.parent, test.never_parent, self.sides.parent, self.parents
            found = [n for n in found if bits[parents[n]] & needed == needed and not bits[parents[n]] & never]
        return found

    def of_number(self, bound: tuple[int, float, float]) -> Sequence[int]:
        """Places at which a number is within bounds."""
        if bound not in self.within:
            number, low, high = bound
            column = self.values[number]
            if column:
                self.within[bound] = [n for n, v in enumerate(column) if low <= v <= high]
            else:
                self.within[bound] = self.every if low <= 0 <= high else ()
        return self.within[bound]

    def of_parents(self, test: Test) -> Sequence[int]:
        bits, needed, never = self.sides.parent, test.parent, test.never_parent
        fit = (own for p, own in self.of_parent.items() if bits[p] & needed == needed and not bits[p] & never)
        return [n for own in fit for n in own]


def _sums(
    bits: Sequence[int], rules: Sequence[int], weights: Sequence[float], known: dict[int, tuple[list[int], float]]
) -> tuple[list[list[int]], list[float]]:
    """Which of the rules on one side alone fire on each turn, and what they add together; `known` from other days."""
    if len(known) > REMEMBERED:
        known.clear()
    for b in bits:
        if b not in known:
            on = [k for k in rules if b >> k & 1]
            known[b] = on, sum(weights[k] for k in on)
    return [known[b][0] for b in bits], [known[b][1] for b in bits]
