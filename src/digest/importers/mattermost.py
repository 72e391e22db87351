"""Mattermost's bulk export, JSON Lines: a post a line, the replies inside it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from digest.importers.base import Chat, Parent, Raw, Unreadable
from digest.importers.jsontext import mapping, objects, seconds, string
from digest.importers.source import Source

_VERSION = re.compile(rb'\s*\{\s*"type"\s*:\s*"version"\s*,\s*"(?:version|info)"\s*:')
_POSTS = ("post", "direct_post")
_IMAGE = re.compile(r"(?i).*\.(?:png|jpe?g|gif|webp|bmp)")


def identify(head: bytes, path: Path) -> bool:
    """Whether the first line tells the version of the export."""
    return bool(_VERSION.match(head.removeprefix(b"\xef\xbb\xbf")))


def read(source: Source) -> Iterator[Chat]:
    """A chat for each channel, and for each circle of people who wrote to each other."""
    rooms: dict[str, list[Raw]] = {}
    unreadable: list[Raw | Unreadable] = []
    for number, line in source.lines():
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            unreadable.append(Unreadable(number, "broken JSON", line))
            continue
        type_ = string(row, "type")
        if type_ not in _POSTS:
            continue  # people, teams and channels are no records of talk
        post = mapping(row, type_)
        root = _record(number, post)
        if isinstance(root, Unreadable):
            unreadable.append(root)
            continue
        members = post.get("channel_members")
        people = [name for name in members if isinstance(name, str)] if isinstance(members, list) else []
        records = rooms.setdefault(string(post, "channel") or ", ".join(people), [])
        records.append(root)
        for reply in objects(post, "replies"):
            record = _record(number, reply)
            if isinstance(record, Unreadable):
                unreadable.append(record)
                continue
            record.reply_to = Parent(at=root.at, sender=root.sender, text=root.text)
            records.append(record)
    for room, records in rooms.items():
        records.sort(key=_at)
        yield Chat(room, records)
    if unreadable:
        yield Chat(next(iter(rooms), ""), unreadable)


def _at(record: Raw) -> float:
    assert isinstance(record.at, int | float)
    return record.at


def _record(number: int, post: dict[str, Any]) -> Raw | Unreadable:
    at = seconds(post.get("create_at"))
    if at is None:
        return Unreadable(number, "no time", str(post)[:100])
    user, text, kind = string(post, "user"), string(post, "message"), "text"
    if string(post, "type").startswith("system_"):
        return Raw(at, text or string(post, "type"), kind="system", line=number)
    files = [string(file, "path") for file in objects(post, "attachments")]
    if files and not text:
        kind, text = ("image", "") if _IMAGE.fullmatch(files[0]) else ("file", " ".join(files))
    edited = (seconds(post.get("edit_at")) or 0) > 0
    return Raw(at, text, user, user, kind, edited=edited, line=number)
