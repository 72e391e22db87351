"""Questions that come back: the same one on several days, found by what both say and ask (`same.py`)."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from digest.knowledge.likeness import Sameness
from digest.knowledge.query import WordStats
from digest.knowledge.same import Likeness, compared, cosine, likeness, telling_words
from digest.knowledge.schema import SHIFT
from digest.knowledge.search import StoredAnswer, positions, stored_answers, word_stats

POINT = 0.1  # likeness in words from which an answer speaks of its question
COMMON = 150  # questions that hold a word over which it brings no two together


@dataclass(frozen=True, slots=True)
class DayQuestion:
    """A published question on its day."""

    row: int
    key: str  # of its entry
    question: str  # its own key
    day: str
    room: str
    text: str
    topic: str
    state: str
    messages: tuple[int, ...]
    answers: tuple[StoredAnswer, ...]
    digest: str = ""  # path of its day's digest, "" where none was built
    score: float = 0.0  # how sure it is that it is a question worth its place


@dataclass(frozen=True, slots=True)
class RecurringQuestion:
    """One question with every time it was asked, in order of the days."""

    times: tuple[DayQuestion, ...]

    @property
    def days(self) -> tuple[str, ...]:
        return tuple(sorted({q.day for q in self.times}))

    @property
    def answers(self) -> int:
        return sum(len(q.answers) for q in self.times)

    @property
    def best(self) -> DayQuestion:
        """The time it was asked best: answered, in words of its own, not too short."""
        return max(self.times, key=lambda q: (bool(q.answers), 12 <= len(q.text) <= 120, len(q.answers), -q.row))


def day_questions(
    db: sqlite3.Connection, since: str = "", until: str = "", room: str | None = None
) -> tuple[DayQuestion, ...]:
    """The published questions of some days, in order."""
    answers = stored_answers(db)
    rows = db.execute(
        "SELECT q.id, e.key, q.key, l.day, l.room, q.text, coalesce(t.title, ''), q.state, q.messages, l.digest,"
        " q.score FROM questions q"
        f" JOIN entries e ON e.id = q.entry JOIN logs l ON l.id = q.id >> {SHIFT} LEFT JOIN topics t ON t.id = e.topic"
        " WHERE e.kept AND e.kind = 'thread' AND l.day >= ? AND l.day <= ? AND (? IS NULL OR l.room = ?)"
        " ORDER BY l.day, l.room, q.id",
        (since, until or "9999", room, room),
    )
    return tuple(
        DayQuestion(n, key, question, day, where, text, topic, state, positions(messages), tuple(answers[n]), *rest)
        for n, key, question, day, where, text, topic, state, messages, *rest in rows
    )


def all_words(db: sqlite3.Connection) -> WordStats:
    """What the store knows of all words."""
    stats = word_stats(db, "")
    rows = db.execute("SELECT word, times, tells FROM words").fetchall()
    return replace(stats, times={w: n for w, n, _ in rows}, tells={w: t for w, _, t in rows})


def to_the_point(question: DayQuestion, stats: WordStats) -> tuple[StoredAnswer, ...]:
    """The answers whose words are those of the question or its topic: a notice that came in between is none."""
    own = telling_words(f"{question.text}\n{question.topic}", stats)
    return tuple(r for r in question.answers if cosine(own, telling_words(r.text, stats)) >= POINT)


def recurring(questions: Sequence[DayQuestion], stats: WordStats, rules: Sameness) -> tuple[RecurringQuestion, ...]:
    """Questions asked on more than one day, most asked and best answered first.

    Two are joined where they are alike, and a group with another where all of both are, on average: a chain of
    neighbours makes no group.
    """
    texts = [compared(q.text, stats, rules) for q in questions]
    holding: dict[str, list[int]] = defaultdict(list)
    for n, text in enumerate(texts):
        for word, weight in text.telling.items():
            if weight >= rules.telling:
                holding[word].append(n)
    pairs: set[tuple[int, int]] = set()
    for places in holding.values():
        if len(places) <= COMMON:
            pairs.update(
                (a, b) for i, a in enumerate(places) for b in places[i + 1 :] if questions[a].day != questions[b].day
            )
    scores: dict[tuple[int, int], float] = {}

    def score(a: int, b: int) -> float:
        pair = (min(a, b), max(a, b))
        if pair not in scores:
            alike = likeness(texts[pair[0]], texts[pair[1]], rules)
            scores[pair] = alike.score if alike else 0.0
        return scores[pair]

    ranked = sorted((p for p in pairs if score(*p) >= rules.likeness), key=lambda p: (-round(score(*p), 6), p))
    members = {n: [n] for n in range(len(questions))}
    head = list(range(len(questions)))
    for a, b in ranked:
        first, second = sorted((head[a], head[b]))
        if first == second:
            continue
        one, other = members[first], members[second]
        if sum(score(x, y) for x in one for y in other) >= rules.together * len(one) * len(other):
            one += other
            for n in other:
                head[n] = first
            del members[second]
    groups = [RecurringQuestion(tuple(questions[n] for n in sorted(group))) for group in members.values()]
    groups = [group for group in groups if len(group.days) > 1]
    good = {group: sum(len(to_the_point(q, stats)) for q in group.times) for group in groups}
    return tuple(sorted(groups, key=lambda g: (-len(g.days), -good[g], -min(g.answers, 12), g.times[0].row)))


def reason(question: RecurringQuestion, stats: WordStats, rules: Sameness) -> Likeness | None:
    """By what the two wordings of a question are alike that are so most."""
    texts = [compared(q.text, stats, rules) for q in question.times]
    pairs = (likeness(one, other, rules) for n, one in enumerate(texts) for other in texts[n + 1 :])
    return max((pair for pair in pairs if pair), key=lambda pair: pair.score, default=None)
