"""WeFlow's TXT: `YYYY-MM-DD HH:MM:SS 'name'`, the text, a blank line; a quote stands behind the own words."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from digest.importers import placeholders, weflow
from digest.importers.base import Chat, Raw, Unreadable
from digest.importers.headed import HeadedText, headed_texts
from digest.importers.sayings import Sayings, quote
from digest.importers.source import Source

_HEADER = re.compile(r"(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) '(?P<name>.*)'")


def identify(head: bytes, path: Path) -> bool:
    """Whether the first line is a header."""
    text = head.decode("utf-8", errors="ignore").removeprefix("\ufeff").lstrip()
    return bool(_HEADER.fullmatch(text.partition("\n")[0].rstrip()))


def read(source: Source) -> Iterator[Chat]:
    """The one chat of the export; its room stands in the file's name alone, and as the sender of notices."""
    records = [record for block in headed_texts(source.lines(), _header) if (record := _record(block))]
    messages = [record for record in records if isinstance(record, Raw)]
    sayings = Sayings(messages, weflow.QUOTE)
    by_name: dict[str, list[Raw]] = defaultdict(list)
    for record in messages:
        by_name[record.name].append(record)
    for name, texts in by_name.items():
        # notices are said by the room
        system = name == source.path.stem or all(placeholders.is_notice(record.text) for record in texts)
        for record in texts:
            if system:
                record.kind, record.name = "system", ""
            elif record.kind == "text" and (parts := sayings.split(record.text)):
                quote(record, *parts)
    yield Chat("", records)


def _header(line: str, before: str, _: str) -> re.Match[str] | None:
    return None if before.strip() else _HEADER.fullmatch(line.rstrip())


def _record(block: HeadedText) -> Raw | Unreadable | None:
    if block.match is None:
        return Unreadable(block.line, "text before the first message", block.text) if block.text.strip() else None
    try:
        at = dt.datetime.fromisoformat(block.match["time"])
    except ValueError:
        return Unreadable(block.line, "no such time", block.match[0])
    kind, text = placeholders.kind_of(block.text)
    return Raw(at, text, name=block.match["name"], kind=kind, line=block.line)
