"""Expressions over texts: what RE2 takes, and which of many match in one pass.

RE2 alone sees chat text, so no expression can blow up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

# Measured on 108,724 messages. 100 expressions in one set: 28,000 messages/s within 8 MB, for open repeats give its
# automaton so many states that it is thrown away and built anew all the time. The plain ones alone: 400,000/s. 28 with
# open repeats: 15,000/s as a set, 43,000 as sets of ten, 165,000 as RE2's filter, which looks for the literals that an
# expression needs and then runs only those that may match. Bounds of memory are no reserve: all grew by 5 MB.
SET_MEMORY = 32 << 20
PATTERN_MEMORY = 8 << 20
CHECK_MEMORY = 1 << 20  # an expression that needs more is refused
SHORT, REMEMBERED = 16, 4096  # characters and number of texts kept: a chat says 谢谢 and 收到 again and again
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

    if r"\Q" in pattern or r"\C" in pattern:
        return r"\Q and \C are not used in rules; put a backslash before each character that is to stand for itself"
    try:
        re2.compile(pattern.encode(), _options(CHECK_MEMORY))
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
        self._passes: list[tuple[Any, tuple[int, ...], bool]] | None = None  # match, places, whether a set
        self._singles: dict[int, Any] = {}
        self._known: dict[str, list[int]] = {}

    def _compile(self) -> list[tuple[Any, tuple[int, ...], bool]]:
        plain = tuple(i for i, p in enumerate(self.patterns) if not _OPEN.search(p))
        opened = tuple(i for i, p in enumerate(self.patterns) if _OPEN.search(p))
        return [*self._set(plain), *self._filter(opened)]

    def _set(self, places: tuple[int, ...]) -> list[tuple[Any, tuple[int, ...], bool]]:
        if not places:
            return []
        import re2

        compiled = re2.Set.SearchSet(_options(SET_MEMORY))
        try:
            for index in places:
                compiled.Add(self.patterns[index])
            # the last one always matches: where it does not, the automaton ran out of memory and the answer is void
            compiled.Add("")
            compiled.Compile()
        except re2.error:
            half = len(places) // 2
            if not half:
                raise
            return self._set(places[:half]) + self._set(places[half:])
        return [(compiled.Match, places, True)]

    def _filter(self, places: tuple[int, ...]) -> list[tuple[Any, tuple[int, ...], bool]]:
        if not places:
            return []
        import re2

        compiled = re2.Filter()
        options = _options(PATTERN_MEMORY)
        for index in places:
            compiled.Add(self.patterns[index], options)
        compiled.Compile()
        return [(compiled.Match, places, False)]

    def fires(self, text: str) -> Sequence[int]:
        """Places of the expressions that match somewhere in the text, ascending."""
        if len(text) > SHORT:
            return self._fires(text)
        found = self._known.get(text)
        if found is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            found = self._known[text] = self._fires(text)
        return found

    def _fires(self, text: str) -> list[int]:
        if self._passes is None:
            self._passes = self._compile()
        data = text.encode("utf-8", "replace")
        fired: list[int] = []
        for match, places, is_set in self._passes:
            found = match(data) or ()
            if not is_set:
                fired += [places[i] for i in found]
            elif (always := len(places)) not in found:
                fired += [index for index in places if self._bytes(index, data)]
            elif len(found) > 1:
                fired += [places[i] for i in found if i != always]
        fired.sort()
        return fired

    def span(self, index: int, text: str) -> Span | None:
        """Where the expression matches first, in characters; None where it does not."""
        data = text.encode("utf-8", "replace")
        found = self._bytes(index, data)
        if not found:
            return None
        start, end = found.span()
        before = len(data[:start].decode())
        return before, before + len(data[start:end].decode())

    def _bytes(self, index: int, data: bytes) -> Any:
        single = self._singles.get(index)
        if single is None:
            import re2

            # over bytes: a third of the time that the wrapper needs over str
            pattern = self.patterns[index].encode()
            single = self._singles[index] = re2.compile(pattern, _options(PATTERN_MEMORY))
        return single.search(data)
