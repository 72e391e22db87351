"""What stands in the texts of WeFlow's exports: a quote follows the own words, `own words[引用 name：quoted text]`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from digest.importers.base import Parent, Raw
from digest.importers.placeholders import kind_of
from digest.model import Quote

_OPENING = re.compile(r"\[引用 ")
_SPACE = re.compile(r"\s+")
_BEGINNING = 8


def without_quote(text: str, name: str, quoted: str) -> str:
    """The own words of a text whose quote is given."""
    for suffix in (f"[引用 {name}：{quoted}]", f"[引用 {quoted}]"):
        if text.endswith(suffix):
            return text.removesuffix(suffix)
    flat = f"[引用 {_flat(f'{name}：{quoted}')}]"
    for match in _OPENING.finditer(text):
        if _flat(text[match.start() :]) == flat:
            return text[: match.start()]
    return text


class Sayings:
    """Who said what, to tell a quote at the end of a text from own words that look like one."""

    def __init__(self, records: Iterable[Raw]) -> None:
        self._texts: dict[str, set[str]] = {}
        for record in records:
            beginnings = self._texts.setdefault(record.name.strip(), set())
            beginnings.add(_beginning(record.kind, record.text))

    def split(self, text: str, *, sure: bool = False) -> tuple[str, str, str] | None:
        """The own words, the name and the quoted text; None where the text ends with no quote.

        `sure` asks that the quoted person said so in this export.
        """
        if not text.endswith("]"):
            return None
        quotes: list[tuple[int, int, tuple[str, str, str]]] = []
        for match in _OPENING.finditer(text):
            inside = text[match.end() : -1]
            for colon in re.finditer("：", inside):
                name, quoted = inside[: colon.start()], inside[colon.end() :]
                if "\n" in name:
                    break
                texts = self._texts.get(name.strip())
                rank = 0 if texts and _beginning(*kind_of(quoted)) in texts else 1 if texts is not None else 2
                quotes.append((rank, len(quotes), (text[: match.start()], name, quoted)))
        rank, _, parts = min(quotes, default=(2, 0, None))
        return None if sure and rank else parts


def quote(record: Raw, own: str, name: str, quoted: str) -> None:
    """Give a record its own words, and the quote and parent that stood behind them."""
    kind, words = kind_of(quoted)
    record.text, record.quote = own, Quote(name, words if kind == "text" else quoted)
    if record.reply_to is None:
        record.reply_to = Parent(name=name, text=words, kind=kind if kind != "text" and not words else "")


def _beginning(kind: str, text: str) -> str:
    return _flat(text)[:_BEGINNING] or kind


def _flat(text: str) -> str:
    return _SPACE.sub(" ", text).strip()
