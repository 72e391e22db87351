"""What is counted for many pairs of turns at once is what a look at each pair would count."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.conversation.arrays import stretches, whole
from digest.conversation.replies.pair_parts import ParentGroups, SharedWeights
from digest.conversation.replies.turn_features import TurnTerms

TURNS = 12
WEIGHT = {letter: 1.0 + n / 7 for n, letter in enumerate("abcdefgh")}
sets = st.lists(st.frozensets(st.sampled_from("abcdefgh")), min_size=TURNS, max_size=TURNS)
group = st.sets(st.integers(0, TURNS - 1), min_size=1, max_size=3).map(lambda turns: tuple(sorted(turns)))
parents = st.one_of(
    st.just([(turn,) for turn in range(TURNS)]),
    st.lists(group, min_size=1, max_size=6).map(lambda groups: sorted(groups)),
)


@st.composite
def chosen(draw: st.DrawFn, number: int) -> list[tuple[int, list[int]]]:
    """Children in order, each with some of the parents, the latest first."""
    kids = sorted(draw(st.sets(st.integers(0, TURNS - 1), min_size=1)))
    some = st.sets(st.integers(0, number - 1), min_size=1).map(lambda places: sorted(places, reverse=True))
    return [(kid, draw(some)) for kid in kids]


def pairs(children: Sequence[tuple[int, Sequence[int]]]) -> list[tuple[int, int, int]]:
    """Row, child and candidate of each pair."""
    return [(row, kid, p) for row, (kid, candidates) in enumerate(children) for p in candidates]


@given(st.data(), sets, parents)
def test_shared_weight_is_that_of_the_common_members(
    data: st.DataObject, sets: list[frozenset[str]], parents: list[tuple[int, ...]]
) -> None:
    children = data.draw(chosen(len(parents)))
    every = pairs(children)
    shares = SharedWeights(TurnTerms(sets, WEIGHT), ParentGroups(parents, TURNS))
    found = shares.sums(
        whole([k for k, _ in children]), whole([r for r, _, _ in every]), whole([p for _, _, p in every])
    )
    wanted = [
        sum(WEIGHT[m] for m in sets[kid] & frozenset().union(*(sets[turn] for turn in parents[p])))
        for _, kid, p in every
    ]
    assert ([0.0] * len(every) if found is None else found.tolist()) == pytest.approx(wanted, abs=1e-6)


@given(st.data(), parents)
def test_the_last_turn_before_a_child_is_found_in_every_group(
    data: st.DataObject, parents: list[tuple[int, ...]]
) -> None:
    every = pairs(data.draw(chosen(len(parents))))
    found = ParentGroups(parents, TURNS).lasts(whole([p for _, _, p in every]), whole([kid for _, kid, _ in every]))
    assert found.tolist() == [parents[p][max(0, bisect_left(parents[p], kid) - 1)] for _, kid, p in every]


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 5))))
def test_stretches_stand_one_after_the_other(parts: list[tuple[int, int]]) -> None:
    places, of = stretches(whole([begin for begin, _ in parts]), whole([size for _, size in parts]))
    assert places.tolist() == [place for begin, size in parts for place in range(begin, begin + size)]
    assert of.tolist() == np.repeat(np.arange(len(parts)), [size for _, size in parts]).tolist()
