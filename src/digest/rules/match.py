"""Text rules over turns: one pass tells which fire, then only those are looked at for their spans.

RE2 alone sees chat text, so no expression can blow up. `Matcher` knows expressions; `TextRules` knows kinds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from digest.rules.kind import Kind
from digest.rules.kinds import Length, Lexicon, PairLength, PairLexicon, PairPattern, Pattern

# Measured on 108,724 messages, 100 patterns: one set in 8 MB 28,000 messages/s, for its automaton is thrown away and
# built anew all the time; expressions with open repeats apart from the plain ones, 32 MB each, 212,000 cold, 373,000
# warm. The memory is a bound, not a reserve: the process grew by 23 MB.
SET_MEMORY = 32 << 20
PATTERN_MEMORY = 4 << 20
OPEN_REPEATS = 12  # at most so many expressions with open repeats share a set
_OPEN = re.compile(r"[.\])sSwWdD}][*+{]")
Span = tuple[int, int]


def _options(memory: int) -> Any:
    import re2

    options = re2.Options()
    options.never_capture = True
    options.log_errors = False
    options.max_mem = memory
    return options


def complaint(pattern: str) -> str:
    """Why RE2 refuses the expression, with what to write instead; "" where it takes it."""
    import re2

    try:
        re2.compile(pattern, _options(PATTERN_MEMORY))
    except re2.error as error:
        reason = error.args[0] if error.args else "refused"
        text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        return f"{text}{_hint(pattern)}"
    except UnicodeEncodeError:
        return "half of a surrogate pair stands in it; write the character itself"
    return ""


def _hint(pattern: str) -> str:
    if re.search(r"\\u", pattern):
        return r"; write the character itself, or \x{4e00}, or \p{Han} for any Chinese character"
    if re.search(r"\(\?<?[=!]", pattern):
        return "; RE2 has no lookaround: write what may stand there, or a second rule with a negative weight"
    if re.search(r"\\[1-9]", pattern) or "(?P=" in pattern:
        return "; RE2 has no back-references: spell the alternatives out"
    if re.search(r"\(\?>|[*+?]\+", pattern):
        return "; RE2 never backtracks: write the plain repeat"
    if re.search(r"\\[Zz]", pattern):
        return r"; the end of the text is \z, or in: end"
    if re.search(r"\{\d*,?\d*\}", pattern):
        return "; a repeat goes up to 1000 and what it repeats counts too: make it smaller"
    return ""


class Matcher:
    """Expressions compiled once, at first use. `fires` needs one pass over a text whatever their number."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self.patterns = tuple(patterns)
        self._sets: list[tuple[Any, list[int]]] | None = None
        self._singles: dict[int, Any] = {}

    def _compile(self) -> list[tuple[Any, list[int]]]:
        import re2

        plain = [i for i, p in enumerate(self.patterns) if not _OPEN.search(p)]
        opened = [i for i, p in enumerate(self.patterns) if _OPEN.search(p)]
        chunks = [plain] + [opened[i : i + OPEN_REPEATS] for i in range(0, len(opened), OPEN_REPEATS)]
        sets = []
        for chunk in filter(None, chunks):
            compiled = re2.Set.SearchSet(_options(SET_MEMORY))
            for index in chunk:
                compiled.Add(self.patterns[index])
            compiled.Compile()
            sets.append((compiled.Match, chunk))
        return sets

    def fires(self, text: str) -> list[int]:
        """Places of the expressions that match somewhere in the text, ascending."""
        if self._sets is None:
            self._sets = self._compile()
        data = text.encode("utf-8", "replace")
        fired = [chunk[i] for match, chunk in self._sets for i in match(data) or ()]
        fired.sort()
        return fired

    def span(self, index: int, text: str) -> Span | None:
        """Where the expression matches first, in characters; None where it does not."""
        single = self._singles.get(index)
        if single is None:
            import re2

            single = self._singles[index] = re2.compile(self.patterns[index], _options(PATTERN_MEMORY))
        found = single.search(text)
        return found.span() if found else None


class HasKind(Protocol):
    @property
    def kind(self) -> Kind: ...


class TextRules:
    """The rules among `rules` that look at a text alone: pattern, lexicon, length, on a turn or one side of a pair.

    `fired(text)` gives (place in `rules`, span or None), ascending; `text` joins a turn's messages by newline.
    """

    def __init__(self, rules: Sequence[HasKind], lists: Mapping[str, Sequence[str]]) -> None:
        parts: dict[str, list[tuple[int, str]]] = {"text": [], "first": [], "last": []}
        self._words: dict[int, tuple[Lexicon | PairLexicon, tuple[str, ...]]] = {}
        self._lengths: list[tuple[int, Length | PairLength]] = []
        for index, rule in enumerate(rules):
            kind = rule.kind
            if isinstance(kind, Pattern | PairPattern):
                part = kind.in_ if kind.in_ in ("first", "last") else "text"
                parts[part].append((index, expression(kind)))
            elif isinstance(kind, Lexicon | PairLexicon):
                words = tuple(dict.fromkeys(kind.words or lists.get(kind.list, ())))
                if words:
                    self._words[index] = (kind, words)
                    parts["text"].append((index, any_of(words)))
            elif isinstance(kind, Length | PairLength):
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
        return within(sum(word in text for word in words), kind.min, kind.max)

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
        result += [(index, None) for index, kind in self._lengths if within(len(text), kind.min, kind.max)]
        result.sort(key=lambda pair: pair[0])
        return result


def _part(name: str, text: str) -> tuple[str, int]:
    if name == "first":
        return text.partition("\n")[0], 0
    if name == "last":
        start = text.rfind("\n") + 1
        return text[start:], start
    return text, 0


def expression(kind: Pattern | PairPattern) -> str:
    """The expression that runs over the part of the text that `in:` names."""
    if kind.in_ == "start":
        return rf"\A(?m:{kind.pattern})"
    if kind.in_ == "end":
        return rf"(?m:{kind.pattern})\s*\z"
    return f"(?m:{kind.pattern})"


def any_of(words: Sequence[str]) -> str:
    """An expression for any of the words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda w: (-len(w), w)))


def within(value: float, low: float | None, high: float | None) -> bool:
    """Whether low ≤ value ≤ high, None being no bound."""
    return (low is None or value >= low) and (high is None or value <= high)
