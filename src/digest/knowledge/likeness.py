"""What rules/same.yml and rules/before.yml say of likeness: when two questions are one, and when an answer is shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from digest.rules.declare import Declaration, fraction, odds, patterns, setting, whole
from digest.rules.regex import Matcher
from digest.rules.types import Flag

NO_WORDS = re.compile(r"\W+")


@dataclass(frozen=True)
class Sameness:
    """What makes two questions one; from rules/same.yml."""

    likeness: float = fraction("from this sum on the FAQ takes two questions for one", 0.4)
    together: float = fraction("so much alike are the questions of a group on average", 0.3)
    words: float = fraction("counts how far the words of two questions agree", 0.2)
    characters: float = fraction("counts how far their pairs of characters agree", 0.28)
    covered: float = fraction("counts how much of what one is about the other speaks of", 0.16)
    weight: float = fraction("counts how much they share that tells what they are about", 0.15)
    much: float = odds("so much weight of shared words counts whole", 15.0)
    asked: float = fraction("both ask for the same kind of thing", 0.08)
    difference: float = fraction("both ask for a difference", 0.16)
    apart: float = fraction("taken away where each names something that the other doesn't", 0.06)
    least: float = fraction("under this likeness in characters two questions are never one", 0.18)
    one_word: float = fraction("nor under this in words and characters, where they share a single telling word", 0.35)
    telling: float = odds("a word tells from this weight on: rare in the group and in the language", 2.4)
    shortest: int = whole("characters, signs not counted, from which a question may say what it is about", 8)
    asks: tuple[str, ...] = patterns("what says none of these asks nothing")
    never: tuple[str, ...] = patterns("what says this hangs on what was said around it, or on the day")
    kinds: tuple[str, ...] = patterns("kinds of things that are asked for, each its own")
    differences: tuple[str, ...] = patterns("what says this asks for a difference")

    @cached_property
    def stands_alone(self) -> Callable[[str], bool]:
        """Whether a text asks something that can be understood by itself."""
        asks, never = (Matcher(p) if p else None for p in (self.asks, self.never))

        def alone(text: str) -> bool:
            if len(NO_WORDS.sub("", text)) < self.shortest or (never and never.fires(text)):
                return False
            return asks is None or bool(asks.fires(text))

        return alone

    @cached_property
    def kinds_of(self) -> Callable[[str], frozenset[int]]:
        """What a text asks for: places in `kinds`, and -1 for a difference."""
        kinds, differences = (Matcher(p) if p else None for p in (self.kinds, self.differences))

        def of(text: str) -> frozenset[int]:
            found = frozenset(kinds.fires(text)) if kinds else frozenset()
            return found | {-1} if differences and differences.fires(text) else found

        return of


SAME = Declaration("same", "which questions are the same one, asked again", Sameness)


@dataclass(frozen=True, slots=True)
class Enough:
    """When an earlier answer is shown; from rules/before.yml."""

    most: int = whole("so many earlier answers are shown under a question; 0 shows none", 1, 0, "answers")
    other_rooms: bool = setting(Flag(), "whether answers of other rooms are shown", False)
    likeness: float = fraction("how alike the two must be, by the sum of `same`", 0.4)
    answered: float = fraction(
        "share of the question, by the weight of its words, that the earlier answers must hold", 0.3
    )


BEFORE = Declaration("before", "open questions that were answered on an earlier day", Enough)
