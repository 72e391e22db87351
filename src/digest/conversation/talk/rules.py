"""What rules/talk.yml says, as the talk's stage needs it, and the ear that hears its cues in a message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from digest.rules.declare import Declaration, clock, fraction, number, odds, span, table, whole
from digest.rules.kinds import TextPattern
from digest.rules.match import expression
from digest.rules.model import Rules
from digest.rules.regex import Matcher, Span
from digest.rules.shapes import MapOf, Record
from digest.rules.types import Field, Text


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that tell something about a talk; `role` says what: announces, greets, closes, …"""

    id: str
    role: str
    pattern: str  # RE2, as the rules' matcher runs it
    weight: float = 0.0  # log-odds


NO_SCORE = "cues of a talk add up to no score, so it changed nothing. Take it out"


@dataclass(frozen=True)
class Talking:
    """The settings of rules/talk.yml, which explains them, and its cues. Times in seconds, lengths in characters."""

    bias: float = odds("log-odds that a stretch is a talk before anything is known of it", -4.0)
    threshold: float = odds("it is taken as one over this", 0.0)
    full: int = whole("characters of a message that is worth the most; shorter ones in proportion", 300, 1)
    worth: float = number("what such a message adds", 6.0)
    picture: float = number("what a picture adds", 0.6)
    reply: float = fraction("share of its worth that a message keeps right after somebody else's sentence", 0.5)
    aside: float = number("what a message adds that answers or addresses somebody", -0.4)
    sentence: int = whole("characters from which another person's words are an interruption, no mere remark", 8)
    interruption: float = number("what an interruption takes away", 0.8)
    remark: float = number("what a remark takes away", 0.3)
    patience: int = span("silence that costs nothing", 480)
    silence: float = number("what each minute beyond it takes away", 0.25)
    longest_silence: float = number("the most that silence takes away", 6.0)
    least: float = number("a stretch worth less is no talk", 4.0)
    volume: float = odds("each doubling of the worth over `least`", 1.2)
    few: float = odds("a stretch of fewer messages than `few_messages`", -1.5)
    few_messages: int = whole("how many messages are few", 3)
    wordless: float = odds("a stretch of pictures with fewer than `words` characters", -2.5)
    words: int = whole("characters below which a stretch is one of pictures", 150)
    evening: float = odds("it begins between `evening_from` and `evening_to`, against it otherwise", 0.6)
    evening_from: int = clock("when the evening begins", 15 * 3600)
    evening_to: int = clock("when the evening ends", 23 * 3600)
    audience: float = odds("enough people sign in or clap before", 0.8)
    audience_people: int = whole("how many are enough", 4)
    audience_within: int = span("how long before", 2400)
    thanked: float = odds("enough people thank or clap after", 1.0)
    thanked_people: int = whole("how many are enough", 3)
    thanked_within: int = span("how long after", 1200)
    named: float = odds("the announcement names the speaker", 2.5)
    unnamed: float = odds("there is an announcement, whom it names stays unclear", 0.5)
    other: float = odds("the announcement names somebody else who speaks today", -1.5)
    before: int = span("greeting and call to begin are looked for so long before the stretch", 1200)
    after: int = span("closing words so long after it", 600)
    opening: float = fraction("a call to begin may stand in this first share of the talk", 0.25)
    closing: float = fraction("closing words count after this share of the talk", 0.55)
    preamble: int = whole("characters; a greeting longer than this is already the talk", 180)
    farewell: int = whole("characters; closing words longer than this are still the talk", 80)
    more: float = fraction("who says more than this share after closing words, unasked, has not closed", 0.15)
    acts: Mapping[str, Mapping[str, Any]] = table(
        MapOf(Record({"doc": Field(Text(), "what the act is", "")})),
        "what its rules listen for",
        {},
    )
    cues: tuple[Cue, ...] = ()

    @cached_property
    def ear(self) -> Ear:
        return Ear(self.cues)


TALK = Declaration(
    "talk",
    "the guest's talk",
    Talking,
    {"pattern": TextPattern},
    weighs=False,
    removed={
        "settings.joined": "it changed nothing. Take it out",
        "acts.*.bias": NO_SCORE,
        "acts.*.threshold": NO_SCORE,
    },
)


def talking(rules: Rules) -> Talking:
    """The talk's settings with its rules as cues."""
    cues = (
        Cue(r.id, r.act, expression(r.kind), r.weight)
        for r in rules.subject("talk").rules
        if isinstance(r.kind, TextPattern)
    )
    return replace(rules.settings(Talking), cues=tuple(cues))


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
