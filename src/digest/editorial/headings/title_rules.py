"""What rules/topics.yml says about titles, compiled: word lists and patterns over the letters of a clause.

A clause is read as one letter a word (see `SHAPE`), so that a pattern such as `N how V end => 1的3 2.0` is a regular
expression over a few letters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import cached_property

from digest.rules.declare import whole, words

# a phrase as letters of its words' classes: N noun, U verb that heads a title (处理, 识别), V other verb, A adjective,
# M number, D 的, C 和. A verb that heads none has no place: 商户提供代付 and 费率改成 are sentences, or half of one.
PART = r"[NAM][NAMU]{0,40}(?<=[NU])"  # bounded: a text without stops may be one endless phrase
OF = rf"D(?:[UV]?{PART}|U)"
SHAPE = re.compile(rf"{PART}(?:C{PART})?(?:{OF}){{0,2}}")
NOUN = rf"{PART}(?:C{PART})?(?:D[UV]?{PART})?"
DEED = r"[NUV]"
FILLER = "f"
ROLES = ("how", "what", "differ", "and", "of", "is", "have", "do", "for", "know")


@dataclass(frozen=True, slots=True)
class TitleForm:
    """A title pattern: `match` over the letters of a clause, `make` the places that form the title and their joints."""

    text: str
    match: re.Pattern[str]
    make: tuple[str, ...]
    gain: float


@dataclass(frozen=True)
class TitleRules:
    """What rules/topics.yml says about titles."""

    shortest: int = whole("characters of a title, at least; two Latin letters count as one", 4, 1)
    longest: int = whole("characters of a title, at most", 16, 1)
    patterns: tuple[str, ...] = words("what stands in a question => what of it makes the title, and its gain")
    nouns: tuple[str, ...] = words("nouns of the field")
    how: tuple[str, ...] = words("words for how")
    what: tuple[str, ...] = words("words for what")
    differ: tuple[str, ...] = words("words for a difference")
    and_: tuple[str, ...] = words("words for and")
    of: tuple[str, ...] = words("words for of")
    is_: tuple[str, ...] = words("words for to be")
    have: tuple[str, ...] = words("words for to have")
    do: tuple[str, ...] = words("words for to do")
    for_: tuple[str, ...] = words("words for for")
    know: tuple[str, ...] = words("words for to know")
    fillers: tuple[str, ...] = words("may stand between the parts of a pattern, never in a title")
    never: tuple[str, ...] = words("no part of a title")
    first: tuple[str, ...] = words("no title begins with these")
    last: tuple[str, ...] = words("no title ends with these")
    heads: tuple[str, ...] = words("good ends of a title, though they weigh nothing themselves")

    def has(self, name: str, word: str) -> bool:
        """Whether a list holds a word."""
        return word in self.sets[name]

    @cached_property
    def sets(self) -> dict[str, frozenset[str]]:
        """The lists by their names in rules/topics.yml."""
        lists = (f for f in fields(self) if f.metadata["part"] == "lists")
        return {f.name.rstrip("_"): frozenset(getattr(self, f.name)) for f in lists}

    @cached_property
    def forms(self) -> tuple[TitleForm, ...]:
        """The patterns, compiled."""
        return tuple(pattern(text) for text in self.patterns)

    @cached_property
    def roles(self) -> dict[str, str]:
        """The letter of each word that plays a part in patterns."""
        return {word: letter(name) for name in reversed(ROLES) for word in self.sets[name]}


def letter(role: str) -> str:
    """The letter that stands for a role's words in a clause."""
    return {"of": "D", "and": "C"}.get(role, chr(ord("a") + 6 + ROLES.index(role)))


def pattern(text: str) -> TitleForm:
    """The pattern that a line of rules/topics.yml describes: `N how V end => 1的3 2.0`."""
    left, _, right = text.partition("=>")
    parts = []
    for place, name in enumerate(left.split(), 1):
        if name == "end":
            parts.append("(?:D?$|Dx)")  # 的 before 朋友, who are asked, ends it too
        elif name in "NV":
            parts.append(f"(?P<p{place}>{NOUN if name == 'N' else DEED})")
        else:
            parts.append(f"(?P<p{place}>{letter(name)})")
    make, gain = right.split()
    return TitleForm(text, re.compile(f"{FILLER}*".join(parts)), tuple(re.findall(r"\d|\D+", make)), float(gain))
