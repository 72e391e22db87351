"""Messages built from columns, doubled ones merged: what every format's reader ends with."""

from __future__ import annotations

import gc
import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from itertools import compress, count, repeat, starmap
from operator import eq, gt
from typing import Any

from digest.model import DayPosition, Image, Message, Quote

DOUBLED_SHARE = 0.25  # of a log's messages; the real doubled exports have 0.49 and more, the others 0.05 at most
TELLING = 6  # letters of a text that two people hardly write in the same second

EMOJI_CODE = re.compile(r"\[[^\[\]\n]{1,12}\]")


@dataclass(slots=True)
class Columns:
    """Fields of a log's messages, a list each, all of the same length: one row a header, in file order."""

    seconds: list[int]
    speakers: list[str]
    texts: list[str]
    raws: list[str]
    lines: list[int]
    images: dict[int, tuple[Image, ...]] = field(default_factory=dict)  # by row, where there are any
    quotes: dict[int, Quote] = field(default_factory=dict)
    replies: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Merged:
    """Rows that repeat an earlier one, each with the row it repeats."""

    same: dict[int, int]  # label, second and text are the same
    doubled: dict[int, int]  # second and text are; the label is another one of the same speaker


def messages(rows: Columns, merged: Merged) -> tuple[Message, ...]:
    """The rows as messages, in file order; a repeated row lends its position, and its label, to the first one."""
    total = len(rows.seconds)
    positions: list[tuple[int, ...]] = list(zip(range(total)))
    repeats = merged.same | merged.doubled
    copies: dict[int, list[int]] = {}
    for row in sorted(repeats):
        first = repeats[row] = repeats.get(repeats[row], repeats[row])  # the first of them, which repeats nothing
        copies.setdefault(first, []).append(row)
    also: dict[int, tuple[str, ...]] = {}
    for first, others in copies.items():
        positions[first] = (first, *others)
        labels = dict.fromkeys(rows.speakers[row] for row in others)
        labels.pop(rows.speakers[first], None)
        also[first] = tuple(labels)
    made = _made(rows, positions, also)
    if not repeats:
        return tuple(made)
    return tuple(message for row, message in enumerate(made) if row not in repeats)


def _made(rows: Columns, positions: list[tuple[int, ...]], also: dict[int, tuple[str, ...]]) -> list[Message]:
    """A message a row.

    A frozen dataclass sets its fields one slow call at a time: 1.6 µs a message. A class of the same slots that is not
    frozen takes a fifth of that; its objects then become messages, which nobody has seen before they are complete.
    """
    with _collector_paused():
        columns = zip(positions, rows.seconds, rows.speakers, rows.texts, rows.raws, rows.lines, strict=True)
        made: list[Any] = list(starmap(_Draft, columns))
        for name, cells in (
            ("images", rows.images),
            ("quote", rows.quotes),
            ("reply_to", rows.replies),
            ("also", also),
        ):
            for row, cell in cells.items():
                setattr(made[row], name, cell)
        deque(map(_become, made, repeat(Message)), maxlen=0)
    return made


class _Draft:
    """A message that can still be written."""

    __slots__ = tuple(field.name for field in fields(Message))

    def __init__(self, positions: tuple[int, ...], second: int, speaker: str, text: str, raw: str, line: int) -> None:
        self.positions = positions
        self.second = second
        self.speaker = speaker
        self.text = text
        self.raw = raw
        self.line = line
        self.images: tuple[Image, ...] = ()
        self.quote: Quote | None = None
        self.reply_to: int | None = None
        self.also: tuple[str, ...] = ()
        self.id = self.sender = self.reply_id = ""
        self.kind = "text"
        self.reply_place: DayPosition | None = None
        self.edited = self.minute = False


_become = object.__dict__["__class__"].__set__


@contextmanager
def _collector_paused() -> Iterator[None]:
    """No garbage collection inside: there is none among a million new messages, and looking for it takes a third."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def repeated(rows: Columns) -> Merged:
    """Which rows repeat an earlier one.

    Neighbours that are the same in label, second and text are one message; so are those further apart once the clock
    went back, for then the export stands in the file twice. Neighbours under two labels are one only in a log
    exported under both nicknames and group cards: two people who both write [强] in one second are two.
    """
    seconds, speakers, raws = rows.seconds, rows.speakers, rows.raws
    twins = [row for row in compress(count(1), map(eq, seconds, seconds[1:])) if raws[row] == raws[row - 1]]
    same: dict[int, int] = {}
    for row in twins:
        if speakers[row] == speakers[row - 1]:
            same[row] = same.get(row - 1, row - 1)
    if any(map(gt, seconds, seconds[1:])):
        same |= _after_the_clock_went_back(rows)
    return Merged(same, _doubled(rows, [row for row in twins if speakers[row] != speakers[row - 1]]))


def _after_the_clock_went_back(rows: Columns) -> dict[int, int]:
    first: dict[tuple[int, str, str], int] = {}
    found: dict[int, int] = {}
    went_back = before = 0
    for row, key in enumerate(zip(rows.seconds, rows.speakers, rows.raws, strict=True)):
        if key[0] < before:
            went_back = row
        before = key[0]
        earlier = first.setdefault(key, row)
        if earlier < went_back:
            found[row] = earlier
    return found


def _doubled(rows: Columns, twins: Sequence[int]) -> dict[int, int]:
    pairs: list[int] = []
    for row in twins:
        if not pairs or pairs[-1] != row - 1:  # a row that already has its twin is nobody else's
            pairs.append(row)
    total = len(rows.seconds)
    if 2 * len(pairs) < DOUBLED_SHARE * total or not any(_telling(rows.texts[row]) for row in pairs):
        return {}
    together = Counter((rows.speakers[row - 1], rows.speakers[row]) for row in pairs)
    second_of: dict[str, str] = {}
    first_of: dict[str, str] = {}
    for (one, other), _ in sorted(together.items(), key=lambda item: -item[1]):
        second_of.setdefault(one, other)
        first_of.setdefault(other, one)
    return {
        row: row - 1
        for row in pairs
        if second_of[rows.speakers[row - 1]] == rows.speakers[row]
        and first_of[rows.speakers[row]] == rows.speakers[row - 1]
    }


def _telling(text: str) -> bool:
    return sum(map(str.isalnum, EMOJI_CODE.sub("", text))) >= TELLING
