"""Questions that come back: the same one on several days, found by what both say and ask (`sameness.py`)."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from digest.knowledge.likeness import Sameness
from digest.knowledge.query import Lexicon
from digest.knowledge.same import Likeness, cosine, held, likeness, said
from digest.knowledge.schema import SHIFT
from digest.knowledge.search import lexicon, positions

POINT = 0.1  # likeness in words from which an answer speaks of its question
COMMON = 150  # questions that hold a word over which it brings no two together


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to a question that came back; `speaker` is a person of the store's."""

    text: str
    speaker: int | None
    messages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Asked:
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
    answers: tuple[Reply, ...]
    digest: str = ""  # path of its day's digest, "" where none was built
    score: float = 0.0  # how sure it is that it is a question worth its place


@dataclass(frozen=True, slots=True)
class Group:
    """One question with every time it was asked, in order of the days."""

    asked: tuple[Asked, ...]

    @property
    def days(self) -> tuple[str, ...]:
        return tuple(sorted({a.day for a in self.asked}))

    @property
    def answers(self) -> int:
        return sum(len(a.answers) for a in self.asked)

    @property
    def best(self) -> Asked:
        """The time it was asked best: answered, in words of its own, not too short."""
        return max(self.asked, key=lambda a: (bool(a.answers), 12 <= len(a.text) <= 120, len(a.answers), -a.row))


def questions(db: sqlite3.Connection, since: str = "", until: str = "", room: str | None = None) -> tuple[Asked, ...]:
    """The published questions of some days, in order."""
    answers: dict[int, list[Reply]] = defaultdict(list)
    for question, speaker, messages, text in db.execute(
        "SELECT question, speaker, messages, text FROM answers ORDER BY id"
    ):
        answers[question].append(Reply(text, speaker, positions(messages)))
    rows = db.execute(
        "SELECT q.id, e.key, q.key, l.day, l.room, q.text, coalesce(t.title, ''), q.state, q.messages, l.digest,"
        " q.score FROM questions q"
        f" JOIN entries e ON e.id = q.entry JOIN logs l ON l.id = q.id >> {SHIFT} LEFT JOIN topics t ON t.id = e.topic"
        " WHERE e.kept AND e.kind = 'thread' AND l.day >= ? AND l.day <= ? AND (? IS NULL OR l.room = ?)"
        " ORDER BY l.day, l.room, q.id",
        (since, until or "9999", room, room),
    )
    return tuple(
        Asked(n, key, question, day, where, text, topic, state, positions(messages), tuple(answers[n]), *rest)
        for n, key, question, day, where, text, topic, state, messages, *rest in rows
    )


def everything(db: sqlite3.Connection) -> Lexicon:
    """What the store knows of all words."""
    known = lexicon(db, "")
    rows = db.execute("SELECT word, times, tells FROM words").fetchall()
    return replace(known, times={w: n for w, n, _ in rows}, tells={w: t for w, _, t in rows})


def to_the_point(asked: Asked, known: Lexicon) -> tuple[Reply, ...]:
    """The answers whose words are those of the question or its topic: a notice that came in between is none."""
    own = held(f"{asked.text}\n{asked.topic}", known)
    return tuple(r for r in asked.answers if cosine(own, held(r.text, known)) >= POINT)


def groups(asked: Sequence[Asked], known: Lexicon, how: Sameness) -> tuple[Group, ...]:
    """Questions asked on more than one day, most asked and best answered first.

    Two are joined where they are alike, and a group with another where all of both are, on average: a chain of
    neighbours makes no group.
    """
    texts = [said(a.text, known, how) for a in asked]
    holding: dict[str, list[int]] = defaultdict(list)
    for n, each in enumerate(texts):
        for word, weight in each.telling.items():
            if weight >= how.telling:
                holding[word].append(n)
    pairs: set[tuple[int, int]] = set()
    for places in holding.values():
        if len(places) <= COMMON:
            pairs.update((a, b) for i, a in enumerate(places) for b in places[i + 1 :] if asked[a].day != asked[b].day)
    scores: dict[tuple[int, int], float] = {}

    def like(a: int, b: int) -> float:
        pair = (min(a, b), max(a, b))
        if pair not in scores:
            found = likeness(texts[pair[0]], texts[pair[1]], how)
            scores[pair] = found.score if found else 0.0
        return scores[pair]

    ranked = sorted((p for p in pairs if like(*p) >= how.likeness), key=lambda p: (-round(like(*p), 6), p))
    members = {n: [n] for n in range(len(asked))}
    head = list(range(len(asked)))
    for a, b in ranked:
        one, other = sorted((head[a], head[b]))
        if one == other:
            continue
        mine, theirs = members[one], members[other]
        if sum(like(x, y) for x in mine for y in theirs) >= how.together * len(mine) * len(theirs):
            mine += theirs
            for n in theirs:
                head[n] = one
            del members[other]
    found = [Group(tuple(asked[n] for n in sorted(m))) for m in members.values() if len({asked[n].day for n in m}) > 1]
    good = {g: sum(len(to_the_point(a, known)) for a in g.asked) for g in found}
    return tuple(sorted(found, key=lambda g: (-len(g.days), -good[g], -min(g.answers, 12), g.asked[0].row)))


def reason(group: Group, known: Lexicon, how: Sameness) -> Likeness | None:
    """By what the two questions of a group are alike that are so most."""
    texts = [said(a.text, known, how) for a in group.asked]
    found = (likeness(one, other, how) for n, one in enumerate(texts) for other in texts[n + 1 :])
    return max((each for each in found if each), key=lambda each: each.score, default=None)
