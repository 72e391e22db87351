"""How far two questions are the same: by their words, their characters, what each holds of the other, what both ask.

Chat repeats its subjects daily and its questions seldom. So what two questions share is weighed against all that they
don't: in the words that tell their subject, by rarity; in all words; and in pairs of characters, which tell the same
turn of phrase. Two that both ask for a difference, or how much, or who, are nearer; two that each speak of something
the other never names are further apart. `rules/same.yml` says how much each counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import sqrt

from digest.knowledge.likeness import Sameness
from digest.knowledge.query import CHUNK, WordStats, cut, folded
from digest.page.entries import character_pairs, dice

ROMAN = re.compile("[ivx]*|[a-z0-9]{1,2}")  # tells with what it stands by alone: `II`, `T`, `B2`
NO_WORDS = re.compile(r"\W+")
LINK = re.compile(r"https?://[!-~]+")
LITTLE = 1.0  # weight under which a word tells nothing of a subject
HEAVY = 5.0  # weight of a word that stands for a subject by itself, as most names do

Weights = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class ComparedQuestion:
    """A question as it is compared: `telling` weighs words by how rare they are in the group and in the language,
    `every` by how rare they are in the group alone. So 费率 and 套现 part two questions on 二维码.
    """

    text: str
    telling: Weights
    every: Weights
    new: frozenset[str]  # words that nobody said before: they part questions, and bring none together
    pairs: frozenset[str]  # of characters
    asked: frozenset[int]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two questions are, each figure from 0 to 1; `shared` are the telling words that stand in both."""

    score: float
    words: float
    characters: float
    covered: float
    shared: frozenset[str]
    asked: frozenset[int]


def compared(text: str, stats: WordStats, rules: Sameness) -> ComparedQuestion:
    """A question's words, weighed."""
    text = LINK.sub(" ", text)
    telling = {w: x for w, x in telling_words(text, stats).items() if x >= LITTLE}
    every: dict[str, float] = {}
    new: set[str] = set()
    for word, name in _words(text, stats):
        every[name] = max(every.get(name, 0.0), stats.weight(word))
        if word not in stats.tells and stats.stop.isdisjoint((word[0], word[-1])):
            new.add(word)
    pairs = frozenset(character_pairs(text))
    return ComparedQuestion(folded(text), telling, every, frozenset(new), pairs, rules.kinds_of(text))


def likeness(one: ComparedQuestion, other: ComparedQuestion, rules: Sameness) -> Likeness | None:
    """How alike two questions are; None where too little is shared that tells what they are about or how it is put."""
    shared = frozenset(one.telling.keys() & other.telling.keys())
    number = sum(1 for w in shared if one.telling[w] >= rules.telling and not ROMAN.fullmatch(w))
    if not number:
        return None
    characters = dice(one.pairs, other.pairs)
    if characters < rules.least:
        return None
    words = cosine(one.every, other.every)
    asked = one.asked & other.asked
    in_other, other_lacks = _covered(one, other)
    in_one, one_lacks = _covered(other, one)
    if -1 not in asked:
        if number == 1 and min(words, characters) < rules.one_word:
            return None
        if min(other_lacks, one_lacks) >= max(one.telling[w] for w in shared):
            return None  # the same is asked of two subjects: 余额更新 of 热点账户 and of 备付金账户
    covered = sqrt(in_other * in_one / (sum(one.telling.values()) * sum(other.telling.values())))
    score = (
        rules.words * words
        + rules.characters * characters
        + rules.covered * covered
        + rules.weight * min(1.0, in_other / rules.much, in_one / rules.much)
        + (rules.difference if -1 in asked else rules.asked if asked else 0.0)
        - rules.apart * min(other_lacks, one_lacks) / HEAVY
    )
    return Likeness(max(0.0, score), words, characters, covered, shared, asked)


def _covered(one: ComparedQuestion, other: ComparedQuestion) -> tuple[float, float]:
    """The weight of a question's words that the other holds, too, and of the heaviest that it doesn't."""
    there = lacks = 0.0
    for word, weight in sorted(one.telling.items()):
        if word in other.telling or word in other.text:
            there += weight
            continue
        # 快捷 is a part of 快捷支付
        part = max((min(weight, w) for v, w in other.telling.items() if v in word or word in v), default=0.0)
        there += part
        lacks = max(lacks, weight - part)
    return there, lacks if all(word in other.text for word in one.new) else max(lacks, HEAVY)


def telling_words(text: str, stats: WordStats) -> dict[str, float]:
    """The words of a text that tell something, each with its weight; those that mean the same are one."""
    weights: dict[str, float] = {}
    for word, name in _words(text, stats):
        weight = stats.weight(word) * _tells(word, stats) ** 2
        weights[name] = max(weights.get(name, 0.0), weight)
    return weights


def cosine(one: Weights, other: Weights) -> float:
    """The cosine of two texts by their words."""
    dot = sum(one[w] * other[w] for w in sorted(one.keys() & other.keys()))
    return dot / (_norm(one) * _norm(other) or 1.0)


def _words(text: str, stats: WordStats) -> Iterator[tuple[str, str]]:
    """The words of a text but stop words, each with the name of those that mean the same."""
    for chunk in CHUNK.findall(folded(text)):
        for word in cut(chunk, stats):
            if len(word) > 1 and word not in stats.stop:
                yield word, min((word, *stats.same.get(word, ())))


def _tells(word: str, stats: WordStats) -> float:
    # what the logs don't hold as a word is characters that happened to stand together
    return max(stats.tells.get(w, 0.0) for w in (word, *stats.same.get(word, ())))


def _norm(words: Weights) -> float:
    return sqrt(sum(weight * weight for _, weight in sorted(words.items())))
