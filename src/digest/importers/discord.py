"""DiscordChatExporter's JSON: a channel or a thread."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from digest.importers.base import Chat, Parent, Raw, Unreadable
from digest.importers.jsontext import document, mapping, objects, string
from digest.importers.source import Source

_KEYS = (re.compile(rb'"guild"\s*:\s*\{'), re.compile(rb'"channel"\s*:\s*\{'))
_MENTION = re.compile(r"<@!?(\d+)>")
_FRACTION = re.compile(r"\.\d+")
_TALK = ("Default", "Reply", "ChatInputCommand", "ApplicationCommand", "ContextMenuCommand", "0", "19", "20", "23")
_REPLIES = ("Reply", "19")
_IMAGE = re.compile(r"(?i).*\.(?:png|jpe?g|gif|webp|bmp|heic|avif)")


def identify(head: bytes, path: Path) -> bool:
    """Whether an object begins that tells a guild and a channel."""
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return head[:1] == b"{" and all(key.search(head) for key in _KEYS)


def read(source: Source) -> Iterator[Chat]:
    """The one channel of the export."""
    values, elements = document(source, "messages", "channel")
    channel = mapping(values, "channel")
    yield Chat(string(channel, "name", "id"), (_record(number, row) for number, row in elements))


def _record(number: int, row: Any) -> Raw | Unreadable:
    if isinstance(row, Unreadable):
        return row
    try:
        at = dt.datetime.fromisoformat(_FRACTION.sub("", string(row, "timestamp")))
    except ValueError:
        return Unreadable(number, "no time", str(row)[:100])
    id_, type_ = string(row, "id"), string(row, "type")
    author, reference = mapping(row, "author"), mapping(row, "reference")
    names = {string(user, "id"): string(user, "nickname", "name") for user in objects(row, "mentions")}
    text = _MENTION.sub(lambda match: "@" + names.get(match[1], match[1]), string(row, "content"))
    if type_ and type_ not in _TALK:
        return Raw(at, text or type_, kind="system", id=id_, line=number)
    text = text or string(mapping(row, "forwardedMessage"), "content")
    kind, text = _kind(row, text)
    bot = author.get("isBot") is True and kind == "text"
    parent = string(reference, "messageId") if type_ in _REPLIES else ""
    return Raw(
        at,
        text,
        string(author, "id"),
        string(author, "nickname", "name", "id"),
        "bot" if bot else kind,
        id_,
        reply_to=Parent(parent) if parent else None,
        edited=bool(string(row, "timestampEdited")),
        line=number,
    )


def _kind(row: dict[str, Any], text: str) -> tuple[str, str]:
    if text:
        return "text", text
    attachments = [string(file, "fileName", "url") for file in objects(row, "attachments")]
    if attachments:
        return ("image", "") if _IMAGE.fullmatch(attachments[0]) else ("file", " ".join(attachments))
    stickers = [string(sticker, "name") for sticker in objects(row, "stickers")]
    if stickers:
        return "other", " ".join(stickers)
    embeds = [string(embed, "title", "description", "url") for embed in objects(row, "embeds")]
    return "link" if embeds else "text", " ".join(embeds)
