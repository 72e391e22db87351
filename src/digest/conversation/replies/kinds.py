"""The kinds of rule that look at a turn and one before it, child and parent: what each takes, and what must hold.

A new kind is one class here: the loader, the linter, the JSON Schema and `digest rules show` read `PAIR_KINDS`. Those
that look at one of the two are kinds over a turn with a `side`. The others name numbers between the two (the gap, the
words that both hold) with bounds, so that all rules on one number are evaluated together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Any

from digest.conversation.acts.kinds import ActScore, DayState, Media, Speaker
from digest.rules.declare import Kind, at_least, kind, sided, want
from digest.rules.kinds import All, Length, TextPattern, WordList
from digest.rules.types import Duration, Flag, Float, Int, Name, OneOf

if TYPE_CHECKING:  # start-up: `rules lint` reads declarations alone, without numpy
    from digest.conversation.replies.pair_features import Column, PairFeatures

SIDE = OneOf(("child", "parent"))
NONE, THIS, OTHER = 0, 1, 2  # whom a turn names or quotes

PAIR_KINDS: dict[str, type[Kind]] = {
    of_turn.name: sided(of_turn, SIDE, "which of the two turns it looks at", "child")
    for of_turn in (TextPattern, WordList, Length, Speaker, DayState, Media, ActScore)
}

Interval = tuple[float, float]  # both ends in it


@dataclass(frozen=True, slots=True)
class Number:
    """A number between two turns: its name, what it is of, and what counts it for many pairs at once."""

    name: str
    of: tuple[Any, ...]
    counter: Callable[[PairFeatures], Callable[[], Column]] = field(compare=False)
    counts: bool = True  # whether it is whole and never under 0


class PairKind(Kind):
    """A kind that looks at two turns: at each by itself, or at numbers between them."""

    def sides(self) -> Mapping[str, Kind]:
        """What must hold of the child and of the parent."""
        return {}

    def numbers(self) -> list[tuple[Number, Interval]]:
        """The numbers that must lie within bounds."""
        return []


def sides(kind: Kind) -> Mapping[str, Kind]:
    """What must hold of the child and of the parent, whether a kind looks at both or was made to have a side."""
    return kind.sides() if isinstance(kind, PairKind) else {kind.side: kind} if kind.side else {}


def _bounds(low: float | None, high: float | None) -> Interval:
    return -inf if low is None else low, inf if high is None else high


@kind("quote", PAIR_KINDS, main="of")
class PairQuote(PairKind):
    """The child quotes a turn."""

    of: str = want(OneOf(("parent", "other", "none")), "which turn it quotes", "parent")

    def numbers(self) -> list[tuple[Number, Interval]]:
        code = {"parent": THIS, "other": OTHER, "none": NONE}[self.of]
        return [(Number("quote", (), lambda pairs: pairs.quote()), (code, code))]


@kind("mention", PAIR_KINDS, main="of")
class PairMention(PairKind):
    """Who mentions whom with @."""

    of: str = want(
        OneOf(("parent", "other", "none", "child", "back-other")),
        "parent: the child names the parent's speaker; other: it names somebody else who spoke lately; none: neither; "
        "child: the parent names the child's speaker; back-other: the parent names somebody else",
        "parent",
    )

    def numbers(self) -> list[tuple[Number, Interval]]:
        if self.of in ("child", "back-other"):
            code = THIS if self.of == "child" else OTHER
            return [(Number("back", (), lambda pairs: pairs.mention_back()), (code, code))]
        code = {"parent": THIS, "other": OTHER, "none": NONE}[self.of]
        return [(Number("mention", (), lambda pairs: pairs.mention()), (code, code))]


@kind("gap", PAIR_KINDS)
class Gap(PairKind):
    """How far the child stands from its parent; bounds of several units must all hold."""

    min_turns: int | None = at_least("turns between, at least", "turns")
    max_turns: int | None = at_least("turns between, at most", "turns")
    min_messages: int | None = at_least("messages between, at least", "messages")
    max_messages: int | None = at_least("messages between, at most", "messages")
    min_time: int | None = want(Duration(), "time between, at least", None)
    max_time: int | None = want(Duration(), "time between, at most", None)

    def numbers(self) -> list[tuple[Number, Interval]]:
        turns = Number("turns", (), lambda pairs: pairs.turns_apart())
        messages = Number("messages", (), lambda pairs: pairs.messages_apart(), counts=False)
        seconds = Number("seconds", (), lambda pairs: pairs.seconds_apart(), counts=False)
        gaps = [
            (turns, _bounds(self.min_turns, self.max_turns)),
            (messages, _bounds(self.min_messages, self.max_messages)),
            (seconds, _bounds(self.min_time, self.max_time)),
        ]
        return [(number, bounds) for number, bounds in gaps if bounds != (-inf, inf)] or [(turns, (-inf, inf))]


@kind("same-speaker", PAIR_KINDS, main="of")
class SameSpeaker(PairKind):
    """The child's speaker is the parent's, or is not."""

    of: str = want(
        OneOf(("parent", "neither"), aliases={"asker": "parent"}), "parent: the same; neither: another", "parent"
    )

    def numbers(self) -> list[tuple[Number, Interval]]:
        code = 0 if self.of == "neither" else 1
        return [(Number("same", (), lambda pairs: pairs.same_speaker()), (code, code))]


@kind("shared-words", PAIR_KINDS)
class SharedWords(PairKind):
    """Words that both hold, each weighing the more the rarer it is; the sum is compared."""

    min: float | None = want(Float(0, unit="idf"), "sum of weights, at least", None)
    max: float | None = want(Float(0, unit="idf"), "sum of weights, at most", None)
    of: str = want(OneOf(("words", "pairs", "characters")), "words; pairs of characters; single characters", "words")
    best: bool = want(Flag(), "true: no other candidate shares more", False)
    long: bool = want(Flag(), "true: the sum in proportion to the root of the parent's length", False)

    def numbers(self) -> list[tuple[Number, Interval]]:
        of, long = self.of, self.long
        amount = Number("shared", (of, long), lambda pairs: pairs.shared(of, long), counts=False)
        most = Number("best", (of,), lambda pairs: pairs.shares_most(of))
        return [(amount, _bounds(self.min, self.max)), *([(most, (1, 1))] if self.best else [])]


@kind("acts", PAIR_KINDS)
class PairActs(PairKind):
    """What parent and child are; left out: anything."""

    parent: str = want(Name("act"), "act of the parent", "")
    child: str = want(Name("act"), "act of the child", "")

    def lacks(self) -> str:
        return "" if self.parent or self.child else "`acts:` names the parent's act, the child's, or both"

    def sides(self) -> Mapping[str, Kind]:
        return {
            side: ActScore(act, None, None) for side, act in (("child", self.child), ("parent", self.parent)) if act
        }


@kind("between", PAIR_KINDS, main="what")
class TurnsBetween(PairKind):
    """Turns with words between parent and child: how many."""

    what: str = want(
        OneOf(("parent-speaker", "child-speaker", "others", "anyone", "speakers")),
        "whose turns are counted; others: neither's; speakers: how many different people but the child's speaker",
    )
    act: str = want(Name("act"), "only turns with this act", "")
    min: int | None = at_least("at least", "")
    max: int | None = at_least("at most", "")

    def numbers(self) -> list[tuple[Number, Interval]]:
        what, act = self.what, self.act
        number = Number("between", (what, act), lambda pairs: pairs.turns_between(what, act))
        return [(number, _bounds(self.min, self.max))]


@kind("chain", PAIR_KINDS)
class Chain(PairKind):
    """How many replies or answers the parent has been given before this one."""

    of: str = want(OneOf(("anyone", "child-speaker", "others")), "by whom", "anyone")
    turns: int | None = at_least("only those so near before the child", "turns", 1)
    min: int | None = at_least("at least", "answers")
    max: int | None = at_least("at most", "answers")

    def numbers(self) -> list[tuple[Number, Interval]]:
        of, turns = self.of, self.turns
        number = Number("chain", (of, turns), lambda pairs: pairs.replies_before(of, turns))
        return [(number, _bounds(self.min, self.max))]


@kind("order", PAIR_KINDS)
class Order(PairKind):
    """The parent's place among the child's candidates, the nearest being 1."""

    min: int | None = at_least("at least", "", 1)
    max: int | None = at_least("at most", "", 1)

    def numbers(self) -> list[tuple[Number, Interval]]:
        return [(Number("order", (), lambda pairs: pairs.order()), _bounds(self.min, self.max))]


@kind("typing", PAIR_KINDS, main="pace")
class Typing(PairKind):
    """The child came too soon after the parent to have been typed in answer to it."""

    pace: float = want(Float(0, 10, "seconds a character"), "it took less than this for each of its first characters")

    def numbers(self) -> list[tuple[Number, Interval]]:
        return [(Number("typing", (), lambda pairs: pairs.pace(), counts=False), (-inf, self.pace))]


@kind("talked", PAIR_KINDS)
class Talked(PairKind):
    """How often the two speakers answered or named one another in the 16 turns before the child."""

    min: int | None = at_least("at least", "times")
    max: int | None = at_least("at most", "times")

    def numbers(self) -> list[tuple[Number, Interval]]:
        return [(Number("talked", (), lambda pairs: pairs.exchanges()), _bounds(self.min, self.max))]


@kind("reacts", PAIR_KINDS)
class Reacts(PairKind):
    """The parent stands shortly after a turn of the child's speaker: it may itself answer that."""

    turns: int = want(Int(1, None, "turns"), "so many turns after it, at most", 3)
    act: str = want(Name("act"), "the act that turn must have", "")

    def numbers(self) -> list[tuple[Number, Interval]]:
        act = self.act
        return [(Number("reacts", (act,), lambda pairs: pairs.turns_since_own(act)), (1, self.turns))]


@kind("returns", PAIR_KINDS)
class Returns(PairKind):
    """The parent's speaker speaks again soon after the child."""

    turns: int = want(Int(1, 6, "turns"), "within so many turns with words after it", 3)
    naming: bool = want(Flag(), "true: and names the child's speaker", False)
    act: str = want(Name("act"), "and that turn has this act", "")

    def numbers(self) -> list[tuple[Number, Interval]]:
        naming, act = self.naming, self.act
        return [(Number("returns", (naming, act), lambda pairs: pairs.turns_to_return(naming, act)), (1, self.turns))]


@kind("reaches", PAIR_KINDS)
class Reaches(PairKind):
    """How surely reply links lead from the child to the question, over all ways there; only in `answers`.

    A link counts with its probability; what the asker says afterwards counts as his question, a little less.
    """

    min: float | None = want(Float(0, 1), "probability, at least", None)
    max: float | None = want(Float(0, 1), "probability, at most", None)

    def numbers(self) -> list[tuple[Number, Interval]]:
        number = Number("reaches", (), lambda pairs: pairs.reach(), counts=False)
        return [(number, _bounds(self.min, self.max))]


PAIR_KINDS["all"] = All
LINK_KINDS = {name: of_pair for name, of_pair in PAIR_KINDS.items() if of_pair is not Reaches}  # no links yet
