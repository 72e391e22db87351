"""Texts as the full-text tables take them, and queries as they are looked for.

A text is fed as single Chinese characters and whole Latin words; a word is then a phrase of characters, so every word
is found however a segmenter would have cut the text. What a query's words are is seen from the words that the logs
hold (table `words`): no dictionary is loaded to search.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, log

LONGEST = 8  # characters of a Chinese word
FEW = 10_000  # messages under which how often a word stands in them tells little
MOST = 16  # words of a query that are looked for, the rarest ones
TOKEN = re.compile(r"[a-z0-9]+|[^\W_]")
LATIN = re.compile("[a-z0-9]+")  # the words of `TOKEN` that are no single sign
HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]+")
QUOTED = re.compile(r'"([^"]*)"|“([^“”]*)”|「([^「」]*)」')
CHUNK = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]+|[a-z0-9]+(?:[+#.&/_-]+[a-z0-9]+)*|[^\\W_]")
WIDE = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")  # letters and digits in full width


def folded(text: str) -> str:
    """The text in small letters and half width, each character in its place."""
    if not text.isascii() and WIDE.search(text):
        text = WIDE.sub(lambda wide: chr(ord(wide[0]) - 0xFEE0), text)
    low = text.lower()
    return low if len(low) == len(text) else "".join(c if len(c.lower()) != 1 else c.lower() for c in text)


def spaced(text: str) -> str:
    """The text as a full-text table takes it: `T+1到账` → `t 1 到 账`."""
    return " ".join(TOKEN.findall(folded(text)))


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase of a query: how it may be written, how much it tells, whether a hit must hold it."""

    forms: tuple[str, ...]  # folded; the user's own first
    weight: float
    needed: bool = False

    @property
    def expression(self) -> str:
        """The term as FTS5 takes it; nothing of it can be read as syntax."""
        return " OR ".join(f'"{tokens}"' for form in self.forms if (tokens := spaced(form)))


@dataclass(frozen=True, slots=True)
class WordStats:
    """What the store knows of words: how often each stands there, in how many messages, what means the same."""

    times: Mapping[str, int]
    messages: int
    same: Mapping[str, tuple[str, ...]]
    stop: frozenset[str]
    tells: Mapping[str, float] = field(default_factory=dict)  # how rare each is in the language, from 0 to 1

    def weight(self, word: str) -> float:
        """How much a word tells: the logarithm of how rare it is."""
        if word in self.stop:
            return 0.0
        return log(1 + max(self.messages, FEW) / (self.times.get(word, 0) + 0.5))


def candidates(query: str) -> set[str]:
    """Every stretch of a query that may be a word."""
    stretches: set[str] = set()
    for chunk in CHUNK.findall(folded(query)):
        if HAN.match(chunk):
            for start in range(len(chunk)):
                stretches.update(chunk[start:end] for end in range(start + 1, min(len(chunk), start + LONGEST) + 1))
        else:
            stretches.add(chunk)
            stretches.update(TOKEN.findall(chunk))
    return stretches


def terms(query: str, stats: WordStats) -> tuple[Term, ...]:
    """What to look for, the most telling first: words, each with those that mean the same, and "phrases" as they stand.

    Stop words and single characters count only where the query holds nothing else.
    """
    phrases = [next(filter(None, groups), "") for groups in QUOTED.findall(query)]
    rest = QUOTED.sub(" ", query)
    wanted: dict[str, Term] = {}
    for phrase in phrases:
        form = folded(phrase).strip()
        if TOKEN.search(form):
            inside = [w for chunk in CHUNK.findall(form) for w in cut(chunk, stats)]
            wanted[form] = Term((form,), max(1.0, *(stats.weight(w) for w in inside)), needed=True)
    plain = [w for chunk in CHUNK.findall(folded(rest)) for w in cut(chunk, stats)]
    telling = [w for w in plain if w not in stats.stop and (len(w) > 1 or w.isascii())]
    for word in telling or ([] if wanted else plain):
        forms = tuple(dict.fromkeys((word, *stats.same.get(word, ()))))
        wanted.setdefault(word, Term(forms, stats.weight(word) or 0.1))
    return tuple(sorted(wanted.values(), key=lambda t: (not t.needed, -t.weight, t.forms))[:MOST])


def cut(chunk: str, stats: WordStats) -> list[str]:
    """The words of a stretch of one script, such that they are likeliest by how often each stands in the logs."""
    if not HAN.match(chunk):
        return [chunk]
    if chunk in stats.same or chunk in stats.times:
        return [chunk]
    total = log(20.0 * max(1, stats.messages))
    best = [0.0] + [-inf] * len(chunk)
    last = [0] * (len(chunk) + 1)
    for end in range(1, len(chunk) + 1):
        for start in range(max(0, end - LONGEST), end):
            word = chunk[start:end]
            times = stats.times.get(word, 1 if word in stats.same or word in stats.stop else 0)
            if not times and len(word) > 1:
                continue
            # a lone character, known or not, should lose to any word that covers it
            score = best[start] + (log(times) - total if len(word) > 1 else -total - 1.0)
            if score > best[end]:
                best[end], last[end] = score, start
    words: list[str] = []
    end = len(chunk)
    while end:
        words.append(chunk[last[end] : end])
        end = last[end]
    return _joined(words[::-1])


def _joined(words: Sequence[str]) -> list[str]:
    """Lone characters that stand together as one word: a word that the logs don't hold, a name."""
    joined: list[str] = []
    lone = False  # whether the last one is made of lone characters
    for word in words:
        if len(word) == 1 and lone:
            joined[-1] += word
        else:
            joined.append(word)
        lone = len(word) == 1
    return joined


def spans(text: str, forms: Iterable[str]) -> list[tuple[int, int]]:
    """Where the forms stand in a text, Latin ones as whole words: in order, none inside another."""
    low = folded(text)
    merged: list[tuple[int, int]] = []
    for start, end in sorted((start, start + len(form)) for form in forms for start in places(low, form)):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def count(low: str, form: str) -> int:
    """How often a folded form stands in a folded text."""
    if not (_latin(form[0]) or _latin(form[-1])):
        return low.count(form)
    return len(places(low, form)) if form in low else 0


def places(low: str, form: str) -> list[int]:
    """Where a folded form starts in a folded text."""
    starts = []
    start = low.find(form)
    while start >= 0:
        end = start + len(form)
        if not (_latin(form[0]) and start and _latin(low[start - 1])) and not (
            _latin(form[-1]) and end < len(low) and _latin(low[end])
        ):
            starts.append(start)
        start = low.find(form, end)
    return starts


def _latin(char: str) -> bool:
    return char.isascii() and char.isalnum()
