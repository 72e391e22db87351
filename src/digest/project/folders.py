"""Where things lie in a project: the logs by day and room, the digests, the store; and how a day is written."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from digest import files
from digest.errors import UsageError
from digest.project.settings import Settings

LOG_SUFFIXES = ("markdown", "md", "txt", "json", "jsonl", "csv", "zip", "xls", "log")
RECORDS = ".jsonl"  # suffix of the form that holds what exports hold
NO_LOGS = "no logs there. Put one in, named like 2017-05-27-chat.markdown, or name another folder with --logs"
OF_MANY_DAYS = re.compile(r"faq|[0-9]{4}-(?:[0-9]{2}|W[0-9]{2})")  # pages that faq, month and week write, by name

LOG_NAME = re.compile(rf"([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})(?:-chat)?\.(?:{'|'.join(LOG_SUFFIXES)})")
_LONGEST_FOLDER = 100  # bytes; most file systems take 255
_UNSAFE = re.compile(r'[ /\\:*?"<>|]+')
_RESERVED = re.compile(r"(?:CON|PRN|AUX|NUL|COM[0-9]|LPT[0-9])(?:\..*)?", re.I)


@dataclass(frozen=True, slots=True, order=True)
class DayLog:
    """A log on disk."""

    day: dt.date
    room: str
    path: Path


def parse_day(said: str) -> dt.date:
    """The day that `said` names, which must look like 2017-05-27.

    >>> parse_day("2017-05-27")
    datetime.date(2017, 5, 27)
    """
    shown = _shown(said)
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", said):
        year, month, day = (int(part) for part in said.split("-"))
        try:
            return dt.date(year, month, day)
        except ValueError:
            if 1 <= month <= 12 and year:
                import calendar

                last = calendar.monthrange(year, month)[1]
                why = (
                    f"no such day: {year:04d}-{month:02d} ends on the {last}{'st' if last == 31 else 'th'}"
                    if day
                    else "no such day: they begin at 01"
                )
            else:
                why = "no such month" if year else "no such year"
            raise UsageError(f"{shown}: {why}. Write a day of the calendar, such as 2017-05-27") from None
    if any(c.isdigit() and not c.isascii() for c in said):
        raise UsageError(f"{shown}: its digits are not 0 to 9 (full-width?). Write the day as 2017-05-27")
    if "/" in said or "\\" in said or said in (".", ".."):
        raise UsageError(f"{shown}: a path, not a day. Write the day as 2017-05-27, or try digest extract FILE")
    if re.fullmatch(r"[0-9]{8}", said):
        raise UsageError(f"{shown}: a day is written with hyphens. Try {said[:4]}-{said[4:6]}-{said[6:]}")
    raise UsageError(f"{shown}: not a day. Write it as 2017-05-27")


def _shown(said: str) -> str:
    """What the user typed, fit for one line of a terminal."""
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in said[:60])
    return (shown + "…" if len(said) > 60 else shown) or "an empty text"


def days(settings: Settings, room: str | None = None) -> tuple[DayLog, ...]:
    """Every log below the logs folder, by day, then room; of one room where `room` is given, "" for none."""
    found = []
    for folder, name in ((settings.logs, ""), *((path, path.name) for path in _rooms(settings))):
        if room is not None and name != room:
            continue
        for path in _listing(folder):
            match = LOG_NAME.fullmatch(path.name)
            if match and not path.is_dir():
                try:
                    found.append(DayLog(dt.date.fromisoformat(match[1]), name, path))
                except ValueError:
                    continue  # 2017-02-30 is nobody's log
    # a day's own form of the log counts before the others of its name; the Log's warnings say so
    with_records = {(log.day, log.room) for log in found if log.path.suffix == RECORDS}
    return tuple(sorted(log for log in found if log.path.suffix == RECORDS or (log.day, log.room) not in with_records))


def find_log(settings: Settings, day: dt.date, room: str | None = None) -> DayLog:
    """The log of `day`; where several rooms have it, the one of `room`, else of `settings.room`."""
    logs = settings.logs
    if not logs.is_dir():
        raise UsageError(f"{logs}: no such folder. Put the logs there, or set logs in digest.toml")
    here = [log for log in days(settings) if log.day == day]
    if room is not None:
        mine = [log for log in here if log.room == room]
        if not mine:
            names = [path.name for path in _rooms(settings)]
            if room not in names:
                known = f"Rooms are {', '.join(names)}" if names else "Leave out --room: the logs have no rooms"
                raise UsageError(f"{_shown(room)}: no such room in {logs}. {known}")
            raise UsageError(f"{logs / room}: no log of {day}{_nearest(settings, day, room)}")
        here = mine
    elif len({log.room for log in here}) > 1:
        here = [log for log in here if log.room == settings.room] or here
    if not here:
        raise UsageError(f"{logs}: no log of {day}{_nearest(settings, day, None)}")
    rooms = sorted({log.room for log in here})
    if len(rooms) > 1:
        listed = ", ".join(name or "(no room)" for name in rooms)
        raise UsageError(f"{day}: {len(rooms)} rooms have a log of it: {listed}. Choose one with --room")
    if len(here) > 1:
        listed = ", ".join(log.path.name for log in here)
        raise UsageError(
            f"{day}: {len(here)} files claim to be its log: {listed}. Keep one of them in {here[0].path.parent}"
        )
    return here[0]


def _nearest(settings: Settings, day: dt.date, room: str | None) -> str:
    near = sorted(days(settings, room), key=lambda log: (abs((log.day - day).days), log))
    if not near:
        return ". Name it <day>-chat.markdown"
    where = f" --room {near[0].room}" if near[0].room else ""
    return f". The nearest there is: {near[0].day}{where}"


def page_path(settings: Settings, name: dt.date | str, room: str = "") -> Path:
    """Where the digest of a day belongs, or a page made of many: out/<name>.md, out/<room>/<name>.md with rooms."""
    return (settings.out / safe_folder(room) if room else settings.out) / f"{name}.md"


def safe_folder(room: str) -> str:
    """A folder name for `room` that every file system takes; the same room always gets the same one.

    A name that had to be changed ends with eight digits of its hash, so that two rooms never share a folder.

    >>> safe_folder("proddev")
    'proddev'
    """
    plain = unicodedata.normalize("NFC", room)
    seen = "".join(c if c.isprintable() else "-" for c in plain)
    name = _UNSAFE.sub("-", seen).lstrip(".-~").rstrip(".")
    while len(name.encode()) > _LONGEST_FOLDER:
        name = name[:-1]
    if _RESERVED.fullmatch(name):
        name = f"room-{name}"
    if name and name == plain:
        return name
    stamp = hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{name or 'room'}-{stamp}"


def store_path(root: Path) -> Path:
    """Where a project's knowledge base lies, whether there is one or not."""
    return root / files.STATE / "store.db"


def from_root(root: Path, path: Path) -> str:
    """A path as it is written within a project: from its folder where it lies below, whole where it lies elsewhere."""
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)


def _rooms(settings: Settings) -> list[Path]:
    """The folders of logs; that of the digests, where it lies among them, is none."""
    folders = [path for path in _listing(settings.logs) if path.is_dir() and not path.name.startswith(".")]
    return [path for path in folders if not (settings.out.is_dir() and path.samefile(settings.out))]


def _listing(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise files.told(folder, error, "read") from None
