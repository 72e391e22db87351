"""JSON of QQ chat exporter (shuakami/qq-chat-exporter), versions 4 and 5, in one file or in chunks beside a manifest.

Own words are the elements `text` and `at`; version 4, and what has no elements, has them in `content.text`, behind a
mark of the reply.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digest.errors import DigestError
from digest.importers import placeholders
from digest.importers.base import Chat, Parent, Raw, Unreadable
from digest.importers.jsontext import document, mapping, objects, seconds, string
from digest.importers.source import HEAD, Source
from digest.model import Image, Quote

_METADATA = re.compile(rb'\{\s*"metadata"\s*:\s*\{')
_EXPORTER = re.compile(rb"QQ\s?Chat\s?Exporter|qq-chat-exporter", re.IGNORECASE)
_MANIFEST = "manifest.json"
_CHUNKED = re.compile(rb'"chunks"\s*:|"chunked-jsonl"|"chunked"\s*:')
_REPLY_MARK = re.compile(r"\[回复消息\] ?")
_REPLY_TEXT = re.compile(r"\[回复[^\]\n:：]*[:：][^\n]*?\](?:\n|(?<=\]) ?)")
_NOBODY = ("", "0", "未知")
_PICTURES = re.compile(r"(?:\s*\[(?:图片|image)(?:[:：][^\]\n]*)?\])+\s*")
_MEDIA = re.compile(r"\[(?:图片|文件|语音|视频|动画表情|转发消息|合并转发)(?:[:： ][^\]\n]*)?\]")
_KINDS = {  # by type of element, of resource or of message
    "image": "image",
    "pic": "image",
    "file": "file",
    "video": "other",
    "audio": "other",
    "voice": "other",
    "ptt": "other",
    "forward": "other",
    "multiForward": "other",
    "market_face": "other",
    "mface": "other",
    "location": "other",
    "json": "link",
    "ark": "link",
    "share": "link",
    "card": "link",
    "system": "system",
}
_GRAY_TIP = 5  # the number of QQ's own notices, of `messageType`


@dataclass(slots=True)
class _Reply:
    """A record that answers another one, and what the export says of that."""

    record: Raw
    data: dict[str, Any]


def identify(head: bytes, path: Path) -> bool:
    """Whether an object begins with the exporter's metadata, or a folder holds the manifest of its chunks."""
    if path.is_dir():
        manifest = path / _MANIFEST
        return manifest.is_file() and identify(Source.of(manifest).head(HEAD), manifest)
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return head[:1] == b"{" and bool(_EXPORTER.search(head)) and bool(_METADATA.match(head) or b'"chatInfo"' in head)


def read(source: Source) -> Iterator[Chat]:
    """The one chat of the export."""
    if source.path.is_dir():
        source = Source.of(source.path / _MANIFEST, source.encoding)
    records: list[Raw | Unreadable] = []
    replies: list[_Reply] = []
    names: dict[str, str] = {}  # ids of people by number and by label
    values, elements = document(source, "messages", "chatInfo")
    chunks = _chunks(source, values)
    for number, row in chunks if chunks is not None else elements:
        if isinstance(row, Unreadable):
            records.append(row)
            continue
        record = _record(number, row)
        records.append(record)
        if isinstance(record, Raw) and record.kind not in ("system", "recalled"):
            _remember(names, row, record)
            if data := _reply_data(row):
                replies.append(_Reply(record, data))
    messages = [record for record in records if isinstance(record, Raw)]
    for reply in replies:
        _find_parent(reply, messages, names)
    info = mapping(values, "chatInfo")
    yield Chat(string(info, "name", "peerName", "peerUin", "peerUid"), records)


def _chunks(source: Source, values: dict[str, Any]) -> Iterator[tuple[int, dict[str, Any] | Unreadable]] | None:
    """The messages of a manifest's chunks, None where the file holds its messages itself."""
    chunked = mapping(values, "chunked")
    chunks = objects(chunked, "chunks") or objects(values, "chunks")
    if not chunks:
        return None
    return _lines(source, [string(chunk, "relativePath", "file", "fileName", "path", "name") for chunk in chunks])


def _lines(source: Source, names: list[str]) -> Iterator[tuple[int, dict[str, Any] | Unreadable]]:
    folder = source.path.parent
    number = 0
    for name in names:
        path = folder / name
        if not name or not path.resolve().is_relative_to(folder.resolve()):
            yield number, Unreadable(number, "a chunk that lies elsewhere", name)
            continue
        if not path.is_file() and (folder / "chunks" / path.name).is_file():
            path = folder / "chunks" / path.name
        try:
            lines = list(Source.of(path, source.encoding).lines())
        except DigestError as error:
            yield number, Unreadable(number, "a chunk that can't be read", str(error))
            continue
        for _, line in lines:
            if not line.strip():
                continue
            number += 1
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                yield number, Unreadable(number, "broken JSON", line)
                continue
            yield number, row if isinstance(row, dict) else Unreadable(number, "no record", line)


def _time(row: dict[str, Any]) -> dt.datetime | float | None:
    for key in ("timestamp", "time"):
        at = seconds(row.get(key))
        if at is not None:
            return at
        try:
            return dt.datetime.fromisoformat(string(row, key))
        except ValueError:
            continue
    return None


def _record(number: int, row: dict[str, Any]) -> Raw | Unreadable:
    at = _time(row)
    if at is None:
        return Unreadable(number, "no time", str(row)[:100])
    content, sender = mapping(row, "content"), mapping(row, "sender")
    id_ = string(row, "id", "messageId")
    if (
        row.get("system") is True
        or row.get("isSystemMessage") is True
        or string(row, "type") == "system"
        or (row.get("messageType") == _GRAY_TIP)
    ):
        return Raw(at, string(content, "text") or string(row, "content"), kind="system", id=id_, line=number)
    name = string(mapping(row, "rawMessage"), "sendMemberName") or string(
        sender, "groupCard", "name", "nickname", "remark", "uin", "uid"
    )
    person = next((own for key in ("uid", "uin") if (own := string(sender, key)) not in _NOBODY), "")
    if row.get("recalled") is True or row.get("isRecalled") is True:
        return Raw(at, "", person, name, "recalled", id_, line=number)
    kind, text, images = _words(row, content)
    return Raw(at, text, person, name or person, kind, id_, images, line=number)


def _words(row: dict[str, Any], content: dict[str, Any]) -> tuple[str, str, tuple[Image, ...]]:
    """The kind of a message, its own words and pictures."""
    elements = [element for element in objects(content, "elements") if element.get("type")]
    reply = _reply_data(row)
    kinds = [kind for item in (*elements, *objects(content, "resources")) if (kind := _KINDS.get(string(item, "type")))]
    images = tuple(
        Image("", string(item.get("data") or item, "url", "filename", "md5"))
        for item in elements or objects(content, "resources")
        if _KINDS.get(string(item, "type")) == "image"
    )
    whole = string(content, "text")
    if whole and any(_element_text(element) == whole for element in elements):
        text = whole  # an element tells all, the others repeat it
    elif any(string(element, "type") in ("text", "at") for element in elements):
        text = _own_words(elements)
    else:
        text = "" if elements and kinds else whole or string(row, "text")
    if reply is not None:
        text = _without_reply(text, reply)
    if kinds and not _MEDIA.sub("", text).strip():
        kind = kinds[0]
        if kind == "file":
            names = (
                string(item.get("data") or item, "filename", "fileName", "name")
                for item in (*elements, *objects(content, "resources"))
            )
            return kind, next(filter(None, names), placeholders.words(kind, text)), ()
        return kind, "" if kind == "image" else text or whole, images if kind == "image" else ()
    if reply is None and _PICTURES.fullmatch(text):
        return "image", "", images
    if reply is None and not elements:
        kind, text = placeholders.kind_of(text)
        return kind, text, images
    return "text", text, images


def _own_words(elements: list[dict[str, Any]]) -> str:
    """What the elements say, without the `at` and the space that a reply brings with it."""
    reply = next((n for n, element in enumerate(elements) if string(element, "type") == "reply"), None)
    parts: list[str] = []
    for n, element in enumerate(elements):
        type_, data = string(element, "type"), mapping(element, "data")
        if type_ == "text":
            parts.append(_element_text(element))
        elif type_ == "at" and not (reply is not None and n == reply + 1 and _is_author(data, elements[reply])):
            name = string(data, "name", "text", "atName")
            parts.append(name if name.startswith("@") else f"@{name}")
    text = "".join(parts)
    return text if reply is None else text.removeprefix(" ")


def _element_text(element: dict[str, Any]) -> str:
    if string(element, "type") != "text":
        return ""
    return string(mapping(element, "data"), "text", "content") or string(element, "text")


def _is_author(at: dict[str, Any], reply: dict[str, Any]) -> bool:
    """Whether a mention is of the one who is answered; a reply that doesn't say brings one along, too."""
    data = mapping(reply, "data")
    author = {string(data, "senderUin"), string(data, "senderUid"), string(data, "senderName")} - {""}
    return not author or bool(author & {string(at, "uin"), string(at, "uid"), string(at, "name").removeprefix("@")})


def _without_reply(text: str, reply: dict[str, Any]) -> str:
    """Own words of a text that tells the reply at its beginning, in one of the ways that versions have."""
    name, quoted = string(reply, "senderName"), string(reply, "content")
    for mark in (f"[回复 {name}: {quoted}]", f"[回复{name}: {quoted}]", f"[回复 {name}：{quoted}]"):
        if text.startswith(mark):
            return text.removeprefix(mark).lstrip("\n ")
    opening = _REPLY_MARK.match(text) or _REPLY_TEXT.match(text)
    if opening is None:
        return text
    text = text[opening.end() :]
    return text.removeprefix(f"@{name} ") if name else text


def _reply_data(row: dict[str, Any]) -> dict[str, Any] | None:
    """What the export says of the message that one answers; None where it answers none."""
    content = mapping(row, "content")
    for element in objects(content, "elements"):
        if string(element, "type") == "reply":
            return mapping(element, "data") or {"": ""}
    return mapping(content, "reply") or mapping(row, "reply") or None


def _remember(names: dict[str, str], row: dict[str, Any], record: Raw) -> None:
    sender = mapping(row, "sender")
    for key in ("uid", "uin", "name", "nickname", "groupCard"):
        if (label := string(sender, key).strip()) not in _NOBODY and record.sender:
            names[label] = record.sender
    if record.name:
        names[record.name.strip()] = record.sender


def _find_parent(reply: _Reply, messages: list[Raw], names: dict[str, str]) -> None:
    data = reply.data
    name, quoted = string(data, "senderName").strip(), string(data, "content")
    reply.record.quote = Quote(name, quoted) if quoted or name else None
    ids = [
        id_ for key in ("referencedMessageId", "replyMsgId", "messageId", "msgId", "id") if (id_ := string(data, key))
    ]
    known = {message.id for message in messages if message.id}
    target = next((id_ for id_ in ids if id_ in known), "")
    if target:
        reply.record.reply_to = Parent(target)
        return
    person = next((names[label] for key in ("senderUin", "senderUid") if (label := string(data, key)) in names), "")
    person = person or names.get(name, "")
    kind, text = ("image", "") if _PICTURES.fullmatch(quoted) else placeholders.kind_of(quoted)
    at = seconds(data.get("timestamp"))
    if at is not None and at > 0:
        reply.record.reply_to = Parent("", at, person, "" if person else name, text)
    elif text or kind != "text":
        reply.record.reply_to = Parent(
            sender=person, name="" if person else name, text=text, kind=kind if kind != "text" and not text else ""
        )
    elif ids:
        reply.record.reply_to = Parent(ids[0])
