"""The kinds of rule: what a rule can look at, each a frozen dataclass (`kind` makes it one).

A new kind is one class here: the loader, the linter, the JSON Schema and `digest rules show` read `TURN_KINDS` and
`PAIR_KINDS`. In YAML a kind is one key of the rule; its main field may stand alone:

    speaker: guest                 is short for      speaker: {is: guest}
    pattern: 请教|请问              is short for      pattern: {pattern: 请教|请问}
    length: {min: 4, max: 200}

A Python name with `_` at its end (`is_`, `in_`) is written without it in YAML. None means "no bound".
"""

from __future__ import annotations

from digest.rules.declare import Kind, at_least, kind, want
from digest.rules.shapes import Many
from digest.rules.types import Clock, Duration, Flag, Float, Int, Name, OneOf, Probability, Regex, Text

# The words that rules may use for who speaks and for the state of the day. A stage that learns a new one adds it here.
SPEAKERS = ("guest", "owner", "asker", "newcomer", "regular", "host", "bot", "self")
STATES = ("before-talk", "talk", "after-talk", "no-talk", "small-talk", "open-question", "quiet", "busy")


TURN_KINDS: dict[str, type[Kind]] = {}
PAIR_KINDS: dict[str, type[Kind]] = {}


# ---- kinds that look at one turn -------------------------------------------------------------------------------


@kind("pattern", TURN_KINDS, main="pattern")
class Pattern(Kind):
    """The turn's words match an expression (RE2). `^` and `$` stand for the ends of any message of the turn."""

    pattern: str = want(Regex(), "expression in RE2's syntax; (?i) at its start ignores case")
    in_: str = want(
        OneOf(("text", "first", "last", "start", "end")),
        "text: anywhere; first, last: in the turn's first or last message; start, end: at the very start or end of it",
        "text",
    )


@kind("lexicon", TURN_KINDS, main="list")
class Lexicon(Kind):
    """The turn holds words of a list; each word counts once."""

    list: str = want(Name("list"), "name of a list of words", "")
    words: tuple[str, ...] = want(Many(Text(), least=1), "the words themselves, instead of a list", ())
    min: int = want(Int(1, None, "words"), "how many different words, at least", 1)
    max: int | None = at_least("how many different words, at most", "words", 1)

    def lacks(self) -> str:
        return "" if bool(self.list) != bool(self.words) else "a lexicon takes either `list:` or `words:`"


@kind("length", TURN_KINDS)
class Length(Kind):
    """How long the turn's text is."""

    min: int | None = at_least("at least", "characters")
    max: int | None = at_least("at most", "characters")


@kind("mention", TURN_KINDS, main="of")
class Mention(Kind):
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
class State(Kind):
    """The state of the day when the turn starts, and since how long it lasts."""

    is_: str = want(OneOf(STATES), "the state")
    since_min: int | None = want(Duration(), "lasting at least so long", None)
    since_max: int | None = want(Duration(), "lasting at most so long", None)


@kind("scored", TURN_KINDS, main="act")
class Scored(Kind):
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
class Reply(Kind):
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


@kind("all", TURN_KINDS, main="of")
class All(Kind):
    """Other rules fired together, and others did not."""

    of: tuple[str, ...] = want(
        Many(Name("rule"), single=True), "ids of rules that must all fire; of another `all` rule its parts", ()
    )
    not_: tuple[str, ...] = want(Many(Name("rule"), single=True), "ids of rules that must not fire", ())

    def lacks(self) -> str:
        return "" if self.of else "`all:` names at least one rule that must fire, under `of:`"


# ---- kinds that look at a turn and one before it: child and parent ---------------------------------------------

SIDE = OneOf(("child", "parent"))


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


@kind("pattern", PAIR_KINDS, main="pattern")
class PairPattern(Kind):
    """The words of one side match an expression (RE2). `^` and `$` stand for the ends of any of its messages."""

    pattern: str = want(Regex(), "expression in RE2's syntax")
    side: str = want(SIDE, "whose words", "child")
    in_: str = want(
        OneOf(("text", "first", "last", "start", "end")),
        "text: anywhere; first, last: in the turn's first or last message; start, end: at the very start or end of it",
        "text",
    )


@kind("lexicon", PAIR_KINDS, main="list")
class PairLexicon(Kind):
    """One side holds words of a list; each word counts once."""

    list: str = want(Name("list"), "name of a list of words", "")
    words: tuple[str, ...] = want(Many(Text(), least=1), "the words themselves, instead of a list", ())
    side: str = want(SIDE, "whose words", "child")
    min: int = want(Int(1, None, "words"), "how many different words, at least", 1)
    max: int | None = at_least("how many different words, at most", "words", 1)

    def lacks(self) -> str:
        return "" if bool(self.list) != bool(self.words) else "a lexicon takes either `list:` or `words:`"


@kind("length", PAIR_KINDS)
class PairLength(Kind):
    """How long the text of one side is."""

    side: str = want(SIDE, "whose text", "child")
    min: int | None = at_least("at least", "characters")
    max: int | None = at_least("at most", "characters")


@kind("speaker", PAIR_KINDS, main="is")
class PairSpeaker(Kind):
    """Who speaks on one side."""

    is_: str = want(OneOf(SPEAKERS), "the speaker's part on that day")
    side: str = want(SIDE, "whose speaker", "child")


@kind("between", PAIR_KINDS, main="what")
class Between(Kind):
    """Turns with words between parent and child: how many."""

    what: str = want(
        OneOf(("parent-speaker", "child-speaker", "others", "anyone", "speakers")),
        "whose turns are counted; others: neither's; speakers: how many different people but the child's speaker",
    )
    act: str = want(Name("act"), "only turns with this act", "")
    min: int | None = at_least("at least", "")
    max: int | None = at_least("at most", "")


@kind("state", PAIR_KINDS, main="is")
class PairState(Kind):
    """The state of the day when one side starts."""

    is_: str = want(OneOf(STATES), "the state")
    side: str = want(SIDE, "whose start", "child")


@kind("media", PAIR_KINDS, main="of")
class PairMedia(Kind):
    """One side holds pictures, links or quotes."""

    of: str = want(OneOf(("image", "link", "quote")), "what")
    side: str = want(SIDE, "whose", "child")
    min: int = want(Int(1), "at least", 1)


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


@kind("scored", PAIR_KINDS, main="act")
class PairScored(Kind):
    """An act's score on one side."""

    act: str = want(Name("act"), "the act")
    side: str = want(SIDE, "whose", "child")
    min: float | None = want(Float(unit="log-odds"), "at least", None)
    max: float | None = want(Float(unit="log-odds"), "at most", None)


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
