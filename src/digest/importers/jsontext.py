"""Elements of a JSON array one by one, so that a file of any size is read piece by piece."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from digest.importers.base import Unreadable
from digest.importers.source import Source

_DECODER = json.JSONDecoder()
_BETWEEN = re.compile(r"[\s,]*")
_HUGE = 1 << 80  # beyond every id and every time
_DIGITS = 20
_MILLISECONDS = 100_000_000_000  # as seconds, the year 5138
_NEXT = re.compile(r"\}\s*,\s*(?=\{)")  # where the next element of an array of objects may begin


class JsonText:
    """A JSON text that is read as it comes."""

    def __init__(self, pieces: Iterable[str]) -> None:
        self._pieces = iter(pieces)
        self._text = ""
        self._at = 0

    def _more(self) -> bool:
        """Take in as much as is there already, and at least one piece: what is parsed again stays in proportion."""
        rest = self._text[self._at :]
        pieces, size = [rest], 0
        for piece in self._pieces:
            pieces.append(piece)
            size += len(piece)
            if size >= len(rest):
                break
        self._text, self._at = "".join(pieces), 0
        return size > 0

    def _peek(self) -> str:
        """The next character that isn't white space or a comma, "" at the end."""
        while True:
            match = _BETWEEN.match(self._text, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _value(self) -> Any:
        """The value that stands next; ValueError where there is none."""
        self._peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except (ValueError, RecursionError) as error:
                if not self._more():
                    raise ValueError("no JSON") from error
                continue
            # a number at the end may go on
            if end < len(self._text) or isinstance(value, dict | list | str) or not self._more():
                self._at = end
                return value

    def head(self, key: str) -> dict[str, Any]:
        """The values of the object before the array under `key`, which comes next; as far as they can be read."""
        if self._peek() != "{":
            return {}
        self._at += 1
        return self._members(key)

    def rest(self) -> dict[str, Any]:
        """The values of the object after the array that was read last."""
        if self._peek() == "]":
            self._at += 1
        return self._members("")

    def _members(self, key: str) -> dict[str, Any]:
        values: dict[str, Any] = {}
        try:
            while self._peek() == '"':
                name = self._value()
                if self._peek() == ":":
                    self._at += 1
                if name == key and self._peek() == "[":
                    break
                values[name] = self._value()
        except ValueError:
            return values  # what is broken stands next, for `elements` to count
        return values

    def elements(self) -> Iterator[tuple[int, dict[str, Any] | Unreadable]]:
        """Each object of the array that stands next, with its number from 1; what is no object as unreadable."""
        if self._peek() == "[":
            self._at += 1
        number = 0
        while self._peek() not in ("", "]"):
            number += 1
            try:
                value = self._value()
            except ValueError:
                yield number, Unreadable(number, "broken JSON", self._text[self._at : self._at + 100])
                following = _NEXT.search(self._text, self._at)
                if following is None:
                    return
                self._at = following.end()
                continue
            if isinstance(value, dict):
                yield number, value
            else:
                yield number, Unreadable(number, "no record", str(value)[:100])


def document(source: Source, key: str, first: str) -> tuple[dict[str, Any], Iterator[tuple[int, Any]]]:
    """The values of an object beside its array `key`, and the elements of that.

    A file that tells `first` before the array, as writers do, is read as it comes.
    """
    text = JsonText(source.pieces())
    values = text.head(key)
    if first in values:
        return values, text.elements()
    elements = list(text.elements())
    return values | text.rest(), iter(elements)


def string(row: Any, *keys: str) -> str:
    """The first of the values under `keys` that says something, numbers as they are written; "" where none does."""
    for key in keys:
        value = row.get(key) if isinstance(row, dict) else None
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value) if abs(value) < _HUGE else ""
        if isinstance(value, str) and value:
            return value
    return ""


def mapping(row: Any, key: str) -> dict[str, Any]:
    """The object under `key`, an empty one where there is none."""
    value = row.get(key) if isinstance(row, dict) else None
    return value if isinstance(value, dict) else {}


def objects(row: Any, key: str) -> list[dict[str, Any]]:
    """The objects in the array under `key`."""
    value = row.get(key) if isinstance(row, dict) else None
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def seconds(value: Any) -> float | None:
    """Seconds since 1970 of a number, or of digits in a string; milliseconds are known by their size."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < _DIGITS:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _HUGE:
        return None
    return value / 1000 if value > _MILLISECONDS else value
