"""Text in a terminal, where a Chinese character takes two columns and nothing from a chat may act."""

from __future__ import annotations

import shutil
from unicodedata import combining, east_asian_width

MOST = 120  # columns that are used, however wide the terminal
OPENING = "“‘（《「【("  # no line ends with these
CLOSING = "，。、：；！？”’）》」】…,.;:!?)"  # and none begins with these


def columns() -> int:
    """Columns to write in."""
    return max(40, min(MOST, shutil.get_terminal_size().columns))


def width(text: str) -> int:
    """Columns that a text takes."""
    if text.isascii():
        return len(text)
    return sum(_width(c) for c in text)


def _width(char: str) -> int:
    if combining(char) or char in "\u200b\u200c\u200d\ufe0f\ufe0e":
        return 0
    return 2 if east_asian_width(char) in "WF" else 1


def plain(text: str) -> str:
    """The text on one line, with nothing in it that a terminal would obey."""
    return "".join(c if c.isprintable() else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in text)


def cut(text: str, most: int) -> str:
    """The text in at most so many columns, `…` where something was cut off."""
    text = plain(text)
    if width(text) <= most:
        return text
    taken, room = [], most - 1
    for char in text:
        room -= _width(char)
        if room < 0:
            break
        taken.append(char)
    return "".join(taken).rstrip() + "…"


def pad(text: str, to: int) -> str:
    """The text filled with spaces to so many columns."""
    return text + " " * (to - width(text))


def wrapped(text: str, most: int) -> list[str]:
    """The text in lines of at most so many columns; breaks between words, and between Chinese characters anywhere."""
    lines = []
    for row in text.split("\n"):
        line, used = "", 0
        for char in plain(row):
            size = _width(char)
            if used + size > most:
                place = _break(line + char)
                lines.append(line[:place].rstrip())
                line = line[place:].lstrip()
                used = width(line)
                if char == " " and not line:
                    continue
            line += char
            used += size
        lines.append(line.rstrip())
    return lines


def _break(line: str) -> int:
    """The last place before its last character at which a line may break."""
    for place in range(len(line) - 1, 0, -1):
        before, after = line[place - 1], line[place]
        inside = before.isascii() and after.isascii() and not before.isspace() and not after.isspace()
        if not inside and before not in OPENING and after not in CLOSING:
            return place
    return len(line) - 1
