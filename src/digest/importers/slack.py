"""Slack's export, a folder or a zip: a folder a channel, a file a day; a reply names its thread's first message."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from digest.errors import DigestError
from digest.importers.base import Chat, Parent, Raw, Unreadable
from digest.importers.jsontext import mapping, objects, string
from digest.importers.source import Source
from digest.importers.tree import Tree, is_tree

_LISTS = ("channels.json", "groups.json", "dms.json", "mpims.json")
_DAY = re.compile(r"\d{4}-\d\d-\d\d\.json")
_MARK = re.compile(r"<([^<>\n]*)>")
_TALK = ("", "bot_message", "me_message", "thread_broadcast", "file_share", "file_comment", "reply_broadcast")
_IMAGE = re.compile(r"(?i).*\.(?:png|jpe?g|gif|webp|bmp|heic)")


def identify(head: bytes, path: Path) -> bool:
    """Whether a folder or zip holds Slack's lists of channels or people, and channels with a file a day."""
    if not is_tree(head, path):
        return False
    try:
        names = Tree(Source.of(path)).names
    except (DigestError, OSError):
        return False
    lists = any(PurePosixPath(name).name in (*_LISTS, "users.json") for name in names)
    return lists and any(_DAY.fullmatch(PurePosixPath(name).name) for name in names)


def read(source: Source) -> Iterator[Chat]:
    """A chat for each channel."""
    tree = Tree(source)
    rooms: dict[str, str] = {}
    people: dict[str, str] = {}
    problems: list[Raw | Unreadable] = []
    for name in tree.names:
        file = PurePosixPath(name).name
        if file not in (*_LISTS, "users.json"):
            continue
        rows = _rows(tree, name)
        if isinstance(rows, Unreadable):
            problems.append(rows)
            continue
        for row in rows:
            if file == "users.json":
                profile = mapping(row, "profile")
                people[string(row, "id")] = (
                    string(profile, "display_name") or string(row, "real_name") or string(profile, "real_name")
                ) or string(row, "name")
            else:
                rooms[string(row, "id")] = string(row, "name", "id")
    channels: dict[str, list[str]] = {}
    for name in tree.names:
        path = PurePosixPath(name)
        if _DAY.fullmatch(path.name) and len(path.parts) > 1:
            channels.setdefault(path.parent.name, []).append(name)
    for folder, days in channels.items():
        yield Chat(rooms.get(folder, folder), [*problems, *_records(tree, days, people)])
        problems = []


def _rows(tree: Tree, name: str) -> list[Any] | Unreadable:
    try:
        value = json.loads(tree.source(name).text())
    except DigestError as error:
        return Unreadable(1, "a file that can't be read", str(error))
    except (ValueError, RecursionError):
        return Unreadable(1, "broken JSON", name)
    return value if isinstance(value, list) else Unreadable(1, "no list of records", name)


def _records(tree: Tree, names: list[str], people: dict[str, str]) -> Iterator[Raw | Unreadable]:
    for name in names:
        rows = _rows(tree, name)
        if isinstance(rows, Unreadable):
            yield rows
            continue
        for number, row in enumerate(rows, start=1):
            yield _record(number, row, people)


def _record(number: int, row: Any, people: dict[str, str]) -> Raw | Unreadable:
    ts = string(row, "ts")
    try:
        at = float(ts)
    except ValueError:
        return Unreadable(number, "no time", str(row)[:100])
    subtype = string(row, "subtype")
    changed = mapping(row, "message")
    if subtype == "message_changed" and (target := string(changed, "ts")):
        return Raw(at, _plain(string(changed, "text"), people), edits=target, line=number)
    if subtype == "message_deleted" and (target := string(row, "deleted_ts")):
        return Raw(at, "", recalls=target, line=number)
    text = _plain(string(row, "text"), people)
    if subtype == "tombstone":
        return Raw(at, "", kind="recalled", id=ts, line=number)
    if subtype not in _TALK:
        return Raw(at, text or subtype, kind="system", id=ts, line=number)
    sender = string(row, "user", "bot_id")
    profile = mapping(row, "user_profile")
    name = people.get(sender) or string(profile, "display_name", "real_name", "name") or string(row, "username")
    kind = "bot" if subtype == "bot_message" else "text"
    if not text:
        files = [string(file, "name", "title") for file in objects(row, "files")]
        if files:
            kind, text = ("image", "") if _IMAGE.fullmatch(files[0]) else ("file", " ".join(files))
        else:
            text = "\n".join(_plain(string(part, "text", "fallback"), people) for part in objects(row, "attachments"))
    thread = string(row, "thread_ts")
    reply = Parent(thread) if thread and thread != ts else None
    edited = bool(mapping(row, "edited"))
    return Raw(at, text, sender, name or sender, kind, ts, reply_to=reply, edited=edited, line=number)


def _plain(text: str, people: dict[str, str]) -> str:
    """A text without Slack's marks: people by their labels, links by their address."""
    return html.unescape(_MARK.sub(lambda match: _mark(match[1], people), text))


def _mark(inside: str, people: dict[str, str]) -> str:
    target, _, label = inside.partition("|")
    if target.startswith("@"):
        return "@" + (people.get(target[1:]) or label or target[1:])
    if target.startswith("#"):
        return "#" + (label or target[1:])
    if target.startswith("!"):
        return "@" + (label.removeprefix("@") or target[1:].partition("^")[0])
    if target.startswith("mailto:"):
        return label or target[7:]
    if not label or label == target or target.endswith("://" + label):
        return target
    return f"{label} {target}"
