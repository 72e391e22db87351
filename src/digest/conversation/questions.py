"""Turns + acts → candidate questions, each the turns that make one question together."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

from digest.conversation.acts.model import Acts, Scene
from digest.model import Act
from digest.rules.match import size

QUESTION, OPENING = "question", "opening"


@dataclass(frozen=True, slots=True)
class Asking:
    """What makes one question of several turns; from rules/questions.yml."""

    threshold: float = 0.3  # probability over which a question is published
    floor: float = 0.03  # probability under which a turn is no candidate at all
    joined: int = 180  # seconds within which the asker goes on with the same question
    remark: int = 12  # characters under which another's words don't part it
    opened: int = 300  # seconds within which an announced question must stand
    follows: float = 0.5  # probability of the reply link that makes a question a follow-up
    pause: int = 1200  # seconds of silence in a thread after which a question starts one of its own


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


def candidates(scene: Scene, acts: Acts, asking: Asking) -> tuple[Candidate, ...]:
    """Candidate questions of a day in order of their first turn.

    An announcement ("请教一个问题") belongs to the question that follows it; so does what the asker adds before anybody
    has said more than a remark.
    """
    turns = scene.turns
    scores = [probability(s) for s in acts.scores[QUESTION]]
    used: set[int] = set()
    found = []
    for i, turn in enumerate(turns):
        if i in used:
            continue
        parts = [i]
        # an announcement that holds its question waits for none
        if acts.has(i, OPENING) and scores[i] < asking.threshold:
            after = _next_own(scene, i, asking.opened)
            if after is not None and after not in used:
                parts.append(after)
        elif scores[i] < asking.floor:
            continue
        elif scores[i] < asking.threshold:
            parts = [i]
        while scores[parts[-1]] >= asking.threshold:
            more = _goes_on(scene, parts[-1], asking)
            if more is None or more in used or scores[more] < asking.threshold:
                break
            parts.append(more)
        main = max(parts, key=lambda j: (scores[j], -j))
        if scores[main] < asking.floor or (acts.has(i, OPENING) and len(parts) == 1 and size(turn.text) < 4):
            continue
        used.update(parts)
        found.append(Candidate(tuple(parts), main, scores[main], acts.act(main, QUESTION)))
    return tuple(found)


def _next_own(scene: Scene, i: int, seconds: int) -> int | None:
    turns = scene.turns
    for j in range(i + 1, min(len(turns), i + 8)):
        if turns[j].start - turns[i].end > seconds:
            return None
        if turns[j].speaker == turns[i].speaker and size(turns[j].text) > 1:
            return j
    return None


def _goes_on(scene: Scene, i: int, asking: Asking) -> int | None:
    """The asker's next turn where nobody said more than a remark in between."""
    turns = scene.turns
    for j in range(i + 1, min(len(turns), i + 8)):
        if turns[j].start - turns[i].end > asking.joined:
            return None
        if turns[j].speaker == turns[i].speaker:
            return j
        if size(turns[j].text) >= asking.remark:
            return None
    return None
