"""TXT of QQ chat exporter: a message is its fields, a line each, two blank lines before the next.

name:
时间: 2031-03-04 23:50:05
内容: [回复消息]own words
资源: 1 个文件
  - image: file name
提及: name
回复: 03-04 23:49 name - quoted text
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from digest.importers import placeholders
from digest.importers.base import Chat, Parent, Raw, Unreadable
from digest.importers.headed import HeadedText, headed_texts
from digest.importers.source import Source
from digest.model import Quote

_EXPORTER = "QQChatExporter"
_TITLE = re.compile(r"QQ聊天记录导出文件")
_ROOM = re.compile(r"聊天名称: ?(.*)")
_TIME = re.compile(r"时间: ?(?P<time>\d{4}[-/]\d{1,2}[-/]\d{1,2}[ T]\d{1,2}:\d\d:\d\d)")
_WORDS = re.compile(r"(?:^|\n)内容: ?")
_FILES = re.compile(
    r"\n资源: ?\d+ 个文件(?:\n  - (?P<kind>\w+): (?P<name>[^\n]*))?(?:\n  - [^\n]*)*(?=\n提及:|\n回复:|\Z)"
)
_FILE_KINDS = {"image": "图片", "video": "视频", "audio": "语音"}
_MENTIONS = re.compile(r"\n提及: ?[^\n]*(?=\n回复:|\Z)")
_REPLY = re.compile(r"\n回复: ?(?P<clock>\d\d-\d\d \d\d:\d\d) (?P<quoted>.*)\Z", re.DOTALL)
_REPLY_WITHOUT_TIME = re.compile(r"\n回复: ?(?P<quoted>.*)\Z", re.DOTALL)
_FOOTER = re.compile(r"\n+={20,}\n\s*导出完成.*\Z", re.DOTALL)
_MARK = "[回复消息]"
_SYSTEM = ("系统消息", "系统")
_PICTURES = re.compile(r"(?:\s*\[图片(?:[:：][^\]\n]*)?\])+\s*")


@dataclass(slots=True)
class _Message:
    """A record, its text as exported, and what the line of its reply says."""

    record: Raw
    text: str
    clock: str = ""
    quoted: str = ""


def identify(head: bytes, path: Path) -> bool:
    """Whether the exporter's name or title stands at the top, and no JSON."""
    text = head.decode("utf-8", errors="ignore").removeprefix("\ufeff").lstrip()
    return text[:1] != "{" and (text.startswith(f"[{_EXPORTER}") or bool(_TITLE.search(text[:600])))


def read(source: Source) -> Iterator[Chat]:
    """The one chat of the export."""
    room = ""
    records: list[Raw | Unreadable] = []
    messages: list[_Message] = []
    for text in headed_texts(source.lines(), _header, named=True):
        if text.match is None:
            found = next(filter(None, (_ROOM.fullmatch(line.rstrip()) for line in text.body)), None)
            room = found[1].strip() if found else ""
            if not any(_EXPORTER in line or _TITLE.search(line) for line in text.body) and text.text.strip():
                records.append(Unreadable(text.line, "text before the first message", text.text))
            continue
        message = _message(text)
        if isinstance(message, Unreadable):
            records.append(message)
        else:
            records.append(message.record)
            messages.append(message)
    _find_parents(messages)
    yield Chat(room, records)


def _header(line: str, before: str, further: str) -> re.Match[str] | None:
    """The time of a message, below a name that stands behind blank lines."""
    return _TIME.fullmatch(line.rstrip()) if before.rstrip().endswith(":") and not further.strip() else None


def _message(text: HeadedText) -> _Message | Unreadable:
    assert text.match is not None
    name = text.name.rstrip().removesuffix(":")
    try:
        day, clock = re.split("[ T]", text.match["time"])
        year, month, date = map(int, re.split("[-/]", day))
        at = dt.datetime.combine(dt.date(year, month, date), dt.time.fromisoformat(clock.zfill(8)))
    except ValueError:
        return Unreadable(text.line, "no such time", text.match[0])
    body = _FOOTER.sub("", "\n" + "\n".join(text.body).rstrip("\n"))
    reply = _REPLY.search(body)
    if reply is None and body.startswith(f"\n内容: {_MARK}"):
        reply = _REPLY_WITHOUT_TIME.search(body)
    body = body[: reply.start()] if reply else body
    body = _MENTIONS.sub("", body)
    files = _FILES.search(body)
    body = body[: files.start()] if files else body
    words = _WORDS.search(body)
    body = body[words.end() :] if words else body.lstrip("\n")
    if name.strip() in _SYSTEM or (placeholders.is_notice(body) and name and name in body and not reply):
        return _Message(Raw(at, body, kind="system", line=text.line - 1), body)
    if files and not body.strip():
        body = f"[{_FILE_KINDS.get(files['kind'] or '', '文件')}:{files['name'] or ''}]"
    own = body.removeprefix(_MARK)
    kind, own = ("image", "") if _PICTURES.fullmatch(own) else placeholders.kind_of(own)
    record = Raw(at, own, name=name, kind=kind if not reply else "text", line=text.line - 1)
    message = _Message(record, body.removeprefix(_MARK))
    if reply:
        message.clock, message.quoted = reply.groupdict().get("clock") or "", reply["quoted"]
    return message


def _find_parents(messages: list[_Message]) -> None:
    """Say of each reply which message it answers: the one of that minute and name, with that text."""
    of_minute: dict[str, list[_Message]] = defaultdict(list)
    for message in messages:
        of_minute[f"{message.record.at:%m-%d %H:%M}"].append(message)
    for message in messages:
        if not message.quoted:
            continue
        candidates = [
            other
            for other in of_minute.get(message.clock, ())
            if other is not message and message.quoted.startswith(f"{other.record.name} - ")
        ]
        name, _, quoted = message.quoted.partition(" - ")
        parent = max(candidates, key=lambda other: _agreement(other, message), default=None)
        if parent is not None:
            name, quoted = parent.record.name, message.quoted[len(parent.record.name) + 3 :]
            message.record.reply_to = Parent("", parent.record.at, "", name, parent.record.text)
        else:
            message.record.reply_to = Parent(name=name, text=quoted.removeprefix(_MARK).removesuffix("..."))
        message.record.quote = Quote(name, quoted)
        message.record.text = message.record.text.removeprefix(f"@{name} ")


def _agreement(parent: _Message, message: _Message) -> int:
    """How many letters of what is quoted the parent's text begins with."""
    quoted = message.quoted[len(parent.record.name) + 3 :].removeprefix(_MARK).strip()
    return next(
        (n for n, (one, other) in enumerate(zip(quoted, parent.text, strict=False)) if one != other), len(quoted)
    )
