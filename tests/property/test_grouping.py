"""Threads are joined under headings as by trying every pair each time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from digest.editorial.headings.topics import TopicRules, _grouped

RULES = TopicRules()
LIKENESS = st.sampled_from([0.0, 0.25, 0.375, 0.5, 0.75, 1.0])  # few values, so that ties come up; their sums are exact


@st.composite
def rows(draw: st.DrawFn) -> list[list[float]]:
    """The lower half of a table of likeness."""
    return [[draw(LIKENESS) for _ in range(i)] for i in range(draw(st.integers(0, 9)))]


def every_pair_each_time(likeness: Sequence[Sequence[float]], rules: TopicRules) -> list[tuple[int, ...]]:
    groups = [(i,) for i in range(len(likeness))]

    def mean(one: tuple[int, ...], two: tuple[int, ...]) -> float:
        return sum(likeness[max(i, j)][min(i, j)] for i in one for j in two) / (len(one) * len(two))

    while True:
        found = [
            (-mean(a, b), a[0], b[0], a, b) for a, b in combinations(groups, 2) if len(a) + len(b) <= rules.largest
        ]
        best = min((f for f in found if -f[0] >= rules.together), default=None)
        if best is None:
            return groups
        _, _, _, a, b = best
        groups = sorted([g for g in groups if g not in (a, b)] + [tuple(sorted((*a, *b)))])


@given(rows(), st.integers(1, 6))
def test_the_two_most_alike_are_joined_first(likeness: list[list[float]], largest: int) -> None:
    rules = replace(RULES, largest=largest)
    alike = [{j: value for j, value in enumerate(row) if value} for row in likeness]
    assert _grouped(alike, rules) == every_pair_each_time(likeness, rules)
