"""Questions that come back: the same one on several days, found by the rare words, topics and answers they share."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from digest.store.sameness import TELLING, Held, Said, cosine, held, likeness, said
from digest.store.schema import SHIFT
from digest.store.search import lexicon, positions
from digest.store.words import Lexicon

LIKE = 0.3  # likeness from which two questions are one
ONE_WORD = 0.45  # likeness, in words and in characters, from which two are one that share a single telling word
NEARLY = 0.25  # likeness from which topic and answers are looked at too:
ABOUT = 0.1  # so much their likeness adds
STILL = 0.2  # likeness that all of a group keep on average
SHARED = 2  # telling words that two questions should share
COMMON = 60  # questions that hold a word over which it brings no two together
FROM_ANSWERS, FROM_TOPIC = 0.25, 0.4  # of a word's weight where it stands in the answers, in the topic


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
        "SELECT q.id, e.key, q.key, l.day, l.room, q.text, coalesce(t.title, ''), q.state, q.messages FROM questions q"
        f" JOIN entries e ON e.id = q.entry JOIN logs l ON l.id = q.id >> {SHIFT} LEFT JOIN topics t ON t.id = e.topic"
        " WHERE e.kept AND e.kind = 'thread' AND l.day >= ? AND l.day <= ? AND (? IS NULL OR l.room = ?)"
        " ORDER BY l.day, l.room, q.id",
        (since, until or "9999", room, room),
    )
    return tuple(
        Asked(n, key, question, day, where, text, topic, state, positions(messages), tuple(answers[n]))
        for n, key, question, day, where, text, topic, state, messages in rows
    )


def everything(db: sqlite3.Connection) -> Lexicon:
    """What the store knows of all words."""
    known = lexicon(db, "")
    rows = db.execute("SELECT word, times, tells FROM words").fetchall()
    return replace(known, times={w: n for w, n, _ in rows}, tells={w: t for w, _, t in rows})


def groups(asked: Sequence[Asked], known: Lexicon) -> tuple[Group, ...]:
    """Questions asked on more than one day, most asked and best answered first.

    Two are joined where they are alike, and a group with another where all of both are, on average: a chain of
    neighbours makes no group.
    """
    texts = [said(a.text, known) for a in asked]
    holding: dict[str, list[int]] = defaultdict(list)
    for n, each in enumerate(texts):
        for word, weight in each.telling.items():
            if weight >= TELLING:
                holding[word].append(n)
    pairs: set[tuple[int, int]] = set()
    for places in holding.values():
        if len(places) <= COMMON:
            pairs.update((a, b) for i, a in enumerate(places) for b in places[i + 1 :] if asked[a].day != asked[b].day)
    scores: dict[tuple[int, int], float] = {}

    def like(a: int, b: int) -> float:
        pair = (min(a, b), max(a, b))
        if pair not in scores:
            scores[pair] = _score(asked, texts, *pair, known)
        return scores[pair]

    ranked = sorted((pair for pair in pairs if like(*pair) >= LIKE), key=lambda pair: (-like(*pair), pair))
    members = {n: [n] for n in range(len(asked))}
    head = list(range(len(asked)))
    for a, b in ranked:
        one, other = sorted((head[a], head[b]))
        if one == other:
            continue
        mine, theirs = members[one], members[other]
        if sum(like(x, y) for x in mine for y in theirs) >= STILL * len(mine) * len(theirs):
            mine += theirs
            for n in theirs:
                head[n] = one
            del members[other]
    found = [Group(tuple(asked[n] for n in sorted(m))) for m in members.values() if len({asked[n].day for n in m}) > 1]
    return tuple(sorted(found, key=lambda g: (-len(g.days), -min(g.answers, 12), g.asked[0].row)))


def _score(asked: Sequence[Asked], texts: Sequence[Said], a: int, b: int, known: Lexicon) -> float:
    """How alike two questions are; topic and answers can bring two together that are nearly so."""
    found = likeness(texts[a], texts[b])
    if found is None:
        return 0.0
    if found.telling < SHARED:
        return found.score if min(found.words, found.characters) >= ONE_WORD else 0.0
    if found.score >= LIKE or found.score < NEARLY:
        return found.score
    around = cosine(*(_with_context(asked[n], texts[n].telling, known) for n in (a, b)))
    return found.score + ABOUT * around


def _with_context(asked: Asked, own: Held, known: Lexicon) -> dict[str, float]:
    """A question's words with those of its topic and its answers, which weigh less."""
    words = held("\n".join(r.text for r in asked.answers), known, FROM_ANSWERS)
    for more in (held(asked.topic, known, FROM_TOPIC), own):
        for word, weight in more.items():
            words[word] = max(words.get(word, 0.0), weight)
    return words
