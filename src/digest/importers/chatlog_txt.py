"""Chatlog's TXT: `name(wxid) TIME`, the text, a blank line (sjzar/chatlog and its fork alpha).

TIME has no day where a day was asked for and no year where a year was: the source's `day` and `year` give them. A text
may hold blank lines, so a line is a header only after a blank one, and only where its time is one of the file's form.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from digest.errors import LogError
from digest.importers import chatlog
from digest.importers.base import Chat, Raw, Unreadable
from digest.importers.source import Source

ME = "我"
_TIME = r"(?P<year>\d{4}-)?(?P<day>\d\d-\d\d )?(?P<clock>\d\d:\d\d:\d\d)"
_HEADER = re.compile(
    rf"(?:(?P<system>{chatlog.SYSTEM})|(?P<me>{ME})|(?P<name>.*)\((?P<sender>[^()\s]+)\))"
    rf"(?: \[(?:(?P<room>.*)\((?P<id>[^()\s]*)\)|\d+)\])* {_TIME}"
)


def identify(head: bytes, path: Path) -> bool:
    """Whether the first line is a header."""
    text = head.decode("utf-8", errors="ignore").removeprefix("\ufeff").lstrip()
    return bool(_HEADER.fullmatch(text.partition("\n")[0].rstrip()))


def read(source: Source) -> Iterator[Chat]:
    """A chat a room."""
    rooms: dict[str, list[Raw | Unreadable]] = defaultdict(list)
    form: tuple[bool, bool] | None = None
    header: re.Match[str] | None = None
    start, body = 0, [""]
    blank = True
    for number, line in source.lines():
        match = _HEADER.fullmatch(line.rstrip()) if blank else None
        if match and form is None:
            form = (bool(match["year"]), bool(match["day"]))
        if match and form == (bool(match["year"]), bool(match["day"])):
            _add(rooms, source, header, start, body)
            header, start, body = match, number, []
        else:
            body.append(line)
        blank = not line.strip()
    _add(rooms, source, header, start, body)
    for room, records in rooms.items():
        yield Chat(room, records)


def _add(
    rooms: dict[str, list[Raw | Unreadable]], source: Source, header: re.Match[str] | None, line: int, body: list[str]
) -> None:
    """Put the record of a header and its lines where it belongs."""
    text = "\n".join(body).strip("\n")
    if header is None:
        if text.strip():
            rooms[""].append(Unreadable(1, "text before the first message", text))
        return
    room = header["room"] or ""
    at = _time(source, header)
    if at is None:
        rooms[room].append(Unreadable(line, "no such time", header[0]))
        return
    if header["system"]:
        rooms[room].append(Raw(at, text, kind="system", line=line))
        return
    sender = "" if header["me"] or header["sender"] == ME else header["sender"]
    name = ME if header["me"] else header["name"] or header["sender"]
    rooms[room].append(chatlog.record(at, text, sender, name, line))


def _time(source: Source, header: re.Match[str]) -> dt.datetime | None:
    if not header["day"]:
        if source.day is None:
            raise LogError(f"{source.path}: times without a day in it. Give the day with --day 2017-05-27")
        day = str(source.day)
    elif not header["year"]:
        year = source.year or (source.day.year if source.day else None)
        if year is None:
            raise LogError(f"{source.path}: days without a year in it. Give it with --year 2017")
        day = f"{year:04}-{header['day'].strip()}"
    else:
        day = f"{header['year']}{header['day'].strip()}"
    try:
        return dt.datetime.fromisoformat(f"{day}T{header['clock']}")
    except ValueError:
        return None
