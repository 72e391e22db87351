"""Logs of every format we know: `identify` says which one a file is, `read` gives the Log.

A format is one module of this package with `identify(head: bytes, path: Path) -> bool`, which looks at the first
bytes and the file's name, and `read(source: Source, *, day, room) -> Log`. Add its name to FORMATS, and a sample with
its expected result beside the tests. The order matters: the first one that says yes reads the file.
"""

from __future__ import annotations

import datetime as dt
import importlib
from pathlib import Path
from typing import Protocol, cast

from digest.errors import LogError, UsageError
from digest.importers.source import HEAD, Source, room_of
from digest.model import Log

FORMATS: tuple[str, ...] = ("jekyll",)
HEADERS = "A log has a header line for each message: > 09:15:02  name"

__all__ = ["FORMATS", "identify", "read"]


class Format(Protocol):
    """What a format's module offers."""

    def identify(self, head: bytes, path: Path) -> bool: ...

    def read(self, source: Source, *, day: dt.date | None, room: str) -> Log: ...


def _module(name: str) -> Format:
    # Imported when it is needed: `digest --help` should not pay for a dozen formats.
    return cast(Format, importlib.import_module(f"digest.importers.{name}"))


def identify(head: bytes, path: Path) -> str | None:
    """The name of the format that a file with this beginning and name is in, None where none of ours."""
    return next((name for name in FORMATS if _module(name).identify(head, path)), None)


def read(
    path: str | Path,
    *,
    day: dt.date | None = None,
    room: str | None = None,
    encoding: str = "utf-8",
    format: str | None = None,
) -> Log:
    """The log in `path`.

    `day` is only needed where neither the file nor its name says it; where they do, it must agree. `room` defaults to
    the folder below the logs folder. Raises LogError or UsageError, never anything else, for whatever the file holds.
    """
    if format is not None and format not in FORMATS:
        raise UsageError(f"{format}: no such format. Try one of: {', '.join(FORMATS)}")
    source = Source.of(Path(path), encoding)
    name = format or identify(source.head(HEAD), source.path)
    if name is None:
        raise LogError(f"{path}: not a log of a format we know. {HEADERS}")
    return _module(name).read(source, day=day, room=room_of(source.path) if room is None else room)
