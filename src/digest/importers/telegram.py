"""Telegram Desktop's JSON: one chat, or all chats of an account."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from digest.errors import LogError
from digest.importers.base import Chat, Parent, Raw, Unreadable
from digest.importers.jsontext import document, mapping, objects, seconds, string
from digest.importers.source import Source
from digest.importers.tree import with_data

_TYPES = rb"personal_chat|bot_chat|saved_messages|replies|verify_codes|(?:private|public)_(?:group|supergroup|channel)"
_CHAT = re.compile(rb'"type"\s*:\s*"(?:' + _TYPES + rb')"')
_MESSAGES = re.compile(rb'"messages"\s*:\s*\[|"id"\s*:\s*\d')
_ACCOUNT = re.compile(rb'\{\s*"about"\s*:\s*"|"(?:left_)?chats"\s*:\s*\{\s*(?:"about"\s*:\s*"[^"]*"\s*,\s*)?"list"')
_BROKEN_ESCAPE = re.compile(rb"(?<!\\)((?:\\\\)*)\\x([0-9A-Fa-f]{2})")
_ROOMS = {"saved_messages": "Saved Messages", "replies": "Replies"}


def identify(head: bytes, path: Path) -> bool:
    """Whether an object begins that is a chat of Telegram or a whole account."""
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return head[:1] == b"{" and bool(_ACCOUNT.search(head) or (_CHAT.search(head) and _MESSAGES.search(head)))


def read(source: Source) -> Iterator[Chat]:
    """The chats of the export."""
    if _BROKEN_ESCAPE.search(source.data):  # control characters come as \x1B, which is no JSON
        source = with_data(source, source.path, _BROKEN_ESCAPE.sub(rb"\1\\u00\2", source.data))
    head = source.head(4096)
    if not _CHAT.search(head) or _ACCOUNT.search(head):
        try:
            account = json.loads(source.text())
        except (ValueError, RecursionError) as error:
            raise LogError(f"{source.path}: broken JSON ({error}). Export it again") from None
        for key in ("chats", "left_chats"):
            for chat in objects(mapping(account, key), "list"):
                rows = chat.get("messages")
                yield _chat(chat, enumerate(rows if isinstance(rows, list) else [], start=1))
        return
    values, elements = document(source, "messages", "name")
    yield _chat(values, elements)


def _chat(chat: dict[str, Any], rows: Iterator[tuple[int, Any]]) -> Chat:
    topics: set[str] = set()
    room = string(chat, "name") or _ROOMS.get(string(chat, "type"), string(chat, "id"))
    return Chat(room, (_record(number, row, topics) for number, row in rows))


def _record(number: int, row: Any, topics: set[str]) -> Raw | Unreadable:
    if isinstance(row, Unreadable):
        return row
    if not isinstance(row, dict):
        return Unreadable(number, "no record", str(row)[:100])
    type_, id_ = string(row, "type"), string(row, "id")
    at = _time(row)
    if at is None:
        kind = "not supported by the exporting Telegram" if type_ == "unsupported" else "no time"
        return Unreadable(number, kind, str(row)[:100])
    text = _text(row.get("text"))
    if type_ == "service":
        action = string(row, "action")
        if action == "topic_created":
            topics.add(id_)
        notice = " ".join(part for part in (string(row, "actor"), action, text) if part)
        return Raw(at, notice, kind="system", id=id_, line=number)
    sender = string(row, "from_id")
    parent = string(row, "reply_to_message_id")
    # a message of a forum's topic "replies" to the notice that made the topic; one to another chat isn't here
    reply = Parent(parent) if parent and parent not in topics and "reply_to_peer_id" not in row else None
    kind, text = _kind(row, text)
    return Raw(
        at,
        text,
        sender,
        string(row, "from") or sender,
        kind,
        id_,
        reply_to=reply,
        edited=bool(row.get("edited") or row.get("edited_unixtime")),
        line=number,
    )


def _time(row: dict[str, Any]) -> dt.datetime | float | None:
    at = seconds(row.get("date_unixtime"))
    if at is not None:
        return at
    try:
        return dt.datetime.fromisoformat(string(row, "date"))
    except ValueError:
        return None


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "".join(part if isinstance(part, str) else string(part, "text") for part in value)
    return value if isinstance(value, str) else ""


def _kind(row: dict[str, Any], text: str) -> tuple[str, str]:
    """The kind and the words; a caption makes a picture a text."""
    if text:
        return "text", text
    if "photo" in row:
        return "image", ""
    if string(row, "media_type"):
        return "other", string(row, "sticker_emoji")
    if "file" in row:
        return ("image", "") if string(row, "mime_type").startswith("image/") else ("file", string(row, "file_name"))
    if "poll" in row:
        poll = mapping(row, "poll")
        return "text", "\n".join([string(poll, "question"), *(string(a, "text") for a in objects(poll, "answers"))])
    return ("text", "") if "text" in row else ("other", "")
