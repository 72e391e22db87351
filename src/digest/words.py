"""Words of a text: the only door to rjieba and jieba.

rjieba does the work (25 MB/s); jieba is the reference that a test holds it to. Stretches of Latin letters and digits
never reach either: the two disagree there, and `T+1`, `ping++` or `Spring Cloud` want whole tokens anyway. So a text is
cut into field terms with Latin letters in them, Latin runs and stretches of Han, and only the last are segmented.

Weights come from the frequencies in jieba's own dictionary, which rjieba carries: no table to load. Over the 138,000
words that both know, ln(total / frequency) and jieba's idf.txt correlate at 0.87; the line fitted there is used here.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import chain
from threading import Lock
from typing import NamedTuple, Protocol

TOTAL = 60_101_964  # sum of the frequencies in jieba's dict.txt
UNKNOWN = 11.0  # a Han word the dictionary doesn't know: rare, or badly cut
LATIN = 9.0  # a Latin word: mostly a product or a protocol
FIELD = 9.5  # a term of the field's lexicon is worth at least this
REMEMBERED = 4096  # texts whose content words are kept: links, topics and titles ask for the same ones
RAREST = 13.0  # above this, rarity says more about the dictionary than about the word

HAN = "\u3400-\u4dbf\u4e00-\u9fff"
RUN = r"[A-Za-z0-9][A-Za-z0-9+#._&/-]*"
STRETCH = rf"[{HAN}]+"
PIECES = re.compile(f"(?P<run>{RUN})|{STRETCH}")
RUNS, STRETCHES = re.compile(RUN), re.compile(STRETCH)
EDGES = "._&/-"
ALNUM = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
LETTER = re.compile("[A-Za-z]")


class Word(NamedTuple):
    """A word where it stands: `tag` is jieba's part of speech, "eng" for Latin, "m" for digits, "x" for the rest."""

    text: str
    tag: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


class Engine(Protocol):
    """What a segmenter must do for us."""

    def tag(self, text: str, hmm: bool = True) -> Sequence[tuple[str, str]]: ...

    def cut(self, text: str) -> Sequence[str]:
        """The words that `tag` gives, without their tags: half the time."""
        ...

    def suggested_frequency(self, word: str) -> int:
        """A frequency by which the word would be cut as one: rjieba's suggestion, which is near the dictionary's own,
        and jieba's own in the reference; 0 for a word that neither knows. Weights rest on these very numbers."""
        ...


@dataclass(frozen=True)
class Vocabulary:
    """The field's words: what to cut as one word, what never counts, what means the same.

    `terms` are user words; `stop` words carry no content; `same` maps a variant to the word it counts as, both
    lower-cased; `common` words are everywhere in this group and weigh less than their rarity in the language says.
    """

    terms: tuple[str, ...] = ()
    stop: frozenset[str] = frozenset()
    same: Mapping[str, str] = field(default_factory=dict)
    common: Mapping[str, float] = field(default_factory=dict)
    reference: bool = False  # cut by jieba itself: slower, for tests

    @cached_property
    def engine(self) -> Engine:
        han = tuple(t for t in self.terms if re.fullmatch(STRETCH, t))
        return python_engine(han) if self.reference else rust_engine(han)

    @cached_property
    def field_terms(self) -> frozenset[str]:
        return frozenset(t.lower() for t in self.terms)

    @cached_property
    def mixed(self) -> re.Pattern[str] | None:
        """Terms that hold more than Han: they are found before the text is cut."""
        # lower-cased and without a look behind, so that re finds where one may begin by its first character alone;
        # longest first, or `T+0` would hide `T+0到账`
        terms = sorted((t.lower() for t in self.terms if not re.fullmatch(STRETCH, t)), key=lambda t: (-len(t), t))
        return re.compile(rf"(?:{'|'.join(map(re.escape, terms))})(?![a-z0-9])") if terms else None

    def tagged(self, text: str) -> list[Word]:
        """Every word of a text with its part of speech, in order; punctuation and spaces are left out."""
        found: list[Word] = []
        for at, pieces in self._cut(text):
            for word, kind in pieces:
                found.append(Word(word, kind, at))
                at += len(word)
        return found

    def _cut(self, text: str) -> Iterator[tuple[int, Sequence[tuple[str, str]]]]:
        """The text's stretches: where each begins, its words with their tags."""
        tag, start = self.engine.tag, 0
        for begin, end in self._terms(text):
            for piece in PIECES.finditer(text, start, begin):
                yield piece.start(), _run(piece.group()) if piece.lastgroup else tag(piece.group())
            yield begin, ((text[begin:end], "eng"),)
            start = end
        for piece in PIECES.finditer(text, start):
            yield piece.start(), _run(piece.group()) if piece.lastgroup else tag(piece.group())

    def _terms(self, text: str) -> Iterator[tuple[int, int]]:
        """Where terms stand that hold more than Han."""
        low = text.lower()
        if self.mixed and len(low) == len(text):
            for term in self.mixed.finditer(low):
                begin, end = term.span()
                if not (begin > 0 and low[begin] in ALNUM and low[begin - 1] in ALNUM):
                    yield begin, end

    def words(self, text: str) -> list[str]:
        """Every word of a text in order: `热点账户怎么处理` → 热点账户, 怎么, 处理."""
        return [w.text for w in self.tagged(text)]

    def content(self, words: Iterable[tuple[str, str]]) -> tuple[str, ...]:
        """Of words with their tags those that carry content: lower-cased, variants resolved, in order, with repeats."""
        return tuple(filter(None, map(self._content.__getitem__, words)))

    @cached_property
    def _content(self) -> _Content:
        return _Content(self)

    def content_words(self, text: str) -> tuple[str, ...]:
        """The words of a text that carry content: no stop words, two characters at least, lower-cased.

        A number counts from three digits on (`296号文`): shorter ones are amounts and list items.
        """
        seen = self._seen
        if text not in seen:
            if len(seen) >= REMEMBERED:
                seen.clear()
            seen[text] = self.content(self._pieces(text))
        return seen[text]

    def _pieces(self, text: str) -> list[tuple[str, str]]:
        """The words with their tags, in order; a line break between stretches of Han counts as one."""
        found: list[tuple[str, str]] = []
        start = 0
        for begin, end in self._terms(text):
            self._segment(text, start, begin, found)
            found.append((text[begin:end], "eng"))
            start = end
        self._segment(text, start, len(text), found)
        return found

    def _segment(self, text: str, start: int, end: int, into: list[tuple[str, str]]) -> None:
        tag = self.engine.tag
        for run in RUNS.finditer(text, start, end):
            if stretches := STRETCHES.findall(text, start, run.start()):
                into += tag("\n".join(stretches))
            into += _run(run.group())
            start = run.end()
        if stretches := STRETCHES.findall(text, start, end):
            into += tag("\n".join(stretches))  # in one call: it takes as long for one as for three

    @cached_property
    def _seen(self) -> dict[str, tuple[str, ...]]:
        return {}

    def counts(self, word: str, tag: str) -> bool:
        """Whether a word of a part of speech carries content."""
        low = word.lower()
        if low in self.stop:
            return False
        if tag == "m":
            return len(low) > 2 and (low.isdigit() or low in self.field_terms)
        return len(low) > 1

    def name(self, word: str) -> str:
        """The word that this one counts as."""
        low = word.lower()
        return self.same.get(low, low)

    def knows(self, word: str) -> bool:
        """Whether the dictionary or the lexicon holds a word; else it was guessed, or is Latin."""
        return self.is_term(word) or self.engine.suggested_frequency(word) > 0

    def is_term(self, word: str) -> bool:
        return word.lower() in self.field_terms

    def idf(self, word: str) -> float:
        """How much a word tells, from 0 (everywhere) to 13 (rare): jieba's IDF as its frequencies predict it."""
        low = word.lower()
        found = self._idf.get(low)
        if found is None:
            found = self._idf[low] = self._weigh(low)
        return found

    @cached_property
    def _idf(self) -> dict[str, float]:
        return {}

    def _weigh(self, word: str) -> float:
        if word in self.stop:
            return 0.0
        scale = self.common.get(word, 1.0)
        if LETTER.search(word):
            return LATIN * scale
        frequency = self.engine.suggested_frequency(word)
        value = min(RAREST, 0.842 * math.log(TOTAL / frequency) - 1.175) if frequency > 0 else UNKNOWN
        if word in self.field_terms and word not in self.common:
            value = max(value, FIELD)
        return max(0.0, value) * scale

    def keywords(self, text: str, count: int = 10) -> list[tuple[str, float]]:
        """The words that tell most about a text with their TF-IDF, best first."""
        return self.rank(self.content_words(text))[:count]

    def rank(self, words: Sequence[str]) -> list[tuple[str, float]]:
        """Content words with their TF-IDF, best first; ties by where they first stand."""
        seen: dict[str, int] = {}
        for word in words:
            seen[word] = seen.get(word, 0) + 1
        scored = [(w, n * self.idf(w) / len(words)) for w, n in seen.items()]
        return sorted(scored, key=lambda pair: -pair[1])


class _Content(dict[tuple[str, str], str]):
    """A word with its tag → the name that it counts as, "" where it carries no content."""

    def __init__(self, words: Vocabulary) -> None:
        self.words = words

    def __missing__(self, word: tuple[str, str]) -> str:
        found = self[word] = self.words.name(word[0]) if self.words.counts(*word) else ""
        return found


def _run(text: str) -> tuple[tuple[str, str], ...]:
    """A run of Latin letters and digits as one word."""
    run = text.rstrip(EDGES)
    return ((run, "eng" if LETTER.search(run) else "m"),)


@dataclass(frozen=True, slots=True)
class DayWords:
    """How many of a day's texts hold each word: what everybody says that day tells threads apart badly."""

    texts: int
    holding: Mapping[str, int]

    def rarity(self, word: str) -> float:
        """From 0 (in every text) to 1 (in one at most)."""
        return self.rare(self.holding.get(word, 1))

    def rare(self, number: int) -> float:
        """The rarity of what so many texts hold."""
        return 1.0 if self.texts < 2 else 1.0 - math.log(max(1, number)) / math.log(self.texts)


def day(texts: Iterable[Iterable[str]]) -> DayWords:
    """Count in how many texts, given as their content words, each word stands."""
    sets = [frozenset(words) for words in texts]
    return DayWords(len(sets), Counter(chain.from_iterable(sets)))


def vocabulary(lists: Mapping[str, Sequence[str]]) -> Vocabulary:
    """The vocabulary that the named lists of rules/lexicon.yml describe.

    `terms` and `stop` are words; an item of `same` is a group of words that mean the same, the first giving the name
    (`二清 二次清算`); an item of `common` may carry how much of its weight it keeps: `系统 0.3`, else 0.4.
    """
    same: dict[str, str] = {}
    terms = list(lists.get("terms", ()))
    for group in lists.get("same", ()):
        names = [name.replace("_", " ") for name in group.split()]
        for name in names:
            same[name.lower()] = names[0].lower()
        terms.extend(names)
    common: dict[str, float] = {}
    for item in lists.get("common", ()):
        word, _, share = item.partition(" ")
        common[word.lower()] = float(share) if share.strip() else 0.4
    stop = frozenset(w.lower() for w in lists.get("stop", ()))
    return Vocabulary(tuple(dict.fromkeys(terms)), stop, same, common)


class _Dictionaries:
    """rjieba's dictionaries by the words that were added to them, each shared by all who add the same.

    rjieba builds one dictionary as it is imported (0.1 s), and a process has no more of that: the first words go into
    it instead of paying for a second. Words can't be taken out again, so others get a dictionary of their own.
    """

    def __init__(self) -> None:
        self._engines: dict[tuple[str, ...], Engine] = {}
        self._lock = Lock()  # two threads must not both take the one that is there

    def engine(self, terms: tuple[str, ...]) -> Engine:
        import rjieba  # start-up: builds its dictionary

        with self._lock:
            if terms not in self._engines:
                own = rjieba.Jieba() if self._engines else rjieba
                self._engines[terms] = _Engine(own.tag, own.cut, own.add_word, own.has_word, own.suggest_freq, terms)
            return self._engines[terms]


rust_engine = _Dictionaries().engine


class _Engine:
    """rjieba: knows each word's tag and frequency without a table of ours."""

    def __init__(
        self,
        tag: Callable[[str, bool], Sequence[tuple[str, str]]],
        cut: Callable[[str, bool], Sequence[str]],
        add: Callable[[str, int | None, str | None], int],
        has: Callable[[str], bool],
        frequency: Callable[[str], int],
        terms: Sequence[str],
    ) -> None:
        self._tag = tag
        self._plain = cut
        self._has = has
        self._frequency = frequency
        # a user word's frequency is chosen to win the cut and tells nothing about rarity: ask before adding
        self._before = {t: frequency(t) if has(t) else 0 for t in terms}
        for term in terms:
            add(term, None, "n")

    def tag(self, text: str, hmm: bool = True) -> Sequence[tuple[str, str]]:
        return self._tag(text, hmm)

    def cut(self, text: str) -> Sequence[str]:
        return self._plain(text, True)

    def suggested_frequency(self, word: str) -> int:
        if word in self._before:
            return self._before[word]
        return self._frequency(word) if self._has(word) else 0


@lru_cache(maxsize=2)
def python_engine(terms: tuple[str, ...]) -> Engine:
    """jieba itself with these user words; its tags come straight from its dictionary."""
    import jieba

    jieba.setLogLevel("ERROR")  # it tells on stderr how long it loaded
    own = jieba.Tokenizer()
    own.initialize()
    tags: dict[str, str] = {}
    with jieba.get_module_res("dict.txt") as lines:
        for line in lines:
            word, _, tag = line.decode("utf-8").strip().split(" ")
            tags[word] = tag
    before = {t: int(own.FREQ.get(t, 0)) for t in terms}
    for term in terms:
        own.add_word(term, tag="n")
        tags[term] = "n"
    return _Reference(own.cut, own.FREQ, tags, before)


class _Reference:
    def __init__(
        self,
        cut: Callable[..., Iterable[str]],
        frequencies: Mapping[str, int],
        tags: Mapping[str, str],
        before: Mapping[str, int],
    ) -> None:
        self._cut = cut
        self._frequencies = frequencies
        self._tags = tags
        self._before = before

    def tag(self, text: str, hmm: bool = True) -> Sequence[tuple[str, str]]:
        return [(word, self._tags.get(word, "x")) for word in self._cut(text, HMM=hmm)]

    def cut(self, text: str) -> Sequence[str]:
        return list(self._cut(text, HMM=True))

    def suggested_frequency(self, word: str) -> int:
        return self._before[word] if word in self._before else int(self._frequencies.get(word, 0))
