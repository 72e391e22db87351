"""Logs by day and room from exports: read, joined with what was imported before, written."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from digest import files, importers
from digest.importers import days, jsonl
from digest.importers.base import Chat, records
from digest.importers.source import Source
from digest.model import Log
from digest.project import folders


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the user says of an export, and what it leaves out."""

    zone: ZoneInfo
    format: str | None = None
    day: dt.date | None = None
    year: int | None = None
    room: str | None = None
    starts: dt.timedelta = dt.timedelta()
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class ReadExport:
    """An export's logs, and the account of its records."""

    path: Path
    format: str
    others: tuple[str, ...]  # formats that claim it, too
    logs: tuple[Log, ...]
    account: days.Account


@dataclass(frozen=True, slots=True)
class WrittenLog:
    """A log on disk, and how many messages it did not hold before."""

    path: Path
    messages: int
    added: int


def read(path: Path, options: ImportOptions) -> ReadExport:
    """The logs that the export at `path` holds."""
    source = Source.of(path, options.encoding, day=options.day, year=options.year)
    name, others = importers.chosen(source, options.format)
    chats: Iterable[Chat] = importers.importer(name).read(source)
    if options.room is not None:
        chats = (replace(chat, room=options.room) for chat in chats)
    account = days.Account()
    logs = days.logs(chats, account, path=str(path), zone=options.zone, starts=options.starts)
    return ReadExport(path, name, tuple(others), tuple(logs), account)


def write(logs: Iterable[Log], out: Path, options: ImportOptions, *, dry_run: bool = False) -> Iterator[WrittenLog]:
    """Write the logs below `out`, a file a day and room; what earlier imports wrote there is kept and added to.

    Days that hold nothing new are left as they are, and not told.
    """
    for room, of_room in itertools.groupby(sorted(logs, key=lambda log: (log.room, log.day)), lambda log: log.room):
        new = list(of_room)
        folder = out / folders.safe_folder(room) if room else out
        old = {log.day: log for log in _written(folder, room)}
        if not any(log.day in old for log in new):
            old = {}
        by_day = {log.day: log for log in new}
        chats = [Chat(room, records(log, old), log.zone, 0) for log in old.values()]
        chats += [Chat(room, records(log, by_day), log.zone, 1) for log in new]
        joined = days.logs(chats, days.Account(), path="", zone=options.zone, starts=options.starts)
        for log in joined:
            before = old.get(log.day)
            path = folder / f"{log.day}{folders.RECORDS}"
            text = jsonl.text(log)
            if before is not None and text == jsonl.text(before):
                continue
            if not dry_run:
                files.write_atomic(path, text, within=out)
            yield WrittenLog(path, len(log.messages), len(log.messages) - (len(before.messages) if before else 0))


def _written(folder: Path, room: str) -> Iterator[Log]:
    """The logs of a room that earlier imports wrote."""
    for path in sorted(folder.glob(f"*{folders.RECORDS}")):
        yield importers.read(path, room=room)
