"""Turns + acts → candidate questions, each the turns that make one question together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp
from typing import Any

from digest.conversation.acts.kinds import TURN_KINDS
from digest.conversation.acts.model import Acts, DayTurns
from digest.model import Act
from digest.rules.declare import Declaration, fraction, span, table, whole
from digest.rules.match import size
from digest.rules.shapes import MapOf, Record
from digest.rules.types import Field, Float, Text

QUESTION, OPENING = "question", "opening"


@dataclass(frozen=True, slots=True)
class QuestionSettings:
    """What makes one question of several turns; from rules/questions.yml."""

    threshold: float = fraction("a question is published where its probability is over this", 0.3)
    doubtful: float = fraction("and one that is published with less than this is to be checked first", 0.4)
    floor: float = fraction("a turn under this probability is no candidate at all", 0.03)
    joined: int = span("within this the asker goes on with the same question", 180)
    remark: int = whole("characters under which another's words don't part a question", 12)
    opened: int = span("within this an announced question must stand", 300)
    follows: float = fraction("a reply link over this probability makes a question a follow-up", 0.5)
    pause: int = span("after so long a silence in a thread a question starts one of its own", 1200)
    acts: Mapping[str, Mapping[str, Any]] = table(
        MapOf(
            Record(
                {
                    "bias": Field(Float(unit="log-odds"), "where the score starts, before any rule", 0.0),
                    "threshold": Field(Float(unit="log-odds"), "the act is taken where its score is over this", 0.0),
                    "doc": Field(Text(), "what the act is", ""),
                }
            )
        ),
        "the acts that rules may give a turn",
        {},
    )


QUESTIONS = Declaration(
    "questions",
    "the acts of turns: question, answer, notice, …",
    QuestionSettings,
    TURN_KINDS,
    removed={"acts.question.threshold": "which questions are published says `settings: threshold`. Take it out"},
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question that may be published: its turns, its probability, the act of its main turn."""

    turns: tuple[int, ...]
    main: int
    score: float
    act: Act


def probability(score: float) -> float:
    """Log-odds as a probability."""
    return 1 / (1 + exp(-score)) if score > -700 else 0.0


def candidates(day: DayTurns, acts: Acts, settings: QuestionSettings) -> tuple[Candidate, ...]:
    """Candidate questions of a day in order of their first turn.

    An announcement ("请教一个问题") belongs to the question that follows it; so does what the asker adds before anybody
    has said more than a remark.
    """
    turns = day.turns
    scores = [probability(s) for s in acts.scores[QUESTION]]
    used: set[int] = set()
    questions = []
    for i, turn in enumerate(turns):
        if i in used:
            continue
        parts = [i]
        # an announcement that holds its question waits for none
        if acts.has(i, OPENING) and scores[i] < settings.threshold:
            after = _next_own(day, i, settings.opened)
            if after is not None and after not in used:
                parts.append(after)
        elif scores[i] < settings.floor:
            continue
        elif scores[i] < settings.threshold:
            parts = [i]
        while scores[parts[-1]] >= settings.threshold:
            more = _goes_on(day, parts[-1], settings)
            if more is None or more in used or scores[more] < settings.threshold:
                break
            parts.append(more)
        main = max(parts, key=lambda j: (scores[j], -j))
        if scores[main] < settings.floor or (acts.has(i, OPENING) and len(parts) == 1 and size(turn.text) < 4):
            continue
        used.update(parts)
        questions.append(Candidate(tuple(parts), main, scores[main], acts.act(main, QUESTION)))
    return tuple(questions)


def _next_own(day: DayTurns, i: int, seconds: int) -> int | None:
    turns = day.turns
    for j in range(i + 1, min(len(turns), i + 8)):
        if turns[j].start - turns[i].end > seconds:
            return None
        if turns[j].speaker == turns[i].speaker and size(turns[j].text) > 1:
            return j
    return None


def _goes_on(day: DayTurns, i: int, settings: QuestionSettings) -> int | None:
    """The asker's next turn where nobody said more than a remark in between."""
    turns = day.turns
    for j in range(i + 1, min(len(turns), i + 8)):
        if turns[j].start - turns[i].end > settings.joined:
            return None
        if turns[j].speaker == turns[i].speaker:
            return j
        if size(turns[j].text) >= settings.remark:
            return None
    return None
