"""Chatlog's CSV: `Time,SenderName,Sender,TalkerName,Talker,Content`, in alpha with `MessageID` first."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path

from digest.importers import chatlog
from digest.importers.base import Chat, Raw, Unreadable
from digest.importers.source import Source

COLUMNS = ("Time", "SenderName", "Sender", "TalkerName", "Talker", "Content")
_LONGEST_CELL = 1 << 27


def identify(head: bytes, path: Path) -> bool:
    """Whether the row of titles stands at the top."""
    first = head.removeprefix(b"\xef\xbb\xbf").partition(b"\n")[0].strip().decode("utf-8", errors="replace")
    return first in (",".join(COLUMNS), ",".join(("MessageID", *COLUMNS)))


def read(source: Source) -> Iterator[Chat]:
    """A chat a row, for rooms may take turns."""
    csv.field_size_limit(_LONGEST_CELL)
    rows = csv.reader(io.StringIO(source.text().replace("\0", ""), newline=""))
    titles = next(rows, [])
    line = rows.line_num + 1
    for cells in rows:
        if cells:
            row = dict(zip(titles, cells, strict=False))
            yield Chat(row.get("TalkerName") or row.get("Talker", ""), [_record(row, cells, line)])
        line = rows.line_num + 1


def _record(row: dict[str, str], cells: list[str], line: int) -> Raw | Unreadable:
    if not row.keys() >= {*COLUMNS} or len(cells) > len(row):
        return Unreadable(line, f"{len(cells)} columns", ",".join(cells))
    try:
        at = dt.datetime.fromisoformat(row["Time"])
    except ValueError:
        return Unreadable(line, "no such time", ",".join(cells))
    if chatlog.SYSTEM in (row["Sender"], row["SenderName"]):
        return Raw(at, row["Content"], kind="system", line=line)
    return chatlog.record(at, row["Content"], row["Sender"], row["SenderName"] or row["Sender"], line)
