"""wx-cli's TXT and Markdown, which tell neither seconds nor ids.

=== room[群] (n 条) ===                    # room（群聊）
[YYYY-MM-DD HH:MM] sender: content         ### YYYY-MM-DD HH:MM

                                           **sender**: content
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from digest.importers import wxcli
from digest.importers.base import Chat, Raw, Unreadable
from digest.importers.headed import HeadedText, headed_texts
from digest.importers.source import Source

_TXT_TITLE = re.compile(r"=== (?P<room>.*?)(?:\s?\[[^\[\]]*\])?\s?[(（]\d+ 条[^()（）]*[)）] ===")
_TXT_HEADER = re.compile(r"\[(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?)\] (?P<first>.*)")
_MD_TITLE = re.compile(r"# (?P<room>.*?)(?:（[^（）]*）)?")
_MD_COUNT = re.compile(r"> 导出 \d+ 条消息.*")
_MD_HEADER = re.compile(r"### (?P<time>\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?)")
_NOTICE = re.compile(r"\[(?:系统|撤回)\]")
_ME = "我"
_MD_SENDER = re.compile(r"\*\*(?P<name>.*?)\*\*[:：] ?(?P<text>.*)")


def identify(head: bytes, path: Path) -> bool:
    """Whether the title of either form stands at the top."""
    lines = [line.strip() for line in head.decode("utf-8", errors="ignore").removeprefix("\ufeff").strip().split("\n")]
    if _TXT_TITLE.fullmatch(lines[0]):
        return True
    return bool(_MD_TITLE.fullmatch(lines[0])) and any(_MD_COUNT.fullmatch(line) for line in lines[1:5])


def read(source: Source) -> Iterator[Chat]:
    """The one chat of the export."""
    records: list[Raw | Unreadable] = []
    room = ""
    lines = source.lines()
    number, title = next(((number, line) for number, line in lines if line.strip()), (1, ""))
    record: Callable[[HeadedText], list[Raw | Unreadable]]
    if match := _TXT_TITLE.fullmatch(title.strip()):
        header, record = _TXT_HEADER, _txt_record
    else:
        match = _MD_TITLE.fullmatch(title.strip())
        header, record = _MD_HEADER, _md_record
    room = match["room"].strip() if match else ""
    if match is None:
        records.append(Unreadable(number, "text before the first message", title))
    for block in headed_texts(lines, lambda line, before, further: header.fullmatch(line.rstrip())):
        if block.match is not None:
            records += record(block)
        elif text := "\n".join(line for line in block.body if not _MD_COUNT.fullmatch(line.strip())).strip():
            records.append(Unreadable(block.line, "text before the first message", text))
    messages = [record for record in records if isinstance(record, Raw)]
    if record is _txt_record:
        _name(messages)
    for message in messages:
        wxcli.complete(message)
    wxcli.find_parents(messages, {})
    yield Chat(room, records)


def _time(block: HeadedText) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(block.match["time"]) if block.match else None
    except ValueError:
        return None


def _txt_record(block: HeadedText) -> list[Raw | Unreadable]:
    at = _time(block)
    if at is None or block.match is None:
        return [Unreadable(block.line, "no such time", block.match[0] if block.match else "")]
    text = "\n".join([block.match["first"], *block.body]).rstrip("\n")
    return [Raw(at, text, minute=_no_seconds(block.match["time"]), line=block.line)]


def _name(records: list[Raw]) -> None:
    """Take the names off the texts; one that holds `: ` itself is known by its other messages."""
    firsts: dict[str, int] = {}
    for record in records:
        line = record.text.partition("\n")[0]
        for match in re.finditer(": ", line):
            firsts[line[: match.start()]] = firsts.get(line[: match.start()], 0) + 1
    for record in records:
        line = record.text.partition("\n")[0]
        if _NOTICE.match(line):
            continue
        ends = [match.start() for match in re.finditer(":(?: |$)", line)]
        if not ends:
            record.name = _ME
            continue
        end = ends[0]
        for longer in ends[1:]:
            # `a: b` is a name where it begins as many texts as `a` does, and more than one
            if firsts.get(line[:longer], 0) == firsts.get(line[:end], 0) > 1:
                end = longer
        record.name, record.text = line[:end] or _ME, record.text[end + 1 :].removeprefix(" ")


def _md_record(block: HeadedText) -> list[Raw | Unreadable]:
    at = _time(block)
    if at is None or block.match is None:
        return [Unreadable(block.line, "no such time", block.match[0] if block.match else "")]
    records: list[Raw | Unreadable] = []
    last: Raw | None = None
    minute = _no_seconds(block.match["time"])
    for number, line in enumerate(block.body, start=block.line + 1):
        match = _MD_SENDER.fullmatch(line)
        if match or (last is None and line.strip()):
            # lines after the first stand behind `> `, so this one is another message
            last = Raw(at, line, name=_ME, minute=minute, line=number)
            if match:
                last.name, last.text = match["name"] or _ME, match["text"]
            records.append(last)
        elif last is not None:
            last.text += "\n" + (line[2:] if line.startswith("> ") else "" if line == ">" else line)
    for record in records:
        if isinstance(record, Raw):
            record.text = record.text.rstrip("\n")
    return records or [Raw(at, "", minute=minute, line=block.line)]


def _no_seconds(time: str) -> bool:
    return time.count(":") == 1
