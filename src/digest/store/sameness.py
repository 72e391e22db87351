"""How far two questions are the same: by the words that tell their subject, all their words, and their characters.

Chat repeats its subjects daily and its questions seldom. So what two questions share is weighed against all that they
don't: in their words, by rarity, and in their pairs of characters, which tell the same turn of phrase.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import sqrt

from digest.store.published import alike
from digest.store.words import CHUNK, Lexicon, cut, folded

TELLING = 2.8  # weight from which a word tells: rare in the group and in the language
ROMAN = re.compile("[ivx]*|[a-z0-9]{1,2}")  # tells with what it stands by alone: `II`, `T`, `B2`

Held = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Said:
    """A question as it is compared: `telling` weighs words by how rare they are in the group and in the language,
    `every` by how rare they are in the group alone. So 费率 and 套现 part two questions on 二维码.
    """

    text: str
    telling: Held
    every: Held
    subject: str  # the word that tells most; one that the store never saw is rarer than all it did see


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two questions are, each figure from 0 to 1; `shared` are the telling words that stand in both."""

    words: float
    characters: float
    shared: frozenset[str]
    telling: int  # of the shared words, so many tell by themselves

    @property
    def score(self) -> float:
        return (self.words + self.characters) / 2


def said(text: str, known: Lexicon) -> Said:
    """A question's words, weighed."""
    telling = held(text, known)
    every: dict[str, float] = {}
    new: dict[str, float] = {}
    for word, name in _words(text, known):
        weight = known.weight(word)
        every[name] = max(every.get(name, 0.0), weight)
        if word not in known.tells and not telling.get(name):
            new[name] = weight
    all_ = {**telling, **new}
    return Said(text, telling, every, min(all_, key=lambda w: (-all_[w], w), default=""))


def likeness(one: Said, other: Said, telling: float = TELLING) -> Likeness | None:
    """How alike two questions are; None where they share nothing that tells, or the same is asked of two subjects."""
    shared = frozenset(one.telling.keys() & other.telling.keys())
    number = sum(1 for w in shared if max(one.telling[w], other.telling[w]) >= telling and not ROMAN.fullmatch(w))
    if not number or shared.isdisjoint((one.subject, other.subject)):
        return None
    return Likeness(cosine(one.every, other.every), alike(one.text, other.text), shared, number)


def held(text: str, known: Lexicon, share: float = 1.0) -> dict[str, float]:
    """The words of a text that tell something, each with its weight; those that mean the same are one."""
    found: dict[str, float] = {}
    for word, name in _words(text, known):
        weight = known.weight(word) * _tells(word, known) ** 2 * share
        found[name] = max(found.get(name, 0.0), weight)
    return found


def cosine(one: Held, other: Held) -> float:
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


def _norm(words: Held) -> float:
    return sqrt(sum(weight * weight for _, weight in sorted(words.items())))
