"""Questions that come back: the same one on several days, found by the rare words, topics and answers they share."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt

from digest.store.schema import SHIFT
from digest.store.search import lexicon, positions
from digest.store.words import CHUNK, Lexicon, cut, folded

LIKE = 0.6  # cosine from which two questions are one
NEARLY = 0.5  # cosine from which topic and answers are looked at too
STILL = 0.5  # cosine that all of a group keep on average
SHARED = 2  # telling words that two questions must share at least
TELLING = 2.8  # weight from which a word tells: rare in the group and in the language
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


Held = Mapping[str, float]


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


def held(text: str, known: Lexicon, share: float = 1.0) -> dict[str, float]:
    """The words of a text that tell something, each with its weight; those that mean the same are one."""
    found: dict[str, float] = {}
    for chunk in CHUNK.findall(folded(text)):
        for word in cut(chunk, known):
            if len(word) > 1 and word not in known.stop:
                name = min((word, *known.same.get(word, ())))
                weight = known.weight(word) * _tells(word, known) ** 2 * share
                found[name] = max(found.get(name, 0.0), weight)
    return found


def _tells(word: str, known: Lexicon) -> float:
    # what the logs don't hold as a word is characters that happened to stand together
    return max(known.tells.get(w, 0.0) for w in (word, *known.same.get(word, ())))


def alike(one: Held, other: Held) -> float:
    """The cosine of two texts by their words, 0 where they share too few that tell."""
    shared = one.keys() & other.keys()
    if not _enough(shared, one, other):
        return 0.0
    return cosine(one, other)


def cosine(one: Held, other: Held) -> float:
    """The cosine of two texts by their words."""
    dot = sum(one[w] * other[w] for w in sorted(one.keys() & other.keys()))
    return dot / (_norm(one) * _norm(other) or 1.0)


def _enough(shared: Iterable[str], one: Held, other: Held) -> bool:
    telling = sum(1 for w in shared if max(one[w], other[w]) >= TELLING)
    return telling >= min(SHARED, len(one), len(other)) and telling > 0


def _norm(words: Held) -> float:
    return sqrt(sum(weight * weight for weight in words.values()))


def groups(asked: Sequence[Asked], known: Lexicon) -> tuple[Group, ...]:
    """Questions asked on more than one day, most asked and best answered first.

    Two are joined where their words are alike, and a group with another where all of both are, on average: a chain of
    neighbours makes no group.
    """
    own = [held(a.text, known) for a in asked]
    holding: dict[str, list[int]] = defaultdict(list)
    for n, each in enumerate(own):
        for word, weight in each.items():
            if weight >= TELLING:
                holding[word].append(n)
    pairs: set[tuple[int, int]] = set()
    for places in holding.values():
        if len(places) <= COMMON:
            pairs.update((a, b) for i, a in enumerate(places) for b in places[i + 1 :] if asked[a].day != asked[b].day)
    likeness: dict[tuple[int, int], float] = {}

    def like(a: int, b: int) -> float:
        pair = (min(a, b), max(a, b))
        if pair not in likeness:
            likeness[pair] = _likeness(asked, own, *pair, known)
        return likeness[pair]

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


def _with_context(asked: Asked, own: Held, known: Lexicon) -> dict[str, float]:
    """A question's words with those of its topic and its answers, which weigh less."""
    found = held("\n".join(r.text for r in asked.answers), known, FROM_ANSWERS)
    for more in (held(asked.topic, known, FROM_TOPIC), own):
        for word, weight in more.items():
            found[word] = max(found.get(word, 0.0), weight)
    return found


def _likeness(asked: Sequence[Asked], own: Sequence[Held], a: int, b: int, known: Lexicon) -> float:
    """By the questions' own words; topic and answers can bring two together that are nearly alike."""
    score = alike(own[a], own[b])
    if score >= LIKE or score < NEARLY:
        return score
    return max(score, (score + alike(*(_with_context(asked[n], own[n], known) for n in (a, b)))) / 2)
