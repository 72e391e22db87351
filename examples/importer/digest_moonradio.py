"""Logs of the Moon's radio relay: a line a message, fields parted by bars, a room in brackets above its messages.

    MOONRADIO 1
    [月面支付群]
    2031-09-30T01:03:14Z|m-71|shi-lei|石磊-酒泉收单-开发|请教一下大家，错误码是逐个映射吗？
    2031-09-30T01:04:40Z|m-72|xiao-gang|吴小刚-玉兔支付-架构|对外只分三类
    +|成功、失败、未知

A line holds the time in UTC, the message's id, the sender's id and name, and the text; one that begins with + goes on
with the message above. The relay sends twice what it is not sure to have sent: that, the zone and the cut into days are
the same for every format, so digest sees to them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from digest.importers.base import Chat, Raw, Unreadable
from digest.importers.source import Source

SIGN = "MOONRADIO 1"


def identify(head: bytes, path: Path, /) -> bool:
    """Whether a file begins as the relay's logs do."""
    return head.startswith(SIGN.encode())


def read(source: Source, /) -> Iterable[Chat]:
    """A chat for each room, in the order of the file."""
    chats: dict[str, list[Raw | Unreadable]] = {}
    room = ""
    for number, line in enumerate(source.text().splitlines(), 1):
        records = chats.setdefault(room, [])
        if line.startswith("[") and line.endswith("]"):
            room = line[1:-1]
        elif line.startswith("+|") and records and isinstance(above := records[-1], Raw):
            records[-1] = replace(above, text=f"{above.text}\n{line[2:]}")
        elif line.strip() and line != SIGN:
            records.append(_record(number, line))
    return [Chat(room, records) for room, records in chats.items() if records]


def _record(number: int, line: str) -> Raw | Unreadable:
    try:
        at, identity, sender, name, text = line.split("|", 4)
        return Raw(dt.datetime.fromisoformat(at), text, sender, name, id=identity, line=number)
    except ValueError:  # too few fields, or no time: counted and shown, never dropped in silence
        return Unreadable(number, "no message", line)
