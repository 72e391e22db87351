"""The project's own form of a day's log: JSON Lines, a head and then a record a line. docs/logs.md shows it.

What is left out has its usual value: no id, the kind "text", no reply. A position is a record's place, the head not
counted.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from digest.errors import LogError
from digest.importers.base import Chat, records
from digest.importers.source import Source, agreed_day, day_in_name, room_of
from digest.model import KINDS, DayPosition, Image, Log, Message, Quote

VERSION = 1
_DAY = 24 * 3600
_TEXTS = ("name", "sender", "id", "kind", "text", "reply_id")


def identify(head: bytes, path: Path) -> bool:
    """Whether the first line is a head."""
    return head.lstrip().startswith(b'{"log":')


def text(log: Log) -> str:
    """The log in this form: the same log always gives the same text."""
    head: dict[str, Any] = {"log": VERSION, "room": log.room, "day": str(log.day)}
    if log.zone:
        head["zone"] = log.zone
    rows = [head, *(_row(message, log.day) for message in log.messages)]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _row(message: Message, day: dt.date) -> dict[str, Any]:
    seconds = message.second % _DAY
    clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}" + ("" if message.minute else f":{seconds % 60:02d}")
    row: dict[str, Any] = {"time": clock}
    if message.second >= _DAY:
        row["date"] = str(day + dt.timedelta(days=message.second // _DAY))
    row["name"] = message.speaker
    cells: tuple[tuple[str, Any], ...] = (
        ("sender", message.sender),
        ("id", message.id),
        ("kind", "" if message.kind == "text" else message.kind),
        ("text", message.text),
        ("images", [{"label": image.label, "url": image.url} for image in message.images]),
        ("quote", {"name": message.quote.name, "text": message.quote.text} if message.quote else None),
        ("reply_to", message.reply_place.position if message.reply_place else message.reply_to),
        ("reply_day", str(message.reply_place.day) if message.reply_place else ""),
        ("reply_id", message.reply_id),
        ("edited", message.edited),
        ("also", list(message.also)),
    )
    row.update((key, cell) for key, cell in cells if cell or (key == "reply_to" and cell is not None))
    return row


def read(source: Source) -> Iterator[Chat]:
    """The day as a chat, so that it can be imported and merged like any export."""
    log = day_log(source, day=source.day, room=room_of(source.path))
    yield Chat(log.room, records(log), log.zone)


def day_log(source: Source, *, day: dt.date | None, room: str) -> Log:
    """The log that `source` holds; LogError names the first line that is none of this form."""
    path = source.path
    head: dict[str, Any] = {}
    rows: list[tuple[int, dict[str, Any]]] = []
    warnings: list[str] = []
    for number, line in source.lines():
        if not line.strip():
            continue
        row = _parsed(path, number, line)
        if not head:
            if row.get("log") != VERSION:
                raise LogError(
                    f"{path}:{number}: a log of form {row.get('log')!r}; this program reads {VERSION}. Update it"
                )
            head = row
        else:
            rows.append((number, row))
    inside = _date(path, 1, head.get("day")) if head else None
    chosen = agreed_day(path, asked=day, named=day_in_name(path), inside=inside)
    messages = [_message(path, number, n, row, chosen) for n, (number, row) in enumerate(rows)]
    places = {message.id: message.position for message in messages if message.id}
    messages = [_aimed(message, places, len(messages)) for message in messages]
    markdown = path.with_name(f"{chosen}-chat.markdown")
    if markdown != path and markdown.is_file():
        warnings.append(f"{path}: {markdown.name} stands beside it and was left out. Keep one of them")
    zone = head.get("zone", "")
    return Log(
        str(path), room, chosen, tuple(messages), len(messages), warnings=tuple(warnings),
        zone=zone if isinstance(zone, str) else "",
    )  # fmt: skip


def _parsed(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict):
        raise LogError(f"{path}:{number}: not a JSON object on a line. Mend the line, or import the export again")
    return row


def _date(path: Path, number: int, said: object) -> dt.date:
    try:
        return dt.date.fromisoformat(str(said))
    except ValueError:
        raise LogError(f"{path}:{number}: {str(said)[:40]!r} is no day. Write it as 2017-05-27") from None


def _message(path: Path, number: int, position: int, row: dict[str, Any], day: dt.date) -> Message:
    where = f"{path}:{number}"
    texts = {key: row.get(key, "") for key in _TEXTS}
    if wrong := next((key for key, cell in texts.items() if not isinstance(cell, str)), None):
        raise LogError(f"{where}: {wrong} is no text. Put it in quotes")
    kind = texts["kind"] or "text"
    if kind not in KINDS:
        raise LogError(f"{where}: kind {kind[:40]!r}: no such kind. Write one of {', '.join(KINDS)}")
    try:
        clock = dt.time.fromisoformat(row["time"])
        images = tuple(Image(image["label"], image["url"]) for image in row.get("images", ()))
        quote = Quote(row["quote"]["name"], row["quote"]["text"]) if row.get("quote") else None
        also = tuple(map(str, row.get("also", ())))
        parent = row.get("reply_to")
        parent = None if parent is None else int(parent)
    except (KeyError, TypeError, ValueError):
        problem = 'a record needs "time": "09:15:02" and fields as docs/logs.md has them'
        raise LogError(f"{where}: {problem}. Mend it") from None
    later = (_date(path, number, row["date"]) - day).days if "date" in row else 0
    elsewhere = _date(path, number, row["reply_day"]) if "reply_day" in row and parent is not None else None
    return Message(
        positions=(position,),
        second=later * _DAY + clock.hour * 3600 + clock.minute * 60 + clock.second,
        speaker=texts["name"],
        text=texts["text"],
        raw=texts["text"],
        images=images,
        quote=quote,
        reply_to=None if elsewhere else parent,
        also=also,
        line=number,
        id=texts["id"],
        sender=texts["sender"],
        kind=kind,
        reply_place=DayPosition(elsewhere, parent) if elsewhere and parent is not None else None,
        reply_id=texts["reply_id"],
        edited=bool(row.get("edited")),
        minute=len(row["time"]) <= len("09:15"),
    )


def _aimed(message: Message, places: dict[str, int], total: int) -> Message:
    """The message with its parent found by id, which stays when records are added or taken out by hand."""
    if message.reply_place:
        return message
    parent = places.get(message.reply_id, message.reply_to)
    if (parent is not None and not 0 <= parent < total) or parent == message.position:
        parent = None
    return message if parent == message.reply_to else replace(message, reply_to=parent)
