"""An entry with the talk around it and where it comes from; what the commands print of a hit."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from digest.errors import UsageError
from digest.knowledge.schema import SHIFT
from digest.knowledge.search import Hit, StoredAnswer, positions, stored_answers

LINKED = 0.3  # probability of a link that counts, where the store was made by a former version
AROUND = 3  # messages before and after a lone message
BETWEEN = 4  # messages of others between two of a thread that are shown with it


@dataclass(frozen=True, slots=True)
class ThreadMessage:
    """A message of the log: `who` is a letter, or the name of a person who agreed to be named; `part` is what it is."""

    position: int
    time: str
    who: str
    part: str  # question, answer, or "" for what stands around them
    text: str


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """A question of an entry with its answers."""

    key: str
    state: str
    text: str
    messages: tuple[int, ...]
    answers: tuple[StoredAnswer, ...]


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """An entry whole: its questions, its thread, its sources."""

    id: str
    kind: str
    day: str
    room: str
    log: str
    digest: str
    section: str
    topic: str
    parts: tuple[ShownQuestion, ...]
    thread: tuple[ThreadMessage, ...]


def show(db: sqlite3.Connection, key: str) -> tuple[ShownEntry, ...]:
    """The entries of an id, or of its beginning where that is one entry's alone; UsageError where there is none."""
    if ":" in key:
        return (_message(db, key),)
    rows = db.execute(
        "SELECT DISTINCT e.id, e.key FROM entries e LEFT JOIN questions q ON q.entry = e.id"
        " WHERE e.key = ? OR q.key = ? ORDER BY e.id",
        (key, key),
    ).fetchall()
    if not rows and len(key) >= 4 and key.isalnum():
        rows = db.execute("SELECT id, key FROM entries WHERE key GLOB ? ORDER BY id", (f"{key}*",)).fetchall()
        if len({k for _, k in rows}) > 1:
            raise UsageError(f"{key}: {len(rows)} entries begin like this: {', '.join(k for _, k in rows[:4])}")
    if not rows:
        raise UsageError(f"{key}: no such entry. Ids stand in what digest search prints, and in a digest's marks")
    return tuple(_shown(db, entry) for entry, _ in rows)


def _shown(db: sqlite3.Connection, entry: int) -> ShownEntry:
    key, kind, section, kept, topic, day, room, path, digest = db.execute(
        "SELECT e.key, e.kind, e.section, e.kept, coalesce(t.title, ''), l.day, l.room, l.path, l.digest"
        f" FROM entries e JOIN logs l ON l.id = e.id >> {SHIFT} LEFT JOIN topics t ON t.id = e.topic WHERE e.id = ?",
        (entry,),
    ).fetchone()
    answers = stored_answers(db, "WHERE question IN (SELECT id FROM questions WHERE entry = ?)", (entry,))
    parts = tuple(
        ShownQuestion(name, state, text, positions(messages), tuple(answers[question]))
        for question, name, state, messages, text in db.execute(
            "SELECT id, key, state, messages, text FROM questions WHERE entry = ? ORDER BY id", (entry,)
        )
    )
    asking = [p for part in parts for p in part.messages]
    answering = [p for part in parts for a in part.answers for p in a.messages]
    messages = thread(db, entry >> SHIFT, asking, answering) if kind == "thread" else ()
    return ShownEntry(key, kind if kept else "candidate", day, room, path, digest, section, topic, parts, messages)


def _message(db: sqlite3.Connection, key: str) -> ShownEntry:
    """What was said around a message: `room/2017-05-27:118`."""
    where, _, place = key.rpartition(":")
    room, _, day = where.rpartition("/")
    log = db.execute("SELECT id, path, digest FROM logs WHERE room = ? AND day = ?", (room, day)).fetchone()
    if not log or not place.isdigit():
        raise UsageError(f"{key}: no such message. Messages are named as digest search prints them")
    row = db.execute(
        "SELECT id, text FROM messages WHERE id >= ? AND id < ? AND position = ?",
        (log[0] << SHIFT, (log[0] + 1) << SHIFT, int(place)),
    ).fetchone()
    if not row:
        raise UsageError(f"{key}: no words stand there. Try a position next to it")
    part = ShownQuestion(key, "said", row[1], (int(place),), ())
    messages = thread(db, log[0], [int(place)], [])
    return ShownEntry(key, "message", day, room, log[1], log[2], "", "", (part,), messages)


def around(db: sqlite3.Connection, hit: Hit) -> tuple[ThreadMessage, ...]:
    """The thread of a hit."""
    if hit.kind not in ("thread", "candidate", "message"):
        return ()
    log = db.execute("SELECT id FROM logs WHERE room = ? AND day = ?", (hit.room, hit.day)).fetchone()[0]
    return thread(db, log, hit.messages, [p for a in hit.answers for p in a.messages])


def thread(
    db: sqlite3.Connection, log: int, asking: Sequence[int], answering: Sequence[int]
) -> tuple[ThreadMessage, ...]:
    """The messages of a question and its answers in order, with those few that stand between them; around one that
    nobody answered, what was said before and after it, and what replies to it."""
    wanted = {*asking, *answering}
    if not wanted:
        return ()
    base = log << SHIFT
    rows = db.execute(
        "SELECT id, position, second, speaker, turn, text FROM messages WHERE id >= ? AND id < ?"
        " AND position >= ? AND position <= ? ORDER BY id",
        (base, (log + 1) << SHIFT, min(wanted) - 40, max(wanted) + 120),
    ).fetchall()
    places = [n for n, row in enumerate(rows) if row[1] in wanted]
    if not places:
        return ()
    shown = set(places)
    if answering:
        for one, other in pairwise(places):
            if other - one <= BETWEEN:
                shown.update(range(one, other))
    else:
        shown.update(range(max(0, places[0] - AROUND), min(len(rows), places[-1] + AROUND + 1)))
        shown.update(_replying(db, base, rows, {rows[n][4] for n in places}))
    names = _names(db, {rows[n][3] for n in shown})
    letters: dict[int, str] = {}
    messages = []
    for n in sorted(shown):
        _, position, second, speaker, _, text = rows[n]
        who = names.get(speaker) or letters.setdefault(speaker, _letter(len(letters)))
        part = "question" if position in asking else "answer" if position in answering else ""
        messages.append(ThreadMessage(position, clock(second), who, part, text))
    return tuple(messages)


def _replying(db: sqlite3.Connection, base: int, rows: Sequence[Sequence[int]], turns: set[int]) -> set[int]:
    """Places of the rows whose turns reply to some turns, or to what replied to them."""
    (linked,) = db.execute("SELECT value FROM meta WHERE key = 'linked'").fetchone() or (LINKED,)
    parents = dict(
        db.execute(
            "SELECT child, parent FROM links WHERE child >= ? AND child <= ? AND score >= ?",
            (base + min(turns), base + max((row[4] for row in rows), default=0), float(linked)),
        )
    )
    reached = {base + turn for turn in turns}
    for child, parent in sorted(parents.items()):
        if parent in reached:
            reached.add(child)
    return {n for n, row in enumerate(rows) if base + row[4] in reached}


def _names(db: sqlite3.Connection, persons: Iterable[int]) -> dict[int, str]:
    wanted = set(persons)
    return {person: name for person, name in db.execute("SELECT id, name FROM people WHERE agreed") if person in wanted}


def speakers(db: sqlite3.Connection, name: str) -> tuple[int, ...]:
    """Ids of the person the user named, who must be on the list of those who agreed."""
    from digest.conversation.people.labels import key  # start-up: most searches name nobody

    row = db.execute(
        "SELECT p.id, p.agreed FROM labels l JOIN people p ON p.id = l.person WHERE l.label = ?", (key(name),)
    ).fetchone()
    if row is None or not row[1]:
        # the same answer for both: who is not on the list is not told to be here either
        raise UsageError(
            "--speaker is for people who agreed to be named. Put the name on the list agreed in digest.toml"
        )
    return (row[0],)


def clock(second: int) -> str:
    """HH:MM:SS."""
    return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


def _letter(number: int) -> str:
    return chr(ord("A") + number % 26) + (str(number // 26) if number >= 26 else "")
