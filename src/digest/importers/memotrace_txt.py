"""MemoTrace's TXT: `YYYY-MM-DD HH:MM:SS name`, the text, a blank line."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

from digest.importers import placeholders
from digest.importers.base import Chat, Raw, Unreadable
from digest.importers.headed import HeadedText, headed_texts
from digest.importers.memotrace_csv import cut_quotes
from digest.importers.source import Source

_HEADER = re.compile(r"(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (?P<name>[^\s<*'\[][^\t\n]*|\[[^\t\n]*)?")
_SYSTEM = ("系统消息", "系统", "")


def identify(head: bytes, path: Path) -> bool:
    """Whether a header stands at the top, a line that is none below it, and a blank one below that."""
    lines = head.decode("utf-8", errors="ignore").removeprefix("\ufeff").lstrip().split("\n")
    if len(lines) < 2 or not _HEADER.fullmatch(lines[0].rstrip("\r")) or _HEADER.fullmatch(lines[1].rstrip("\r")):
        return False
    return any(not line.strip() for line in lines[2:])


def read(source: Source) -> Iterator[Chat]:
    """The one chat of the export, its room in the file's name alone."""
    records = [record for text in headed_texts(source.lines(), _header) if (record := _record(text))]
    messages = [record for record in records if isinstance(record, Raw)]
    cut_quotes(messages, {record.line for record in messages if record.kind == "text"})
    yield Chat("", records)


def _header(line: str, before: str, _: str) -> re.Match[str] | None:
    return None if before.strip() else _HEADER.fullmatch(line)


def _record(block: HeadedText) -> Raw | Unreadable | None:
    if block.match is None:
        return Unreadable(block.line, "text before the first message", block.text) if block.text.strip() else None
    try:
        at = dt.datetime.fromisoformat(block.match["time"])
    except ValueError:
        return Unreadable(block.line, "no such time", block.match[0])
    name = (block.match["name"] or "").strip()
    if name in _SYSTEM:
        return Raw(at, block.text, kind="system", line=block.line)
    kind, text = placeholders.kind_of(block.text)
    return Raw(at, text, name=name, kind=kind, line=block.line)
