"""A log, analysed: its people, turns, acts, reply-to links, talk, and questions with their answers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from digest.conversation.acts.model import Acts, DayTurns
from digest.conversation.people.names import Called, called
from digest.conversation.questions import Candidate
from digest.model import Answer, Link, Log, People, Talk, Turn


@dataclass(frozen=True)
class Conversation:
    """A log analysed: who said what to whom, before anything is chosen for a page."""

    log: Log
    people: People
    day_turns: DayTurns
    acts: Acts
    talk: Talk | None
    candidates: tuple[Candidate, ...]
    answers: tuple[tuple[Answer, ...], ...]  # of each candidate, without lines yet
    follows: tuple[int | None, ...]  # the candidate that each follows up
    links: tuple[Link, ...] = ()
    beside: frozenset[int] = frozenset()  # messages printed only with what the same person said right before or after

    @property
    def turns(self) -> tuple[Turn, ...]:
        return self.day_turns.turns

    @cached_property
    def ordinals(self) -> dict[int, int]:
        """Index of each message among those with the same second and text."""
        return ordinals(self.log)

    @cached_property
    def names(self) -> Called | None:
        """What finds the names of the day's people; made once, for questions and resources print by it."""
        return called(self.log, self.people)


def identity(log: Log, first: int, ordinals: Mapping[int, int]) -> str:
    """An id from room, day, clock, text and ordinal of a message; never from a name."""
    message = log.messages[first]
    key = "\x1f".join(
        (log.room, log.day.isoformat(), message.clock, log.as_written(message), str(ordinals.get(first, 0)))
    )
    return hashlib.sha256(key.encode()).hexdigest()[:10]


def ordinals(log: Log) -> dict[int, int]:
    """Index of each message among those with the same second and text."""
    seen: dict[tuple[int, str], int] = {}
    result = {}
    for i, message in enumerate(log.messages):
        key = (message.second, log.as_written(message))
        result[i] = seen.get(key, 0)
        seen[key] = result[i] + 1
    return result
