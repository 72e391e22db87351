"""The kinds of rule that look at one turn.

A new kind is one class here: the loader, the linter, the JSON Schema and `digest rules show` read `TURN_KINDS`.
"""

from __future__ import annotations

from digest.rules.declare import Kind, at_least, kind, want
from digest.rules.kinds import All, Length, Lexicon, Pattern
from digest.rules.types import Clock, Duration, Flag, Float, Int, Name, OneOf, Probability

# The words that rules may use for who speaks and for the state of the day.
SPEAKERS = ("guest", "owner", "asker", "newcomer", "regular", "host", "bot", "self")
STATES = ("before-talk", "talk", "after-talk", "no-talk", "small-talk", "open-question", "quiet", "busy")

TURN_KINDS: dict[str, type[Kind]] = {of_text.name: of_text for of_text in (Pattern, Lexicon, Length)}


@kind("mention", TURN_KINDS, main="of")
class TurnMention(Kind):
    """Whom the turn mentions with @."""

    of: str = want(
        OneOf(("anyone", "several", "guest", "owner", "asker", "none")), "who is mentioned; none: nobody is", "anyone"
    )


@kind("speaker", TURN_KINDS, main="is")
class Speaker(Kind):
    """Who speaks."""

    is_: str = want(OneOf(SPEAKERS), "the speaker's part on that day")


@kind("follows", TURN_KINDS, main="what")
class Follows(Kind):
    """What comes after the turn: how many, how soon."""

    what: str = want(
        OneOf(("answers", "speakers", "messages", "mentions", "questions", "same-speaker", "text")), "what is counted"
    )
    within: int = want(Duration(), "how long after the turn's end", 1800)
    min: int | None = at_least("at least", "")
    max: int | None = at_least("at most", "")


@kind("precedes", TURN_KINDS, main="what")
class Precedes(Kind):
    """What came before the turn: how many, how recently."""

    what: str = want(
        OneOf(("answers", "speakers", "messages", "mentions", "questions", "same-speaker", "text")), "what is counted"
    )
    within: int = want(Duration(), "how long before the turn's start", 1800)
    min: int | None = at_least("at least", "")
    max: int | None = at_least("at most", "")


@kind("hour", TURN_KINDS)
class Hour(Kind):
    """When the turn starts; from after to goes over midnight."""

    from_: int = want(Clock(), 'from this time of day, such as "22:30"')
    to: int = want(Clock(), "up to this time of day, itself not in it")


@kind("state", TURN_KINDS, main="is")
class DayState(Kind):
    """The state of the day when the turn starts, and since how long it lasts."""

    is_: str = want(OneOf(STATES), "the state")
    since_min: int | None = want(Duration(), "lasting at least so long", None)
    since_max: int | None = want(Duration(), "lasting at most so long", None)


@kind("scored", TURN_KINDS, main="act")
class ActScore(Kind):
    """Another act of the same turn has a score; acts named here are scored first."""

    act: str = want(Name("act"), "the other act")
    min: float | None = want(Float(unit="log-odds"), "at least; left out: the act is taken", None)
    max: float | None = want(Float(unit="log-odds"), "at most", None)


@kind("media", TURN_KINDS, main="of")
class Media(Kind):
    """The turn holds pictures, links or quotes."""

    of: str = want(OneOf(("image", "link", "quote")), "what")
    min: int = want(Int(1), "at least", 1)


@kind("repeats", TURN_KINDS, main="similarity")
class Repeats(Kind):
    """The turn says again what an earlier turn of that day said."""

    similarity: float = want(Probability(), "share of the words in common", 0.8)


@kind("near", TURN_KINDS)
class Near(Kind):
    """Turns shortly before or after hold something: who spoke, what it was, whom it named."""

    side: str = want(OneOf(("before", "after")), "where to look")
    whose: str = want(
        OneOf(("others", "own", "anyone")), "whose turns count: other people's, the speaker's own", "others"
    )
    turns: int = want(Int(1, None, "turns"), "how many such turns are looked at, the nearest first", 1)
    reach: int | None = at_least("how many turns of anyone's away they may stand, at most", "turns", 1)
    within: int = want(Duration(), "how long before or after", 900)
    act: str = want(Name("act"), "the act it must be", "")
    speaker: str = want(OneOf(("", *SPEAKERS)), "the part its speaker must have", "")
    mention: str = want(
        OneOf(("", "back", "this")), "back: it mentions this turn's speaker; this: this turn mentions its speaker", ""
    )
    min_length: int | None = at_least("its text is at least so long", "characters")
    max_length: int | None = at_least("its text is at most so long", "characters")
    least: int = want(Int(1), "how many of them must hold", 1)
    none: bool = want(Flag(), "true: not one may hold", False)
    distinct: bool = want(Flag(), "true: count speakers, not turns", False)


@kind("reply", TURN_KINDS)
class ReplyLinks(Kind):
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
    speaker: str = want(OneOf(("", *SPEAKERS)), "the part its speaker must have", "")
    min_length: int | None = at_least("its text is at least so long", "characters")


@kind("around", TURN_KINDS)
class Around(Kind):
    """The share of the turns around it, itself left out, that have an act; or how many people speak there."""

    turns: int = want(Int(1, None, "turns"), "how many on either side", 6)
    act: str = want(Name("act"), "the act they have; left out: different speakers are counted per turn", "")
    min: float | None = want(Float(0, 1), "share, at least", None)
    max: float | None = want(Float(0, 1), "share, at most", None)


TURN_KINDS["all"] = All
