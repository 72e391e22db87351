"""Rules on a turn and one before it → the score of the pair.

A rule looks at one side (the words of the child, the length of the parent), at a number between the two (the gap, the
words they share), or at other rules (`all`). Sides are looked at once a turn, numbers that no rule asks for never, and
all rules on one number are one table: its sorted bounds with the sum of the weights between them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, nextafter

from digest.between import Between, Column, Interval, Key, asked
from digest.facts import Facts
from digest.model import Evidence
from digest.rules import kinds
from digest.rules.model import Rule, Subject
from digest.sides import Sides, side_of

SMALL = 64  # tables of whole numbers up to this are looked up instead of searched


@dataclass(frozen=True, slots=True)
class Test:
    """What must hold for a rule: bits of each side, numbers within bounds, bits and tests that must not."""

    child: int = 0
    parent: int = 0
    numbers: tuple[tuple[int, float, float], ...] = ()
    never_child: int = 0
    never_parent: int = 0
    never: tuple[Test, ...] = ()

    @property
    def one_number(self) -> bool:
        return len(self.numbers) == 1 and not (
            self.child or self.parent or self.never_child or self.never_parent or self.never
        )

    @property
    def one_side(self) -> bool:
        return bool(self.child) != bool(self.parent) and not (
            self.numbers or self.never_child or self.never_parent or self.never
        )


class Pairs:
    """Scores of pairs by the rules of one subject.

    A parent is one of `parents`, each a group of turns (a question of several turns is one parent), in order. `begin`
    takes a child with its candidates; what is asked then is by the candidates' places.
    """

    def __init__(self, facts: Facts, subject: Subject, parents: Sequence[Sequence[int]]) -> None:
        self.rules = subject.rules
        self.sides = Sides(facts, subject, parents)
        self.between = Between(facts, parents)
        self._keys: dict[Key, int] = {}
        tests = self._tests()
        self._columns = [self.between.column(key) for key in self._keys]
        weights = [rule.weight for rule in self.rules]
        by_number: dict[int, list[tuple[Interval, int]]] = {}
        single: dict[str, list[int]] = {"child": [], "parent": []}
        self._combined: list[tuple[Test, int]] = []
        for k, test in enumerate(tests):
            if test.one_number:
                number, low, high = test.numbers[0]
                by_number.setdefault(number, []).append(((low, high), k))
            elif test.one_side and not isinstance(self.rules[k].kind, kinds.All):
                single["child" if test.child else "parent"].append(k)
            else:
                self._combined.append((test, k))
        self._tables = [(n, *_table(of)) for n, of in sorted(by_number.items())]
        self._steps = [
            _Step(n, bounds, [sum(weights[k] for k in on) for on in fired])
            for n, bounds, fired in self._tables
            if any(weights[k] for on in fired for k in on)
        ]
        self._weighing = [(test, weights[k]) for test, k in self._combined if weights[k]]
        self._child_fired, self._child_score = _sums(self.sides.child, single["child"], weights)
        self._parent_fired, self._parent_score = _sums(self.sides.parent, single["parent"], weights)

    @property
    def looks_back(self) -> bool:
        """Whether a rule asks for what was chosen before, so that `between.replies` must be kept."""
        return any(key[0] == "chain" for key in self._keys)

    # ---- what the rules need ----------------------------------------------------------------------------------

    def _tests(self) -> list[Test]:
        place = {rule.id: k for k, rule in enumerate(self.rules)}
        return [
            self._all(rule.kind, place) if isinstance(rule.kind, kinds.All) else self._one(k, rule)
            for k, rule in enumerate(self.rules)
        ]

    def _one(self, k: int, rule: Rule) -> Test:
        side = side_of(rule.kind)
        if side:
            return Test(child=(side != "parent") << k, parent=(side != "child") << k)
        numbers = [(self._keys.setdefault(key, len(self._keys)), *bound) for key, bound in asked(rule.kind)]
        return Test(numbers=tuple(numbers))

    def _all(self, kind: kinds.All, place: Mapping[str, int]) -> Test:
        if any(name not in place for name in kind.of):  # one is switched off: it never fires
            return Test(child=1 << len(place))
        yes = [self._one(place[name], self.rules[place[name]]) for name in kind.of]
        no = [self._one(place[name], self.rules[place[name]]) for name in kind.not_ if name in place]
        sided = [test for test in no if test.one_side]
        return Test(
            _bits(test.child for test in yes),
            _bits(test.parent for test in yes),
            tuple(number for test in yes for number in test.numbers),
            _bits(test.child for test in sided),
            _bits(test.parent for test in sided),
            tuple(test for test in no if not test.one_side),
        )

    # ---- one child and its candidates -------------------------------------------------------------------------

    def begin(self, child: int, candidates: Sequence[int]) -> None:
        """Look at a child against its candidates, the nearest first."""
        self.child, self.candidates = child, candidates
        self.between.begin(child, candidates)
        self._values: list[Column] = [column() for column in self._columns]

    def scores(self) -> list[float]:
        """The sum of the weights of the rules that fire on each pair."""
        values, parent_score = self._values, self._parent_score
        base = self._child_score[self.child]
        totals = [base + parent_score[p] for p in self.candidates]
        for step in self._steps:
            totals = step.added(values[step.number], totals)
        mine = self.sides.child[self.child]
        bits = [self.sides.parent[p] for p in self.candidates]
        every = range(len(bits))
        having: dict[int, Sequence[int]] = {0: every}
        for test, weight in self._weighing:
            if test.child & mine != test.child or test.never_child & mine:
                continue
            needed = test.parent
            places = having.get(needed)
            if places is None:
                places = having[needed] = [n for n in every if bits[n] & needed == needed]
            if test.never_parent:
                places = [n for n in places if not bits[n] & test.never_parent]
            for number, low, high in test.numbers:
                column = values[number]
                if column:
                    places = [n for n in places if low <= column[n] <= high]
                elif not low <= 0 <= high:
                    places = ()
                if not places:
                    break
            for n in places:
                if not test.never or not any(self._holds(t, n) for t in test.never):
                    totals[n] += weight
        return totals

    def fired(self, n: int) -> list[int]:
        """Places of the rules that fire on the n-th candidate, ascending; also those of weight 0."""
        found = [*self._child_fired[self.child], *self._parent_fired[self.candidates[n]]]
        for number, bounds, fired in self._tables:
            found += fired[bisect_right(bounds, self._value(number, n))]
        found += [k for test, k in self._combined if self._holds(test, n)]
        return sorted(found)

    def evidence(self, n: int) -> tuple[Evidence, ...]:
        """The rules behind the n-th candidate's score, the heaviest first."""
        rules = [self.rules[k] for k in self.fired(n) if self.rules[k].weight]
        return tuple(Evidence(r.id, r.weight) for r in sorted(rules, key=lambda r: (-abs(r.weight), r.id)))

    def _value(self, number: int, n: int) -> float:
        column = self._values[number]
        return column[n] if column else 0

    def _holds(self, test: Test, n: int) -> bool:
        child, parent = self.sides.child[self.child], self.sides.parent[self.candidates[n]]
        return (
            test.child & child == test.child
            and test.parent & parent == test.parent
            and not test.never_child & child
            and not test.never_parent & parent
            and all(low <= self._value(number, n) <= high for number, low, high in test.numbers)
            and not any(self._holds(t, n) for t in test.never)
        )


class _Step:
    """All rules on one number: what they add together, by its value."""

    def __init__(self, number: int, bounds: list[float], weights: list[float]) -> None:
        self.number, self.bounds, self.weights = number, bounds, weights
        self.zero = weights[bisect_right(bounds, 0)]
        top = int(max(bounds)) + 2 if bounds and _whole(bounds) else 0
        self.small = [weights[bisect_right(bounds, v)] for v in range(SMALL)] if 0 < top <= SMALL else []

    def added(self, column: Column, totals: list[float]) -> list[float]:
        """The totals with what the rules add; an empty column is nought everywhere."""
        if not column:
            zero = self.zero
            return [t + zero for t in totals] if zero else totals
        small = self.small
        if small and type(column[0]) is int and min(column) >= 0 and max(column) < SMALL:
            return [t + small[v] for t, v in zip(totals, column, strict=True)]  # type: ignore[call-overload]
        bounds, weights = self.bounds, self.weights
        return [t + weights[bisect_right(bounds, v)] for t, v in zip(totals, column, strict=True)]


def _whole(bounds: Iterable[float]) -> bool:
    """Whether all bounds are whole numbers, or the least numbers over one."""
    return all(abs(b - round(b)) < 1e-9 for b in bounds)


def _bits(parts: Iterable[int]) -> int:
    made = 0
    for part in parts:
        made |= part
    return made


def _sums(bits: Sequence[int], rules: Sequence[int], weights: Sequence[float]) -> tuple[list[list[int]], list[float]]:
    """Which of the rules on one side alone fire on each turn, and what they add together."""
    known: dict[int, tuple[list[int], float]] = {}
    for b in bits:
        if b not in known:
            on = [k for k in rules if b >> k & 1]
            known[b] = on, sum(weights[k] for k in on)
    return [known[b][0] for b in bits], [known[b][1] for b in bits]


def _table(rules: Sequence[tuple[Interval, int]]) -> tuple[list[float], list[list[int]]]:
    """Bounds and, for each stretch between them, the rules whose intervals cover it."""
    marks = {b for (low, high), _ in rules for b in (low, _over(high))} - {-inf, inf}
    points = sorted(marks)
    return points, [[k for (low, high), k in rules if low <= p < _over(high)] for p in [-inf, *points]]


def _over(high: float) -> float:
    """The least number over `high`: where an interval that `high` belongs to ends."""
    return high if high == inf else nextafter(high, inf)
