"""Invented days as a few lines of chat: what links, answers and threads are tried on."""

from __future__ import annotations

import datetime as dt

from digest.conversation.acts.acts import acts
from digest.conversation.acts.model import Acts, DayTurns
from digest.conversation.people.people import people
from digest.conversation.replies.links import quoted
from digest.conversation.replies.turn_features import TurnFeatures, turn_features
from digest.conversation.turns import turns
from digest.model import Log, Message, Quote
from digest.rules.model import Rules
from digest.subjects import load
from digest.words import vocabulary
from places import RULES


def rules() -> Rules:
    return load([RULES])


def log(*lines: tuple[float, str, str] | tuple[float, str, str, tuple[str, str]]) -> Log:
    """A log of (minutes after nine, speaker, text) or the same with (quoted name, quoted text)."""
    made = tuple(
        Message(
            (i,), 9 * 3600 + round(60 * line[0]), line[1], line[2], quote=Quote(*line[3]) if len(line) > 3 else None
        )
        for i, line in enumerate(lines)
    )
    return Log("logs/2024-02-29-chat.markdown", "示例群", dt.date(2024, 2, 29), made, len(made))


def day_turns(day: Log, guests: frozenset[int] = frozenset(), state: str = "no-talk") -> DayTurns:
    made = quoted(day, turns(day, people(day)))
    return DayTurns(made, tuple((state, 0) for _ in made), guests)


def known(day: Log, using: Rules, guests: frozenset[int] = frozenset(), state: str = "no-talk") -> TurnFeatures:
    made = day_turns(day, guests, state)
    found: Acts = acts(made, using.subject("questions"))
    return turn_features(made, found, vocabulary(using.subject("lexicon").lists))
