"""The types that travel through the pipeline: frozen values, nothing of ours imported.

Message → Turn → Act → Link → Entry → Digest. Positions are 0-based places of message headers in the log
file; every `> HH:MM:SS  name` header counts, also one with an empty body, also a doubled one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Image:
    """A picture in a message."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Quote:
    """What a message quotes: 「name：text」 - - - - own words."""

    name: str
    text: str


KINDS = ("text", "image", "file", "link", "other", "system", "bot", "recalled")  # of messages; other: a voice, a call


@dataclass(frozen=True, slots=True)
class DayPosition:
    """Where a message of another day stands: its day and position there."""

    day: dt.date
    position: int


@dataclass(frozen=True, slots=True)
class Message:
    """One exported record, entities decoded.

    `positions` holds more than one place where a doubled export repeated it; `positions[0]` is its name everywhere.
    `text` is the speaker's own words: the quote is cut off into `quote`, pictures into `images`.
    """

    positions: tuple[int, ...]
    second: int  # since midnight of the log's day, as the clock said
    speaker: str  # label of the first copy
    text: str
    raw: str = ""
    images: tuple[Image, ...] = ()
    quote: Quote | None = None
    reply_to: int | None = None  # position of the parent, where the format itself carries it
    also: tuple[str, ...] = ()  # other labels of the same speaker, learnt from doubled copies
    line: int = 0  # 1-based line of the header in the file
    id: str = ""  # the platform's, which stays through every export; "" where it gives none
    sender: str = ""  # the platform's id of the speaker, which stays when the label changes
    kind: str = "text"  # one of KINDS
    reply_place: DayPosition | None = None  # of the parent, where it stands in another day's log
    reply_id: str = ""  # the parent's id
    edited: bool = False
    minute: bool = False  # the export has no seconds: 09:15:00 means some time in 09:15

    @property
    def position(self) -> int:
        return self.positions[0]

    @property
    def clock(self) -> str:
        """HH:MM:SS."""
        return f"{self.second // 3600:02d}:{self.second // 60 % 60:02d}:{self.second % 60:02d}"


@dataclass(frozen=True, slots=True)
class Log:
    """A day's log of one room."""

    path: str
    room: str
    day: dt.date
    messages: tuple[Message, ...]
    headers: int  # how many headers the file holds; positions are below it
    title: str = ""
    oddities: Mapping[str, int] = field(default_factory=dict)  # what was odd, counted by kind
    warnings: tuple[str, ...] = ()
    written: Mapping[int, str] = field(default_factory=dict)  # by position: texts before names were taken out
    zone: str = ""  # of the times, as `Asia/Shanghai`; "" where the file doesn't say

    def as_written(self, message: Message) -> str:
        """A message's text as it stands in the file: ids are made of it, so that they outlive names."""
        return self.written.get(message.position, message.text)


@dataclass(frozen=True, slots=True)
class Mention:
    """`@label` in a text: where it stands and whom it means.

    `person` is None where nobody who speaks that day fits; `candidates` holds more than one where it stays ambiguous.
    """

    start: int  # span in the message's text, the `@` included, the lost space after it too
    end: int
    label: str
    person: int | None
    candidates: tuple[int, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """A speaker: the label most used first, then the others that mean the same person."""

    id: int  # place in People.persons
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class People:
    """Who speaks and who is named in a log.

    `speaker[i]` is the person of message i of the log; `mentions[i]` are the mentions in its text, in order.
    """

    persons: tuple[Person, ...]
    speaker: tuple[int, ...]
    mentions: tuple[tuple[Mention, ...], ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """One speaker's consecutive messages that belong together."""

    index: int
    speaker: int  # person
    messages: tuple[int, ...]  # indices into Log.messages
    positions: tuple[int, ...]  # every header position they cover
    start: int  # seconds since midnight
    end: int
    text: str  # plain words: mentions, emoji codes and pictures out; messages joined by newline
    mentions: tuple[int, ...] = ()  # persons named, in order, without the speaker
    quotes: tuple[int, ...] = ()  # turns quoted outright
    images: int = 0
    links: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """A rule that fired: what it added and where."""

    rule: str
    weight: float  # log-odds
    span: tuple[int, int] | None = None  # in Turn.text


@dataclass(frozen=True, slots=True)
class Act:
    """A dialogue act of a turn: taken where its score passes the act's threshold."""

    turn: int
    kind: str
    score: float  # log-odds, the bias included
    taken: bool
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """`child` answers `parent`; among the candidates for one child the scores are probabilities."""

    child: int  # turn
    parent: int  # turn
    score: float
    evidence: tuple[Evidence, ...] = ()
    rank: int = 0  # 0: the best of this child's candidates


@dataclass(frozen=True, slots=True)
class Talk:
    """The guest's talk: who, under which title, in which turns' messages (indices into Log.messages)."""

    speaker: int  # person
    title: str
    messages: tuple[int, ...]
    start: int  # first and last message index of its stretch
    end: int
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of a published text: plain words, a picture or a link, with the message it stands in."""

    text: str
    message: int
    kind: str = "text"  # "text", "image", "link", "heading", "item"
    url: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one person answered, as published."""

    messages: tuple[int, ...]
    speaker: int
    lines: tuple[Line, ...]
    score: float = 0.0
    evidence: tuple[Evidence, ...] = ()
    day: dt.date | None = None  # where it was given on a later day than the digest's


@dataclass(frozen=True, slots=True)
class Question:
    """A candidate question with its answers; `kept` says whether it is published.

    `id` comes from room, day, time, text and ordinal of its first message, never from a name.
    """

    id: str
    turn: int
    messages: tuple[int, ...]
    speaker: int
    lines: tuple[Line, ...]
    score: float  # probability that an editor keeps it
    kept: bool
    answers: tuple[Answer, ...] = ()
    unlikely: tuple[Answer, ...] = ()  # answers too unlikely to be printed
    follows: str | None = None  # id of the question it follows up
    topic: str = ""
    evidence: tuple[Evidence, ...] = ()
    why_not: str = ""  # for the summary: why it was left out
    day: dt.date | None = None  # where it was asked on an earlier day than the digest's


@dataclass(frozen=True, slots=True)
class Earlier:
    """An answered question of an earlier day that is like an open one; `id` is its entry's."""

    id: str
    day: dt.date
    room: str
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A block of the digest: a question with its follow-ups, or a notice or resource.

    `kind`: "thread", "notice", "resource", "talk". `earlier`: where what it leaves open was answered before.
    """

    id: str
    kind: str
    questions: tuple[Question, ...] = ()
    lines: tuple[Line, ...] = ()
    title: str = ""
    earlier: tuple[Earlier, ...] = ()

    @property
    def last_answered(self) -> int:
        """Place of the last question that has an answer, -1 for none; those before it lead on and wait for nothing."""
        return max((n for n, q in enumerate(self.questions) if q.answers), default=-1)


@dataclass(frozen=True, slots=True)
class Topic:
    """Entries on one subject under one heading."""

    id: str
    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the digest: talk, Q&A after it, free discussion, notices."""

    kind: str  # "talk", "qa", "discussion", "resources", "notices"
    title: str
    topics: tuple[Topic, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """A day's digest, ready to render."""

    day: dt.date
    room: str
    title: str
    source: str  # the line that says where it comes from
    sections: tuple[Section, ...]

    @property
    def entries(self) -> Iterator[Entry]:
        """Every entry, in the order of the page."""
        return (entry for section in self.sections for topic in section.topics for entry in topic.entries)
