"""The rules on a pair of turns, compiled once for all days: what each tests, and one table for all on one number."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf, nextafter

import numpy as np

from digest.conversation.acts.context import Context
from digest.conversation.arrays import Floats, Truths
from digest.conversation.replies.kinds import Interval, Number, PairKind, sides
from digest.conversation.replies.pair_features import Column
from digest.conversation.replies.turn_features import TurnFeatures
from digest.rules.kinds import All, TextPattern, WordList
from digest.rules.model import Rule, Subject

SMALL = 1024  # tables of whole numbers up to this are looked up instead of searched


@dataclass(frozen=True, slots=True)
class PairTest:
    """What must hold for a rule: bits of each side, numbers within bounds, bits and tests that must not."""

    child: int = 0
    parent: int = 0
    numbers: tuple[tuple[int, float, float], ...] = ()
    never_child: int = 0
    never_parent: int = 0
    never: tuple[PairTest, ...] = ()

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


@dataclass(frozen=True, slots=True)
class SideOutcome:
    """What bits of one side say: which of the rules on it alone fire, what they add, which tests they fit."""

    fired: list[int]
    score: float
    fits: list[bool]


class CompiledRules:
    """A subject's rules on pairs.

    `numbers` are those that they ask for, in the order of their places; `child` and `parent` are the rules on one
    side alone, `tables` those on one number, `combined` the rest; `steps` and `weighing` leave out what weighs nothing.
    """

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.rules = subject.rules
        self._numbers: dict[Number, int] = {}
        tests = self._tests()
        self.numbers = tuple(self._numbers)
        self.weights = weights = [rule.weight for rule in self.rules]
        by_number: dict[int, list[tuple[Interval, int]]] = {}
        self.child: list[int] = []
        self.parent: list[int] = []
        self.combined: list[tuple[PairTest, int]] = []
        for k, test in enumerate(tests):
            if test.one_number:
                number, low, high = test.numbers[0]
                by_number.setdefault(number, []).append(((low, high), k))
            elif test.one_side and not isinstance(self.rules[k].kind, All):
                (self.child if test.child else self.parent).append(k)
            else:
                self.combined.append((test, k))
        self.tables = [(n, *_table(of)) for n, of in sorted(by_number.items())]
        self.steps = [
            Step(n, bounds, [sum(weights[k] for k in on) for on in fired], self.numbers[n].counts)
            for n, bounds, fired in self.tables
            if any(weights[k] for on in fired for k in on)
        ]
        self.weighing = [(test, weights[k]) for test, k in self.combined if weights[k]]
        # these tests and those that must not hold, by place
        self.places = {test: n for n, test in enumerate(dict.fromkeys(_every(test for test, _ in self.weighing)))}
        # which of the rules on one side fire on turns of these bits, and what they add
        self.of_child: dict[int, SideOutcome] = {}
        self.of_parent: dict[int, SideOutcome] = {}
        # whether a rule asks for what was chosen before
        self.looks_back = any(number.name == "chain" for number in self.numbers)

    def _tests(self) -> list[PairTest]:
        place = {rule.id: k for k, rule in enumerate(self.rules)}
        return [
            self._all(rule.kind, place) if isinstance(rule.kind, All) else self._one(k, rule)
            for k, rule in enumerate(self.rules)
        ]

    def _one(self, k: int, rule: Rule) -> PairTest:
        if looks_at := sides(rule.kind):
            return PairTest(child=("child" in looks_at) << k, parent=("parent" in looks_at) << k)
        if not isinstance(rule.kind, PairKind):
            raise NotImplementedError(rule.kind.name)
        return PairTest(numbers=tuple((self._place(number), *bounds) for number, bounds in rule.kind.numbers()))

    def _place(self, number: Number) -> int:
        return self._numbers.setdefault(number, len(self._numbers))

    def _all(self, kind: All, place: Mapping[str, int]) -> PairTest:
        if any(name not in place for name in kind.of):  # one is switched off: it never fires
            return PairTest(child=1 << len(place))
        yes = [self._one(place[name], self.rules[place[name]]) for name in kind.of]
        no = [self._one(place[name], self.rules[place[name]]) for name in kind.not_ if name in place]
        sided = [test for test in no if test.one_side]
        return PairTest(
            _bits(test.child for test in yes),
            _bits(test.parent for test in yes),
            tuple(number for test in yes for number in test.numbers),
            _bits(test.child for test in sided),
            _bits(test.parent for test in sided),
            tuple(test for test in no if not test.one_side),
        )


class Step:
    """All rules on one number: what they add together, by its value."""

    def __init__(self, number: int, bounds: list[float], weights: list[float], counts: bool) -> None:
        self.number = number
        self.zero = weights[bisect_right(bounds, 0)]
        self.bounds, self.weights = np.array(bounds), np.array(weights)
        top = int(max(bounds)) + 2 if bounds and counts and _whole(bounds) else 0
        self.small = np.array([weights[bisect_right(bounds, v)] for v in range(top if top <= SMALL else 0)])

    def added(self, column: Column) -> Floats | float:
        """What the rules add to each pair."""
        if column is None:
            return self.zero
        if len(self.small):
            # the last stands for all over the bounds
            return self.small[np.minimum(column, len(self.small) - 1)]
        return self.weights[self.bounds.searchsorted(column, side="right")]


class Sides:
    """Which rules on one side hold, as bits: `child[turn]` and `parent[parent]`; rule k has the bit 1 << k.

    A parent of several turns has what any of them has.
    """

    def __init__(self, features: TurnFeatures, subject: Subject, parents: Sequence[Sequence[int]]) -> None:
        rules, total = subject.rules, len(features.turns)
        context = Context(features.day, features.acts)
        child = np.zeros((len(rules), total), dtype=np.bool_)
        parent = np.zeros((len(rules), total), dtype=np.bool_)
        for i, turn in enumerate(features.turns):
            for k in subject.texts.fires(turn.text):
                (child if rules[k].kind.side == "child" else parent)[k, i] = True
        for k, rule in enumerate(rules):
            if not isinstance(rule.kind, TextPattern | WordList):
                for side, kind in sides(rule.kind).items():
                    (child if side == "child" else parent)[k] = kind.holds(context)
        self.child = _as_bits(child)
        own = _as_bits(parent)
        self.parent = [0] * len(parents)
        for p, group in enumerate(parents):
            for j in group:
                self.parent[p] |= own[j]


def _whole(bounds: Iterable[float]) -> bool:
    """Whether all bounds are whole numbers, or the least numbers over one."""
    return all(abs(b - round(b)) < 1e-9 for b in bounds)


def _every(tests: Iterable[PairTest]) -> Iterator[PairTest]:
    for test in tests:
        yield test
        yield from _every(test.never)


def _bits(parts: Iterable[int]) -> int:
    bits = 0
    for part in parts:
        bits |= part
    return bits


def _table(rules: Sequence[tuple[Interval, int]]) -> tuple[list[float], list[list[int]]]:
    """Bounds and, for each stretch between them, the rules whose intervals cover it."""
    marks = {b for (low, high), _ in rules for b in (low, _over(high))} - {-inf, inf}
    points = sorted(marks)
    return points, [[k for (low, high), k in rules if low <= p < _over(high)] for p in [-inf, *points]]


def _over(high: float) -> float:
    """The least number over `high`: where an interval that `high` belongs to ends."""
    return high if high == inf else nextafter(high, inf)


def _as_bits(rules: Truths) -> list[int]:
    """Each column of rules × turns as an integer's bits, the first rule's the lowest."""
    packed = np.packbits(rules, axis=0, bitorder="little").T
    return [int.from_bytes(row, "little") for row in packed.tolist()]
