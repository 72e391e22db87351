"""wx-cli's JSON: one object with the chat's name and its messages."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from digest.importers import wxcli
from digest.importers.base import Chat, Raw, Unreadable
from digest.importers.jsontext import document, seconds, string
from digest.importers.source import Source

_KEYS = (re.compile(rb'"chat"\s*:\s*"'), re.compile(rb'"(?:chat_type|is_group)"\s*:'))


def identify(head: bytes, path: Path) -> bool:
    """Whether an object begins that has a chat and its type."""
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return head[:1] == b"{" and all(key.search(head) for key in _KEYS)


def read(source: Source) -> Iterator[Chat]:
    """The one chat of the export."""
    values, elements = document(source, "messages", "chat")
    records: list[Raw | Unreadable] = []
    senders: dict[str, str] = {}
    for number, row in elements:
        record = row if isinstance(row, Unreadable) else _record(number, row)
        records.append(record)
        if isinstance(record, Raw) and record.sender:
            for key in ("sender_contact_display", "sender", "sender_group_nickname"):
                if label := string(row, key).strip():
                    senders[label] = record.sender
    wxcli.find_parents((record for record in records if isinstance(record, Raw)), senders)
    yield Chat(string(values, "chat", "username"), records)


def _record(number: int, row: dict[str, Any]) -> Raw | Unreadable:
    at: dt.datetime | float | None = seconds(row.get("timestamp"))
    minute = at is None
    if at is None:
        try:
            at = dt.datetime.fromisoformat(string(row, "time"))
        except ValueError:
            return Unreadable(number, "no time", str(row)[:100])
    sender = string(row, "sender_username")
    name = string(row, "sender", "sender_group_nickname", "sender_contact_display")
    record = Raw(at, string(row, "content"), sender, name or sender or "我", minute=minute, line=number)
    wxcli.complete(record, string(row, "type"), string(row, "url"))
    return record
