"""Logs of every format we know: `identify` says which one a file is, `read` gives a day's Log.

A format is one module of this package, or an object that a package of yours names in the entry-point group
`digest.importers`; `base.Importer` says what it offers. To add one: the module, its name in EXPORTS, a sample with its
expected result beside the test; docs/importers.md has it step by step. The order matters: the first that says yes reads
the file, so the pickiest come first.

The two forms that a project keeps its logs in (LOGS) also read a day's log as it stands, `day_log`: no zone, no day
and no order are decided there, and positions are places in the file.
"""

from __future__ import annotations

import datetime as dt
import importlib
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol, cast

from digest.errors import LogError, UsageError
from digest.importers.base import Importer
from digest.importers.source import HEAD, Source, room_of
from digest.model import Log

LOGS: tuple[str, ...] = ("jsonl", "jekyll")
EXPORTS: tuple[str, ...] = (
    "chatlog_json",
    "chatlog_csv",
    "chatlog_txt",
    "chatlab",
    "weflow_json",
    "weflow_txt",
    "wxcli_json",
    "wxcli_text",
    "memotrace_csv",
    "qq_txt",
    "qq_mht",
    "qce_json",
    "qce_txt",
    "telegram",
    "discord",
    "matrix",
    "slack",
    "whatsapp",
    "irc",
    "mattermost",
    "wechat_text",
    "memotrace_txt",
)
FORMATS = (LOGS[0], *EXPORTS, *LOGS[1:])  # jekyll takes every empty file and every .md, so it comes last
GROUP = "digest.importers"
HEADERS = "A log has a header line for each message: > 09:15:02  name"

__all__ = ["EXPORTS", "FORMATS", "LOGS", "chosen", "claims", "identify", "importer", "read"]


class LogForm(Importer, Protocol):
    """A form of the project's own logs."""

    def day_log(self, source: Source, *, day: dt.date | None, room: str) -> Log: ...


def importer(name: str) -> Importer:
    """The format of that name: one of ours, else one of an installed package."""
    if name in FORMATS:
        # start-up: `digest --help` should not pay for a dozen formats
        return cast(Importer, importlib.import_module(f"digest.importers.{name}"))
    for entry in entry_points(group=GROUP, name=name):
        format_ = entry.load()
        if not isinstance(format_, Importer):
            raise UsageError(f"{name}: {entry.value} has no identify and read. Mend it by docs/importers.md")
        return format_
    known = ", ".join((*FORMATS, *_installed()))
    raise UsageError(f"{name}: no such format. Try one of: {known}")


def _installed() -> list[str]:
    """Names of the formats that installed packages bring."""
    return sorted({entry.name for entry in entry_points(group=GROUP)} - set(FORMATS))


def claims(head: bytes, path: Path) -> list[str]:
    """The names of all formats that a file with this beginning may be in, the one that reads it first."""
    names = (*FORMATS[:-1], *_installed(), FORMATS[-1])
    return [name for name in names if importer(name).identify(head, path)]


def identify(head: bytes, path: Path) -> str | None:
    """The name of the log's form that a file with this beginning and name is in, None where none of ours."""
    return next((name for name in FORMATS if importer(name).identify(head, path)), None)


def chosen(source: Source, name: str | None = None) -> tuple[str, list[str]]:
    """The format to read `source` by, and what else claims it; LogError where nothing does."""
    if name is not None:
        importer(name)  # refuses what is no format
        return name, []
    head = b"" if source.path.is_dir() else source.head(HEAD)
    names = claims(head, source.path)
    others = [other for other in names[1:] if other != FORMATS[-1]]
    if not names:
        raise LogError(f"{source.path}: no export of a format we know. Name it with --format: {', '.join(FORMATS)}")
    return names[0], others


def read(
    path: str | Path,
    *,
    day: dt.date | None = None,
    room: str | None = None,
    encoding: str = "utf-8",
    format: str | None = None,
) -> Log:
    """The log of a day in `path`.

    `day` is only needed where neither the file nor its name says it; where they do, it must agree. `room` defaults to
    the folder below the logs folder. Raises LogError or UsageError, never anything else, for whatever the file holds.
    """
    if format is not None and format not in LOGS:
        raise UsageError(f"{format}: no such format. Try one of: {', '.join(LOGS)}")
    source = Source.of(Path(path), encoding)
    name = format or identify(source.head(HEAD), source.path)
    if name is None:
        raise LogError(f"{path}: not a log of a format we know. {HEADERS}")
    if name not in LOGS:
        raise LogError(f"{path}: an export ({name}), no log of a day. Try digest import {path}")
    form = cast(LogForm, importer(name))
    return form.day_log(source, day=day, room=room_of(source.path) if room is None else room)
