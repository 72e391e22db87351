"""Rows of days → tables, one transaction a batch; a day's rows replace those it had."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.conversation.people.labels import key
from digest.knowledge.query import spaced
from digest.knowledge.schema import SHIFT

if TYPE_CHECKING:
    from digest.knowledge.rows import DayRows

TABLES = ("messages", "turns", "topics", "entries", "questions", "answers")


@dataclass(frozen=True, slots=True)
class DayName:
    """What a day's rows go by."""

    room: str
    day: str
    path: str
    digest: str
    stamp: str


class Writer:
    """Puts days into a store and takes them out; nothing is lasting before `commit`."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        counted: Callable[[Sequence[str]], Mapping[str, int]],
        tells: Callable[[str], float],
    ) -> None:
        self.connection = connection
        self.counted = counted  # how often each word stands in texts
        self.tells = tells  # how rare a word is in the language, from 0 to 1
        self.people: dict[str, int] = dict(connection.execute("SELECT label, person FROM labels"))
        self.words: Counter[str] = Counter()
        (self.last_person,) = connection.execute("SELECT coalesce(max(id), 0) FROM people").fetchone()
        (self.last_log,) = connection.execute("SELECT coalesce(max(id), 0) FROM logs").fetchone()

    def begin(self) -> None:
        self.connection.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        self.connection.executemany(
            "INSERT INTO words VALUES (?, ?, ?) ON CONFLICT (word)"
            " DO UPDATE SET times = times + excluded.times, tells = excluded.tells",
            ((word, times, self.tells(word)) for word, times in self.words.items()),
        )
        self.words.clear()
        self.connection.execute("COMMIT")

    def rollback(self) -> None:
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")

    def put(self, name: DayName, rows: DayRows) -> None:
        """The day's rows, in place of those it had."""
        old = self.connection.execute(
            "SELECT id FROM logs WHERE room = ? AND day = ?", (name.room, name.day)
        ).fetchone()
        if old:
            self.remove(old[0])
            log = old[0]
        else:
            self.last_log += 1
            log = self.last_log
        self.words.update(rows.words)
        self._add(log, name, rows)

    def _add(self, log: int, name: DayName, rows: DayRows) -> None:
        run = self.connection.execute
        many = self.connection.executemany
        base = log << SHIFT
        who = [self._person(labels) for labels in rows.people]

        def person(place: int | None) -> int | None:
            return None if place is None else who[place]

        run(
            "INSERT INTO logs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                log,
                name.room,
                name.day,
                name.path,
                name.digest,
                name.stamp,
                rows.title,
                rows.headers,
                rows.talk,
                person(rows.guest),
            ),
        )
        many(
            "INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?)",
            ((base + n, p, s, who[w], t, text) for n, (p, s, w, t, text, _) in enumerate(rows.messages)),
        )
        many(
            "INSERT INTO message_words (rowid, text) VALUES (?, ?)",
            ((base + n, m[5]) for n, m in enumerate(rows.messages)),
        )
        many(
            "INSERT INTO turns VALUES (?, ?, ?, ?)",
            ((base + n, who[w], start, acts) for n, (w, start, acts) in enumerate(rows.turns)),
        )
        many(
            "INSERT OR REPLACE INTO links VALUES (?, ?, ?)",
            ((base + child, base + parent, score) for child, parent, score in rows.links),
        )
        topics = list(dict.fromkeys(e.topic for e in rows.entries if e.topic))
        topic_id = {title: base + n for n, title in enumerate(topics)}
        many("INSERT INTO topics VALUES (?, ?)", ((topic_id[t], t) for t in topics))
        many(
            "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)",
            ((base + n, e.key, e.kind, e.section, topic_id.get(e.topic), e.kept) for n, e in enumerate(rows.entries)),
        )
        questions = [(base + n, q, e.topic) for n, e in enumerate(rows.entries) for q in e.questions]
        many(
            "INSERT INTO questions VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (base + n, entry, q.key, q.state, q.score, person(q.speaker), _listed(q.messages), q.text)
                for n, (entry, q, _) in enumerate(questions)
            ),
        )
        answers = [(base + n, a) for n, (_, q, _) in enumerate(questions) for a in q.answers]
        many(
            "INSERT INTO answers VALUES (?, ?, ?, ?, ?)",
            (
                (base + n, question, person(a.speaker), _listed(a.messages), a.text)
                for n, (question, a) in enumerate(answers)
            ),
        )
        many(
            "INSERT INTO question_words (rowid, question, answers, topic) VALUES (?, ?, ?, ?)",
            (
                (base + n, *indexed(q.text, [a.text for a in q.answers], topic))
                for n, (_, q, topic) in enumerate(questions)
            ),
        )

    def remove(self, log: int) -> None:
        """Take a day out."""
        run = self.connection.execute
        low, high = log << SHIFT, (log + 1) << SHIFT
        fed = run("SELECT id, text FROM messages WHERE id >= ? AND id < ?", (low, high)).fetchall()
        self.connection.executemany(
            "INSERT INTO message_words (message_words, rowid, text) VALUES ('delete', ?, ?)",
            ((rowid, spaced(text)) for rowid, text in fed),
        )
        self.connection.executemany(
            "INSERT INTO question_words (question_words, rowid, question, answers, topic)"
            " VALUES ('delete', ?, ?, ?, ?)",
            [(rowid, *columns) for rowid, columns in self._fed(low, high)],
        )
        for table in TABLES:
            run(f"DELETE FROM {table} WHERE id >= ? AND id < ?", (low, high))
        run("DELETE FROM links WHERE child >= ? AND child < ?", (low, high))
        # after a change of the lexicon this misses a little; a rebuild counts anew
        self.words.subtract(self.counted([text for _, text in fed]))
        run("DELETE FROM logs WHERE id = ?", (log,))

    def _fed(self, low: int, high: int) -> Iterable[tuple[int, tuple[str, str, str]]]:
        """What the questions' table was fed, made again: a table without text must be told to forget it."""
        answers: dict[int, list[str]] = {}
        for question, text in self.connection.execute(
            "SELECT question, text FROM answers WHERE id >= ? AND id < ? ORDER BY id", (low, high)
        ):
            answers.setdefault(question, []).append(text)
        rows = self.connection.execute(
            "SELECT q.id, q.text, coalesce(t.title, '') FROM questions q JOIN entries e ON e.id = q.entry"
            " LEFT JOIN topics t ON t.id = e.topic WHERE q.id >= ? AND q.id < ?",
            (low, high),
        ).fetchall()
        for question, text, topic in rows:
            yield question, indexed(text, answers.get(question, []), topic)

    def _person(self, labels: Sequence[str]) -> int:
        """The person that a day's labels mean: whoever bore one of them before, else somebody new."""
        keys = [key(label) for label in labels]
        person = next((self.people[k] for k in keys if k in self.people), None)
        if person is None:
            self.last_person += 1
            person = self.last_person
            self.connection.execute("INSERT INTO people VALUES (?, ?, 0)", (person, labels[0]))
        for k in keys:
            if k not in self.people:
                self.people[k] = person
                self.connection.execute("INSERT OR IGNORE INTO labels VALUES (?, ?)", (k, person))
        return person


def indexed(question: str, answers: Sequence[str], topic: str) -> tuple[str, str, str]:
    """What the full-text table of questions is fed."""
    return spaced(question), spaced("\n".join(answers)), spaced(topic)


def settle(connection: sqlite3.Connection, meta: Mapping[str, str], agreed: Iterable[str], *, whole: bool) -> None:
    """What concerns all days: who may be named, which words mean the same; `whole` also packs the full-text tables."""
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE people SET agreed = 0 WHERE agreed")
    connection.executemany(
        "UPDATE people SET agreed = 1 WHERE id IN (SELECT person FROM labels WHERE label = ?)",
        ((key(name),) for name in agreed),
    )
    connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", meta.items())
    (messages,) = connection.execute("SELECT count(*) FROM messages").fetchone()
    connection.execute("INSERT OR REPLACE INTO meta VALUES ('messages', ?)", (str(messages),))
    connection.execute("DELETE FROM words WHERE times <= 0")
    if whole:
        for table in ("message_words", "question_words"):
            connection.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")
    connection.execute("COMMIT")


def _listed(positions: Iterable[int]) -> str:
    return " ".join(map(str, positions))
