"""WeFlow's JSON, its arkme dialect, and EchoTrace's, which lacks the object `weflow`.

Since 2026-03-20 messages bear the platform's id and a quote stands behind the own words; before, `localId` counts the
messages of the export, and a quote has left nothing but its type.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from digest.importers import placeholders, weflow
from digest.importers.base import Chat, Parent, Raw, Unreadable
from digest.importers.jsontext import document, mapping, objects, seconds, string
from digest.importers.sayings import Sayings, quote
from digest.importers.source import Source

_WEFLOW = re.compile(rb'\{\s*"weflow"\s*:\s*\{')
_ECHOTRACE = re.compile(rb'\{\s*"session"\s*:\s*\{[^{}]*"(?:wxid|displayName|lastTimestamp)"\s*:')
_TYPES = (  # what a type is called begins with
    ("文本", "text"),
    ("引用", "text"),
    ("图片", "image"),
    ("文件", "file"),
    ("链接", "link"),
    ("卡片式链接", "link"),
    ("图文链接", "link"),
    ("小程序", "link"),
    ("视频号", "link"),
    ("系统", "system"),
    ("撤回", "system"),
    ("拍一拍", "system"),
    ("群公告", "text"),
)
_LOCAL_TYPES = {1: "text", 3: "image", 10000: "system", 10002: "system"}
_RECALL = re.compile(r"""(?:"[^\n]*"|你) ?撤回了一条消息""")


def identify(head: bytes, path: Path) -> bool:
    """Whether an object begins with `weflow`, or with a session as EchoTrace has it."""
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return bool(_WEFLOW.match(head) or _ECHOTRACE.match(head))


def read(source: Source) -> Iterator[Chat]:
    """The one chat of the export."""
    values, elements = document(source, "messages", "session")
    session = mapping(values, "session")
    senders = {string(sender, "senderID"): sender for sender in objects(values, "senders")}
    room_id = string(session, "wxid")
    rows = list(elements)
    if not senders and any("senderID" in row for _, row in rows if isinstance(row, dict)):
        values, _ = document(source, "messages", "senders")  # they stand behind the messages
        senders = {string(sender, "senderID"): sender for sender in objects(values, "senders")}
    records: list[Raw | Unreadable] = []
    quotes: list[tuple[Raw, dict[str, Any]]] = []
    for number, row in rows:
        record = row if isinstance(row, Unreadable) else _record(number, row, senders, room_id)
        records.append(record)
        if isinstance(record, Raw) and record.kind == "text":
            quotes.append((record, row))
    sayings = Sayings((record for record in records if isinstance(record, Raw)), weflow.QUOTE)
    for record, row in quotes:
        _cut_quote(record, row, sayings)
    yield Chat(string(session, "displayName", "remark", "nickname", "wxid"), records)


def _record(number: int, row: dict[str, Any], senders: dict[str, dict[str, Any]], room: str) -> Raw | Unreadable:
    at = seconds(row.get("createTime"))
    if at is None:
        return Unreadable(number, "no time", str(row)[:100])
    text, id_ = string(row, "content"), string(row, "platformMessageId", "serverId")
    member = senders.get(string(row, "senderID"), {})
    sender = string(row, "senderUsername") or string(member, "wxid", "senderUsername")
    name = string(row, "senderDisplayName", "groupNickname", "senderNickname") or string(
        member, "groupNickname", "displayName", "remark", "nickname"
    )
    kind = _kind(row, text)
    if kind == "system" or (room and sender == room and room.endswith("@chatroom")):
        return Raw(at, text, kind="system", id=id_, line=number)
    if kind == "text" and string(row, "type")[:2] != "文本" and not _quotes(row):
        kind, text = placeholders.kind_of(text)
    text = placeholders.words(kind, text)
    parent = string(row, "replyToMessageId")
    reply = Parent(parent) if parent and parent != "0" else None
    return Raw(at, text, sender, name or sender, kind, id_, reply_to=reply, line=number)


def _kind(row: dict[str, Any], text: str) -> str:
    type_ = string(row, "type")
    if row.get("isSend", 0) is None and _RECALL.fullmatch(text):
        return "system"
    if _quotes(row):
        return "text"
    for beginning, kind in _TYPES:
        if type_.startswith(beginning):
            # before 2026-03-20 a quote may be typed as a link, whose text begins with a placeholder
            return "text" if kind == "link" and _is_quote(row, text) else kind
    if type_:
        return "other"
    local = row.get("localType")
    return _LOCAL_TYPES.get(local, "other") if isinstance(local, int) else "text"


def _quotes(row: dict[str, Any]) -> bool:
    """Whether the message quotes another one, whatever its type is called."""
    return bool(
        string(row, "appMsgType") == "57"
        or string(row, "appMsgKind") == "quote"
        or string(row, "type").startswith("引用")
        or string(row, "replyToMessageId") not in ("", "0")
        or string(row, "quotedContent")
    )


def _is_quote(row: dict[str, Any], text: str) -> bool:
    """Whether a message that is called a link is own words."""
    told = string(row, "linkUrl", "linkTitle", "appMsgKind") or text.lstrip()[:1] == "<"
    return not told and placeholders.kind_of(text)[0] == "text"


def _cut_quote(record: Raw, row: dict[str, Any], sayings: Sayings) -> None:
    name, quoted = string(row, "quotedSender"), string(row, "quotedContent")
    if quoted or name:
        own = weflow.without_quote(record.text, name, quoted)
        if own == record.text and _quotes(row) and (parts := sayings.split(record.text)):
            own = parts[0]
        quote(record, own, name, quoted)
    elif parts := sayings.split(record.text, sure=not _quotes(row)):
        quote(record, *parts)
