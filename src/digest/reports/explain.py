"""An analysed day → the trace of one message that a person can read: what it was taken for, and by which rules.

Nothing is run again: the evidence on acts, links and answers is what did happen.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from digest.conversation.acts.acts import spans
from digest.conversation.conversation import Conversation
from digest.conversation.questions import QUESTION, QuestionSettings, probability
from digest.conversation.replies.links import TOLD
from digest.errors import UsageError
from digest.model import Digest, Evidence, Log, Question
from digest.page.render import Layout

if TYPE_CHECKING:
    from digest.rules.model import Rule, Rules, Subject

NEAREST = 3  # times offered on either side of one at which nobody spoke


@dataclass(frozen=True, slots=True)
class FiredRule:
    """A rule that fired: what it added, why it is there, the words it fired on and where in the turn's text."""

    rule: str
    weight: float
    kind: str
    why: str
    words: str = ""
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class ActTrace:
    """An act's score: where it began (`bias`), what fired, whether it came over `threshold`; log-odds throughout."""

    act: str
    about: str
    score: float
    bias: float
    threshold: float
    taken: bool
    fired: tuple[FiredRule, ...]


@dataclass(frozen=True, slots=True)
class MentionTrace:
    """A mention and whom it was taken to mean; `person` is "" where it stays open between `candidates`."""

    label: str
    person: str
    candidates: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class TurnText:
    """A turn, to be known again: when, who, its words."""

    turn: int
    clock: str
    speaker: str
    text: str


@dataclass(frozen=True, slots=True)
class LinkTrace:
    """A candidate link between this turn and `other`; rank 0 is the best of the child's candidates."""

    other: TurnText
    score: float
    rank: int
    fired: tuple[FiredRule, ...]


@dataclass(frozen=True, slots=True)
class QuestionTrace:
    """What became of the turn as a question: "kept", "left out" or "no candidate", its probability, and why."""

    verdict: str
    score: float
    threshold: float
    why: str
    clocks: tuple[str, ...] = ()
    answers: int = 0
    follows: str = ""  # clock of the question it follows up


@dataclass(frozen=True, slots=True)
class EntryPlace:
    """Where in the digest the message stands, and as what: "Q", "A2", "talk", "resource", "notice"."""

    section: str
    topic: str
    entry: str
    role: str
    score: float | None = None
    fired: tuple[FiredRule, ...] = ()
    beside: bool = False  # only with what the same person said right before or after


@dataclass(frozen=True, slots=True)
class Trace:
    """All that is known of one message."""

    positions: tuple[int, ...]
    line: int
    clock: str
    speaker: str
    person: str
    aliases: tuple[str, ...]
    text: str
    quote: str
    mentions: tuple[MentionTrace, ...]
    turn: TurnText | None
    clocks: tuple[str, ...]  # of the turn's messages
    state: str
    talk: str  # how the message stands to the talk, "" where there is none
    acts: tuple[ActTrace, ...]
    question: QuestionTrace
    parents: tuple[LinkTrace, ...]  # best first
    children: tuple[LinkTrace, ...]
    places: tuple[EntryPlace, ...]


def at(log: Log, time: str) -> tuple[int, ...]:
    """Indices of the messages at a time, `11:44:38` or all of a minute, `11:44`; UsageError offers the nearest."""
    match = re.fullmatch(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?", time)
    if not match:
        shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in time[:40])
        raise UsageError(f"{shown!r}: not a time. Write it as 11:44:38, or 11:44 for the whole minute")
    hour, minute, second = match.groups()
    start = int(hour) * 3600 + int(minute) * 60 + int(second or 0)
    end = start + (1 if second else 60)
    here = tuple(i for i, m in enumerate(log.messages) if start <= m.second < end)
    if here:
        return here
    if not log.messages:
        raise UsageError(f"{log.path}: no messages that day. Choose another day")
    clocks = {m.second: m.clock for m in log.messages}
    before = sorted(s for s in clocks if s < start)[-NEAREST:]
    after = sorted(s for s in clocks if s >= end)[:NEAREST]
    near = ", ".join(clocks[s] for s in (*before, *after))
    raise UsageError(f"{log.day} {time}: nobody spoke then. The nearest times are {near}")


def trace(day: Conversation, questions: Sequence[Question], digest: Digest, rules: Rules, index: int) -> Trace:
    """The trace of message `index` of the day's log, which was analysed with evidence."""
    log, people, turns = day.log, day.people, day.turns
    message = log.messages[index]
    person = people.persons[people.speaker[index]]
    turn = next((t for t in turns if index in t.messages), None)
    subject = rules.subject("links")
    state, since = day.day_turns.states[turn.index] if turn else ("", 0)
    return Trace(
        positions=message.positions,
        line=message.line,
        clock=message.clock,
        speaker=message.speaker,
        person=person.name,
        aliases=person.aliases,
        text=message.text,
        quote=f"{message.quote.name}：{message.quote.text}" if message.quote else "",
        mentions=tuple(
            MentionTrace(
                m.label,
                people.persons[m.person].name if m.person is not None else "",
                tuple(people.persons[c].name for c in m.candidates if c != m.person),
                m.why,
            )
            for m in people.mentions[index]
        ),
        turn=_turn_text(day, turn.index) if turn else None,
        clocks=tuple(log.messages[m].clock for m in turn.messages) if turn else (),
        state=f"{state}, {since // 60} min after it ended" if state == "after-talk" else state,
        talk=_talk(day, index),
        acts=_acts(day, turn.index, rules) if turn else (),
        question=_question(day, questions, turn.index if turn else None, rules),
        parents=_ties(day, turn.index, subject, parents=True) if turn else (),
        children=_ties(day, turn.index, subject, parents=False) if turn else (),
        places=tuple(_places(day, digest, index, rules)),
    )


def as_data(trace: Trace) -> dict[str, Any]:
    """The trace as plain data, for JSON."""
    return dataclasses.asdict(trace)


def _turn_text(day: Conversation, turn: int) -> TurnText:
    t = day.turns[turn]
    first = day.log.messages[t.messages[0]]
    return TurnText(turn, first.clock, first.speaker, t.text)


def _talk(day: Conversation, index: int) -> str:
    if day.talk is None:
        return ""
    if index in day.talk.messages:
        return "part of the talk"
    return "during the talk, not part of it" if day.talk.start <= index <= day.talk.end else ""


def _acts(day: Conversation, turn: int, rules: Rules) -> tuple[ActTrace, ...]:
    """The acts that a turn has, or that any rule spoke for; those taken first, then by score."""
    subject = rules.subject("questions")
    text = day.turns[turn].text
    acts = []
    for act, about in subject.settings.acts.items():
        if act not in day.acts.taken:
            continue
        scored = day.acts.act(turn, act)
        if scored.taken or scored.evidence:
            fired = _fired(spans(scored, text, subject).evidence, subject, text)
            acts.append(
                ActTrace(act, about["doc"], scored.score, about["bias"], about["threshold"], scored.taken, fired)
            )
    return tuple(sorted(acts, key=lambda s: (s.act != QUESTION, not s.taken, -s.score)))


def _fired(evidence: Iterable[Evidence], subject: Subject, text: str = "") -> tuple[FiredRule, ...]:
    rules = []
    for e in evidence:
        rule: Rule | None = subject.by_id.get(e.rule)
        words = text[slice(*e.span)] if e.span else ""
        rules.append(
            FiredRule(e.rule, e.weight, rule.kind.name if rule else "", rule.why if rule else "", words, e.span)
        )
    return tuple(rules)


def _question(day: Conversation, questions: Sequence[Question], turn: int | None, rules: Rules) -> QuestionTrace:
    asking = rules.settings(QuestionSettings)
    threshold = asking.threshold
    if turn is None:
        return QuestionTrace("no candidate", 0.0, threshold, "the message stands in no turn: nothing is said in it")
    for candidate, question in zip(day.candidates, questions, strict=True):
        if turn in candidate.turns:
            clocks = tuple(day.log.messages[m].clock for m in question.messages)
            parent = next((q for q in questions if q.id == question.follows), None)
            follows = day.log.messages[parent.messages[0]].clock if parent else ""
            verdict = "kept" if question.kept else "left out"
            return QuestionTrace(
                verdict, candidate.score, threshold, question.why_not, clocks, len(question.answers), follows
            )
    score = probability(day.acts.scores[QUESTION][turn]) if QUESTION in day.acts.scores else 0.0
    return QuestionTrace("no candidate", score, threshold, f"under {asking.floor:g} nothing is a candidate")


def _ties(day: Conversation, turn: int, subject: Subject, *, parents: bool) -> tuple[LinkTrace, ...]:
    most = TOLD if parents else 1
    links = [k for k in day.links if (k.child if parents else k.parent) == turn and k.rank < most]
    links.sort(key=lambda k: (k.rank, -k.score, k.parent, k.child))
    return tuple(
        LinkTrace(_turn_text(day, k.parent if parents else k.child), k.score, k.rank, _fired(k.evidence, subject))
        for k in links
    )


def _places(day: Conversation, digest: Digest, index: int, rules: Rules) -> Iterable[EntryPlace]:
    answers = rules.subject("answers")
    headings = rules.settings(Layout).headings
    beside = index in day.beside
    for section in digest.sections:
        for topic in section.topics:
            for entry in topic.entries:
                where = (section.title or headings.get(section.kind, section.kind), topic.title, entry.id)
                if entry.kind == "talk":
                    if day.talk and index in day.talk.messages:
                        yield EntryPlace(*where, "talk")
                elif any(line.message == index for line in entry.lines):
                    yield EntryPlace(*where, entry.kind)
                for number, question in enumerate(entry.questions):
                    if index in question.messages:
                        yield EntryPlace(*where, "follow-up Q" if number else "Q", question.score, beside=beside)
                    for n, answer in enumerate(question.answers, 1):
                        if index in answer.messages:
                            role = f"A{n}" if len(question.answers) > 1 else "A"
                            clock = day.log.messages[question.messages[0]].clock
                            fired = () if beside else _fired(answer.evidence, answers)
                            yield EntryPlace(*where, f"{role} to {clock}", answer.score, fired, beside)
