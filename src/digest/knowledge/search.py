"""A query → entries and raw messages, best first.

Rows that hold the rarest words are fetched from the full-text tables, at most so many a word, so that a search costs
milliseconds whatever is asked; the best of them are then scored by BM25F over their fields with all words.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from digest.knowledge.query import Term, WordStats, candidates, count, folded, spaced, terms
from digest.knowledge.schema import SHIFT

FETCHED = 600  # rows a word brings at most, the newest ones
ENOUGH = 900  # rows after which commoner words bring none of their own
MANY, FEW = 10, 6  # words by which entries and messages are looked for, the rarest ones; messages are short
SCORED = 60  # rows that are scored in full
CLOSEST = 24  # hits in which the query is looked for as it stands
K1, B = 1.2, 0.6
FIELDS: Mapping[str, tuple[float, float]] = {  # weight, usual length in characters
    "question": (3.0, 30.0),
    "answers": (1.0, 90.0),
    "topic": (1.5, 10.0),
    "message": (1.6, 20.0),
}
STATES: Mapping[str, float] = {"answered": 1.15, "open": 1.0, "asked": 1.0, "said": 0.9}
LEFT_OUT = 0.85  # of a candidate that no digest holds
RAW = 0.6  # of a message in no entry
WHOLE = 1.3  # where the text holds the query as it stands


@dataclass(frozen=True, slots=True)
class Filters:
    """Which hits are wanted; `persons` are ids of people who agreed to be named, None for everybody's words."""

    since: str = ""
    until: str = ""
    room: str | None = None
    open: bool = False
    raw: bool | None = None  # True: messages alone, False: entries alone
    persons: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer as the store keeps it; `speaker` is a person of the store's, None where nobody knows."""

    text: str
    messages: tuple[int, ...]  # positions
    speaker: int | None


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry's question with its answers, or a message of no entry.

    `kind` is thread, talk, notice, resource, candidate (a question that no digest holds) or message; `row` is its id in
    the store.
    """

    kind: str
    id: str
    row: int
    score: float
    day: str
    room: str
    log: str
    state: str
    topic: str
    text: str
    messages: tuple[int, ...]  # positions
    speaker: int | None
    answers: tuple[StoredAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The hits of a search and the words they were looked for by."""

    terms: tuple[Term, ...]
    hits: tuple[Hit, ...] = field(default=())

    @property
    def forms(self) -> tuple[str, ...]:
        return tuple(form for term in self.terms for form in term.forms)


def search(db: sqlite3.Connection, query: str, filters: Filters | None = None, limit: int = 10) -> SearchResult:
    """The best hits for a query; any text is a query."""
    filters = filters or Filters()
    wanted = terms(query, word_stats(db, query))
    if not wanted:
        return SearchResult(())
    logs = _logs(db, filters)
    hits: list[Hit] = []
    if filters.raw is not True:
        hits = _entries(db, wanted, filters, logs)
    if filters.raw is not False and not filters.open:
        hits += _messages(db, wanted, filters, logs, _covered(hits[:SCORED]))
    hits = _whole(hits, query)
    hits.sort(key=lambda h: (-round(h.score, 6), -_number(h.day), h.room, h.messages, h.id))
    return SearchResult(wanted, tuple(hits[:limit]))


def word_stats(db: sqlite3.Connection, query: str) -> WordStats:
    """What the store knows of the words that a query may hold."""
    meta = dict(db.execute("SELECT key, value FROM meta"))
    same = {w: tuple(group) for w, group in json.loads(meta.get("same", "{}")).items()}
    stretches = candidates(query)
    wanted = sorted(stretches.union(*(same[w] for w in stretches if w in same)))
    times: dict[str, int] = {}
    tells: dict[str, float] = {}
    for n in range(0, len(wanted), 500):
        part = wanted[n : n + 500]
        marks = ",".join("?" * len(part))
        for word, number, telling in db.execute(f"SELECT word, times, tells FROM words WHERE word IN ({marks})", part):
            times[word], tells[word] = number, telling
    stop = frozenset(json.loads(meta.get("stop", "[]")))
    return WordStats(times, int(meta.get("messages", "0")), same, stop, tells)


def _number(day: str) -> int:
    return int(day.replace("-", "") or 0)


def _logs(db: sqlite3.Connection, filters: Filters) -> frozenset[int] | None:
    """The logs that the filters leave, None for all."""
    if not (filters.since or filters.until or filters.room is not None):
        return None
    rows = db.execute(
        "SELECT id FROM logs WHERE day >= ? AND day <= ? AND (? IS NULL OR room = ?)",
        (filters.since, filters.until or "9999", filters.room, filters.room),
    )
    return frozenset(log for (log,) in rows)


def _held_words(
    db: sqlite3.Connection, table: str, wanted: Sequence[Term], logs: frozenset[int] | None, only: str
) -> dict[int, int]:
    """The rows that are worth scoring, each with the places of the query's words that it is known to hold, as bits.

    The rarest words bring rows; best are those whose words tell most, newer ones first.
    """
    where = ""
    if logs is not None:
        where = f" AND (rowid >> {SHIFT}) IN ({','.join(map(str, sorted(logs)))})"
    held: dict[int, int] = {}
    worth: dict[int, float] = {}
    needed: set[int] | None = None
    fetched = 0
    for n, term in enumerate(wanted):
        if fetched >= ENOUGH and not term.needed:
            break
        if not term.expression:
            continue
        rows = [
            row
            for (row,) in db.execute(
                f"SELECT rowid FROM {table} WHERE {table} MATCH ?{where}{only} ORDER BY rowid DESC LIMIT {FETCHED}",
                (term.expression,),
            )
        ]
        fetched += len(rows)
        for row in rows:
            held[row] = held.get(row, 0) | 1 << n
            worth[row] = worth.get(row, 0.0) + term.weight
        if term.needed:
            needed = set(rows) if needed is None else needed & set(rows)
    best = sorted((-much, -row) for row, much in worth.items() if needed is None or row in needed)[:SCORED]
    return {-row: held[-row] for _, row in best}


def _score(texts: Mapping[str, str], held: int, wanted: Sequence[Term]) -> float:
    """BM25F of a row, times the share of the query's words (by what they tell) that it holds."""
    low = {name: folded(text) for name, text in texts.items() if text}
    fields = [(text, FIELDS[name][0] / (1 - B + B * len(text) / FIELDS[name][1])) for name, text in low.items()]
    total = there = 0.0
    for n, term in enumerate(wanted):
        frequency = sum(weight * count(text, form) for form in term.forms for text, weight in fields)
        if not frequency and held >> n & 1:
            frequency = 0.5  # it stands there with something in between: `银企 直连`
        if frequency:
            there += term.weight
            total += term.weight * frequency * (K1 + 1) / (frequency + K1)
    return total * (there / sum(term.weight for term in wanted))


def _whole(hits: list[Hit], query: str) -> list[Hit]:
    """The hits, those first that hold the query as it stands: each gains where its question or message does."""
    tokens = f" {spaced(query)} "
    if len(tokens) < 5:
        return hits
    hits = sorted(hits, key=lambda h: (-h.score, h.row))
    gained = [replace(h, score=h.score * WHOLE) if tokens in f" {spaced(h.text)} " else h for h in hits[:CLOSEST]]
    return [*gained, *hits[CLOSEST:]]


def _entries(
    db: sqlite3.Connection, wanted: Sequence[Term], filters: Filters, logs: frozenset[int] | None
) -> list[Hit]:
    only = " AND rowid IN (SELECT id FROM questions WHERE state = 'open')" if filters.open else ""
    if filters.persons is not None:
        who = ",".join(map(str, filters.persons))
        only += (
            f" AND rowid IN (SELECT id FROM questions WHERE speaker IN ({who})"
            f" UNION SELECT question FROM answers WHERE speaker IN ({who}))"
        )
    held = _held_words(db, "question_words", wanted[:MANY], logs, only)
    rows = list(held)
    marks = ",".join("?" * len(rows))
    answers = stored_answers(db, f"WHERE question IN ({marks})", rows)
    hits = []
    for row, key, state, speaker, messages, text, kind, kept, topic, room, day, log in db.execute(
        "SELECT q.id, e.key, q.state, q.speaker, q.messages, q.text, e.kind, e.kept, coalesce(t.title, ''), l.room,"
        f" l.day, l.path FROM questions q JOIN entries e ON e.id = q.entry JOIN logs l ON l.id = q.id >> {SHIFT}"
        f" LEFT JOIN topics t ON t.id = e.topic WHERE q.id IN ({marks})",
        rows,
    ):
        texts = {"question": text, "answers": "\n".join(a.text for a in answers[row]), "topic": topic}
        score = _score(texts, held[row], wanted) * STATES[state] * (1.0 if kept else LEFT_OUT)
        at, replies = positions(messages), tuple(answers[row])
        kind = kind if kept else "candidate"
        hits.append(Hit(kind, key, row, score, day, room, log, state, topic, text, at, speaker, replies))
    return _best_by(lambda hit: (hit.id, hit.day, hit.room), hits)  # one an entry


def _best_by(key: Callable[[Hit], tuple[str, ...]], hits: Iterable[Hit]) -> list[Hit]:
    """The best hit of each key, best first."""
    best: dict[tuple[str, ...], Hit] = {}
    for hit in sorted(hits, key=lambda h: (-h.score, h.row)):
        best.setdefault(key(hit), hit)
    return list(best.values())


def stored_answers(
    db: sqlite3.Connection, where: str = "", values: Sequence[object] = ()
) -> defaultdict[int, list[StoredAnswer]]:
    """The answers to each question, in order; `where` says to which, with its values."""
    answers: defaultdict[int, list[StoredAnswer]] = defaultdict(list)
    for question, text, messages, speaker in db.execute(
        f"SELECT question, text, messages, speaker FROM answers {where} ORDER BY id", values
    ):
        answers[question].append(StoredAnswer(text, positions(messages), speaker))
    return answers


def _covered(hits: Iterable[Hit]) -> dict[tuple[str, str], set[int]]:
    """The messages that stand in hits already, by day and room."""
    covered: dict[tuple[str, str], set[int]] = defaultdict(set)
    for hit in hits:
        covered[hit.day, hit.room].update(hit.messages, *(a.messages for a in hit.answers))
    return covered


def _messages(
    db: sqlite3.Connection,
    wanted: Sequence[Term],
    filters: Filters,
    logs: frozenset[int] | None,
    covered: Mapping[tuple[str, str], set[int]],
) -> list[Hit]:
    only = ""
    if filters.persons is not None:
        only = f" AND rowid IN (SELECT id FROM messages WHERE speaker IN ({','.join(map(str, filters.persons))}))"
    held = _held_words(db, "message_words", wanted[:FEW], logs, only)
    rows = list(held)
    marks = ",".join("?" * len(rows))
    hits: list[Hit] = []
    for row, position, turn, speaker, text, room, day, log in db.execute(
        "SELECT m.id, m.position, m.turn, m.speaker, m.text, l.room, l.day, l.path FROM messages m"
        f" JOIN logs l ON l.id = m.id >> {SHIFT} WHERE m.id IN ({marks})",
        rows,
    ):
        if position in covered.get((day, room), ()):
            continue
        score = _score({"message": text}, held[row], wanted) * RAW
        name = f"{room}/{day}:{position}" if room else f"{day}:{position}"
        hits.append(Hit("message", name, row, score, day, room, log, str(turn), "", text, (position,), speaker))
    return [replace(hit, state="said") for hit in _best_by(lambda hit: (hit.day, hit.room, hit.state), hits)]  # a turn


def positions(text: str) -> tuple[int, ...]:
    """Positions as the store writes them."""
    return tuple(int(p) for p in text.split())
