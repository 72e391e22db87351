"""A log and its digest → the rows that the store keeps of a day; pure, so that days can be worked out side by side."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress
from typing import TYPE_CHECKING

from digest import stages as pipeline
from digest.conversation.turns import words
from digest.knowledge.query import HAN, LATIN, LONGEST, folded, spaced
from digest.masks import mask
from digest.model import Entry, Log, Message, Question
from digest.page.entries import PageEntry, PageQuestion, matched, published
from digest.reports import extract

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


def rows(log: Log | None, page: str | None, stages: Stages) -> DayRows:
    """The rows of a day: what the digest's file holds, where there is one, else what the rules find."""
    edited = published(page) if page is not None else None
    if log is None or not log.messages:
        return DayRows(headers=log.headers if log else 0, entries=tuple(_as_edited(edited or (), (), (), ())))
    day = pipeline.analyse(log, stages, evidence=False)  # the store keeps no reasons
    log = day.log  # without what nobody said
    # what editors write themselves may be any candidate
    candidates = pipeline.questions(day, stages, LEFT_OUT if edited is None else 0.0)
    digest = pipeline.digest(day, candidates, stages)
    layout = stages.layout
    rebuilt = {  # a talk and a question in it may share an id: one of them is kept
        e.id: _entry(e, section.title or section.kind, topic.title, day, layout)
        for section in digest.sections
        for topic in section.topics
        for e in topic.entries
    }
    entries = list(rebuilt.values())
    if edited is not None:
        entries = list(_as_edited(edited, entries, [_question(q, day, layout) for q in candidates], log.messages))
    stored = {q.key for e in entries for q in e.questions}
    left_out = (
        EntryRow(q.id, "thread", "", q.topic, False, (replace(_question(q, day, layout), state="asked"),))
        for q in candidates
        if q.id not in stored and q.score >= LEFT_OUT
    )
    turn_of = {m: t.index for t in day.turns for m in t.messages}
    texts = [mask(words(m.text, day.people.mentions[i]))[0] for i, m in enumerate(log.messages)]
    return DayRows(
        title=digest.title,
        headers=log.headers,
        talk=mask(day.talk.title)[0] if day.talk else "",
        guest=day.talk.speaker if day.talk else None,
        people=tuple((p.name, *p.aliases) for p in day.people.persons),
        messages=tuple(
            (m.position, m.second, day.people.speaker[i], turn_of.get(i, 0), texts[i], spaced(texts[i]))
            for i, m in enumerate(log.messages)
            if texts[i]
        ),
        turns=tuple((t.speaker, t.start, acts) for t, acts in zip(day.turns, _acts(day), strict=True)),
        links=tuple((k.child, k.parent, round(k.score, 3)) for k in extract.replies(day)),
        entries=(*entries, *(e for e in left_out if e.questions[0].text)),
        words=counted(texts, stages),
    )


def _acts(day: Conversation) -> list[str]:
    """The acts that each turn was taken for, of those that tell what it is; most are none."""
    kinds = [kind for kind in ACTS if kind in day.acts.taken]
    if not kinds:
        return [""] * len(day.turns)
    return [" ".join(compress(kinds, row)) for row in zip(*(day.acts.taken[kind] for kind in kinds), strict=True)]


def counted(texts: Iterable[str], stages: Stages) -> dict[str, int]:
    """How often each word of two characters or more stands in the texts."""
    text = folded("\n".join(texts))
    # one call for the day: what the segmenter makes of Latin letters goes unused
    counts = Counter(stages.vocabulary.engine.cut(text))
    han = {w: n for w, n in counts.items() if 1 < len(w) <= LONGEST and HAN.fullmatch(w)}
    latin = Counter(LATIN.findall(text))
    return han | {w: n for w, n in latin.items() if len(w) < 30}


def _question(q: Question, day: Conversation, layout: Layout, led_on: bool = False) -> QuestionRow:
    answers = tuple(
        AnswerRow(a.speaker, tuple(extract.positions(day, a.messages)), text)
        for a in q.answers
        if (text := extract.published(a.lines, layout))
    )
    state = "answered" if answers or led_on else "open"
    at = tuple(extract.positions(day, q.messages))
    return QuestionRow(q.id, state, round(q.score, 4), q.speaker, at, extract.published(q.lines, layout), answers)


def _entry(entry: Entry, section: str, topic: str, day: Conversation, layout: Layout) -> EntryRow:
    if entry.kind == "thread":
        last = entry.last_answered
        questions = tuple(_question(q, day, layout, n < last) for n, q in enumerate(entry.questions))
        return EntryRow(entry.id, entry.kind, section, topic, True, questions)
    text = extract.published(entry.lines, layout)
    at = tuple(extract.positions(day, {line.message for line in entry.lines}))
    speaker = day.people.speaker[entry.lines[0].message] if entry.lines else None
    title = mask(entry.title)[0]
    answers = (AnswerRow(speaker, at, text),) if title else ()
    row = QuestionRow(entry.id, "said", 1.0, speaker, at, title or text, answers)
    return EntryRow(entry.id, entry.kind, section, topic, True, (row,))


# ---- as the editor left it --------------------------------------------------------------------------------------


def _as_edited(
    edited: Sequence[PageEntry],
    rebuilt: Iterable[EntryRow],
    candidates: Iterable[QuestionRow],
    messages: Iterable[Message],
) -> Iterator[EntryRow]:
    """What the digest's file holds: its words count, the places in the log come from what the rules find."""
    at: defaultdict[int, list[int]] = defaultdict(list)
    for message in messages:
        at[message.second].append(message.position)
    entries: dict[str, Sequence[QuestionRow]] = {e.key: e.questions for e in rebuilt}
    likely: dict[str, Sequence[QuestionRow]] = {q.key: (q,) for q in candidates}
    own = _own(edited, entries, likely)
    for place, entry in enumerate(edited):
        rows = entries.get(entry.key) or likely.get(entry.key) or own[place]
        times = tuple(sorted(p for second in entry.seconds for p in at.get(second, ())))
        if entry.kind == "thread":
            questions = tuple(_thread(entry, rows, times))
        elif entry.key in entries:
            row = rows[0]
            answers = (AnswerRow(row.speaker, row.messages, entry.text),) if row.answers else ()
            questions = (replace(row, text=row.text if answers else entry.text, answers=answers),)
        else:
            questions = (QuestionRow(entry.key, "said", 1.0, None, times, entry.text),)
        if questions:
            yield EntryRow(entry.key, entry.kind, entry.section, entry.topic, True, questions)


def _own(
    edited: Sequence[PageEntry],
    entries: Mapping[str, Sequence[QuestionRow]],
    likely: Mapping[str, Sequence[QuestionRow]],
) -> Mapping[int, Sequence[QuestionRow]]:
    """What the rules find of the questions that editors wrote themselves, by entry; these stand under no mark."""
    unmarked = {
        place: e
        for place, e in enumerate(edited)
        if e.kind == "thread" and e.questions and e.key not in entries and e.key not in likely
    }
    rows: defaultdict[int, list[QuestionRow]] = defaultdict(list)
    if not unmarked:
        return rows
    taken = {q.key for e in edited for q in entries.get(e.key, ())} | {e.key for e in edited}
    left = [row for key, (row,) in likely.items() if key not in taken]
    texts = [(place, a.text) for place, e in unmarked.items() for a in e.questions]
    for (place, _), match in zip(texts, matched([t for _, t in texts], [r.text for r in left], SAME), strict=True):
        if match is not None:
            rows[place].append(left[match])
    return rows


def _thread(entry: PageEntry, rows: Sequence[QuestionRow], times: tuple[int, ...]) -> Iterator[QuestionRow]:
    """The questions of an entry in the editor's words, each by the row that it is likest to."""
    last = max((n for n, a in enumerate(entry.questions) if a.answers), default=-1)
    places = matched([a.text for a in entry.questions], [r.text for r in rows])
    for number, (question, place) in enumerate(zip(entry.questions, places, strict=True)):
        state = "answered" if question.answers or number < last else "open"
        if place is None:
            key = entry.key if number == 0 else f"{entry.key}-{number + 1}"
            row = QuestionRow(key, state, 1.0, None, times, question.text)
        else:
            row = replace(rows[place], state=state, text=question.text)
        yield replace(row, answers=tuple(_answers(question, row.answers)))


def _answers(question: PageQuestion, rows: Sequence[AnswerRow]) -> Iterator[AnswerRow]:
    for text, place in zip(question.answers, matched(question.answers, [a.text for a in rows]), strict=True):
        yield replace(rows[place], text=text) if place is not None else AnswerRow(None, (), text)
