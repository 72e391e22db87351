"""What rules/topics.yml says about titles, compiled: word lists and patterns over the letters of a clause.

A clause is read as one letter a word (see `SHAPE`), so that a pattern such as `N how V end => 1的3 2.0` is a regular
expression over a few letters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

# a phrase as letters of its words' classes: N noun, U verb that heads a title (处理, 识别), V other verb, A adjective,
# M number, D 的, C 和. A verb that heads none has no place: 商户提供代付 and 费率改成 are sentences, or half of one.
PART = r"[NAM][NAMU]*(?<=[NU])"
OF = rf"D(?:[UV]?{PART}|U)"
SHAPE = re.compile(rf"{PART}(?:C{PART})?(?:{OF}){{0,2}}")
NOUN = rf"{PART}(?:C{PART})?(?:D[UV]?{PART})?"
DEED = r"[NUV]"
FILLER = "f"
ROLES = ("how", "what", "differ", "and", "of", "is", "have", "do", "for", "know")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A title pattern: `match` over the letters of a clause, `make` the places that form the title and their joints."""

    text: str
    match: re.Pattern[str]
    make: tuple[str, ...]
    gain: float


@dataclass(frozen=True)
class TitleRules:
    """What rules/topics.yml says about titles."""

    lists: Mapping[str, frozenset[str]] = field(default_factory=dict)
    patterns: tuple[Pattern, ...] = ()
    shortest: int = 4
    longest: int = 16

    def has(self, name: str, word: str) -> bool:
        return word in self._sets.get(name, ())

    @cached_property
    def _sets(self) -> dict[str, frozenset[str]]:
        return {name: frozenset(words) for name, words in self.lists.items()}

    @cached_property
    def roles(self) -> dict[str, str]:
        """The letter of each word that plays a part in patterns."""
        found: dict[str, str] = {}
        for name in reversed(ROLES):
            for word in self.lists.get(name, ()):
                found[word] = letter(name)
        return found


def letter(role: str) -> str:
    """The letter that stands for a role's words in a clause."""
    return {"of": "D", "and": "C"}.get(role, chr(ord("a") + 6 + ROLES.index(role)))


def title_rules(settings: Mapping[str, object], lists: Mapping[str, Sequence[str]]) -> TitleRules:
    """Titles' rules from the settings and lists of rules/topics.yml."""
    words = {name: frozenset(items) for name, items in lists.items() if name != "patterns"}
    return TitleRules(
        words,
        tuple(pattern(text) for text in lists.get("patterns", ())),
        int(str(settings.get("shortest", 4))),
        int(str(settings.get("longest", 16))),
    )


def pattern(text: str) -> Pattern:
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
    return Pattern(text, re.compile(f"{FILLER}*".join(parts)), tuple(re.findall(r"\d|\D+", make)), float(gain))
