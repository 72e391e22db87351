"""The kinds of rule that look at one turn: what each takes, and of which turns of a day it holds.

A new kind is one class here: the loader, the linter, the JSON Schema and `digest rules show` read `TURN_KINDS`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.rules.declare import Kind, at_least, kind, want
from digest.rules.kinds import All, Length, TextPattern, WordList
from digest.rules.match import within
from digest.rules.types import Clock, Duration, Flag, Float, Int, Name, OneOf, Probability

if TYPE_CHECKING:  # start-up: `rules lint` reads declarations alone, without numpy
    from digest.conversation.acts.context import Context
    from digest.conversation.arrays import Truths

NEAREST = 16  # turns on a side that `near` can look at
ASKS = "asks"  # the act of who has asked something
SPEAKERS = ("guest", "owner", "host", "asker")
SPEAKER_DOC = (
    "guest: who gives the talk; owner, host: who announces talks and opens the questions; "
    f"asker: who has asked something earlier that day (act `{ASKS}`)"
)
NOT_SPEAKERS = {  # what a day can't tell, and what to write
    "newcomer": "it takes other days; for the first turn of anyone's day write "
    "near: {side: before, whose: own, reach: 9999, within: 24h, none: true}",
    "regular": "it takes other days; write `all:` with, under `not:`, rules on speaker: guest and speaker: owner",
    "bot": "no list of bots is read; write a `pattern:` for their words",
    "self": "every turn is its own speaker's; for that speaker's other turns write near: {whose: own, …}",
}
STATES = ("before-talk", "talk", "after-talk", "no-talk")
NOT_STATES = {
    "small-talk": "no stage finds it; for a turn write around: {act: technical, max: 0.1}",
    "open-question": f"no stage finds it; for soon after one write near: {{side: before, turns: 5, act: {ASKS}}}",
    "quiet": "no stage finds it; for a turn write near: {side: before, whose: anyone, within: 10m, none: true}",
    "busy": "no stage finds it; for a turn write near: {side: before, whose: anyone, turns: 15, within: 5m, least: 10}",
}
NEEDS_ASKS = ("asker", "questions")  # choices that look at the act
COUNTED = OneOf(("answers", "speakers", "messages", "mentions", "questions", "same-speaker", "text"))
COUNTED_DOC = (
    "answers: other people's turns that reply to it, or before it to its speaker; speakers: other people; messages: "
    f"theirs; mentions: their turns that name the speaker; questions: theirs (act `{ASKS}`); same-speaker: the "
    "speaker's own turns; text: characters of other people's words"
)

TURN_KINDS: dict[str, type[Kind]] = {of_text.name: of_text for of_text in (TextPattern, WordList, Length)}


class TurnKind(Kind):
    """A kind that looks at one turn and what stands around it."""

    @property
    def looks_at_replies(self) -> bool:
        """Whether it needs the reply links, so that its act is scored after them."""
        return False

    def acts(self) -> tuple[str, ...]:
        """The acts that it looks at: those that its fields name, and `asks` where a choice needs that."""
        needs_asks = any(getattr(self, attribute) in NEEDS_ASKS for attribute, _ in self.fields.values())
        return (*super().acts(), ASKS) if needs_asks else super().acts()

    def holds(self, context: Context) -> Truths:
        """For each turn whether the condition holds."""
        raise NotImplementedError(type(self).__name__)


@kind("mention", TURN_KINDS, main="of")
class TurnMention(TurnKind):
    """Whom the turn mentions with @."""

    of: str = want(
        OneOf(("anyone", "several", "guest", "owner", "asker", "none")),
        "who is mentioned; asker: somebody who has asked something earlier that day; none: nobody is",
        "anyone",
    )

    def holds(self, context: Context) -> Truths:
        if self.of == "none":
            return context.where(not turn.mentions for turn in context.turns)
        if self.of == "anyone":
            return context.where(bool(turn.mentions) for turn in context.turns)
        if self.of == "several":
            return context.where(len(turn.mentions) > 1 for turn in context.turns)
        if self.of == "asker":
            return context.where(not askers.isdisjoint(turn.mentions) for turn, askers in context.askers())
        persons = context.day.owners if self.of == "owner" else context.day.guests
        return context.where(not persons.isdisjoint(turn.mentions) for turn in context.turns)


@kind("speaker", TURN_KINDS, main="is")
class Speaker(TurnKind):
    """Who speaks."""

    is_: str = want(OneOf(SPEAKERS, NOT_SPEAKERS), SPEAKER_DOC)

    def holds(self, context: Context) -> Truths:
        return context.spoken_by(self.is_)


@kind("follows", TURN_KINDS, main="what")
class Follows(TurnKind):
    """What comes after the turn: how many, how soon."""

    what: str = want(COUNTED, COUNTED_DOC)
    within: int = want(Duration(), "how long after the turn's end", 1800)
    min: int | None = at_least("at least; without `min` and `max` 1", "")
    max: int | None = at_least("at most", "")

    @property
    def looks_at_replies(self) -> bool:
        return self.what == "answers"

    def holds(self, context: Context) -> Truths:
        least = 1 if self.min is None and self.max is None else self.min
        return context.where(within(n, least, self.max) for n in context.counts(self.what, "after", self.within))


@kind("precedes", TURN_KINDS, main="what")
class Precedes(TurnKind):
    """What came before the turn: how many, how recently."""

    what: str = want(COUNTED, COUNTED_DOC)
    within: int = want(Duration(), "how long before the turn's start", 1800)
    min: int | None = at_least("at least; without `min` and `max` 1", "")
    max: int | None = at_least("at most", "")

    @property
    def looks_at_replies(self) -> bool:
        return self.what == "answers"

    def holds(self, context: Context) -> Truths:
        least = 1 if self.min is None and self.max is None else self.min
        return context.where(within(n, least, self.max) for n in context.counts(self.what, "before", self.within))


@kind("hour", TURN_KINDS)
class Hour(TurnKind):
    """When the turn starts; from after to goes over midnight."""

    from_: int = want(Clock(), 'from this time of day, such as "22:30"')
    to: int = want(Clock(), "up to this time of day, itself not in it")

    def holds(self, context: Context) -> Truths:
        low, high = self.from_, self.to
        if low <= high:
            return context.where(low <= turn.start < high for turn in context.turns)
        return context.where(turn.start >= low or turn.start < high for turn in context.turns)


@kind("state", TURN_KINDS, main="is")
class DayState(TurnKind):
    """Where the turn starts on a day with a talk or without; of after-talk also how long after its end."""

    is_: str = want(OneOf(STATES, NOT_STATES), "before, during or after the talk; no-talk: a day without one")
    since_min: int | None = want(Duration(), "after the talk's end at least so long", None)
    since_max: int | None = want(Duration(), "after the talk's end at most so long", None)

    def holds(self, context: Context) -> Truths:
        return context.where(
            state == self.is_ and within(since, self.since_min, self.since_max) for state, since in context.day.states
        )


@kind("scored", TURN_KINDS, main="act")
class ActScore(TurnKind):
    """Another act of the same turn, declared before the rule's own, has a score."""

    act: str = want(Name("act"), "the other act")
    min: float | None = want(Float(unit="log-odds"), "at least; left out: the act is taken", None)
    max: float | None = want(Float(unit="log-odds"), "at most", None)

    def holds(self, context: Context) -> Truths:
        if self.min is None and self.max is None:
            return context.having(self.act)
        scores = context.acts.scores.get(self.act)
        return context.where(within(score, self.min, self.max) for score in scores) if scores else context.none


@kind("media", TURN_KINDS, main="of")
class Media(TurnKind):
    """The turn holds pictures, links or quotes."""

    of: str = want(OneOf(("image", "link", "quote")), "what")
    min: int = want(Int(1), "at least", 1)

    def holds(self, context: Context) -> Truths:
        if self.of == "image":
            return context.where(turn.images >= self.min for turn in context.turns)
        if self.of == "link":
            return context.where(turn.links >= self.min for turn in context.turns)
        return context.where(len(turn.quotes) >= self.min for turn in context.turns)


@kind("repeats", TURN_KINDS, main="similarity")
class Repeats(TurnKind):
    """The turn says again what an earlier turn of that day said."""

    similarity: float = want(Probability(), "share of the words in common", 0.8)

    def holds(self, context: Context) -> Truths:
        pairs = [frozenset(turn.text[k : k + 2] for k in range(len(turn.text) - 1)) for turn in context.turns]
        holders: dict[str, list[int]] = {}  # pair of characters → the turns so far that hold it
        repeats = []
        for i, own in enumerate(pairs):
            shared: dict[int, int] = {}
            for pair in own:
                for j in holders.get(pair, ()):
                    shared[j] = shared.get(j, 0) + 1
            most = max((n / max(1, len(own | pairs[j])) for j, n in shared.items()), default=0.0)
            repeats.append(len(own) >= 6 and most >= self.similarity)
            for pair in own:
                holders.setdefault(pair, []).append(i)
        return context.where(repeats)


@kind("near", TURN_KINDS)
class Near(TurnKind):
    """Turns shortly before or after hold something: who spoke, what it was, whom it named."""

    side: str = want(OneOf(("before", "after")), "where to look")
    whose: str = want(
        OneOf(("others", "own", "anyone")), "whose turns count: other people's, the speaker's own", "others"
    )
    turns: int = want(Int(1, NEAREST, "turns"), "how many such turns are looked at, the nearest first", 1)
    reach: int | None = at_least("how many turns of anyone's away they may stand, at most", "turns", 1)
    within: int = want(Duration(), "how long before or after", 900)
    act: str = want(Name("act"), "the act it must be", "")
    speaker: str = want(OneOf(("", *SPEAKERS), NOT_SPEAKERS), "the part its speaker must have", "")
    mention: str = want(
        OneOf(("", "back", "this")), "back: it mentions this turn's speaker; this: this turn mentions its speaker", ""
    )
    min_length: int | None = at_least("its text is at least so long", "characters")
    max_length: int | None = at_least("its text is at most so long", "characters")
    least: int = want(Int(1), "how many of them must hold", 1)
    none: bool = want(Flag(), "true: not one may hold", False)
    distinct: bool = want(Flag(), "true: count speakers, not turns", False)

    def holds(self, context: Context) -> Truths:
        wanted = context.all_turns
        if self.act:
            wanted = wanted & context.having(self.act)
        if self.speaker:
            wanted = wanted & context.spoken_by(self.speaker)
        if self.min_length is not None or self.max_length is not None:
            wanted = wanted & Length(self.min_length, self.max_length).holds(context)
        return context.near_turns.near(self, wanted)


@kind("reply", TURN_KINDS)
class ReplyLinks(TurnKind):
    """The turn's reply links: who replies to it, or what it replies to. Acts that use it are scored after the links."""

    of: str = want(
        OneOf(("others", "parent", "dialogue")),
        "others: other people's replies to it; parent: the turn it replies to, another's; "
        "dialogue: it replies to a reply to the speaker's own words",
        "others",
    )
    min: float = want(Float(0), "probability over which it counts; with sum, that of all replies together", 0.3)
    sum: bool = want(Flag(), "true: the probabilities of all replies are added up", False)
    act: str = want(Name("act"), "the act that the reply or parent must be", "")
    other_than: str = want(Name("act"), "an act that it must not be", "")
    speaker: str = want(OneOf(("", *SPEAKERS), NOT_SPEAKERS), "the part its speaker must have", "")
    min_length: int | None = at_least("its text is at least so long", "characters")

    @property
    def looks_at_replies(self) -> bool:
        return True

    def holds(self, context: Context) -> Truths:
        counts = context.all_turns
        if self.act:
            counts = counts & context.having(self.act)
        if self.other_than:
            counts = counts & ~context.having(self.other_than)
        if self.speaker:
            counts = counts & context.spoken_by(self.speaker)
        if self.min_length is not None:
            counts = counts & Length(self.min_length, None).holds(context)
        if self.of == "others":
            return context.replies.received(counts, self.sum) > self.min
        return context.replies.to_parent(counts, self.min if self.of == "dialogue" else None) > self.min


@kind("around", TURN_KINDS)
class Around(TurnKind):
    """The share of the turns around it, itself left out, that have an act; or how many people speak there."""

    turns: int = want(Int(1, None, "turns"), "how many on either side", 6)
    act: str = want(Name("act"), "the act they have; left out: different speakers are counted per turn", "")
    min: float | None = want(Float(0, 1), "share, at least", None)
    max: float | None = want(Float(0, 1), "share, at most", None)

    def holds(self, context: Context) -> Truths:
        share = context.share_around(self.turns, self.act)
        low, high = self.min if self.min is not None else -1.0, self.max if self.max is not None else 2.0
        holds: Truths = (low <= share) & (share <= high)
        return holds


TURN_KINDS["all"] = All
