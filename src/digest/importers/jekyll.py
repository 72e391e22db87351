"""Logs in Jekyll Markdown: front matter, then `> HH:MM:SS  name`, a blank line, the body, a blank line.

    ---
    title:      "2017-05-27-WeChat"
    date:       2017-05-27 12:00:00
    tag:<TAB><TAB>  [chat]
    ---
    > 09:15:02  Ada

    Good morning

Every header counts as a position, also one without a body or a name. The front matter is not YAML (the TAB): it is
read line by line.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from itertools import accumulate, compress, count, repeat
from operator import add, contains, gt, not_
from pathlib import Path

from digest.errors import LogError
from digest.importers import clean
from digest.importers.base import Chat, records
from digest.importers.columns import Columns, messages, repeated
from digest.importers.source import NoMessages, Source, agreed_day, day_in_name, room_of
from digest.model import Image, Log, Quote

HEADER = re.compile(r"^>[^\S\n]*(\d{1,2}:\d{2}):(\d{2})[^\S\n]+([^\n]*)$", re.M)  # minute, second, name
# a header but for its form: no seconds, full-width signs, 下午 2:03; blank lines around it tell it from a quotation
_NEAR = re.compile(
    r"(\A|(?<=\n)(?:---)?[^\S\n]{0,8}\n)>[^\S\n]{0,8}(?:(上午|下午|晚上|凌晨|中午)[^\S\n]{0,8})?(\d{1,2})[:：](\d{2})(?:[:：](\d{2}))?"
    r"[^\S\n]{1,8}([^\n]{0,200})(?=\n[^\S\n]{0,8}(?:\n|\Z))"
)  # bounded: a line of a million spaces must not be tried from each of them
_USUAL_ENDS = ("\n\n", "\n   \n")  # of a body, before the next header
_BLANK_END = re.compile(r"\n[^\S\n]{0,80}\n\Z")
_BLANK_START = re.compile(r"\n[^\S\n]{0,80}\n")
IMAGE = re.compile(r"!\[([^\[\]\n]*)\]\(([^()\s]*)\)")
# 「name：text」 - - - - own words; the brackets of the second form were lost to `?` on the way.
_QUOTES = {
    "「": (re.compile(r"「([^：:」]{1,80})[：:]"), re.compile(r"」\s*-\s*-\s*-[-\s]*")),
    "?": (re.compile(r"\?([^：:?]{1,80})[：:]"), re.compile(r"\?\s*-\s*-\s*-[-\s]*")),
}
_LONGEST_NAME = 40
_BLOCK = 1 << 18  # characters; fits the processor's cache, too
_TAIL = 4096  # characters
_MINUTES = {f"{minute // 60:02d}:{minute % 60:02d}": 60 * minute for minute in range(24 * 60)}
_SECONDS = {f"{second:02d}": second for second in range(60)}
_FRONT = re.compile(r"\s*---[^\S\n]*\n(.*?\n)??---[^\S\n]*(?:\n|\Z)", re.S)
_FIELD = re.compile(r"^(title|date):[^\S\n]*(.*)$", re.M)
_DATE = re.compile(r"""["']?([0-9]{4}-[0-9]{2}-[0-9]{2})(?![0-9])""")
_CUT_HEADER = re.compile(r">\s*[0-9]{0,2}(?::[0-9]{0,2}){0,2}")


def identify(head: bytes, path: Path) -> bool:
    """Whether the beginning looks like this format; an empty file passes by its suffix."""
    text = head.decode("utf-8", errors="replace").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if HEADER.search(text) or text.lstrip().startswith("---\n"):
        return True
    return path.suffix in (".markdown", ".md") or not text.strip()


def read(source: Source) -> Iterator[Chat]:
    """The day as a chat, a record a header."""
    log = day_log(source, day=source.day, room=room_of(source.path))
    yield Chat(log.room, records(log))


def day_log(source: Source, *, day: dt.date | None, room: str) -> Log:
    """The log in `source`, its oddities counted by kind."""
    source.refuse_long_lines()
    text = source.text()
    path = source.path
    counts: dict[str, int] = {}
    warnings: list[str] = []
    text = _mended(path, text, counts, warnings)
    first = HEADER.search(text)
    start = first.start() if first else len(text)

    front, loose = _front_matter(path, text[:start], warnings)
    if (not text or text.isspace()) and day is None and day_in_name(path) is None:
        raise NoMessages(f"{path}: no messages, for the file is empty. Nothing to do")
    if loose.strip():
        if start == len(text):
            raise LogError(f"{path}: no message header like `> 09:15:02  name` in it. Is it a log, and not a digest?")
        counts["text before the first message"] = 1
        warnings.append(f"{path}: text before the first message was left out. Look at the top of the file")
    rows, times_exist = parsed(text, start, counts)
    _look_for_oddities(path, text, rows, counts, warnings)
    if not times_exist:
        _look_for_impossible_times(path, text, rows, counts, warnings)
    merged = repeated(rows)
    for kind, found in (("exact duplicates", merged.same), ("doubled messages", merged.doubled)):
        if found:
            counts[kind] = len(found)
    inside = _date(path, front.get("date", ""), warnings)
    return Log(
        path=str(path),
        room=room,
        day=agreed_day(path, asked=day, named=day_in_name(path), inside=inside),
        messages=messages(rows, merged),
        headers=len(rows.seconds),
        title=clean.label(front.get("title", "").strip("\"'"), counts),
        oddities=dict(sorted(counts.items())),
        warnings=tuple(warnings),
    )


def _front_matter(path: Path, top: str, warnings: list[str]) -> tuple[dict[str, str], str]:
    """The fields of the front matter, and what else stands above the first header."""
    whole = _FRONT.match(top)
    if whole:
        inside, loose = whole[1] or "", top[whole.end() :]
    elif top.lstrip().startswith("---\n"):
        inside, loose = top, ""
        warnings.append(f"{path}: the front matter does not end. Close it with a line of ---")
    else:
        inside, loose = "", top
    return {key: value.strip() for key, value in _FIELD.findall(inside)}, loose


def _mended(path: Path, text: str, counts: dict[str, int], warnings: list[str]) -> str:
    """The text with headers that are nearly right written right: else their words would stand in another's mouth."""
    mended: list[tuple[int, str]] = []

    def header(match: re.Match[str]) -> str:
        line = match[0][len(match[1]) :]
        if HEADER.match(line):
            return match[0]
        hour = int(match[3])
        hour += 12 * (match[2] in ("下午", "晚上") and hour < 12)
        mended.append((text.count("\n", 0, match.end()) + 1, line.strip()))
        return f"{match[1]}> {hour:02d}:{int(match[4]):02d}:{int(match[5] or 0):02d}  {match[6]}"

    text = _NEAR.sub(header, text)
    if mended:
        counts["headers nearly right"] = len(mended)
        places = ", ".join(f"line {line}" for line, _ in mended[:5])
        warnings.append(
            f"{path}:{mended[0][0]}: {len(mended)} headers are not quite `> 09:15:02  name`, such as "
            f"`{mended[0][1][:40]}` ({places}); they were read, without seconds as :00. Write them in full to be sure"
        )
    return text


def _pasted(pieces: list[str]) -> int:
    """How many headers of `pieces` (as HEADER splits a text) are lines of the message before them, which take them in.

    A header has an empty line before it or behind it; the first line that somebody pasted has neither.
    """
    kept, pasted = pieces[:5], False
    for place in range(5, len(pieces), 4):
        minute, second, name, body = pieces[place : place + 4]
        before = kept[-1]
        apart = before.endswith(_USUAL_ENDS) or bool(_BLANK_END.search(before[-100:]))
        pasted = not apart and (pasted or not (before.isspace() or _BLANK_START.match(body)))
        if pasted:
            kept[-1] = f"{before}> {minute}:{second}  {name}{body}"
        else:
            kept += [minute, second, name, body]
    count = (len(pieces) - len(kept)) // 4
    pieces[:] = kept
    return count


def _date(path: Path, said: str, warnings: list[str]) -> dt.date | None:
    if not said:
        return None
    try:
        if found := _DATE.match(said):
            return dt.date.fromisoformat(found[1])
    except ValueError:
        pass  # the same warning as for what is no date at all
    warnings.append(f"{path}: the date in the front matter, {said[:40]!r}, is no day. Write it as 2017-05-27")
    return None


def parsed(text: str, start: int, counts: dict[str, int]) -> tuple[Columns, bool]:
    """A row for each header of `text`, the first of which stands at `start`; and whether all of their times exist."""
    label_of: dict[str, str] = {}
    exist = True
    rows = Columns([], [], [], [], [])
    line = text.count("\n", 0, start) + 1
    for block in _blocks(text, start):
        pieces = HEADER.split(block)
        if not all(map(str.endswith, pieces[4:-1:4], repeat(_USUAL_ENDS))) and (lines := _pasted(pieces)):
            counts["pasted lines like headers"] = counts.get("pasted lines like headers", 0) + lines
        bodies = pieces[4::4]
        raws = list(map(str.strip, bodies))
        first = len(rows.raws)
        minutes, rest = pieces[1::4], pieces[2::4]
        try:
            rows.seconds.extend(map(add, map(_MINUTES.__getitem__, minutes), map(_SECONDS.__getitem__, rest)))
        except KeyError:  # 9:05 as well as 25:00
            del rows.seconds[first:]
            rows.seconds.extend(map(add, map(_seconds_before, minutes), map(int, rest)))
            exist = exist and all(map(_exists, minutes)) and max(map(int, rest)) < 60
        names = pieces[3::4]
        for name in dict.fromkeys(names):
            if name not in label_of:
                label_of[name] = clean.label(name, counts)
        rows.speakers.extend(map(label_of.__getitem__, names))
        rows.raws.extend(raws)
        rows.texts.extend(raws)
        rows.lines.extend(accumulate(map(str.count, bodies, repeat("\n")), initial=line))
        line = rows.lines.pop()
        # Nearly all bodies are their own text; only these need a closer look.
        closer = set(compress(count(first), map(not_, map(str.isprintable, raws))))
        for sign, asked in (("&", contains), ("![", contains), (tuple(_QUOTES), str.startswith)):
            closer.update(compress(count(first), map(asked, raws, repeat(sign))))
        for row in sorted(closer):
            _look_closer(rows, row, counts)
    return rows, exist


def _blocks(text: str, start: int) -> Iterator[str]:
    """`text` from `start` on, in pieces that begin with a header: a million parts at once would fill the memory."""
    while start < len(text):
        following = HEADER.search(text, start + _BLOCK)
        end = following.start() if following else len(text)
        yield text[start:end]
        start = end


def _seconds_before(minute: str) -> int:
    hours, minutes = map(int, minute.split(":"))
    return hours * 3600 + minutes * 60


def _exists(minute: str) -> bool:
    return int(minute[:-3]) < 24 and int(minute[-2:]) < 60


def _look_closer(rows: Columns, row: int, counts: dict[str, int]) -> None:
    raw = rows.raws[row]
    only = IMAGE.fullmatch(raw) if raw[:2] == "![" and "&" not in raw and raw.isprintable() else None
    if only:  # three in four come this way
        rows.images[row] = (Image(only[1], only[2]),)
        rows.texts[row] = ""
        return
    text = clean.clean(raw, counts)
    if "\n" in text:
        text = "\n".join(filter(None, map(str.rstrip, text.split("\n"))))  # code keeps its indentation
    text = text.strip()
    quote, text = split_quote(text)
    if quote:
        rows.quotes[row] = quote
    if "![" in text and (images := IMAGE.findall(text)):
        rows.images[row] = tuple(Image(label, url) for label, url in images)
        text = IMAGE.sub("", text).strip()
    rows.texts[row] = text


def split_quote(text: str) -> tuple[Quote | None, str]:
    """What `text` quotes, and the speaker's own words after it; (None, text) where it quotes nothing.

    >>> split_quote("「Ada：which one?」 - - - - the second")
    (Quote(name='Ada', text='which one?'), 'the second')
    """
    forms = _QUOTES.get(text[:1])
    if not forms:
        return None, text
    opening, closing = forms
    start = opening.match(text)
    name = start[1].strip() if start else ""
    if not start or not name or len(name) > _LONGEST_NAME:
        return None, text
    end = closing.search(text, start.end())
    if not end:
        return None, text
    return Quote(name, text[start.end() : end.start()].strip()), text[end.end() :].strip(" -—")


def _look_for_oddities(path: Path, text: str, rows: Columns, counts: dict[str, int], warnings: list[str]) -> None:
    for kind, found in (
        ("empty bodies", rows.raws.count("")),
        ("empty names", rows.speakers.count("")),
        ("quotes", len(rows.quotes)),
    ):
        if found:
            counts[kind] = found
    seconds = rows.seconds
    back = list(compress(count(1), map(gt, seconds, seconds[1:])))
    if back:
        counts["clock going back"] = len(back)
        where = f"{path}:{rows.lines[back[0]]}"
        warnings.append(f"{where}: the clock goes back here ({len(back)} in all); the file's order was kept")
    last = text[-_TAIL:].rstrip().rpartition("\n")[2]
    if seconds and (text[-1] not in "\n " or _CUT_HEADER.fullmatch(last)):
        counts["cut off"] = 1
        warnings.append(f"{path}: the file stops in mid-line; it may be cut off. Export the day again to be sure")


def _look_for_impossible_times(
    path: Path, text: str, rows: Columns, counts: dict[str, int], warnings: list[str]
) -> None:
    headers = enumerate(HEADER.finditer(text))
    wrong = [
        (row, f"{header[1]}:{header[2]}") for row, header in headers if not _exists(header[1]) or int(header[2]) > 59
    ]
    counts["impossible times"] = len(wrong)
    row, clock = wrong[0]
    warnings.append(f"{path}:{rows.lines[row]}: no such time: {clock}; the message was kept")
