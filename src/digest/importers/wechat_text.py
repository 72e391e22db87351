"""Text mailed or copied out of WeChat.

    mail                                PC                         phone, or name and time on two lines
    —————  2031-03-04  —————            name 2031/3/4 23:50        name
    name  23:50                         text                       2031年03月04日 23:50
                                                                   text
    text

Where blank lines set the messages apart, a line is a header only beside one; where they are gone, anywhere. A header
that is earlier than those before it, of somebody who says nothing else, is a line of a text.
"""

from __future__ import annotations

import datetime as dt
import email
import email.header
import email.policy
import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from digest.errors import LogError
from digest.importers import placeholders
from digest.importers.base import Ambiguity, Chat, Raw, Unreadable
from digest.importers.source import Source

_TITLE = re.compile(r"(?P<room>.*?)\s*(?:(?:微信)?群上|在微信上)的聊天记录如下，?请查收。?")
_SALUTATION = re.compile(r"(?:Dear|Hi|您好|你好)\s*[:：,，]?.*")
_DAY_LINE = re.compile(
    r"(?:[—─-]{3,}\s*)?(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})|年(\d{1,2})月(\d{1,2})日)(?:\s*[—─-]{3,})?"
)
_DAY = r"(?:(?P<year>\d{4})[-/.年])?(?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?(?: ?(?:星期|周)[一二三四五六日天])?"
_HALF = "上午|下午|凌晨|早上|中午|晚上|[AP]M"
_CLOCK = rf"(?P<half>{_HALF})? ?(?P<hour>\d{{1,2}}):(?P<minute>\d\d)(?P<second>:\d\d)?(?: ?(?P<half2>[AaPp][Mm]))?"
_STAMP = re.compile(rf"{_DAY} +{_CLOCK}")
_SEPARATOR = re.compile(r"(?:昨天|前天|今天|(?:星期|周)[一二三四五六日天])? ?(?:上午|下午)? ?\d{1,2}:\d\d")
_ONE_LINE = re.compile(rf"(?P<name>\S.*?)[ \t]+{_DAY} +{_CLOCK}")
_MAIL = re.compile(rf"(?P<name>\S.*)  {_CLOCK}")
_HTML = re.compile(r"\s*<(?:!doctype|html|head|body|div|p|meta|table)\b", re.IGNORECASE)
_LINE_ENDS = re.compile(r"<br\s*/?>|</(?:p|div|tr|li|h\d)>", re.IGNORECASE)
_TAGS = re.compile(r"<(?:style|script|title)\b.*?</(?:style|script|title)>|<[^<>]*>", re.IGNORECASE | re.DOTALL)
_EML = re.compile(
    rb"(?:From|To|Subject|Date|MIME-Version|Received|Return-Path|Delivered-To|Message-ID|Content-Type|X-[\w-]+):", re.I
)
_NO_HEADER = "taken for text, though it looks like a header"
_FEW_LINES = 30
_LONGEST_HEADER = 200
_MOST = 0.7  # of the headers, to tell whether blank lines set messages apart


@dataclass(frozen=True, slots=True)
class _Heading:
    """A line that may begin a message, and where its text begins."""

    start: int  # index of the line with the name
    body: int
    name: str
    at: dt.datetime
    minute: bool
    apart: bool  # blank lines stand where the form has them


def identify(head: bytes, path: Path) -> bool:
    """Whether a mail's opening stands at the top, or headers with name and day do."""
    if _EML.match(head.lstrip()):
        return "聊天记录" in _subject(head)
    text = _spaces(head.decode("utf-8", errors="ignore"))
    if _HTML.match(text):
        return "聊天记录如下" in text
    lines = [line.strip() for line in text.split("\n") if line.strip()][:_FEW_LINES]
    if any(_TITLE.fullmatch(line) for line in lines[:3]):
        return True
    if lines and _DAY_LINE.fullmatch(lines[0]) and any(_MAIL.fullmatch(line) for line in lines[1:3]):
        return True
    if len(lines) > 1 and _STAMP.fullmatch(lines[1]) and not _STAMP.fullmatch(lines[0]) and lines[1][:4].isdigit():
        return True
    return any((match := _ONE_LINE.fullmatch(line)) and match["year"] for line in lines[:1])


def _subject(head: bytes) -> str:
    message = email.message_from_bytes(head, policy=email.policy.default)
    try:
        return str(message["Subject"])
    except (ValueError, LookupError, IndexError, AttributeError):
        return ""


def read(source: Source) -> Iterator[Chat]:
    """The one chat of the text; its room is named where it was mailed."""
    lines = _text(source).split("\n")
    records: list[Raw | Unreadable | Ambiguity] = []
    days = _day_lines(lines)
    headings, doubtful = _headings(lines, days, source)
    records += [Ambiguity(heading.body, _NO_HEADER, lines[heading.body - 1]) for heading in doubtful]
    first = headings[0].start if headings else len(lines)
    room, preamble = _opening([line for n, line in enumerate(lines[:first]) if n not in days])
    if preamble:
        records.append(Unreadable(1, "text before the first message", preamble))
    ends = [*(heading.start for heading in headings), len(lines)][1:]
    for heading, end in zip(headings, ends, strict=True):
        body = [line for n, line in enumerate(lines[heading.body : end], heading.body) if n not in days]
        kind, text = placeholders.kind_of("\n".join(body).strip("\n").rstrip())
        records.append(
            Raw(heading.at, text, name=heading.name, kind=kind, minute=heading.minute, line=heading.start + 1)
        )
    yield Chat(room, records)


def _text(source: Source) -> str:
    if _EML.match(source.data[:200].lstrip()):
        message = email.message_from_bytes(source.data, policy=email.policy.default)
        part = message.get_body(("plain", "html")) if isinstance(message, EmailMessage) else None
        try:
            text = str(part.get_content()) if part else ""
        except (LookupError, ValueError, KeyError):
            text = ""
        if not text:
            raise LogError(f"{source.path}: a mail without text. Save its text and import that")
    else:
        text = source.text()
    if _HTML.match(text):
        text = html.unescape(_TAGS.sub("", _LINE_ENDS.sub("\n", re.sub(r"\s*\n\s*", "", text))))
    return _spaces(text.replace("\r\n", "\n"))


def _spaces(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\u00a0", " ").replace("\u202f", " ").replace("\r\n", "\n")


def _opening(lines: list[str]) -> tuple[str, str]:
    """The room that a mail's first lines name, and what of them says something else."""
    room, rest = "", []
    for line in lines:
        match = _TITLE.fullmatch(line.strip())
        if match:
            room = match["room"].strip()
        elif line.strip() and not _SALUTATION.fullmatch(line.strip()):
            rest.append(line)
    return room, "\n".join(rest)


def _day_lines(lines: list[str]) -> set[int]:
    """Indices of the lines that say the day of what follows, or that copies have between messages."""
    drawn = [n for n, line in enumerate(lines) if line.lstrip()[:3] == "———" and _DAY_LINE.fullmatch(line.strip())]
    if drawn:
        # a mail has two blank lines behind each of them; a member may write such a line
        apart = [n for n in drawn if not any(line.strip() for line in lines[n + 1 : n + 3])]
        if drawn[0] in apart:
            return {*apart}
        return {
            n for n in drawn if not _MAIL.fullmatch(next((x for x in reversed(lines[:n]) if x.strip()), "").strip())
        }
    return {
        n
        for n, line in enumerate(lines)
        if (_DAY_LINE.fullmatch(line.strip()) or _SEPARATOR.fullmatch(line.strip()))
        and not "".join(lines[n - 1 : n]).strip()
    }


def _line_before(lines: list[str], n: int) -> str:
    return next((line.strip() for line in reversed(lines[:n]) if line.strip()), "")


def _headings(lines: list[str], days: set[int], source: Source) -> tuple[list[_Heading], list[_Heading]]:
    """The lines that begin messages, and those that look so."""
    found: list[_Heading] = []
    day: dt.date | None = None
    for n, line in enumerate(lines):
        line = line.strip()
        if not line or len(line) > _LONGEST_HEADER or line[-1] not in "0123456789Mm日—─-":
            continue
        if n in days:
            match = _DAY_LINE.fullmatch(line)
            day = (_day(match[1], match[2] or match[4], match[3] or match[5]) if match else None) or day
        elif heading := _heading(lines, n, day or source.day, source):
            found.append(heading)
    apart = sum(heading.apart for heading in found) >= _MOST * len(found)
    names = Counter(heading.name for heading in found if heading.apart or not apart)
    kept: list[_Heading] = []
    doubtful: list[_Heading] = []
    latest = dt.datetime.min
    for heading in found:
        if (heading.apart or not apart) and (heading.at >= latest or names[heading.name] > 1):
            kept.append(heading)
            latest = max(latest, heading.at)
        else:
            doubtful.append(heading)
    return kept, doubtful


def _heading(lines: list[str], n: int, day: dt.date | None, source: Source) -> _Heading | None:
    line = lines[n].strip()
    before = n == 0 or not lines[n - 1].strip()
    if match := _STAMP.fullmatch(line):  # the line above it is a name
        name = lines[n - 1].strip() if n else ""
        start, apart = n - 1, n == 1 or not lines[n - 2].strip()
        if not name:
            return None
    elif match := _ONE_LINE.fullmatch(line):
        name, start, apart = match["name"], n, before
    elif match := _MAIL.fullmatch(line):
        name, start = match["name"], n
        apart = before and (n + 1 == len(lines) or not lines[n + 1].strip())
    else:
        return None
    parts = match.groupdict()
    if parts.get("month"):
        year = parts["year"] or source.year or (source.day.year if source.day else None)
        day = _day(str(year or ""), parts["month"], parts["day"])
    at = _time(day, parts)
    return None if at is None else _Heading(start, n + 1, name.strip(), at, not parts["second"], apart)


def _day(year: str | None, month: str | None, day: str | None) -> dt.date | None:
    try:
        return dt.date(int(year or ""), int(month or ""), int(day or ""))
    except ValueError:
        return None


def _time(day: dt.date | None, parts: dict[str, str | None]) -> dt.datetime | None:
    if day is None:
        return None
    hour = int(parts["hour"] or 0)
    half = (parts["half"] or parts.get("half2") or "").upper()
    if half in ("下午", "晚上", "PM") or (half == "中午" and hour < 11):  # 中午 11:30 is before noon
        hour = hour % 12 + 12 if hour <= 12 else hour
    elif half in ("上午", "凌晨", "AM"):
        hour = hour % 12 if hour <= 12 else hour
    try:
        return dt.datetime(
            day.year, day.month, day.day, hour, int(parts["minute"] or 0), int((parts["second"] or ":0")[1:])
        )
    except ValueError:
        return None
