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
from digest.knowledge.query import CHUNK, Lexicon, cut, folded
from digest.page.entries import character_pairs, dice

ROMAN = re.compile("[ivx]*|[a-z0-9]{1,2}")  # tells with what it stands by alone: `II`, `T`, `B2`
NO_WORDS = re.compile(r"\W+")
LINK = re.compile(r"https?://[!-~]+")
LITTLE = 1.0  # weight under which a word tells nothing of a subject
HEAVY = 5.0  # weight of a word that stands for a subject by itself, as most names do

TurnTerms = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Said:
    """A question as it is compared: `telling` weighs words by how rare they are in the group and in the language,
    `every` by how rare they are in the group alone. So 费率 and 套现 part two questions on 二维码.
    """

    text: str
    telling: TurnTerms
    every: TurnTerms
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


def said(text: str, known: Lexicon, how: Sameness) -> Said:
    """A question's words, weighed."""
    text = LINK.sub(" ", text)
    telling = {w: x for w, x in held(text, known).items() if x >= LITTLE}
    every: dict[str, float] = {}
    new: set[str] = set()
    for word, name in _words(text, known):
        every[name] = max(every.get(name, 0.0), known.weight(word))
        if word not in known.tells and known.stop.isdisjoint((word[0], word[-1])):
            new.add(word)
    pairs = frozenset(character_pairs(text))
    return Said(folded(text), telling, every, frozenset(new), pairs, how.kinds_of(text))


def likeness(one: Said, other: Said, how: Sameness) -> Likeness | None:
    """How alike two questions are; None where too little is shared that tells what they are about or how it is put."""
    shared = frozenset(one.telling.keys() & other.telling.keys())
    number = sum(1 for w in shared if one.telling[w] >= how.telling and not ROMAN.fullmatch(w))
    if not number:
        return None
    characters = dice(one.pairs, other.pairs)
    if characters < how.least:
        return None
    words = cosine(one.every, other.every)
    asked = one.asked & other.asked
    mine, lacks = _covered(one, other)
    theirs, wants = _covered(other, one)
    if -1 not in asked:
        if number == 1 and min(words, characters) < how.one_word:
            return None
        if min(lacks, wants) >= max(one.telling[w] for w in shared):
            return None  # the same is asked of two subjects: 余额更新 of 热点账户 and of 备付金账户
    covered = sqrt(mine * theirs / (sum(one.telling.values()) * sum(other.telling.values())))
    score = (
        how.words * words
        + how.characters * characters
        + how.covered * covered
        + how.weight * min(1.0, mine / how.much, theirs / how.much)
        + (how.difference if -1 in asked else how.asked if asked else 0.0)
        - how.apart * min(lacks, wants) / HEAVY
    )
    return Likeness(max(0.0, score), words, characters, covered, shared, asked)


def _covered(one: Said, other: Said) -> tuple[float, float]:
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


def held(text: str, known: Lexicon) -> dict[str, float]:
    """The words of a text that tell something, each with its weight; those that mean the same are one."""
    found: dict[str, float] = {}
    for word, name in _words(text, known):
        weight = known.weight(word) * _tells(word, known) ** 2
        found[name] = max(found.get(name, 0.0), weight)
    return found


def cosine(one: TurnTerms, other: TurnTerms) -> float:
    """The cosine of two texts by their words."""
    dot = sum(one[w] * other[w] for w in sorted(one.keys() & other.keys()))
    return dot / (_norm(one) * _norm(other) or 1.0)


def _words(text: str, known: Lexicon) -> Iterator[tuple[str, str]]:
    """The words of a text but stop words, each with the name of those that mean the same."""
    for chunk in CHUNK.findall(folded(text)):
        for word in cut(chunk, known):
            if len(word) > 1 and word not in known.stop:
                yield word, min((word, *known.same.get(word, ())))


def _tells(word: str, known: Lexicon) -> float:
    # what the logs don't hold as a word is characters that happened to stand together
    return max(known.tells.get(w, 0.0) for w in (word, *known.same.get(word, ())))


def _norm(words: TurnTerms) -> float:
    return sqrt(sum(weight * weight for _, weight in sorted(words.items())))
