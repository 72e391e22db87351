"""Who is spoken to by name: `张三，`, `老李`, `周总：` at the head of a sentence or between its commas.

A digest names nobody. Mentions are cut out by their spans; here are the names that are only written. They are known
from the day's own labels and mentions, and taken out only where they call somebody: in the middle of a sentence a name
is part of what it says.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from digest.conversation.people.labels import COMMON, SURNAMES, parts
from digest.model import Log, People

TITLES = "总|工|哥|姐|兄|兄弟|老师|同学|大神|大佬|大牛|妹子|老板|群主|先生|女士|帅哥|美女"
AFTER = "[，,、：:！!~～… ]"
STOPS = "，,。！!？?；;"
_STOPS, _COMMAS, _BEFORE = frozenset(STOPS), frozenset("，,、"), frozenset(STOPS + " ")
_SHARED = frozenset(COMMON)  # the same set each day: `parts` remembers labels by it
_MENTION = re.compile(r"@\S*")
WORDS = 1  # a label's part that is said more often than this without calling anybody is a word: 安全, 支付


@dataclass(frozen=True, slots=True)
class Called:
    """Finds a day's people where they are called; all names in small letters, the longest first.

    Nothing is compiled for a day: that takes longer than all else here. A name is looked for as it is, and what must
    stand around it is the same for all.
    """

    plain: tuple[str, ...]  # stand by themselves, or with a title
    short: tuple[str, ...]  # only with a title

    def out(self, text: str) -> str:
        """The text without the names of who is called; lines stay lines."""
        low = _small(text)
        for names in (self.plain, self.short):
            for name in names:
                if name in low:
                    return "\n".join(map(self._row, text.split("\n")))
        return text

    def _row(self, row: str) -> str:
        """A row without who is called at its head, between commas, at its end."""
        low, start = _small(row), 0
        while (end := self._end(low, start, "head")) is not None:
            start = end
        row, low = row[start:], low[start:]
        kept, start = [], 0
        for at, sign in enumerate(low):
            if at < start or sign not in _STOPS:
                continue
            begin = at + 1 + (low[at + 1 : at + 2] == " ")
            if (end := self._end(low, begin, "between")) is not None:
                kept.append(slice(start, begin))
                start = end
        if kept:
            kept.append(slice(start, len(row)))
            row, low = "".join([row[part] for part in kept]), "".join([low[part] for part in kept])
        for at, sign in enumerate(low):
            if sign in _COMMAS and self._end(low, at + 1, "tail") is not None:
                return row[:at]
        return row

    def _end(self, low: str, start: int, place: str) -> int | None:
        """Where the call ends that begins there; None where nobody is called."""
        if not low.startswith(self.plain, start) and not low.startswith(self.short, start):
            return None  # so it is nearly everywhere: to ask for all names at once is quicker
        for names in (self.plain, self.short):
            for name in names:
                if low.startswith(name, start):
                    found = _following(place).match(low, start + len(name))
                    if found and (found[1] or names is self.plain):
                        return found.end()
        return None


@cache
def _following(place: str) -> re.Pattern[str]:
    """What may follow a name where it calls, its title in a group."""
    after = {"head": f"{AFTER}+", "between": " ?[，,：:]", "tail": "[。！!~～]?$", "any": f"(?:{AFTER}|$)"}[place]
    return re.compile(f"({TITLES})?{after}", re.MULTILINE)


def _small(text: str) -> str:
    """The text in small letters, each in its place."""
    low = text.lower()
    return low if len(low) == len(text) else "".join([c.lower() if len(c.lower()) == 1 else c for c in text])


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
    return Called(_longest(names), _longest(short))


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
            said -= _calls(name, text)
        if said <= WORDS or doubled:
            kept.append(name)
    return kept


def _calls(name: str, text: str) -> int:
    """How often a name calls somebody, in small letters."""
    count = last = 0
    at = text.find(name)
    while at >= 0:
        end = at + len(name)
        begins = at == 0 or text[at - 1] == "\n" or (text[at - 1] in _BEFORE and at > last)
        whole = not (name.isascii() and text[end : end + 1].isascii() and text[end : end + 1].isalnum())
        found = _following("any").match(text, end) if begins and whole and at >= last else None
        if found:
            count, last = count + 1, found.end()
        at = text.find(name, max(at + 1, last))
    return count


def _longest(names: Iterable[str]) -> tuple[str, ...]:
    # the longest first, so that a name is not taken for the shorter one it begins with
    return tuple(name.lower() for name in sorted(names, key=lambda n: (-len(n), n)))
