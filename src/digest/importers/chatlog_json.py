"""Chatlog's JSON: one array of messages of one or several rooms (sjzar/chatlog since v0.0.1, and its fork alpha)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from digest.importers import chatlog
from digest.importers.base import Chat, Parent, Raw, Unreadable
from digest.importers.jsontext import JsonText
from digest.importers.source import Source
from digest.model import Quote

_START = re.compile(rb'\s*\[\s*\{\s*"(?:seq|sequence|id)"\s*:')
_TALKER = re.compile(rb'"talker(?:ID)?"\s*:')
_KINDS = {1: "text", 3: "image", 10000: "system"}
_SHARES = {4: "link", 5: "link", 6: "file", 33: "link", 36: "link", 51: "link", 57: "text", 62: "system", 87: "system"}
_SHARE = 49
_ID = re.compile(r"wxid_\w+|[A-Za-z][-\w]{5,19}|[^@\s]+@[a-z]+", re.A)  # as WeChat allows them
_OLD = {  # v0.0.1 to v0.0.5
    "sequence": "seq",
    "createTime": "time",
    "talkerID": "talker",
    "isSender": "isSelf",
    "chatRoomSender": "sender",
}


def identify(head: bytes, path: Path) -> bool:
    """Whether an array begins whose objects have a talker."""
    return bool(_START.match(head.removeprefix(b"\xef\xbb\xbf")) and _TALKER.search(head))


def read(source: Source) -> Iterator[Chat]:
    """A chat a record, for the rooms of an export may take turns."""
    own = ""  # id of the member whose export it is
    for number, element in JsonText(source.pieces()).elements():
        if isinstance(element, Unreadable):
            yield Chat("", [element])
            continue
        row = {_OLD.get(key, key): value for key, value in element.items()} if "sequence" in element else element
        if row.get("isSelf") is True:
            sender = _text(row, "sender")
            if _ID.fullmatch(sender):
                own = sender
            elif sender and _text(row, "content"):
                # chatlog takes what stands before the first `:` + line end of an own message for its sender
                row = {**row, "content": f"{sender}:\n{row['content']}", "sender": own}
        record = _record(number, row)
        yield Chat(_text(row, "talkerName") or _text(row, "talker"), [record])


def _text(row: dict[str, Any], key: str) -> str:
    value = row.get(key)
    return value if isinstance(value, str) else ""


def _record(number: int, row: dict[str, Any]) -> Raw | Unreadable:
    at = _time(row)
    if at is None:
        return Unreadable(number, "no time", str(row)[:100])
    type_, sub = row.get("type"), row.get("subType")
    sender, name, text = _text(row, "sender"), _text(row, "senderName"), _text(row, "content")
    if type_ == _SHARE:
        kind = _SHARES.get(sub, "other") if isinstance(sub, int) else "other"
    else:
        kind = _KINDS.get(type_, "other") if isinstance(type_, int) else "other"
    if kind == "system" or sender == chatlog.SYSTEM:
        return Raw(at, text, kind="system", line=number)
    contents = row.get("contents")
    contents = contents if isinstance(contents, dict) else {}
    record = Raw(at, text, sender, name or sender, kind, line=number)
    if kind in ("link", "file"):
        record.text = " ".join(filter(None, (_text(contents, "title"), _text(contents, "url")))) or _plain(text)
    elif kind in ("image", "other"):
        record.text = _plain(text) if kind == "other" else ""
    refer = contents.get("refer")
    if isinstance(refer, dict) and (then := _time(refer)) is not None:
        said = _text(refer, "content") if refer.get("type") in (1, _SHARE) else ""
        record.quote = Quote(_text(refer, "senderName") or _text(refer, "sender"), said)
        record.reply_to = Parent("", then, _text(refer, "sender"), _text(refer, "senderName"), said)
    return record


def _time(row: dict[str, Any]) -> dt.datetime | float | None:
    value = row.get("time")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    try:
        return dt.datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _plain(text: str) -> str:
    """A text that isn't the raw XML of a message of WeChat 3."""
    return "" if text.lstrip()[:1] == "<" else text
