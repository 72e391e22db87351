"""QQ's .mht: a page of a table, in it a row for each day and each message, with the pictures as parts behind it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

from digest.importers import qq_txt
from digest.importers.base import Chat, Raw, Unreadable
from digest.importers.source import Source
from digest.model import Image

_FROM = re.compile(rb"\s*From:[^\n]*Tencent", re.IGNORECASE)
_SUBJECT = re.compile(rb"Subject: *Tencent IM Message", re.IGNORECASE)
_ROW = re.compile(r"<tr\b[^>]*>(.*?)(?=</tr>|<tr\b|</table>|\Z)", re.IGNORECASE | re.DOTALL)
_MESSAGE = re.compile(
    r"<div\b[^>]*>\s*<div\b[^>]*>(?P<who>[^\n]*?)</div>\s*(?P<clock>\d{1,2}:\d\d:\d\d)"
    r"(?P<half>(?:\s|&nbsp;)*(?:[AP]M|上午|下午))?\s*</div>(?P<body>.*)",
    re.IGNORECASE | re.DOTALL,
)
_DAY = re.compile(r"日期[:：]\s*(\d{4})[-/年](\d{1,2})[-/月](\d{1,2})日?\s*")
_ROOM = re.compile(r"消息对象[:：](.*)")
_SAID = re.compile(r"(?:消息记录|消息分组[:：].*)?\s*")  # rows that are no messages
_IMAGE = re.compile(r"""<img\b[^>]*?\bsrc\s*=\s*["']?([^"'\s>]*)[^>]*>""", re.IGNORECASE)
_LINE_END = re.compile(r"<br\s*/?>|</(?:div|p)>\s*(?=<(?:div|p)\b)", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")


def identify(head: bytes, path: Path) -> bool:
    """Whether a mail of Tencent's message manager begins."""
    head = head.removeprefix(b"\xef\xbb\xbf")
    return bool(_FROM.match(head)) or bool(_SUBJECT.search(head[:400]))


def read(source: Source) -> Iterator[Chat]:
    """A chat for each room of the page."""
    text = source.text()
    start = text.find("<")
    start = text.find("<html", max(start, 0)) if "<html" in text else start
    end = text.find("</html>", start)
    page = text[start : end if end >= 0 else len(text)]
    room, day = "", ""
    line, at = text.count("\n", 0, max(start, 0)) + 1, 0
    for match in _ROW.finditer(page):
        line += page.count("\n", at, match.start())
        at = match.start()
        message = _MESSAGE.search(match[1])
        if message:
            yield Chat(room, [_record(message, day, line)])
            continue
        words = _words(match[1]).strip()
        if found := _ROOM.fullmatch(words):
            room = found[1].strip()
        elif found := _DAY.fullmatch(words):
            day = "-".join(found.groups())
        elif not _SAID.fullmatch(words):
            yield Chat(room, [Unreadable(line, "a row that is no message", words)])


def _record(message: re.Match[str], day: str, line: int) -> Raw | Unreadable:
    half = html.unescape(message["half"] or "").strip() or None
    at = qq_txt.time(day, message["clock"], half)
    if at is None:
        return Unreadable(line, "no such time", f"{day} {message['clock']}")
    images = tuple(Image("", html.unescape(url)) for url in _IMAGE.findall(message["body"]))
    text = _words(_IMAGE.sub("[图片]", message["body"])).strip("\n")
    record = qq_txt.record(at, html.unescape(_TAG.sub("", message["who"])), text, line)
    record.images = images
    return record


def _words(markup: str) -> str:
    """What markup says; a page has its line ends in tags alone."""
    return html.unescape(_TAG.sub("", _LINE_END.sub("\n", markup.replace("\n", "")))).replace("\u00a0", " ")
