"""A log and its digest → the rows that the store keeps of a day; pure, so that days can be worked out side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress
from typing import TYPE_CHECKING

from digest.knowledge.query import HAN, LATIN, LONGEST, folded, spaced
from digest.masks import mask
from digest.model import Entry, Log, People, Question
from digest.page.entries import PageEntry, PageQuestion, matched, published

if TYPE_CHECKING:
    from digest.conversation.conversation import Conversation
    from digest.page.render import Layout
    from digest.stages import Stages

ACTS = ("noise", "notice", "opening", "question", "resource")
LEFT_OUT = 0.05  # probability under which a candidate that no digest holds is not kept as one: its messages are enough


SAME = 0.5  # likeness from which a question that the editor wrote is one that stands in the log


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """An answer; `speaker` is a person of the day, None where nobody knows."""

    speaker: int | None
    messages: tuple[int, ...]  # positions
    text: str


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question, or what a talk, a notice or a resource says, with its answers."""

    key: str
    state: str  # answered, open, said; asked: left out, so nobody looked for its answers
    score: float
    speaker: int | None
    messages: tuple[int, ...]  # positions
    text: str
    answers: tuple[AnswerRow, ...] = ()


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry of the digest, or a candidate that was left out of it."""

    key: str
    kind: str
    section: str
    topic: str
    kept: bool
    questions: tuple[QuestionRow, ...]


@dataclass(frozen=True, slots=True)
class DayRows:
    """All rows of one day of one room; persons are places in `people`, turns count from 0."""

    title: str = ""
    headers: int = 0
    talk: str = ""
    guest: int | None = None
    people: tuple[tuple[str, ...], ...] = ()  # labels of each person, the name first
    messages: tuple[tuple[int, int, int, int, str, str], ...] = ()  # position, second, speaker, turn, text, spaced
    turns: tuple[tuple[int, int, str], ...] = ()  # speaker, start, acts
    links: tuple[tuple[int, int, float], ...] = ()  # child, parent, score
    entries: tuple[EntryRow, ...] = ()
    words: dict[str, int] = field(default_factory=dict)


def rows(log: Log | None, digest: str | None, stages: Stages) -> DayRows:
    """The rows of a day: what the digest's file holds, where there is one, else what the rules find."""
    found = published(digest) if digest is not None else None
    if log is None or not log.messages:
        return DayRows(headers=log.headers if log else 0, entries=tuple(_edited(found or (), {}, {}, ())))
    from digest import stages as pipeline
    from digest.conversation.turns import words
    from digest.reports import extract

    day = pipeline.analyse(log, stages, evidence=False)  # the store keeps no reasons
    # what an editor wrote herself may be any candidate
    asked = pipeline.questions(day, stages, LEFT_OUT if found is None else 0.0)
    made = pipeline.digest(day, asked, stages)
    layout = stages.layout
    entries = {
        e.id: _entry(e, section.title or section.kind, topic.title, day, layout)
        for section in made.sections
        for topic in section.topics
        for e in topic.entries
    }
    kept = list(entries.values())
    if found is not None:
        kept = list(_edited(found, entries, {q.id: q for q in _asked(asked, day, layout)}, log.messages))
    stored = {q.key for e in kept for q in e.questions}
    left = (
        EntryRow(q.id, "thread", "", q.topic, False, (replace(_question(q, day, layout), state="asked"),))
        for q in asked
        if q.id not in stored and q.score >= LEFT_OUT
    )
    turn_of = {m: t.index for t in day.turns for m in t.messages}
    texts = [mask(words(m.text, day.people.mentions[i]))[0] for i, m in enumerate(log.messages)]
    return DayRows(
        title=made.title,
        headers=log.headers,
        talk=mask(day.talk.title)[0] if day.talk else "",
        guest=day.talk.speaker if day.talk else None,
        people=_labels(day.people),
        messages=tuple(
            (m.position, m.second, day.people.speaker[i], turn_of.get(i, 0), texts[i], spaced(texts[i]))
            for i, m in enumerate(log.messages)
            if texts[i]
        ),
        turns=tuple((t.speaker, t.start, said) for t, said in zip(day.turns, _acts(day), strict=True)),
        links=tuple((k.child, k.parent, round(k.score, 3)) for k in extract.replies(day)),
        entries=(*kept, *(e for e in left if e.questions[0].text)),
        words=counted(texts, stages),
    )


def _labels(people: People) -> tuple[tuple[str, ...], ...]:
    return tuple((p.name, *p.aliases) for p in people.persons)


def _acts(day: Conversation) -> list[str]:
    """The acts that each turn was taken for, of those that tell what it is; most are none."""
    told = [kind for kind in ACTS if kind in day.acts.taken]
    if not told:
        return [""] * len(day.turns)
    return [" ".join(compress(told, row)) for row in zip(*(day.acts.taken[kind] for kind in told), strict=True)]


def counted(texts: Iterable[str], stages: Stages) -> dict[str, int]:
    """How often each word of two characters or more stands in the texts."""
    text = folded("\n".join(texts))
    # one call for the day: what the segmenter makes of Latin letters goes unused
    counts = Counter(stages.vocabulary.engine.cut(text))
    words = {w: n for w, n in counts.items() if 1 < len(w) <= LONGEST and HAN.fullmatch(w)}
    latin = Counter(LATIN.findall(text))
    return words | {w: n for w, n in latin.items() if len(w) < 30}


def _positions(day: Conversation, messages: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted({p for m in messages for p in day.log.messages[m].positions}))


def _question(q: Question, day: Conversation, layout: Layout, led_on: bool = False) -> QuestionRow:
    from digest.reports.extract import published as printed

    answers = tuple(
        AnswerRow(a.speaker, _positions(day, a.messages), text) for a in q.answers if (text := printed(a.lines, layout))
    )
    return QuestionRow(
        q.id,
        "answered" if answers or led_on else "open",
        round(q.score, 4),
        q.speaker,
        _positions(day, q.messages),
        printed(q.lines, layout),
        answers,
    )


def _entry(entry: Entry, section: str, topic: str, day: Conversation, layout: Layout) -> EntryRow:
    from digest.reports.extract import published as printed

    if entry.kind == "thread":
        last = entry.last_answered
        questions = tuple(_question(q, day, layout, n < last) for n, q in enumerate(entry.questions))
        return EntryRow(entry.id, entry.kind, section, topic, True, questions)
    text = printed(entry.lines, layout)
    at = _positions(day, {line.message for line in entry.lines})
    speaker = day.people.speaker[entry.lines[0].message] if entry.lines else None
    title = mask(entry.title)[0]
    said = (AnswerRow(speaker, at, text),) if title else ()
    row = QuestionRow(entry.id, "said", 1.0, speaker, at, title or text, said)
    return EntryRow(entry.id, entry.kind, section, topic, True, (row,))


def _asked(asked: Sequence[Question], day: Conversation, layout: Layout) -> Iterable[_Known]:
    for q in asked:
        yield _Known(q.id, _question(q, day, layout))


@dataclass(frozen=True, slots=True)
class _Known:
    id: str
    row: QuestionRow


def _edited(
    found: Sequence[PageEntry], made: dict[str, EntryRow], known: dict[str, _Known], messages: Sequence[object]
) -> Iterable[EntryRow]:
    """What the digest's file holds: its words count, the places in the log come from what the rules found."""
    at: dict[int, list[int]] = {}
    for message in messages:
        at.setdefault(message.second, []).append(message.position)  # type: ignore[attr-defined]
    own = _own(found, made, known)
    for entry in found:
        old = made.get(entry.key)
        rows = old.questions if old else (known[entry.key].row,) if entry.key in known else own.get(id(entry), ())
        if entry.kind != "thread":
            if old:
                first = old.questions[0]
                text = entry.text
                if first.answers:
                    row = QuestionRow(*_head(first), first.text, (AnswerRow(first.speaker, first.messages, text),))
                else:
                    row = QuestionRow(*_head(first), text)
            else:
                row = QuestionRow(entry.key, "said", 1.0, None, _at(entry, at), entry.text)
            yield EntryRow(entry.key, entry.kind, entry.section, entry.topic, True, (row,))
            continue
        places = matched([a.text for a in entry.questions], [r.text for r in rows])
        last = max((n for n, a in enumerate(entry.questions) if a.answers), default=-1)
        questions = tuple(
            _reworded(asked, rows[place] if place is not None else None, entry, n, at, n < last)
            for n, (asked, place) in enumerate(zip(entry.questions, places, strict=True))
        )
        if questions:
            yield EntryRow(entry.key, entry.kind, entry.section, entry.topic, True, questions)


def _own(
    found: Sequence[PageEntry], made: dict[str, EntryRow], known: dict[str, _Known]
) -> dict[int, tuple[QuestionRow, ...]]:
    """What the rules found of the questions that the editor wrote herself, by entry; they stand under no mark."""
    hers = [e for e in found if e.kind == "thread" and e.questions and e.key not in made and e.key not in known]
    if not hers:
        return {}
    taken = {q.key for e in found if e.key in made for q in made[e.key].questions} | {e.key for e in found}
    left = [k.row for k in known.values() if k.id not in taken]
    texts = [(e, a.text) for e in hers for a in e.questions]
    rows: dict[int, list[QuestionRow]] = {}
    for (entry, _), place in zip(texts, matched([t for _, t in texts], [r.text for r in left], SAME), strict=True):
        if place is not None:
            rows.setdefault(id(entry), []).append(left[place])
    return {entry: tuple(found_) for entry, found_ in rows.items()}


def _head(row: QuestionRow) -> tuple[str, str, float, int | None, tuple[int, ...]]:
    return row.key, row.state, row.score, row.speaker, row.messages


def _at(entry: PageEntry, at: dict[int, list[int]]) -> tuple[int, ...]:
    return tuple(sorted(p for second in entry.seconds for p in at.get(second, ())))


def _reworded(
    asked: PageQuestion, row: QuestionRow | None, entry: PageEntry, number: int, at: dict[int, list[int]], led_on: bool
) -> QuestionRow:
    state = "answered" if asked.answers or led_on else "open"
    if row is None:
        key = entry.key if number == 0 else f"{entry.key}-{number + 1}"
        return QuestionRow(key, state, 1.0, None, _at(entry, at), asked.text, tuple(_new(asked.answers)))
    places = matched(asked.answers, [a.text for a in row.answers])
    answers = tuple(
        AnswerRow(row.answers[place].speaker, row.answers[place].messages, text)
        if place is not None
        else AnswerRow(None, (), text)
        for text, place in zip(asked.answers, places, strict=True)
    )
    return QuestionRow(row.key, state, row.score, row.speaker, row.messages, asked.text, answers)


def _new(answers: Sequence[str]) -> Iterable[AnswerRow]:
    return (AnswerRow(None, (), text) for text in answers)
