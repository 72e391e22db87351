"""The kinds of rule that need no more than a text, or other rules.

In YAML a kind is one key of the rule; its main field may stand alone:

    pattern: 请教|请问              is short for      pattern: {pattern: 请教|请问}
    length: {min: 4, max: 200}

A Python name with `_` at its end (`is_`, `in_`) is written without it in YAML. None means "no bound".
"""

from __future__ import annotations

from typing import Any, Protocol

from digest.rules.declare import Kind, at_least, kind, want
from digest.rules.shapes import Many
from digest.rules.types import Int, Name, OneOf, Regex, Text


class Sized(Protocol):
    """What tells how long each of its texts is, as an array."""

    @property
    def sizes(self) -> Any: ...


@kind("pattern", main="pattern")
class TextPattern(Kind):
    """The turn's words match an expression (RE2). `^` and `$` stand for the ends of any message of the turn."""

    pattern: str = want(Regex(), "expression in RE2's syntax; (?i) at its start ignores case")
    in_: str = want(
        OneOf(("text", "first", "last", "start", "end")),
        "text: anywhere; first, last: in the turn's first or last message; start, end: at the very start or end of it",
        "text",
    )


@kind("lexicon", main="list")
class WordList(Kind):
    """The turn holds words of a list; each word counts once."""

    list: str = want(Name("list"), "name of a list of words", "")
    words: tuple[str, ...] = want(Many(Text(), least=1), "the words themselves, instead of a list", ())
    min: int = want(Int(1, None, "words"), "how many different words, at least", 1)
    max: int | None = at_least("how many different words, at most", "words", 1)

    def lacks(self) -> str:
        return "" if bool(self.list) != bool(self.words) else "a lexicon takes either `list:` or `words:`"


@kind("length")
class Length(Kind):
    """How long the turn's text is."""

    min: int | None = at_least("at least", "characters")
    max: int | None = at_least("at most", "characters")

    def fits(self, size: Any) -> Any:
        """Whether a size is within the bounds; of an array of sizes, which are."""
        return (size >= (self.min or 0)) & (size <= (float("inf") if self.max is None else self.max))

    def holds(self, context: Sized) -> Any:
        return self.fits(context.sizes)


@kind("all", main="of")
class All(Kind):
    """Other rules fired together, and others did not."""

    of: tuple[str, ...] = want(
        Many(Name("rule"), single=True), "ids of rules that must all fire; of another `all` rule its parts", ()
    )
    not_: tuple[str, ...] = want(Many(Name("rule"), single=True), "ids of rules that must not fire", ())

    def lacks(self) -> str:
        return "" if self.of else "`all:` names at least one rule that must fire, under `of:`"
