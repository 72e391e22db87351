"""What is known of a day's turns before any two are looked at together; made once, read by links and answers."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, chain, compress
from math import log
from operator import add
from typing import TYPE_CHECKING

from digest.acts import Acts, Scene, size
from digest.model import Turn

if TYPE_CHECKING:
    from digest.tokens import Vocabulary

HAN, LAST_HAN = "\u4e00", "\u9fff"
RUNS = re.compile(f"[{HAN}-{LAST_HAN}]{{2,}}")
LATELY = 16  # turns within which two people count as talking with each other
SOON, SOON_SECONDS = 6, 600
WORDED = 2  # characters over which a turn says something
FAMILIAR = 1.5  # a character or pair that stands in more than one turn of nine (e^1.5 / 2) tells nothing


@dataclass(frozen=True, slots=True)
class Held:
    """What each turn holds (words, characters) and what each of these weighs."""

    sets: Sequence[frozenset[str]]
    weight: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Facts:
    """A day's turns as pairs of them are looked at; every list is by turn."""

    scene: Scene
    acts: Acts
    sizes: Sequence[int]
    openings: Sequence[int]  # size of the turn's first message
    words: Held
    pairs: Held
    characters: Held
    spoken: Mapping[int, Sequence[int]]  # turns with words of each speaker
    all_spoken: Sequence[int]

    @property
    def turns(self) -> tuple[Turn, ...]:
        return self.scene.turns

    def between(self, places: Sequence[int], after: int, before: int) -> int:
        """How many of some turns stand strictly between two."""
        return bisect_left(places, before) - bisect_left(places, after + 1)


class Places:
    """Where turns with words (and an act) stand."""

    def __init__(self, facts: Facts, act: str) -> None:
        self.facts = facts
        number = len(facts.turns)
        self.taken = facts.acts.taken.get(act) or [False] * number if act else [True] * number
        self.counted = [False] * number
        for j in self._those(facts.all_spoken):
            self.counted[j] = True
        self.before = list(accumulate(self.counted, initial=0))  # how many stand before each turn
        self.through = self.before[1:]  # how many up to each turn, itself in it

    def _those(self, places: Sequence[int]) -> list[int]:
        return list(compress(places, map(self.taken.__getitem__, places)))

    @cached_property
    def of(self) -> Mapping[int, Sequence[int]]:
        """Each speaker's."""
        return {s: self._those(places) for s, places in self.facts.spoken.items()}

    @cached_property
    def own(self) -> list[int]:
        """How many of its speaker's up to each turn, itself in it."""
        found = []
        running: dict[int, int] = {}
        for turn, here in zip(self.facts.turns, self.counted, strict=True):
            running[turn.speaker] = number = running.get(turn.speaker, 0) + here
            found.append(number)
        return found


def facts(scene: Scene, acts: Acts, vocabulary: Vocabulary) -> Facts:
    """What is known of each turn."""
    turns = scene.turns
    sizes = [size(t.text) for t in turns]
    spoken: dict[int, list[int]] = {}
    every = []
    for t in turns:
        if sizes[t.index] > WORDED:
            spoken.setdefault(t.speaker, []).append(t.index)
            every.append(t.index)
    return Facts(
        scene,
        acts,
        sizes,
        [size(t.text.partition("\n")[0]) for t in turns],
        _words(turns, vocabulary),
        _rare([_pairs(t.text) for t in turns], 0.0),
        _rare([{c for c in set(t.text) if HAN <= c <= LAST_HAN} for t in turns], FAMILIAR),
        spoken,
        every,
    )


def after(facts: Facts, child: int) -> list[int]:
    """The next turns with words after a turn, at most `SOON` of them within `SOON_SECONDS`."""
    turns, places = facts.turns, facts.all_spoken
    start = bisect_left(places, child + 1)
    return [j for j in places[start : start + SOON] if turns[j].start - turns[child].end <= SOON_SECONDS]


def talked(facts: Facts, child: int) -> dict[int, int]:
    """How often the child's speaker exchanged words with whom in the turns before."""
    turns, speaker = facts.turns, facts.turns[child].speaker
    found: dict[int, int] = {}
    start = max(0, child - LATELY)
    for a in range(start, child):
        one = turns[a]
        if a + 1 < child:
            other = turns[a + 1].speaker
            if one.speaker == speaker != other:
                found[other] = found.get(other, 0) + 1
            elif other == speaker != one.speaker:
                found[one.speaker] = found.get(one.speaker, 0) + 1
        if one.speaker == speaker:
            for person in one.mentions:
                found[person] = found.get(person, 0) + 2
        elif speaker in one.mentions:
            found[one.speaker] = found.get(one.speaker, 0) + 2
    return found


def _words(turns: Sequence[Turn], vocabulary: Vocabulary) -> Held:
    """Content words, each weighing its rarity in the language times its rarity that day."""
    from digest.tokens import day

    sets = [frozenset(vocabulary.content_words(t.text)) for t in turns]
    there = day(sets)
    rare = {number: there.rare(number) for number in set(there.holding.values())}
    weight = {word: vocabulary.idf(word) * rare[number] for word, number in there.holding.items()}
    return Held(sets, weight)


def _pairs(text: str) -> set[str]:
    found: set[str] = set()
    for run in RUNS.findall(text):
        found.update(map(add, run, run[1:]))
    return found


def _rare(sets: Sequence[set[str]], less: float) -> Held:
    """Each set's members with log(turns / turns that hold them) - `less`, those at or under 0 left out."""
    holding = Counter(chain.from_iterable(sets))
    number = len(sets) + 1
    values = {n: log(number / (n + 0.5)) - less for n in set(holding.values())}
    weight = {m: values[n] for m, n in holding.items() if values[n] > 0}
    # what stands in one turn alone is shared by none
    common = frozenset(m for m in weight if holding[m] > 1)
    return Held([common.intersection(members) for members in sets], weight)
