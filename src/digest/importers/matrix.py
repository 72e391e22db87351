"""The JSON of a room that Element exports: Matrix events."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from digest.importers.base import Chat, Parent, Raw, Unreadable
from digest.importers.jsontext import document, mapping, seconds, string
from digest.importers.source import Source

_KEYS = (re.compile(rb'"room_name"\s*:'), re.compile(rb'"exported_by"\s*:'))
_FALLBACK = re.compile(r"> (?:\* )?<@[^>\n]*>[^\n]*(?:\n>[^\n]*)*\n\n?")
_KINDS = {"m.image": "image", "m.file": "file", "m.video": "other", "m.audio": "other", "m.location": "other"}
_MESSAGES = ("m.room.message", "m.sticker", "m.room.encrypted")


def identify(head: bytes, path: Path) -> bool:
    """Whether an object begins that tells the room and who exported it."""
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return head[:1] == b"{" and all(key.search(head) for key in _KEYS)


def read(source: Source) -> Iterator[Chat]:
    """The one room of the export."""
    values, elements = document(source, "messages", "room_name")
    rows = list(elements)
    names: dict[str, str] = {}
    for _, row in rows:  # a name may be told after its first message
        if string(row, "type") == "m.room.member":
            person = string(row, "state_key", "sender")
            names.setdefault(person, string(mapping(row, "content"), "displayname"))
    yield Chat(string(values, "room_name"), [_record(number, row, names) for number, row in rows])


def _record(number: int, row: Any, names: dict[str, str]) -> Raw | Unreadable:
    if isinstance(row, Unreadable):
        return row
    at = seconds(row.get("origin_server_ts"))
    if at is None:
        return Unreadable(number, "no time", str(row)[:100])
    type_, id_, sender = string(row, "type"), string(row, "event_id"), string(row, "sender")
    content = mapping(row, "content")
    name = names.get(sender, "") or sender
    if type_ == "m.room.redaction":
        target = string(row, "redacts") or string(content, "redacts")
        return Raw(at, "", recalls=target, line=number) if target else Raw(at, type_, kind="system", line=number)
    if type_ not in _MESSAGES:
        if type_ == "m.room.member" and (label := string(content, "displayname")):
            names[string(row, "state_key") or sender] = label
        notice = string(content, "membership", "name", "topic") or type_
        return Raw(at, notice, kind="system", id=id_, line=number)
    if not content:
        return Raw(at, "", sender, name, "recalled", id_, line=number)
    relation = mapping(content, "m.relates_to")
    if string(relation, "rel_type") == "m.replace":
        new = mapping(content, "m.new_content") or content
        return Raw(at, string(new, "body"), sender, name, edits=string(relation, "event_id"), id=id_, line=number)
    replacement = mapping(mapping(mapping(row, "unsigned"), "m.relations"), "m.replace")
    latest = mapping(mapping(replacement, "content"), "m.new_content")
    parent = string(mapping(relation, "m.in_reply_to"), "event_id")
    if relation.get("is_falling_back") is True or (not parent and string(relation, "rel_type") == "m.thread"):
        parent = string(relation, "event_id")
    kind, text = _words(type_, latest or content, bool(parent))
    reply = Parent(parent) if parent else None
    return Raw(at, text, sender, name, kind, id_, reply_to=reply, edited=bool(latest), line=number)


def _words(type_: str, content: dict[str, Any], reply: bool) -> tuple[str, str]:
    kind, text = _KINDS.get(string(content, "msgtype"), "text"), string(content, "body")
    if type_ == "m.sticker":
        return "other", text
    if type_ == "m.room.encrypted":
        return "other", ""
    if kind == "image":
        file = string(content, "filename")
        return ("text", text) if file and file != text else ("image", "")
    if reply:
        text = _FALLBACK.sub("", text, count=1) if text.startswith("> ") else text
    return "bot" if string(content, "msgtype") == "m.notice" else kind, text
