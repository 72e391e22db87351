"""Logs of IRC clients and bots: irssi, WeeChat, ZNC, dircproxy, Ubuntu's and those with ISO times; a file or a folder.

A line is a message. Where a line tells no day, the lines that change it do, then the path.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from digest.errors import DigestError
from digest.importers.base import Chat, Raw, Unreadable
from digest.importers.source import HEAD, Source
from digest.importers.tree import Tree, is_tree

_FULL = re.compile(
    r"\[?(?P<day>\d{4}-\d\d-\d\d)[T ](?P<clock>\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(?P<utc>Z)?\]?(?P<rest>[\t ].*)"
)
_DATED = re.compile(r"\[(?P<date>\d{1,2} [A-Z][a-z]{2}) (?P<clock>\d\d:\d\d(?::\d\d)?)\](?P<rest> .*)")
_CLOCK = re.compile(r"(?:\[(?P<inside>\d\d:\d\d(?::\d\d)?)\]|(?P<bare>\d\d:\d\d(?::\d\d)?))(?P<rest>[\t ].*)")
_DAY_LINE = re.compile(
    r"(?:---|\*{4}) ?(?:Log opened|Day changed|BEGIN LOGGING AT|ENDING LOGGING AT|Log closed) "
    r"[A-Z]\w+ (?P<month>[A-Z][a-z]{2}) +(?P<day>\d{1,2})(?: \d\d:\d\d(?::\d\d)?)?(?: (?P<year>\d{4}))?"
)
_SAYS = re.compile(r" {1,2}<[ @+%&~!]?(?P<nick>[^\s<>]+)> ?(?P<text>.*)")
_ACTS = re.compile(r" {1,3}\* (?P<nick>\S+) ?(?P<text>.*)")
_TAB = re.compile(r"\t(?P<nick>[^\t]*)\t(?P<text>.*)")
_NOTICE = re.compile(r" {1,2}(?:-!-|\*\*\*|===|-->|<--|--|\*{3}|!|-\S+-)(?: .*)?")
_UNTIMED = re.compile(r"===.*|\*{3} .*")
_ARROWS = ("-->", "<--", "--", "=!=", "")
_FORMATTING = re.compile(r"\x03(?:\d{1,2}(?:,\d{1,2})?)?|\x04[0-9A-Fa-f]{0,6}|[\x02\x0f\x11\x16\x1d\x1e\x1f]")
_PATH_DAY = re.compile(r"(?<!\d)(\d{4})[-/_]?(\d\d)[-/_]?(\d\d)(?!\d)")
_UBUNTU_PATH = re.compile(r"/\d{4}/\d\d/\d\d/[^/]+\.txt")
_WEECHAT_NAME = re.compile(r"irc\.[^.]+\.(?P<room>.+)\.weechatlog")
_LOGS = (".log", ".txt", ".weechatlog", "")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_PREFIXES = "@+%&~!"


def identify(head: bytes, path: Path) -> bool:
    """Whether most of the first lines are some IRC log's, or those of a folder's first log."""
    if is_tree(head, path):
        try:
            tree = Tree(Source.of(path))
            names = [name for name in tree.names if PurePosixPath(name).suffix in _LOGS][:3]
            return any(_begins(tree.source(name).head(HEAD)) for name in names)
        except (DigestError, OSError):
            return False
    return _begins(head)


def _begins(head: bytes) -> bool:
    lines = head.decode("utf-8", errors="ignore").removeprefix("\ufeff").split("\n")[:20]
    lines = [line.rstrip("\r") for line in lines if line.strip()]
    lines = lines[:-1] if len(lines) > 1 and len(head) >= HEAD else lines
    ours = [line for line in lines if _talk(line) or _DAY_LINE.match(line) or _UNTIMED.fullmatch(line)]
    return any(_talk(line) for line in ours) and 2 * len(ours) > len(lines)


def _talk(line: str) -> bool:
    match = _FULL.fullmatch(line) or _DATED.fullmatch(line) or _CLOCK.fullmatch(line)
    if match is None:
        return False
    rest = match["rest"]
    return any(form.fullmatch(rest) for form in (_SAYS, _ACTS, _NOTICE)) or (
        rest.startswith("\t") and rest.count("\t") > 1
    )


def read(source: Source) -> Iterator[Chat]:
    """A chat for each channel; one whose days are files is given a day at a time."""
    if not is_tree(b"" if source.path.is_dir() else source.head(4), source.path):
        yield _chat(source)
        return
    tree = Tree(source)
    for name in tree.names:
        if PurePosixPath(name).suffix in _LOGS:
            yield _chat(tree.source(name))


def _chat(source: Source) -> Chat:
    path = source.path.absolute().as_posix()
    zone = "UTC" if _UBUNTU_PATH.search(path) else ""
    return Chat(_room(source.path.absolute()), list(_Lines(source, path).records()), zone)


def _room(path: Path) -> str:
    """The channel that a log's path names, "" where none of it does."""
    if match := _WEECHAT_NAME.fullmatch(path.name):
        return match["room"]
    for part in (path.stem, path.parent.name, path.parent.parent.name):
        at = part.find("#")
        if at >= 0:
            return re.split(r"[_.]\d{4}", part[at:])[0]
    return ""


class _Lines:
    """The lines of a log, and the day that holds where they tell none."""

    def __init__(self, source: Source, path: str) -> None:
        self._source = source
        dates = [_day(int(a), int(b), int(c)) for a, b, c in _PATH_DAY.findall(path)]
        self._day = source.day or next((day for day in reversed(dates) if day), None)
        self._year = source.year or (self._day.year if self._day else None)
        self._last: dt.datetime | None = None

    def records(self) -> Iterator[Raw | Unreadable]:
        """A record for each line that is not blank."""
        for number, line in self._source.lines():
            if line.strip():
                yield self._record(number, line)

    def _record(self, number: int, line: str) -> Raw | Unreadable:
        if match := _DAY_LINE.match(line):
            self._change_day(match)
            return self._notice(number, line)
        match = _FULL.fullmatch(line) or _DATED.fullmatch(line) or _CLOCK.fullmatch(line)
        if match is None:
            return self._notice(number, line) if _UNTIMED.fullmatch(line) else Unreadable(number, "no time", line)
        groups = match.groupdict()
        clock = groups.get("clock") or groups.get("inside") or groups.get("bare") or ""
        try:
            time = dt.time.fromisoformat(clock)
            if groups.get("day"):
                day: dt.date | None = dt.date.fromisoformat(groups["day"])
            elif groups.get("date"):
                day = self._dated(groups["date"])
            else:
                day = self._day
        except ValueError:
            return Unreadable(number, "no such time", line)
        if day is None:
            return Unreadable(number, "no day (give it with --day or --year)", line)
        at = dt.datetime.combine(day, time, dt.UTC if groups.get("utc") else None)
        self._last = at
        return _said(at, _FORMATTING.sub("", match["rest"]), clock.count(":") == 1, number)

    def _notice(self, number: int, line: str) -> Raw | Unreadable:
        at = self._last
        if at is None and self._day is not None:
            at = dt.datetime.combine(self._day, dt.time())
        if at is None:
            return Unreadable(number, "no time", line)
        return Raw(at, line, kind="system", minute=True, line=number)

    def _change_day(self, match: re.Match[str]) -> None:
        year = int(match["year"]) if match["year"] else self._year
        if year and match["month"] in _MONTHS:
            day = _day(year, _MONTHS.index(match["month"]) + 1, int(match["day"]))
            if day and "closed" not in match[0] and "ENDING" not in match[0]:
                self._day, self._year = day, year

    def _dated(self, date: str) -> dt.date | None:
        """The day of `15 Jan`, in the year that the path or the user tells."""
        number, month = date.split()
        if month not in _MONTHS or self._year is None:
            return None
        return dt.date(self._year, _MONTHS.index(month) + 1, int(number))


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _said(at: dt.datetime, rest: str, minute: bool, number: int) -> Raw:
    if match := _TAB.fullmatch(rest):
        nick, text = match["nick"].strip(), match["text"]
        if nick in _ARROWS:
            return Raw(at, text, kind="system", minute=minute, line=number)
        if nick == "*":
            nick, _, text = text.partition(" ")
        nick = nick.lstrip(_PREFIXES) or nick
        return Raw(at, text, nick, nick, minute=minute, line=number)
    match = _SAYS.fullmatch(rest) or _ACTS.fullmatch(rest)
    if match is None or match["nick"].startswith("**"):
        return Raw(at, rest.strip(), kind="system", minute=minute, line=number)
    nick, _, host = match["nick"].partition("!")
    text = match["text"]
    if host and text[:1] in ("+", "-"):  # dircproxy keeps the mark of who is identified
        text = text[1:]
    nick = nick.lstrip(_PREFIXES) or nick
    return Raw(at, text, nick, nick, minute=minute, line=number)
