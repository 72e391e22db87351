"""The kinds of rule that look at a turn and one before it: child and parent.

A new kind is one class here: the loader, the linter, the JSON Schema and `digest rules show` read `PAIR_KINDS`. Those
that look at one of the two are kinds over a turn with a `side`.
"""

from __future__ import annotations

from digest.conversation.acts.kinds import ActScore, DayState, Media, Speaker
from digest.rules.declare import Kind, at_least, kind, sided, want
from digest.rules.kinds import All, Length, Lexicon, Pattern
from digest.rules.types import Duration, Flag, Float, Int, Name, OneOf

SIDE = OneOf(("child", "parent"))

PAIR_KINDS: dict[str, type[Kind]] = {
    of_turn.name: sided(of_turn, SIDE, "which of the two turns it looks at", "child")
    for of_turn in (Pattern, Lexicon, Length, Speaker, DayState, Media, ActScore)
}


@kind("quote", PAIR_KINDS, main="of")
class PairQuote(Kind):
    """The child quotes a turn."""

    of: str = want(OneOf(("parent", "other", "none")), "which turn it quotes", "parent")


@kind("mention", PAIR_KINDS, main="of")
class PairMention(Kind):
    """Who mentions whom with @."""

    of: str = want(
        OneOf(("parent", "other", "none", "child", "back-other")),
        "parent: the child names the parent's speaker; other: it names somebody else who spoke lately; none: neither; "
        "child: the parent names the child's speaker; back-other: the parent names somebody else",
        "parent",
    )


@kind("gap", PAIR_KINDS)
class Gap(Kind):
    """How far the child stands from its parent; bounds of several units must all hold."""

    min_turns: int | None = at_least("turns between, at least", "turns")
    max_turns: int | None = at_least("turns between, at most", "turns")
    min_messages: int | None = at_least("messages between, at least", "messages")
    max_messages: int | None = at_least("messages between, at most", "messages")
    min_time: int | None = want(Duration(), "time between, at least", None)
    max_time: int | None = want(Duration(), "time between, at most", None)


@kind("same-speaker", PAIR_KINDS, main="of")
class SameSpeaker(Kind):
    """The child's speaker is the parent's, or the one who asked what the parent belongs to."""

    of: str = want(OneOf(("parent", "asker", "neither")), "whose speaker", "parent")


@kind("shared-words", PAIR_KINDS)
class SharedWords(Kind):
    """Words that both hold, each weighing the more the rarer it is; the sum is compared."""

    min: float | None = want(Float(0, unit="idf"), "sum of weights, at least", None)
    max: float | None = want(Float(0, unit="idf"), "sum of weights, at most", None)
    of: str = want(OneOf(("words", "pairs", "characters")), "words; pairs of characters; single characters", "words")
    best: bool = want(Flag(), "true: no other candidate shares more", False)
    long: bool = want(Flag(), "true: the sum in proportion to the root of the parent's length", False)


@kind("acts", PAIR_KINDS)
class PairActs(Kind):
    """What parent and child are; left out: anything."""

    parent: str = want(Name("act"), "act of the parent", "")
    child: str = want(Name("act"), "act of the child", "")

    def lacks(self) -> str:
        return "" if self.parent or self.child else "`acts:` names the parent's act, the child's, or both"


@kind("between", PAIR_KINDS, main="what")
class TurnsBetween(Kind):
    """Turns with words between parent and child: how many."""

    what: str = want(
        OneOf(("parent-speaker", "child-speaker", "others", "anyone", "speakers")),
        "whose turns are counted; others: neither's; speakers: how many different people but the child's speaker",
    )
    act: str = want(Name("act"), "only turns with this act", "")
    min: int | None = at_least("at least", "")
    max: int | None = at_least("at most", "")


@kind("chain", PAIR_KINDS)
class Chain(Kind):
    """How many replies or answers the parent has been given before this one."""

    of: str = want(OneOf(("anyone", "child-speaker", "others")), "by whom", "anyone")
    turns: int | None = at_least("only those so near before the child", "turns", 1)
    min: int | None = at_least("at least", "answers")
    max: int | None = at_least("at most", "answers")


@kind("order", PAIR_KINDS)
class Order(Kind):
    """The parent's place among the child's candidates, the nearest being 1."""

    min: int | None = at_least("at least", "", 1)
    max: int | None = at_least("at most", "", 1)


@kind("typing", PAIR_KINDS, main="pace")
class Typing(Kind):
    """The child came too soon after the parent to have been typed in answer to it."""

    pace: float = want(Float(0, 10, "seconds a character"), "it took less than this for each of its first characters")


@kind("talked", PAIR_KINDS)
class Talked(Kind):
    """How often the two speakers answered or named one another in the 16 turns before the child."""

    min: int | None = at_least("at least", "times")
    max: int | None = at_least("at most", "times")


@kind("reacts", PAIR_KINDS)
class Reacts(Kind):
    """The parent stands shortly after a turn of the child's speaker: it may itself answer that."""

    turns: int = want(Int(1, None, "turns"), "so many turns after it, at most", 3)
    act: str = want(Name("act"), "the act that turn must have", "")


@kind("returns", PAIR_KINDS)
class Returns(Kind):
    """The parent's speaker speaks again soon after the child."""

    turns: int = want(Int(1, 6, "turns"), "within so many turns with words after it", 3)
    naming: bool = want(Flag(), "true: and names the child's speaker", False)
    act: str = want(Name("act"), "and that turn has this act", "")


@kind("reaches", PAIR_KINDS)
class Reaches(Kind):
    """How surely reply links lead from the child to the question, over all ways there; only in `answers`.

    A link counts with its probability; what the asker says afterwards counts as his question, a little less.
    """

    min: float | None = want(Float(0, 1), "probability, at least", None)
    max: float | None = want(Float(0, 1), "probability, at most", None)


PAIR_KINDS["all"] = All
