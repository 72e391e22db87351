"""Logs in Jekyll Markdown: front matter, then `> HH:MM:SS  name`, a blank line, the body."""

from __future__ import annotations

import datetime as dt
import html
import re
from pathlib import Path

from digest.errors import LogError
from digest.model import Image, Log, Message, Quote

HEADER = re.compile(r"^>[^\S\n]*(\d{1,2}:\d{2}:\d{2})[^\S\n]+([^\n]*)$", re.M)
IMAGE = re.compile(r"!\[([^\]\n]*)\]\(([^)\s]*)\)")
QUOTE = re.compile(
    r"^\s*(?:「\s*([^：:」]{1,40})\s*[：:]([^」]*)」|\?\s*([^：:?]{1,40})\s*[：:]([^?]*)\?)\s*(?:-\s*){3,}", re.S
)


def _decoded(text: str) -> str:
    for _ in range(3):
        if "&" not in text:
            break
        text = html.unescape(text)
    return text


def read(path: Path, *, day: dt.date | None = None, room: str | None = None, encoding: str = "utf-8") -> Log:
    """The log in `path`."""
    text = path.read_bytes().decode(encoding).removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    pieces = HEADER.split(text)
    front = pieces[0]
    if day is None:
        found = re.search(r"^date:\s*(\d{4}-\d{2}-\d{2})", front, re.M) or re.match(r"(\d{4}-\d{2}-\d{2})", path.name)
        if not found:
            raise LogError(f"{path}: no date in the front matter or the file name. Give it with --day 2017-05-27")
        day = dt.date.fromisoformat(found[1])
    title = re.search(r'^title:[ \t]*"?([^"\n]*)', front, re.M)
    messages: list[Message] = []
    line = front.count("\n") + 1
    for i in range(1, len(pieces), 3):
        clock, name, body = pieces[i : i + 3]
        h, m, s = (int(n) for n in clock.split(":"))
        raw = "\n".join(filter(None, map(str.strip, body.split("\n"))))
        own = _decoded(raw)
        quote = None
        if q := QUOTE.match(own):
            quote = Quote((q[1] or q[3]).strip(), (q[2] or q[4]).strip())
            own = own[q.end() :]
        images = tuple(Image(*i) for i in IMAGE.findall(own))
        own = IMAGE.sub("", own).strip()
        n = (i - 1) // 3
        messages.append(
            Message((n,), h * 3600 + m * 60 + s, _decoded(name).strip(), own, raw, images, quote, line=line)
        )
        line += body.count("\n")
    if room is None:
        room = path.parent.name if path.parent.parent.name in ("logs", "seeds") else ""
    return Log(str(path), room, day, tuple(messages), len(messages), title[1].strip() if title else "")
