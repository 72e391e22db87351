"""ChatLab's JSON and JSON Lines, versions 0.0.1 and 0.0.2, which many exporters write."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from digest.importers import placeholders, weflow
from digest.importers.base import Chat, Parent, Raw, Unreadable
from digest.importers.jsontext import document, mapping, objects, seconds, string
from digest.importers.sayings import Sayings, quote
from digest.importers.source import Source

_CHATLAB = re.compile(rb'"chatlab"\s*:\s*\{')
_LINES = re.compile(rb'(?:\s*#[^\n]*\n)*\s*\{[^\n]*"_type"\s*:\s*"(?:header|member|message)"')
_KINDS = {0: "text", 25: "text", 1: "image", 4: "file", 7: "link", 24: "link", 22: "system", 80: "system", 81: "system"}
_SYSTEM = "SYSTEM"
_REPLY = 25


def identify(head: bytes, path: Path) -> bool:
    """Whether an object begins that has `chatlab` in it, or a line does that says its `_type`."""
    head = head.removeprefix(b"\xef\xbb\xbf")
    return bool(head.lstrip()[:1] == b"{" and _CHATLAB.search(head)) or bool(_LINES.match(head))


def read(source: Source) -> Iterator[Chat]:
    """The one chat of the export."""
    if _LINES.match(source.head(1 << 16).removeprefix(b"\xef\xbb\xbf")):
        yield from _lines(source)
        return
    values, elements = document(source, "messages", "meta")
    names = {string(member, "platformId"): member for member in objects(values, "members")}
    records = [row if isinstance(row, Unreadable) else _record(number, row, names) for number, row in elements]
    yield Chat(string(values.get("meta"), "name"), _without_quotes(records))


def _lines(source: Source) -> Iterator[Chat]:
    room = ""
    names: dict[str, dict[str, Any]] = {}
    records: list[Raw | Unreadable] = []
    for number, line in source.lines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            records.append(Unreadable(number, "broken JSON", line))
            continue
        type_ = string(row, "_type")
        if type_ == "header":
            room = string(mapping(row, "meta"), "name") or room
        elif type_ == "member":
            names[string(row, "platformId")] = row
        elif isinstance(row, dict):
            records.append(_record(number, row, names))
        else:
            records.append(Unreadable(number, "no record", line))
    yield Chat(room, _without_quotes(records))


def _record(number: int, row: dict[str, Any], names: dict[str, dict[str, Any]]) -> Raw | Unreadable:
    at = seconds(row.get("timestamp"))
    if at is None:
        return Unreadable(number, "no time", str(row)[:100])
    type_, text, sender = row.get("type"), string(row, "content"), string(row, "sender")
    id_, parent = string(row, "platformMessageId"), string(row, "replyToMessageId")
    kind = _KINDS.get(type_, "other") if isinstance(type_, int) else "text"
    if kind == "system" or sender == _SYSTEM:
        return Raw(at, text, kind="system", id=id_, line=number)
    member = names.get(sender, {})
    name = string(row, "groupNickname", "accountName") or string(member, "groupNickname", "accountName")
    if kind == "text" and not parent and type_ != _REPLY:
        kind, text = placeholders.kind_of(text)
    reply = Parent(parent) if parent and parent != "0" else None
    text = placeholders.words(kind, text)
    return Raw(at, text, sender, name or sender, kind, id_, reply_to=reply, line=number)


def _without_quotes(records: list[Raw | Unreadable]) -> Iterable[Raw | Unreadable]:
    """The records without the quotes that WeFlow puts behind the own words."""
    sayings = Sayings((record for record in records if isinstance(record, Raw)), weflow.QUOTE)
    for record in records:
        if isinstance(record, Raw) and record.kind == "text":
            parts = sayings.split(record.text, sure=record.reply_to is None)
            if parts:
                quote(record, *parts)
    return records
