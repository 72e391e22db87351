"""QQ's own .txt, of one chat or of a whole account: `YYYY-MM-DD H:MM:SS name(number)`, the text, a blank line."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

from digest.importers import placeholders
from digest.importers.base import Ambiguity, Chat, Raw, Unreadable
from digest.importers.source import Source

_BANNER = "消息记录（此消息记录为文本格式"
_RULE = re.compile(r"={20,}")
_GROUP = re.compile(r"消息分组[:：].*")
_ROOM = re.compile(r"消息对象[:：](?P<room>.*)")
_HEADER = re.compile(
    r"(?P<day>\d{4}-\d{1,2}-\d{1,2}) +(?P<clock>\d{1,2}:\d\d:\d\d)"
    r"(?P<half> ?(?:[AaPp][Mm]|上午|下午))?(?: (?P<who>.*))?"
)
_PERSON = re.compile(r"(?P<name>.*)(?:\((?P<number>\d{4,12})\)|<(?P<mail>[^<>\s]*@[^<>\s]*)>)\s*")
_TITLE = re.compile(r"【[^【】\n]{1,16}】")
_SYSTEM = ("10000", "1000000")  # QQ's own numbers, which say notices
_NAMELESS = "80000000"  # the number of all who hide theirs
_NO_HEADER = "taken for text, though it looks like a header: no blank line stands before it"
_PICTURES = re.compile(r"(?:\s*\[图片\])+\s*")


def identify(head: bytes, path: Path) -> bool:
    """Whether the banner stands at the top, or what says whose messages follow."""
    text = head.decode("utf-8", errors="ignore").removeprefix("\ufeff").lstrip()
    lines = [line.strip() for line in text.split("\n")[:12]]
    return text.startswith(_BANNER) or (any(map(_GROUP.fullmatch, lines)) and any(map(_ROOM.fullmatch, lines)))


def person(who: str) -> tuple[str, str]:
    """The label, without the title that groups put before it, and the number or mail address."""
    match = _PERSON.fullmatch(who)
    name, sender = (match["name"], match["number"] or match["mail"] or "") if match else (who, "")
    title = _TITLE.match(name)
    if title and name[title.end() :].strip():
        name = name[title.end() :]
    return name.strip(), sender


def hour(clock: str, half: str | None) -> str:
    """The time of a clock that may count twice to twelve."""
    hours, _, rest = clock.partition(":")
    number = int(hours)
    if half and half.strip().upper() in ("PM", "下午"):
        number = number % 12 + 12
    elif half:
        number %= 12
    return f"{number:02}:{rest}"


def time(day: str, clock: str, half: str | None) -> dt.datetime | None:
    """The time that day and clock say; None for one that no calendar has."""
    try:
        year, month, date = map(int, day.split("-"))
        return dt.datetime.combine(dt.date(year, month, date), dt.time.fromisoformat(hour(clock, half)))
    except ValueError:
        return None


def record(at: dt.datetime, who: str, text: str, line: int) -> Raw:
    """A message; `who` as the export has it, text with pictures as `[图片]`."""
    name, sender = person(who)
    if sender in _SYSTEM:
        return Raw(at, text, kind="system", line=line)
    if sender == _NAMELESS and name:
        sender = ""
    kind, words = ("image", "") if _PICTURES.fullmatch(text) else placeholders.kind_of(text)
    return Raw(at, words, sender, name or sender, kind, line=line)


def read(source: Source) -> Iterator[Chat]:
    """A chat for each room of the file."""
    lines = list(source.lines())
    rooms = [n for n, (_, line) in enumerate(lines) if _ROOM.fullmatch(line) and _is_rule(lines, n - 1)]
    if not rooms:
        yield Chat("", _records(lines))
        return
    starts = [_start(lines, n) for n in rooms]
    yield Chat("", _records(lines[: starts[0]]))
    for n, end in zip(rooms, [*starts[1:], len(lines)], strict=True):
        match = _ROOM.fullmatch(lines[n][1])
        body = n + 2 if _is_rule(lines, n + 1) else n + 1
        yield Chat(match["room"].strip() if match else "", _records(lines[body:end]))


def _is_rule(lines: list[tuple[int, str]], n: int) -> bool:
    return 0 <= n < len(lines) and bool(_RULE.fullmatch(lines[n][1].strip()))


def _start(lines: list[tuple[int, str]], room: int) -> int:
    """Where what is said of a room begins: with a rule and its group."""
    n = room - 1
    if n >= 1 and _GROUP.fullmatch(lines[n - 1][1]):
        n -= 2 if _is_rule(lines, n - 2) else 1
    return n


def _records(lines: list[tuple[int, str]]) -> Iterator[Raw | Unreadable | Ambiguity]:
    """The messages of a room; a header follows a blank line and has the form of the room's first one."""
    form: tuple[bool, bool] | None = None
    header: re.Match[str] | None = None
    start, body = lines[0][0] if lines else 1, [""]
    blank = True
    for number, line in [*lines, (0, "")]:
        match = _HEADER.fullmatch(line)
        # a header without a person is one of an empty name where the others have numbers
        shape = (bool(match["half"]), bool(_PERSON.fullmatch(match["who"] or ""))) if match else None
        if shape is not None and not blank and shape == form:
            yield Ambiguity(number, _NO_HEADER, line)
        if shape is not None and blank and (form is None or shape == form):
            form = shape
            yield from _record(header, start, body)
            header, start, body = match, number, []
        else:
            body.append(line)
        blank = not line.strip()
    yield from _record(header, start, body)


def _record(header: re.Match[str] | None, line: int, body: list[str]) -> Iterator[Raw | Unreadable]:
    text = "\n".join(body).strip("\n")
    if header is None:
        ours = (_RULE.fullmatch(part.strip()) or part.strip().startswith(_BANNER) for part in body)
        rest = "\n".join(part for part, known in zip(body, ours, strict=True) if part.strip() and not known)
        if rest:
            yield Unreadable(line, "text before the first message", rest)
        return
    at = time(header["day"], header["clock"], header["half"])
    if at is None:
        yield Unreadable(line, "no such time", header[0])
        return
    yield record(at, header["who"] or "", text, line)
