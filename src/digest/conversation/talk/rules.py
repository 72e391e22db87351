"""What rules/talk.yml says, as the talk's stage needs it, and the ear that hears its cues in a message."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from digest.rules.kinds import Pattern
from digest.rules.match import expression
from digest.rules.model import Rules
from digest.rules.regex import Matcher, Span


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that tell something about a talk; `role` says what: announces, greets, closes, …"""

    id: str
    role: str
    pattern: str  # RE2, as the rules' matcher runs it
    weight: float = 0.0  # log-odds


@dataclass(frozen=True)
class Talking:
    """The settings of rules/talk.yml, which explains them, and its cues. Times in seconds, lengths in characters."""

    cues: tuple[Cue, ...]
    bias: float = 0.0
    threshold: float = 0.0
    full: int = 300
    worth: float = 6.0
    picture: float = 0.6
    aside: float = -0.4
    reply: float = 0.5
    sentence: int = 8
    interruption: float = 0.8
    remark: float = 0.3
    patience: int = 480
    silence: float = 0.25
    longest_silence: float = 6.0
    least: float = 4.0
    volume: float = 1.2
    few: float = 0.0
    few_messages: int = 3
    wordless: float = 0.0
    words: int = 150
    evening: float = 0.0
    evening_from: int = 54000
    evening_to: int = 82800
    audience: float = 0.0
    audience_people: int = 4
    audience_within: int = 2400
    thanked: float = 0.0
    thanked_people: int = 3
    thanked_within: int = 1200
    named: float = 0.0
    unnamed: float = 0.0
    other: float = 0.0
    before: int = 1200
    after: int = 600
    opening: float = 0.18
    closing: float = 0.55
    preamble: int = 180
    farewell: int = 80
    more: float = 0.15

    @cached_property
    def ear(self) -> Ear:
        return Ear(self.cues)


def talking(rules: Rules) -> Talking:
    """The stage's view of the rules on the subject talk."""
    subject = rules.subject("talk")
    known = {f.name for f in fields(Talking)} - {"cues"}
    cues = tuple(Cue(r.id, r.act, expression(r.kind), r.weight) for r in subject.rules if isinstance(r.kind, Pattern))
    return Talking(cues, **{name: value for name, value in subject.settings.items() if name in known})


# Who may say a cue decides which messages it is listened for in: most messages need only the room's few.
ROOM = frozenset({"announces", "cancels", "begins", "questions", "thanks", "applauds"})
PRINT = frozenset({"title", "title-opens", "title-ends", "title-never", "heading"})


class Ear:
    """Hears which cues a text holds, those of one part in one pass; a cue's place is asked for only where it fired.

    The parts: "room", what anybody says around a talk; "speaker", what its speaker says; "print", what is printed.
    """

    def __init__(self, cues: tuple[Cue, ...]) -> None:
        self.cues = cues
        self._parts: dict[str, list[int]] = {"room": [], "speaker": [], "print": []}
        for place, cue in enumerate(cues):
            self._parts["room" if cue.role in ROOM else "print" if cue.role in PRINT else "speaker"].append(place)
        self._matchers = {
            part: Matcher([cues[place].pattern for place in places]) for part, places in self._parts.items()
        }
        self._compiled: dict[int, Any] = {}

    def hears(self, text: str, part: str) -> tuple[int, ...]:
        """Places in `cues` of those of a part that fire."""
        places = self._parts[part]
        return tuple(places[k] for k in self._matchers[part].fires(text)) if text and places else ()

    def of(self, role: str, text: str) -> list[int]:
        """Places of the printed cues of one role that fire on a text."""
        return [place for place in self.hears(text, "print") if self.cues[place].role == role]

    def span(self, place: int, text: str, group: str = "") -> Span | None:
        """Where a cue matches first, or its named group there, in characters; None where it does not."""
        import re2

        compiled = self._compiled.get(place)
        if compiled is None:
            compiled = self._compiled[place] = re2.compile(self.cues[place].pattern)
        found = compiled.search(text)
        if not found:
            return None
        return found.span(compiled.groupindex.get(group, 0))  # type: ignore[no-any-return]
