"""What an importer gives: chats, each a room's records as the export holds them; `days` makes logs of them.

    def identify(head: bytes, path: Path) -> bool      is it this format? by its first bytes, the path for folders
    def read(source: Source) -> Iterable[Chat]          everything in it, nothing dropped

An importer says what stands in the file and decides nothing: zones, days, order, doubles, recalls, which message a
reply means and the account are the same for all formats and stand in `days`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from digest.importers.source import Source
from digest.model import Image, Log, Quote


@dataclass(frozen=True, slots=True)
class Parent:
    """What an export says of the message that a reply answers: its id, or who said what, when.

    Whatever is left empty is not compared. `text` may be cut off or have its white space collapsed.
    """

    id: str = ""
    at: dt.datetime | float | None = None  # as Raw.at
    sender: str = ""
    name: str = ""
    text: str = ""
    kind: str = ""  # "image" where a picture is quoted that has no text


@dataclass(slots=True)
class Raw:
    """A record of an export: a message, a picture, a notice.

    `at` is a time on the wall of the exporting machine (no zone), one with an offset, or seconds since 1970 in UTC.
    Give `sender` the id that stays when a member changes names, `name` the label as the file has it. `text` is the
    speaker's own words, lines and indentation kept, without the quote.
    """

    at: dt.datetime | float
    text: str
    sender: str = ""
    name: str = ""
    kind: str = "text"  # one of model.KINDS
    id: str = ""
    images: tuple[Image, ...] = ()
    quote: Quote | None = None
    reply_to: Parent | None = None
    edited: bool = False
    minute: bool = False  # the export has no seconds
    edits: str = ""  # id of the message whose text this record replaces; it is no message itself
    recalls: str = ""  # id of the message that this record takes back
    line: int = 0  # 1-based line, or number of the record where the format has no lines
    export: int = 0  # set by days, from the Chat's


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line or record that the importer could not read: all are counted, the first of each kind is shown."""

    line: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """A line that may be read in two ways, and how it was read; no record, but told."""

    line: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Chat:
    """A room of an export; a room that stands in pieces may be given several times."""

    room: str  # as the file says; "" where only its name or place could
    messages: Iterable[Raw | Unreadable | Ambiguity]
    zone: str = ""  # of times on the wall, where the format itself fixes it
    export: int = 0  # which of several exports it is from, where those may overlap


@runtime_checkable
class Importer(Protocol):
    """A format: a module of this package, or what a package of yours names under `digest.importers`."""

    def identify(self, head: bytes, path: Path, /) -> bool: ...

    def read(self, source: Source, /) -> Iterable[Chat]: ...


def records(log: Log, days: Mapping[dt.date, Log] | None = None) -> Iterator[Raw]:
    """The messages of a log as records, so that a log can be imported and merged like any export.

    `days` are the room's other logs, in which replies without an id find their parents.
    """
    midnight = dt.datetime.combine(log.day, dt.time())
    by_position = {message.position: message for message in log.messages}
    for message in log.messages:
        parent = by_position.get(-1 if message.reply_to is None else message.reply_to)
        day = log.day
        if message.reply_place and days and message.reply_place.day in days:
            day, position = message.reply_place.day, message.reply_place.position
            parent = next((other for other in days[day].messages if other.position == position), None)
        target = Parent(message.reply_id) if message.reply_id else None
        if target is None and parent:
            at = dt.datetime.combine(day, dt.time()) + dt.timedelta(seconds=parent.second)
            target = Parent("", at, parent.sender, parent.speaker, parent.text)
        elif target is None and message.quote:
            target = Parent(name=message.quote.name, text=message.quote.text)
        yield Raw(
            midnight + dt.timedelta(seconds=message.second),
            message.text,
            message.sender,
            message.speaker,
            "image" if message.images and not message.text else message.kind,
            message.id,
            message.images,
            message.quote,
            target,
            message.edited,
            message.minute,
            line=message.line,
        )
