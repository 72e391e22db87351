"""Quotes that stand inside a text, told from own words that look like one by who said what."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from digest.importers.base import Parent, Raw
from digest.importers.placeholders import kind_of
from digest.model import Quote

_SPACE = re.compile(r"\s+")
_BEGINNING = 8
_LONGEST_NAME = 100
_ENOUGH = 400  # letters of a text in which its beginning stands, white space included


@dataclass(frozen=True, slots=True)
class QuoteForm:
    """How an exporter writes a quote behind the own words: what opens it, parts name and text, and ends it."""

    opening: re.Pattern[str]
    colon: re.Pattern[str]
    end: str = ""


class Sayings:
    """Who said what in an export."""

    def __init__(self, records: Iterable[Raw], form: QuoteForm) -> None:
        self._form = form
        self._texts: dict[str, set[str]] = {}
        for record in records:
            self._texts.setdefault(record.name.strip(), set()).add(_beginning(record.kind, record.text))

    def split(self, text: str, *, sure: bool = False) -> tuple[str, str, str] | None:
        """The own words, the name and the quoted text; None where the text ends with no quote.

        `sure` asks that the quoted person said so in this export.
        """
        end = self._form.end
        if not text.endswith(end):
            return None
        quotes: list[tuple[int, int, tuple[str, str, str]]] = []
        for match in self._form.opening.finditer(text):
            inside = text[match.end() : len(text) - len(end)]
            for colon in self._form.colon.finditer(inside):
                name, quoted = inside[: colon.start()], inside[colon.end() :]
                if "\n" in name or len(name) > _LONGEST_NAME:
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
    return flat(text[:_ENOUGH])[:_BEGINNING] or kind


def flat(text: str) -> str:
    """A text on one line."""
    return _SPACE.sub(" ", text).strip()
