"""Text rules over turns: one pass tells which fire, then only those are looked at for their spans."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Protocol

from digest.rules.declare import Kind
from digest.rules.kinds import Length, TextPattern, WordList
from digest.rules.regex import Matcher, Span


class HasKind(Protocol):
    @property
    def kind(self) -> Kind: ...


class TextRules:
    """The rules among `rules` that look at a text alone: pattern, lexicon, length, on a turn or one side of a pair.

    `fired(text)` gives (place in `rules`, span or None), ascending; `text` joins a turn's messages by newline.
    """

    def __init__(self, rules: Sequence[HasKind], lists: Mapping[str, Sequence[str]]) -> None:
        parts: dict[str, list[tuple[int, str]]] = {"text": [], "first": [], "last": []}
        # the words of each lexicon by the character that they begin with
        self._words: dict[int, tuple[WordList, dict[str, list[str]]]] = {}
        self._lengths: list[tuple[int, Length]] = []
        for index, rule in enumerate(rules):
            kind = rule.kind
            if isinstance(kind, TextPattern):
                part = kind.in_ if kind.in_ in ("first", "last") else "text"
                parts[part].append((index, expression(kind)))
            elif isinstance(kind, WordList):
                words = tuple(dict.fromkeys(kind.words or lists.get(kind.list, ())))
                if words:
                    begun: dict[str, list[str]] = {}
                    for word in words:
                        begun.setdefault(word[:1], []).append(word)
                    self._words[index] = (kind, begun)
                    parts["text"].append((index, any_of(words)))
            elif isinstance(kind, Length):
                self._lengths.append((index, kind))
        self._parts = {
            name: ([index for index, _ in pairs], Matcher([pattern for _, pattern in pairs]))
            for name, pairs in parts.items()
            if pairs
        }

    def fires(self, text: str) -> list[int]:
        """Places of the pattern and lexicon rules that fire, without their spans."""
        result: list[int] = []
        for name, (indices, matcher) in self._parts.items():
            part, _ = _part(name, text)
            for place in matcher.fires(part):
                index = indices[place]
                if index in self._words and not self._counts(index, part):
                    continue
                result.append(index)
        return result

    def _counts(self, index: int, text: str) -> bool:
        kind, words = self._words[index]
        if kind.min == 1 and kind.max is None:
            return True
        # most words begin with a character that the text does not hold
        there = sum(word in text for begun in {"", *text} if begun in words for word in words[begun])
        return within(there, kind.min, kind.max)

    def fired(self, text: str) -> list[tuple[int, Span | None]]:
        result: list[tuple[int, Span | None]] = []
        for name, (indices, matcher) in self._parts.items():
            part, offset = _part(name, text)
            for place in matcher.fires(part):
                index = indices[place]
                if index in self._words and not self._counts(index, part):
                    continue
                span = matcher.span(place, part)
                if span is not None:
                    result.append((index, (span[0] + offset, span[1] + offset)))
        result += [(index, None) for index, kind in self._lengths if kind.fits(len(text))]
        result.sort(key=lambda pair: pair[0])
        return result


def _part(name: str, text: str) -> tuple[str, int]:
    if name == "first":
        return text.partition("\n")[0], 0
    if name == "last":
        start = text.rfind("\n") + 1
        return text[start:], start
    return text, 0


def expression(kind: TextPattern) -> str:
    """The expression that runs over the part of the text that `in:` names."""
    if kind.in_ == "start":
        return rf"\A(?m:{kind.pattern})"
    if kind.in_ == "end":
        return rf"(?m:{kind.pattern})\s*\z"
    return f"(?m:{kind.pattern})"


def any_of(words: Sequence[str]) -> str:
    """An expression for any of the words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda w: (-len(w), w)))


@lru_cache(4096)
def size(text: str) -> int:
    """How many characters of a text are words."""  # several stages ask it of the same turns
    return sum(map(str.isalnum, text))


def within(value: float, low: float | None, high: float | None) -> bool:
    """Whether low ≤ value ≤ high, None being no bound."""
    return (low is None or value >= low) and (high is None or value <= high)
