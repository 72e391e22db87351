"""Who is spoken to by name: `张三，`, `老李`, `周总：` at the head of a sentence or between its commas.

A digest names nobody. Mentions are cut out by their spans; here are the names that are only written. They are known
from the day's own labels and mentions, and taken out only where they call somebody: in the middle of a sentence a name
is part of what it says.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from .labels import COMMON, SURNAMES, parts
from .model import Log, People

TITLES = "总|工|哥|姐|兄|兄弟|老师|同学|大神|大佬|大牛|妹子|老板|群主|先生|女士|帅哥|美女"
AFTER = "[，,、：:！!~～… ]"
STOPS = "，,。！!？?；;"
_STOPS, _COMMAS = frozenset(STOPS), frozenset("，,、：:")
_SHARED = frozenset(COMMON)  # the same set each day: `parts` remembers labels by it
_MENTION = re.compile(r"@\S*")
WORDS = 1  # a label's part that is said more often than this without calling anybody is a word: 安全, 支付


@dataclass(frozen=True)
class Called:
    """Finds a day's people where they are called: the forms in which, and the names without which none stands."""

    who: str
    names: tuple[str, ...]

    # made when a name first stands where one may match: to compile these takes longer than all else here

    @cached_property
    def head(self) -> re.Pattern[str]:
        return re.compile(rf"^(?:{self.who}{AFTER}+)+", re.IGNORECASE)

    @cached_property
    def between(self) -> re.Pattern[str]:
        return re.compile(rf"([{STOPS}] ?){self.who} ?[，,：:]", re.IGNORECASE)

    @cached_property
    def tail(self) -> re.Pattern[str]:
        return re.compile(rf"[，,、]{self.who}[。！!~～]?$", re.IGNORECASE)

    def out(self, text: str) -> str:
        """The text without the names of who is called; lines stay lines."""
        low = text.lower()
        if not any(name in low for name in self.names):
            return text
        return "\n".join(map(self._row, text.split("\n")))

    def _row(self, row: str) -> str:
        low = row.lower()
        before = {low[max(0, at - 2) : at] for name in self.names for at in _places(name, low)}
        if "" in before:
            row = self.head.sub("", row)
        if any(b[-1:] in _STOPS or (b[-1:] == " " and b[0] in _STOPS) for b in before if b):
            row = self.between.sub(r"\1", row)
        # a name after a colon stands after a comma where another one was taken out between the two
        if any(b[-1:] in _COMMAS for b in before if b):
            row = self.tail.sub("", row)
        return row


def _places(name: str, text: str) -> Iterator[int]:
    """Where a name stands in a text."""
    at = text.find(name)
    while at >= 0:
        yield at
        at = text.find(name, at + 1)


def called(log: Log, people: People, common: Iterable[str] = COMMON) -> Called | None:
    """What finds the names of a day's people in its messages; None where no name stands in them."""
    shared = _SHARED if common is COMMON else frozenset(common)
    labels = dict.fromkeys(label for p in people.persons for label in (p.name, *p.aliases))
    labels.update(dict.fromkeys(m.label for row in people.mentions for m in row))
    plain: dict[str, None] = {}  # stand by themselves
    short: dict[str, None] = {}  # only with a title: given names, family names
    for label in labels:
        found = parts(label, shared)
        if len(found.name) > 1:
            plain[found.name] = None
        if len(found.nick) > 1:
            plain[found.nick] = None
        if found.full:
            short[found.name[0]] = None
            plain["老" + found.name[0]] = None
            if len(found.name) > 2:
                short[found.name[1:]] = None
        elif len(found.name) == 2 and found.name[0] == "老" and found.name[1] in SURNAMES:
            short[found.name[1]] = None
    # most of a day's people are called by nobody: their names need not be compiled, which takes the time here
    said = "\n".join(m.text for m in log.messages).lower()
    names = _names([name for name in plain if name.lower() in said], log)
    short = {name: None for name in short if name.lower() in said}
    if not names and not short:
        return None
    forms = [f"(?:{_any(names)})(?:{TITLES})?"] if names else []
    forms += [f"(?:{_any(short)})(?:{TITLES})"] if short else []
    who = f"(?:{'|'.join(forms)})"
    return Called(who, tuple(name.lower() for name in (*names, *short)))


def _names(candidates: list[str], log: Log) -> list[str]:
    """Those that are names: what is said again and again in sentences is a word."""
    if not candidates:
        return []
    text = unicodedata.normalize("NFC", _MENTION.sub("", "\n".join([m.text for m in log.messages]))).lower()
    kept = []
    for name in candidates:
        said = text.count(name)
        doubled = len(name) == 2 and name[0] == name[1] and not name.isascii()  # 婷婷 is no word
        if said > WORDS and not doubled:
            edge = r"(?![a-z0-9])" if name.isascii() else ""
            calls = re.findall(
                rf"(?:^|[{STOPS} ]){re.escape(name)}{edge}(?:{TITLES})?(?:{AFTER}|$)", text, re.MULTILINE
            )
            said -= len(calls)
        if said <= WORDS or doubled:
            kept.append(name)
    return kept


def _any(names: Iterable[str]) -> str:
    # the longest first, so that a name is not taken for the shorter one it begins with
    return "|".join(re.escape(name) for name in sorted(names, key=lambda n: (-len(n), n)))
