"""Features of a day's turns, before any two are looked at together; links and answers read them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, chain
from math import log
from operator import add
from typing import TYPE_CHECKING

import numpy as np

from digest.conversation.acts.model import Acts, DayTurns
from digest.conversation.arrays import Floats, Ints, whole
from digest.model import Turn
from digest.rules.match import size

if TYPE_CHECKING:
    from digest.words import Vocabulary

HAN, LAST_HAN = "\u4e00", "\u9fff"
RUNS = re.compile(f"[{HAN}-{LAST_HAN}]{{2,}}")
WORDED = 2  # characters over which a turn says something
FAMILIAR = 1.5  # a character or pair that stands in more than one turn of nine (e^1.5 / 2) tells nothing


@dataclass(frozen=True)
class TurnTerms:
    """What each turn holds (words, characters) and what each of these weighs."""

    sets: Sequence[frozenset[str]]
    weight: Mapping[str, float]

    @cached_property
    def members(self) -> Ints:
        """What the turns hold, one turn after the other, as places in `weights`."""
        place = {member: n for n, member in enumerate(self.weight)}
        return whole(list(map(place.__getitem__, chain.from_iterable(self.sets))))

    @cached_property
    def ends(self) -> Ints:
        """Where in `members` each turn's end, after a 0."""
        return whole(list(accumulate(map(len, self.sets), initial=0)))

    @cached_property
    def weights(self) -> Floats:
        return np.array(list(self.weight.values()), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class TurnFeatures:
    """A day's turns as pairs of them are looked at; every list is by turn."""

    day: DayTurns
    acts: Acts
    sizes: Sequence[int]
    openings: Sequence[int]  # size of the turn's first message
    words: TurnTerms
    pairs: TurnTerms
    characters: TurnTerms
    all_spoken: Sequence[int]  # turns with words

    @property
    def turns(self) -> tuple[Turn, ...]:
        return self.day.turns


def turn_features(day: DayTurns, acts: Acts, vocabulary: Vocabulary) -> TurnFeatures:
    """The features of each turn."""
    turns = day.turns
    sizes = [size(t.text) for t in turns]
    return TurnFeatures(
        day,
        acts,
        sizes,
        [size(t.text.partition("\n")[0]) for t in turns],
        _words(turns, vocabulary),
        _rare([_pairs(t.text) for t in turns], 0.0),
        _rare([{c for c in set(t.text) if HAN <= c <= LAST_HAN} for t in turns], FAMILIAR),
        [t.index for t in turns if sizes[t.index] > WORDED],
    )


def _words(turns: Sequence[Turn], vocabulary: Vocabulary) -> TurnTerms:
    """Content words, each weighing its rarity in the language times its rarity that day."""
    from digest.words import day

    sets = [frozenset(vocabulary.content_words(t.text)) for t in turns]
    there = day(sets)
    rare = {number: there.rare(number) for number in set(there.holding.values())}
    weight = {word: vocabulary.idf(word) * rare[number] for word, number in there.holding.items()}
    return TurnTerms(sets, weight)


def _pairs(text: str) -> set[str]:
    pairs: set[str] = set()
    for run in RUNS.findall(text):
        pairs.update(map(add, run, run[1:]))
    return pairs


def _rare(sets: Sequence[set[str]], less: float) -> TurnTerms:
    """Each set's members with log(turns / turns that hold them) - `less`: those over 0 that two turns hold."""
    holding = Counter(chain.from_iterable(sets))
    number = len(sets) + 1
    # what stands in one turn alone is shared by none
    values = {n: value for n in set(holding.values()) if n > 1 and (value := log(number / (n + 0.5)) - less) > 0}
    weight = {m: values[n] for m, n in holding.items() if n in values}
    common = frozenset(weight)
    return TurnTerms([common.intersection(members) for members in sets], weight)
