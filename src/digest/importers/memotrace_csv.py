"""MemoTrace's CSV (留痕, WeChatMsg and its forks).

Version 1 has WeChat's own columns; what is no plain text is empty or XML there. Version 2 has Chinese titles, the
server's ids, and quotes in the text: own words, a line end, `引用：name: text`.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from digest.importers import placeholders
from digest.importers.base import Chat, Raw, Unreadable
from digest.importers.jsontext import seconds
from digest.importers.sayings import QuoteForm, Sayings, quote
from digest.importers.source import Source

_FIRST = ("localId", "TalkerId", "Type", "SubType", "IsSender", "CreateTime", "Status", "StrContent", "StrTime")
_PEOPLE = ("Remark", "NickName", "Sender")
_SECOND = ("消息ID", "类型")
_LONGEST_CELL = 1 << 27
_ME = "我"
_KINDS = {"1": "text", "3": "image", "10000": "system", "10002": "system"}
_SHARES = {
    "4": "link",
    "5": "link",
    "6": "file",
    "33": "link",
    "36": "link",
    "51": "link",
    "62": "system",
    "87": "system",
}
_NAMES = (  # what a type of version 2 is called begins with
    ("文本", "text"),
    ("引用", "text"),
    ("图片", "image"),
    ("文件", "file"),
    ("分享链接", "link"),
    ("链接", "link"),
    ("小程序", "link"),
    ("系统", "system"),
    ("撤回", "system"),
    ("拍一拍", "system"),
)
_QUOTE = QuoteForm(re.compile(r"(?:^|\n)引用："), re.compile(": ?|："))


def identify(head: bytes, path: Path) -> bool:
    """Whether the titles of either version stand at the top."""
    first = head.removeprefix(b"\xef\xbb\xbf").partition(b"\n")[0].decode("utf-8", errors="replace").replace('"', "")
    return first.startswith((",".join(_FIRST[:6]), ",".join(_SECOND)))


def read(source: Source) -> Iterator[Chat]:
    """The chats of the export; a chat exported for itself has its room in the file's name alone."""
    csv.field_size_limit(_LONGEST_CELL)
    lines = csv.reader(io.StringIO(source.text().replace("\0", ""), newline=""))
    titles = [title.strip() for title in next(lines, [])]
    first = titles[: len(_SECOND)] != [*_SECOND]
    rows: list[tuple[int, dict[str, str] | Unreadable]] = []
    line = lines.line_num + 1
    for cells in lines:
        if cells:
            rows.append((line, _row(titles, cells, line)))
        line = lines.line_num + 1
    if not first:
        records = [row if isinstance(row, Unreadable) else _second(row, line) for line, row in rows]
        quotes = {line for line, row in rows if isinstance(row, dict) and row.get("类型", "").startswith("引用")}
        cut_quotes([record for record in records if isinstance(record, Raw)], quotes)
        yield Chat("", records)
        return
    several = _of_several_chats([row for _, row in rows if isinstance(row, dict)])
    for line, row in rows:
        if isinstance(row, Unreadable):
            yield Chat("", [row])
        else:
            yield Chat(row["Remark"] or row["NickName"] if several else "", [_first(row, line, source, several)])


def _row(titles: list[str], cells: list[str], line: int) -> dict[str, str] | Unreadable:
    if len(cells) < len(titles):
        return Unreadable(line, f"{len(cells)} columns", ",".join(cells))
    row = dict.fromkeys(_PEOPLE, "") | dict(zip(titles, cells, strict=False))
    if len(cells) == len(_FIRST) + len(_PEOPLE) and len(titles) == len(_FIRST):
        row |= zip(_PEOPLE, cells[len(_FIRST) :], strict=True)  # the titles may lack the last ones
    return row


def _of_several_chats(rows: list[dict[str, str]]) -> bool:
    """Whether the file holds all chats: there `Remark` and `NickName` are the room's, `Sender` a person's label."""
    labels = defaultdict(set)
    for row in rows:
        if row["Sender"]:
            labels[row["Remark"], row["NickName"]].add(row["Sender"])
    return any(row["Sender"] == _ME for row in rows) or any(len(senders) > 1 for senders in labels.values())


def _first(row: Mapping[str, str], line: int, source: Source, several: bool) -> Raw | Unreadable:
    at = _time(row.get("CreateTime", ""), row.get("StrTime", ""))
    if at is None:
        return Unreadable(line, "no such time", ",".join(row.values()))
    type_, text = row.get("Type", ""), row.get("StrContent", "")
    kind = _KINDS.get(type_, "other")
    if type_ == "49":
        kind = _SHARES.get(row.get("SubType", ""), "text" if text and row.get("SubType") == "57" else "other")
    if kind == "system":
        return Raw(at, text, kind="system", line=line)
    if kind != "text":
        text = "" if text.lstrip()[:1] == "<" or kind == "image" else placeholders.words(kind, text)
    if several:
        return Raw(at, text, "", row["Sender"], kind, line=line)
    name = row["Remark"] or row["NickName"] or row["Sender"]
    if not name:
        name = _ME if row.get("IsSender") == "1" else source.path.stem  # a talk of two
    return Raw(at, text, row["Sender"], name, kind, line=line)


def _second(row: Mapping[str, str], line: int) -> Raw | Unreadable:
    at = _time("", row.get("时间", ""))
    if at is None:
        return Unreadable(line, "no such time", ",".join(row.values()))
    type_, text = row.get("类型", ""), row.get("内容", "")
    kind = next((kind for beginning, kind in _NAMES if type_.startswith(beginning)), "other")
    name = row.get("发送人") or row.get("备注") or row.get("昵称") or ""
    id_ = row.get("消息ID", "").strip()
    record = Raw(at, text, name=name, kind=kind, id="" if id_ == "0" else id_, line=line)
    if kind == "system":
        record.name = ""
    elif not type_.startswith("引用"):
        record.text = "" if kind != "text" and text.lstrip()[:1] == "<" else placeholders.words(kind, text)
    return record


def cut_quotes(records: list[Raw], lines: set[int]) -> None:
    """Give each record at one of `lines` its own words alone, and the quote that stands below them."""
    sayings = Sayings(records, _QUOTE)
    for record in records:
        if record.line in lines and (parts := sayings.split(record.text)):
            quote(record, *parts)


def _time(epoch: str, clock: str) -> dt.datetime | float | None:
    at = seconds(epoch.strip())
    if at is not None:
        return at
    try:
        return dt.datetime.fromisoformat(clock.strip())
    except ValueError:
        return None
