"""Open questions of a day that are answered on a later one.

An answer is offered to both days' digests: under its question with the day on which it was given, and in the later
digest under the question with the day on which it was asked. Most that is said on the next days to somebody who once
asked has nothing to do with it, so only what shows itself counts: who quotes the question, or names its asker before he
has said a word on a later day. `rules/late.yml` says in log-odds what speaks for an answer and what against.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from digest.conversation.people.labels import key
from digest.conversation.people.names import Called, called
from digest.conversation.people.people import Known, people
from digest.conversation.turns import TurnSettings, turns
from digest.editorial.clean import Cleaning
from digest.editorial.select import message_lines
from digest.model import Answer, Digest, Entry, Line, Log, People, Question, Section, Topic, Turn
from digest.rules.declare import Declaration, odds, patterns, whole

if TYPE_CHECKING:
    from digest.words import Vocabulary

SECTION = "late"
BEFORE = ("resources", "notices")  # sections that stand behind
QUOTED = 6  # characters by which a quote is known again,
START = 20  # of the first so many
THANKED = 8  # turns within which thanks are looked for

_NO_WORDS = re.compile(r"\W+")
_ASKS = re.compile(r"[?？]\s*$|[吗呢]\s*$")
_MIGHT_ASK = re.compile(r"[?？吗呢么]|请问|请教|问一?下|怎么|如何|什么|哪")


@dataclass(frozen=True)
class Lateness:
    """What counts for a late answer and against it, in log-odds; from rules/late.yml."""

    days: int = whole("how many days later an answer may come; 0 looks for none", 3, 0, "days")
    threshold: float = odds("it is offered over this", 3.0)
    quotes: float = odds("it quotes the question", 6.0)
    names: float = odds("it names the asker, who has not spoken since the day of his question", 2.5)
    others: float = odds("it names others as well", -1.0)
    next_day: float = odds("it comes on the very next day", 0.5)
    last_words: float = odds("the asker said nothing more after his question", 0.5)
    words: float = odds("for each unit of rarity of a word that it shares with the question", 0.15)
    words_most: float = odds("the most that shared words add", 2.0)
    thanked: float = odds("the asker thanks soon after", 1.5)
    asks: float = odds("it ends as a question", -2.0)
    brief: float = odds("it has fewer characters than `brief_length`", -2.0)
    brief_length: int = whole("characters of an answer that says something", 6, 0)
    never: tuple[str, ...] = patterns("who says this answers nothing")
    thanks: tuple[str, ...] = patterns("an asker who says this was helped")

    @cached_property
    def is_never(self) -> Callable[[str], bool]:
        return _any(self.never)

    @cached_property
    def is_thanks(self) -> Callable[[str], bool]:
        return _any(self.thanks)


LATE = Declaration("late", "open questions that are answered on a later day", Lateness)


@dataclass(frozen=True)
class Waiting:
    """An open question, as later days need to know it."""

    id: str
    day: dt.date
    asker: frozenset[str]  # keys of his labels
    texts: tuple[str, ...]  # of its messages
    lines: tuple[Line, ...] = ()
    last: bool = False  # he said no more that day

    @cached_property
    def starts(self) -> frozenset[str]:
        """The openings of its messages, by which quotes are known again."""
        return frozenset(_start(text) for text in self.texts)


@dataclass(frozen=True, slots=True)
class Addressed:
    """A turn that names or quotes somebody."""

    turn: Turn
    named: frozenset[str]  # keys of the labels that it names, and of all other labels of who is meant
    quoted: tuple[str, ...]  # openings of what it quotes
    spoken: frozenset[str]  # keys of all who spoke before it that day


@dataclass(frozen=True)
class Heard:
    """A day's log as late answers are looked for in it; who is who is found out when it is first asked."""

    log: Log
    known: Known
    how: TurnSettings

    @property
    def day(self) -> dt.date:
        return self.log.day

    @cached_property
    def people(self) -> People:
        return people(self.log, self.known)

    @cached_property
    def turns(self) -> tuple[Turn, ...]:
        return turns(self.log, self.people, self.how)

    @cached_property
    def speakers(self) -> frozenset[str]:
        """Keys of the labels of all who speak."""
        return frozenset(key(m.speaker) for m in self.log.messages)

    @cached_property
    def quotes(self) -> frozenset[str]:
        """The openings of all that is quoted."""
        return frozenset(_start(m.quote.text) for m in self.log.messages if m.quote)

    @cached_property
    def calls(self) -> str:
        """All messages with a mention, spelt as keys are."""
        return "\n".join(key(m.text) for m in self.log.messages if "@" in m.text)

    @cached_property
    def addressed(self) -> tuple[Addressed, ...]:
        """The turns that may answer an earlier day: found once, for up to three days ask."""
        found = []
        before: dict[int, None] = {}  # who spoke, in order
        spoken: frozenset[str] = frozenset()
        for turn in self.turns:
            named, quoted = _named(self, turn), _quoted(self, turn)
            if named or quoted:
                if before:
                    spoken = spoken.union(*(_keys(self.people, person) for person in before))
                    before = {}
                found.append(Addressed(turn, named, quoted, spoken))
            before[turn.speaker] = None
        return tuple(found)

    @cached_property
    def names(self) -> Called | None:
        """What finds the names of the day's people."""
        return called(self.log, self.people)


@dataclass(frozen=True, slots=True)
class Late:
    """A turn of a later day that answers an open question."""

    question: Waiting
    day: dt.date
    messages: tuple[int, ...]  # indices into that day's log
    lines: tuple[Line, ...]
    score: float


def waiting(digest: Digest, log: Log, speaker: Sequence[int]) -> tuple[Waiting, ...]:
    """The questions that a digest shows as open; `speaker` gives the person of each message."""
    open_ = []
    last: dict[int, int] = {}
    for i, person in enumerate(speaker):
        last[person] = i
    for entry in _threads(digest):
        for q in entry.questions[entry.last_answered + 1 :]:
            asker = speaker[q.messages[0]]
            texts = tuple(log.messages[m].text for m in q.messages)
            said = [log.messages[m] for m in q.messages if speaker[m] == asker]
            labels = frozenset(key(label) for m in said for label in (m.speaker, *m.also))
            open_.append(Waiting(q.id, log.day, labels, texts, q.lines, last[asker] in q.messages))
    return tuple(open_)


def answers(
    open_: Sequence[Waiting], days: Sequence[Heard], how: Lateness, vocabulary: Vocabulary, cleaning: Cleaning
) -> tuple[Late, ...]:
    """The late answers to open questions of one day in the days after it, which come in order.

    A question's answers all come from the first day that has any, and a turn answers one question.
    """
    lates: list[Late] = []
    left = list(open_)
    spoken: frozenset[str] = frozenset()  # on the days between: what is said to them then is said of that
    for day in days:
        if not left:
            break
        here = _of_day(left, day, spoken, how, vocabulary, cleaning) if any(_may(q, day) for q in left) else []
        spoken |= day.speakers
        done = {late.question.id for late in here}
        left = [q for q in left if q.id not in done]
        lates += here
    return tuple(lates)


def might_answer(asked: Log, day: Heard, how: Lateness, vocabulary: Vocabulary) -> bool:
    """Whether it is worth finding the open questions of an earlier day at all: quick, and never wrong with a no."""
    labels: dict[str, list[str]] = {}
    for m in asked.messages:
        for name in {key(m.speaker), *map(key, m.also)}:
            labels.setdefault(name, []).append(m.text)
    starts = {_start(m.text) for m in asked.messages}
    askers = {name for name, texts in labels.items() if any(_MIGHT_ASK.search(text) for text in texts)}
    for one in day.addressed:
        if any(start in starts for start in one.quoted):
            return True
        for name in askers & (one.named - one.spoken):
            most = Waiting(name, asked.day, frozenset((name,)), tuple(labels[name]), (), True)
            if _score(most, replace(one, named=frozenset((name,))), one.spoken, day, how, vocabulary) is not None:
                return True
    return False


def offered(digest: Digest, to_own: Sequence[Late], to_earlier: Sequence[Late]) -> Digest:
    """The digest with late answers to its own open questions, and those that its day gave to earlier ones."""
    by_id: dict[str, list[Late]] = {}
    for late in to_own:
        by_id.setdefault(late.question.id, []).append(late)
    sections = [replace(s, topics=tuple(_answered(t, by_id) for t in s.topics)) for s in digest.sections]
    if to_earlier:
        groups: dict[str, list[Late]] = {}
        for late in to_earlier:
            groups.setdefault(late.question.id, []).append(late)
        entries = tuple(_entry(lates) for lates in groups.values())
        section = Section(SECTION, "", (Topic(entries[0].id, "", entries),))
        at = next((i for i, s in enumerate(sections) if s.kind in BEFORE), len(sections))
        sections.insert(at, section)
    return replace(digest, sections=tuple(sections))


def _answered(topic: Topic, by_id: Mapping[str, Sequence[Late]]) -> Topic:
    return replace(
        topic,
        entries=tuple(
            replace(
                entry,
                questions=tuple(
                    replace(q, answers=tuple(Answer((), -1, a.lines, a.score, day=a.day) for a in by_id[q.id]))
                    if q.id in by_id
                    else q
                    for q in entry.questions
                ),
            )
            for entry in topic.entries
        ),
    )


def _entry(lates: Sequence[Late]) -> Entry:
    q = lates[0].question
    answers = tuple(Answer(late.messages, -1, late.lines, late.score) for late in lates)
    return Entry(f"{q.id}-late", "thread", (Question(q.id, -1, (), -1, q.lines, 1.0, True, answers, day=q.day),))


def _threads(digest: Digest) -> Sequence[Entry]:
    return [e for e in digest.entries if e.kind == "thread"]


def _keys(people: People, person: int) -> frozenset[str]:
    who = people.persons[person]
    return frozenset(key(label) for label in (who.name, *who.aliases))


def _may(q: Waiting, day: Heard) -> bool:
    """Whether a day may hold an answer at all: quick, for most don't."""
    if not q.starts.isdisjoint(day.quotes):
        return True
    return bool(day.calls) and (not q.asker.isdisjoint(day.speakers) or any(name in day.calls for name in q.asker))


def _of_day(
    open_: Sequence[Waiting],
    day: Heard,
    before: frozenset[str],
    how: Lateness,
    vocabulary: Vocabulary,
    cleaning: Cleaning,
) -> list[Late]:
    lates = []
    for one in day.addressed:
        turn, spoken = one.turn, before | one.spoken
        rated = []
        for n, q in enumerate(open_):
            score = _score(q, one, spoken, day, how, vocabulary)
            if score is not None:
                rated.append((score, n, q))
        if not rated:
            continue
        score, _, q = max(rated, key=lambda r: r[:2])  # of equals, the one asked last
        printed = tuple(
            line for m in turn.messages for line in message_lines(day.log, day.people, m, cleaning, "answer", day.names)
        )
        if printed:
            lates.append(Late(q, day.day, turn.messages, printed, score))
    return lates


def _quoted(day: Heard, turn: Turn) -> tuple[str, ...]:
    """The openings of what a turn quotes, where they are long enough to be known again."""
    quotes = (day.log.messages[m].quote for m in turn.messages)
    return tuple(start for quote in quotes if quote and len(start := _start(quote.text)) >= QUOTED)


def _named(day: Heard, turn: Turn) -> frozenset[str]:
    """Keys of the labels that a turn names, and of all other labels of who is meant."""
    keys: set[str] = set()
    for m in turn.messages:
        for mention in day.people.mentions[m]:
            keys.add(key(mention.label))
            if mention.person is not None:
                keys |= _keys(day.people, mention.person)
    return frozenset(keys)


def _score(
    q: Waiting,
    one: Addressed,
    spoken: Collection[str],
    day: Heard,
    how: Lateness,
    vocabulary: Vocabulary,
) -> float | None:
    """What speaks for a turn's being an answer, None where it isn't enough."""
    turn = one.turn
    speaker = _keys(day.people, turn.speaker)
    if not q.asker.isdisjoint(speaker):
        return None
    score = 0.0
    if any(start in q.starts for start in one.quoted):
        score += how.quotes
    elif not q.asker.isdisjoint(one.named) and q.asker.isdisjoint(spoken):
        score += how.names
    else:
        return None
    if how.is_never(turn.text):
        return None
    score += how.others * (len(set(turn.mentions)) > 1)
    score += how.next_day * ((day.day - q.day).days == 1)
    score += how.last_words * q.last
    score += how.asks * bool(_ASKS.search(turn.text))
    score += how.brief * (len(_NO_WORDS.sub("", turn.text)) < how.brief_length and not turn.images)
    shared = set(vocabulary.content_words(turn.text)).intersection(vocabulary.content_words("\n".join(q.texts)))
    score += min(how.words_most, how.words * sum(vocabulary.idf(word) for word in sorted(shared)))
    score += how.thanked * _thanked(q, turn, day, how)
    return score if score > how.threshold else None


def _thanked(q: Waiting, turn: Turn, day: Heard, how: Lateness) -> bool:
    """Whether the asker thanks soon after."""
    after = day.turns[turn.index + 1 : turn.index + 1 + THANKED]
    return any(not q.asker.isdisjoint(_keys(day.people, t.speaker)) and how.is_thanks(t.text) for t in after)


def _start(text: str) -> str:
    return _NO_WORDS.sub("", text[: 4 * START])[:START]


def _any(patterns: Sequence[str]) -> Callable[[str], bool]:
    if not patterns:
        return lambda text: False
    from digest.rules.regex import Matcher

    matcher = Matcher(tuple(patterns))
    return lambda text: bool(matcher.fires(text))
