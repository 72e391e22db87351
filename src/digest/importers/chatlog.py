"""What stands in the texts and records of all exports of chatlog (sjzar/chatlog and its forks).

A quote in TXT and CSV is a header line `> name(wxid) 03-05 23:41:07`, the quoted lines behind `> `, then own words.
"""

from __future__ import annotations

import datetime as dt
import re

from digest.importers.base import Parent, Raw
from digest.model import Image, Quote

SYSTEM = "系统消息"
_NO_WORDS = "语音|视频|动画表情|表情|位置|名片|通话|红包|转账"
_PLACEHOLDERS = (  # whole texts alone count
    ("image", re.compile(r"!?\[图片\](?:\(([^()\s]*)\))?")),
    ("file", re.compile(r"\[文件\|([^\n]*?)\](?:\([^()\s]*\))?")),
    ("link", re.compile(r"\[(?:链接|小程序|视频号)\|([^\n]*?)\](?:\([^()\s]*\))?")),
    (
        "other",
        re.compile(r"!?\[(?:语音|视频|动画表情|表情|位置|名片|通话|红包|转账)(?:\|[^\n\]]*)?\](?:\([^()\s]*\))?"),
    ),
    ("other", re.compile(r"\[合并转发(?:\|[^\n]*)?\](?:\n[ \t]+[^\n]*|\n)*")),
)
_LINK = re.compile(r"\[(?:链接|小程序|视频号)\|([^\n]*?)\]\(([^()\s]*)\)")
_QUOTE = re.compile(r"> (.*?)\(([^()\s]*)\)(?: \[\d+\])? (?:(\d{4})-)?(\d\d)-(\d\d) (\d\d:\d\d:\d\d)")
_LOST = re.compile(r"(?:> )+\[引用\]")


def kind_of(text: str) -> tuple[str, str, tuple[Image, ...]]:
    """The kind of message that a text stands for, what it says in words, and its picture."""
    if text[:1] not in "![":
        return "text", text, ()
    for kind, pattern in _PLACEHOLDERS:
        match = pattern.fullmatch(text)
        if not match:
            continue
        if kind == "image":
            return kind, "", (Image("", match[1].partition(",")[0]),) if match[1] else ()
        if kind == "file":
            return kind, match[1], ()
        link = _LINK.fullmatch(text)
        return kind, f"{link[1]} {link[2]}".strip() if link else text, ()
    return "text", text, ()


def quote(text: str, at: dt.datetime) -> tuple[str, Quote | None, Parent | None]:
    """The own words of a text, what it quotes, and which message that was; `at` gives the year."""
    header, _, rest = text.partition("\n")
    match = _QUOTE.fullmatch(header)
    if not match:
        if _LOST.fullmatch(header):
            return rest, None, None
        return text, None, None
    lines = rest.split("\n")
    quoted = 0
    while quoted < len(lines) and (lines[quoted] == ">" or lines[quoted].startswith("> ")):
        quoted += 1
    inner = [line[2:] for line in lines[:quoted]]
    if inner and _LOST.fullmatch(lines[0]):
        inner = inner[1:]  # it quotes a reply, of which its own words follow
    own = "\n".join(lines[quoted:])
    words = "\n".join(inner)
    try:
        year = int(match[3] or at.year)
        then = dt.datetime.fromisoformat(f"{year:04}-{match[4]}-{match[5]}T{match[6]}")
        if then > at and not match[3]:
            then = then.replace(year=year - 1)  # quoted in January
    except ValueError:
        return own, Quote(match[1], words), Parent(sender=match[2], name=match[1], text=words)
    kind, said, _ = kind_of(words)
    parent = Parent("", then, match[2], match[1], said if kind == "text" else "", kind if kind == "image" else "")
    return own, Quote(match[1], words), parent


def record(at: dt.datetime, text: str, sender: str, name: str, line: int) -> Raw:
    """A message of TXT or CSV."""
    own, quoted, parent = quote(text, at)
    kind, words, images = kind_of(own)
    return Raw(at, words, sender, name, kind, images=images, quote=quoted, reply_to=parent, line=line)
