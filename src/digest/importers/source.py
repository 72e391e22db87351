"""A log file as bytes and as text, with every way it can be unreadable told in one line."""

from __future__ import annotations

import codecs
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from digest import files
from digest.errors import LogError, UsageError

HEAD = 4096  # bytes that a format sees to know itself
LONGEST_LINE = 1_000_000  # bytes; the longest real one has 14,000
LONGEST_FILE = 512 * 1024 * 1024  # bytes; about five million messages
_PIECE = 1 << 16  # characters
LOGS_FOLDERS = ("seeds", "logs")  # below these a folder is a room, where nobody says otherwise

_DAY_IN_NAME = re.compile(r"(?<![0-9])([0-9]{4}-[0-9]{2}-[0-9]{2})(?![0-9])")
_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Source:
    """A file or folder to read, the encoding its text is said to be in, and what it may leave out."""

    path: Path
    encoding: str
    day: dt.date | None = None  # where times have no day
    year: int | None = None  # where days have no year

    @classmethod
    def of(cls, path: Path, encoding: str = "utf-8", *, day: dt.date | None = None, year: int | None = None) -> Source:
        """The source at `path`."""
        if _SURROGATES.search(str(path)):  # bytes that are no UTF-8; the room's name goes into ids and the store
            raise UsageError(f"{path}: its name is not UTF-8. Give the file or its folder another one")
        return cls(path, _known(encoding), day, year)

    @cached_property
    def data(self) -> bytes:
        """The whole file; links, pipes and devices are refused."""
        return files.read_bytes(self.path, limit=LONGEST_FILE)

    def head(self, size: int) -> bytes:
        """The first bytes as UTF-8, whatever the file's encoding, for a format to recognise itself by."""
        if self.encoding == "utf-8":
            return self.data[:size]
        return self.data[: 4 * size].decode(self.encoding, errors="ignore").encode("utf-8", errors="ignore")[:size]

    def pieces(self) -> Iterator[str]:
        """The text in pieces, for formats that take it as it comes."""
        text = self.text()
        return (text[at : at + _PIECE] for at in range(0, len(text), _PIECE))

    def lines(self) -> Iterator[tuple[int, str]]:
        """Each line with its number from 1, its end cut off."""
        return enumerate(self.text().split("\n"), start=1)

    def text(self) -> str:
        """The whole file, its line ends as \\n, a byte order mark cut off."""
        try:
            text = self.data.decode(self.encoding)
        except UnicodeDecodeError as error:
            raise LogError(_undecodable(self, error)) from None
        except (UnicodeError, ValueError) as error:
            raise LogError(f"{self.path}: not {self.encoding} ({error}). Try another --encoding") from None
        if self.encoding != "utf-8" and _SURROGATES.search(text):
            raise LogError(f"{self.path}: not {self.encoding}: it holds halves of characters. Try another --encoding")
        text = text.removeprefix("\ufeff")
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        return text

    def refuse_long_lines(self) -> None:
        """Raise LogError where a line is longer than any chat program writes; for formats that go by lines."""
        start, size = 0, len(self.data)
        while size - start > LONGEST_LINE:
            end = start + LONGEST_LINE + 1
            last = max(self.data.rfind(b"\n", start, end), self.data.rfind(b"\r", start, end))
            if last < 0:
                number = 1 + len(self.data[:start].splitlines())
                raise LogError(
                    f"{self.path}:{number}: a line of more than {LONGEST_LINE:,} bytes; no chat log has one. "
                    "Cut the line or export the day again"
                )
            start = last + 1


def _known(encoding: str) -> str:
    try:
        "".encode(encoding)  # refuses what is no encoding of text, such as base64
        b"\xff".decode(encoding, errors="ignore")  # and idna, which is one of host names
        return codecs.lookup(encoding).name
    except (LookupError, ValueError):
        raise UsageError(f"--encoding {encoding[:40]!r}: no such encoding. Try utf-8, gbk or utf-16") from None


def _undecodable(source: Source, error: UnicodeDecodeError) -> str:
    data, at = source.data, error.start
    where = f"{source.path}:{data.count(bytes([10]), 0, at) + 1}"
    if source.encoding != "utf-8":
        return f"{where}: not {source.encoding}: byte {at} can't be read. Try another --encoding"
    if likely := _likely(data, at):
        return f"{where}: not UTF-8 (byte {at}); it looks like {likely.upper()}. Try --encoding {likely}"
    if error.end == len(data) and "unexpected end" in error.reason:
        return f"{where}: the file ends inside a character (byte {at}): it was cut off. Export the day again"
    return f"{where}: byte {at} (0x{data[at]:02x}) is not UTF-8. Mend the file or say what it is with --encoding"


def _likely(data: bytes, at: int) -> str:
    """The encoding a file that is not UTF-8 seems to be in, "" where nothing speaks for one."""
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"  # first, for its mark begins as that of UTF-16 does
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = data[:65536]
    for name, low in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
        # ASCII, of which each header has a dozen, leaves every other byte zero.
        if low.count(0) * 8 > len(low):
            return name
    high = [byte for byte in data[at : at + 65536] if byte > 0x7F]
    if len(high) < 4:
        return ""
    try:
        text = data[:at].decode("utf-8") + codecs.getincrementaldecoder("gb18030")().decode(data[at:])
    except UnicodeDecodeError:
        return ""
    chinese = sum("\u4e00" <= c <= "\u9fff" or "\u3000" <= c <= "\u303f" or "\uff00" <= c <= "\uff5e" for c in text)
    strange = sum(c > "\x7f" for c in text)
    return "gbk" if chinese * 10 > strange * 8 else ""


class NoMessages(LogError):
    """A log of no messages, about which there is nothing to do: no failure."""

    exit_status = 0


def room_of(path: Path, logs: Path | None = None) -> str:
    """The room a log belongs to: the folder between the logs folder and the file, "" where it lies there itself."""
    parent = path.absolute().parent
    if logs is not None:
        return parent.name if parent.parent == logs.absolute() else ""
    return parent.name if parent.parent.name in LOGS_FOLDERS and parent.name not in LOGS_FOLDERS else ""


def day_in_name(path: Path) -> dt.date | None:
    """The day a file's name gives, None where it gives none that exists."""
    found = _DAY_IN_NAME.search(path.name)
    if not found:
        return None
    try:
        return dt.date.fromisoformat(found[1])
    except ValueError:
        return None


def agreed_day(path: Path, *, asked: dt.date | None, named: dt.date | None, inside: dt.date | None) -> dt.date:
    """The log's day, where all who say one agree: the caller, the file's name, the file itself."""
    said = [
        (day, what)
        for day, what in ((asked, "you asked for"), (named, "its name says"), (inside, "the file itself says"))
        if day
    ]
    if not said:
        raise LogError(f"{path}: no day in the file or in its name. Give it with --day 2017-05-27")
    if any(day != said[0][0] for day, _ in said):
        both = ", ".join(f"{what} {day}" for day, what in said)
        raise LogError(f"{path}: {both}. Set the one that is wrong right")
    return said[0][0]
