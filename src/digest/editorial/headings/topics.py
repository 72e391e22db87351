"""Topics: threads on one subject under one heading, and the digest's own title.

Two threads are alike by the rare words that they share, questions before answers, and more so the closer they stand in
time. Threads join a heading while their likeness to it, on average over its members, stays above a threshold: two
headings too many are mended by an editor in a second, one wrong heading hides a question from its reader.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from digest.editorial.headings.title_rules import TitleRules
from digest.editorial.headings.titles import TitleCandidate, titles, width
from digest.rules.declare import Declaration, fraction, number, setting, span, whole
from digest.rules.types import Text
from digest.words import DayWords, Vocabulary
from digest.words import day as day_of

ANSWER = 0.6  # what a word is worth that stands in the answers only
ANSWERS = 12  # of a thread, looked at: later ones have often left the subject
ALONE = 0.6  # what a single shared word is worth
NEXT = 0.1  # what two threads gain that begin at the same moment and share a word at all
SOON = 300  # seconds in which most of that is gone
REACH = 100  # threads before a thread that it is compared with: more than a day of talk among people holds
FAR = 0.7  # share of its likeness that a pair of threads keeps at any distance in time


@dataclass(frozen=True, slots=True)
class ThreadText:
    """What topics need of a thread: its texts and when it began, in seconds since midnight."""

    question: str
    answers: tuple[str, ...] = ()
    start: int = 0
    more: tuple[str, ...] = ()  # its follow-up questions


@dataclass(frozen=True)
class TopicRules(TitleRules):
    """What rules/topics.yml says about headings and their titles; `window` in seconds."""

    window: int = span("questions further apart share a heading only on very strong evidence", 4 * 3600)
    together: float = fraction("likeness from which two questions share a heading", 0.42)
    largest: int = whole("questions under one heading", 8, 1)
    weak: float = number("a title scored below this heads no single question", 7.0)
    rest: str = setting(Text(), "the heading over such questions, last; empty: each keeps its own", "其他")


TOPICS = Declaration("topics", "topics and their titles", TopicRules)


@dataclass(frozen=True, slots=True)
class TopicGroup:
    """Threads under one heading, as places in what was given; `titles` best first, `shared` words strongest first.

    `rest` holds the threads that no heading of their own says anything about.
    """

    members: tuple[int, ...]
    titles: tuple[TitleCandidate, ...]
    shared: tuple[str, ...] = ()
    rest: bool = False

    @property
    def title(self) -> str:
        return self.titles[0].text if self.titles else ""


def topics(threads: Sequence[ThreadText], words: Vocabulary, rules: TopicRules) -> tuple[TopicGroup, ...]:
    """Threads grouped under headings, in the order of each heading's first thread as given; each with its titles.

    Single questions whose title says little come last, under one heading; without one where all do.
    """
    held = [_held(thread, words) for thread in threads]
    rarity = day_of(h.keys() for h in held)
    vectors = [_vector(h, words, rarity) for h in held]
    likeness = [
        {
            j: value
            for j in range(max(0, i - REACH), i)
            if (value := _likeness(vectors, threads, i, j, rules.window)) > 0.0
        }
        for i in range(len(threads))
    ]
    found = []
    for members in _grouped(likeness, rules):
        shared = _shared([vectors[m] for m in members])
        found.append(TopicGroup(members, _named([threads[m] for m in members], shared, words, rules, rarity), shared))

    def says_little(group: TopicGroup) -> bool:
        return _small(group, threads) and (not group.titles or group.titles[0].score < rules.weak)

    # what stands under the common heading takes no title from another
    named = _distinct(found, [bool(rules.rest) and says_little(g) for g in found])
    weak = [g for g in named if says_little(g)]
    strong = [g for g in named if not says_little(g)]
    if not weak or not rules.rest:
        return tuple(named)
    left = tuple(sorted(m for g in weak for m in g.members))
    why = ("titles of their own would say little: " + "、".join(g.title for g in weak if g.title),)
    if not strong:
        return (TopicGroup(left, (), (), True),)  # 其他 than what? They stand there without a heading
    return (*strong, TopicGroup(left, (TitleCandidate(rules.rest, 0.0, why),), (), True))


def _small(group: TopicGroup, threads: Sequence[ThreadText]) -> bool:
    """Whether a heading would stand over a single question: what led on to others deserves one of its own."""
    return len(group.members) == 1 and not threads[group.members[0]].more


def day_title(groups: Sequence[TopicGroup], threads: Sequence[ThreadText], talk: str = "", longest: int = 24) -> str:
    """The digest's own title: the talk's, or the one or two subjects that were talked of most, joined by 、."""
    if talk.strip():
        return talk.strip()

    def weight(group: TopicGroup) -> tuple[float, int]:
        texts = sum(1 + len(threads[m].more) + len(threads[m].answers) for m in group.members)
        told = group.titles[0].score if group.titles else 0.0
        # a subject of many answers whose title says little makes no good title for a day
        return (math.log1p(texts) * max(0.5, min(told, 14.0)), -group.members[0])

    best = [g.title for g in sorted(groups, key=weight, reverse=True) if g.title and not g.rest]
    if not best:
        return ""
    both = [best[0], next((t for t in best[1:] if width(best[0] + t) < longest and not _overlap(best[0], t)), "")]
    return "、".join(t for t in both if t)


def _held(thread: ThreadText, words: Vocabulary) -> dict[str, float]:
    """The content words of a thread with the weight of the place they stand in."""
    held: dict[str, float] = {}
    for share, texts in ((1.0, (thread.question,)), (0.6, thread.more), (ANSWER, thread.answers[:ANSWERS])):
        for text in texts:
            for word in words.content_words(text):
                held[word] = max(held.get(word, 0.0), share)
    return held


def _vector(held: Mapping[str, float], words: Vocabulary, rarity: DayWords) -> dict[str, float]:
    out = {w: share * words.idf(w) * (0.5 + 0.5 * rarity.rarity(w)) for w, share in held.items()}
    length = math.sqrt(sum(v * v for v in out.values()))
    return {w: v / length for w, v in out.items()} if length else {}


def _likeness(
    vectors: Sequence[Mapping[str, float]], threads: Sequence[ThreadText], i: int, j: int, window: int
) -> float:
    """From 0 to 1: the cosine of what two threads speak of, less the further apart they began."""
    small, large = sorted((vectors[i], vectors[j]), key=len)
    both = [v * large[w] for w, v in small.items() if w in large]
    if not both:
        return 0.0
    # one word in common may be chance: 风控 of a paper asked for, 风控 of a career
    cosine = sum(both) * (ALONE if len(both) == 1 else 1.0)
    gap = abs(threads[i].start - threads[j].start)
    near = math.exp(-gap / window) if window else 1.0
    return math.sqrt(cosine) * (FAR + (1 - FAR) * near) + NEXT * math.exp(-gap / SOON)


def _grouped(likeness: Sequence[Mapping[int, float]], rules: TopicRules) -> list[tuple[int, ...]]:
    """Join the two groups most alike on average until none are alike enough; ties go to the earlier pair.

    `likeness` of each thread to earlier ones, those that it has nothing in common with left out.
    """
    members: dict[int, tuple[int, ...]] = {i: (i,) for i in range(len(likeness))}
    # sums of likeness between a group and others, by their first members
    sums: dict[int, dict[int, float]] = {i: {} for i in members}
    for i, row in enumerate(likeness):
        for j, value in row.items():
            sums[i][j] = sums[j][i] = value
    # pairs that may be joined, the most alike first; one that has changed since is told by its sizes
    pairs: list[tuple[float, int, int, int, int]] = []

    def offer(i: int, j: int) -> None:
        x, y = min(i, j), max(i, j)
        one, two = len(members[x]), len(members[y])
        mean = sums[x][y] / (one * two)
        if mean >= rules.together and one + two <= rules.largest:
            heapq.heappush(pairs, (-mean, x, y, one, two))

    for i in members:
        for j in sums[i]:
            if j < i:
                offer(i, j)
    while pairs:
        _, x, y, one, two = heapq.heappop(pairs)
        if x not in members or y not in members or (one, two) != (len(members[x]), len(members[y])):
            continue
        members[x] += members.pop(y)
        del sums[x][y]
        for other, value in sums.pop(y).items():
            if other != x:
                del sums[other][y]
                sums[x][other] = sums[other][x] = sums[x].get(other, 0.0) + value
        if len(members[x]) < rules.largest:
            for other in sums[x]:
                offer(x, other)
            continue
        for other in sums.pop(x):  # full: nothing joins it any more
            del sums[other][x]
        sums[x] = {}
    return sorted(tuple(sorted(group)) for group in members.values())


def _shared(vectors: Sequence[Mapping[str, float]]) -> tuple[str, ...]:
    """Words that at least two of the threads hold, what they weigh together first."""
    if len(vectors) < 2:
        return ()
    holding: dict[str, list[float]] = {}
    for vector in vectors:
        for word, value in vector.items():
            holding.setdefault(word, []).append(value)
    both = {w: sum(values) for w, values in holding.items() if len(values) > 1}
    return tuple(sorted(both, key=lambda w: (-both[w], w))[:8])


def _named(
    threads: Sequence[ThreadText], shared: Sequence[str], words: Vocabulary, rules: TopicRules, rarity: DayWords
) -> tuple[TitleCandidate, ...]:
    """Titles of a heading: what its threads share. Each thread offers titles, scored by the others too."""
    if len(threads) == 1:
        thread = threads[0]
        return titles((thread.question, *thread.more), thread.answers, words, rules, rarity)
    answers = [a for t in threads for a in t.answers]
    found: list[TitleCandidate] = []
    # what two of the questions say, before what only their answers share
    asked = [frozenset(words.content_words(t.question)) for t in threads]
    said = [w for w in shared if sum(w in a for a in asked) > 1]
    strongest = frozenset((said or list(shared))[:4])
    for place, thread in enumerate(threads):
        others = [t.question for t in threads if t is not thread]
        asking = (thread.question, *thread.more)
        # an answer says what one thread came to, and heads several only where no question names a subject
        offered = titles(asking, [*others, *answers], words, rules, rarity, count=8, answered=False)
        for c in offered:
            own = words.content_words(c.text)
            common = sum(w in strongest for w in own)
            rest = len(own) - common
            # what only one of them asks makes no heading for all
            score = c.score + 2.0 * common - 0.6 * rest - 1.0 * place - (3.0 if not common else 0.0)
            found.append(
                TitleCandidate(c.text, round(score, 4), (*c.why, f"of thread {place + 1}, {common} words shared"))
            )
    if not found:
        return titles([t.question for t in threads], answers, words, rules, rarity)
    best: dict[str, TitleCandidate] = {}
    for c in sorted(found, key=lambda c: -c.score):
        best.setdefault(c.text.lower(), c)
    return tuple(list(best.values())[:5])


def _distinct(groups: Sequence[TopicGroup], weak: Sequence[bool]) -> list[TopicGroup]:
    """The groups, where two would bear the same title the later one taking its next best; weak ones keep theirs."""
    taken: set[str] = set()
    out = []
    for group, little in zip(groups, weak, strict=True):
        if little:
            out.append(group)
            continue
        free = [c for c in group.titles if c.text.lower() not in taken and c.score > 0]
        kept = tuple(free) or group.titles
        if kept:
            taken.add(kept[0].text.lower())
        out.append(TopicGroup(group.members, kept, group.shared))
    return out


def _overlap(one: str, other: str) -> bool:
    pairs = {one[i : i + 2] for i in range(len(one) - 1)}
    return any(other[i : i + 2] in pairs for i in range(len(other) - 1))
