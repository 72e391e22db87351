"""What stands in the texts of WeFlow's exports: a quote follows the own words, `own words[引用 name：quoted text]`."""

from __future__ import annotations

import re

from digest.importers.sayings import QuoteForm, flat

QUOTE = QuoteForm(re.compile(r"\[引用 "), re.compile("："), "]")


def without_quote(text: str, name: str, quoted: str) -> str:
    """The own words of a text whose quote is given."""
    for suffix in (f"[引用 {name}：{quoted}]", f"[引用 {quoted}]"):
        if text.endswith(suffix):
            return text.removesuffix(suffix)
    suffix = f"[引用 {flat(f'{name}：{quoted}')}]"
    for match in QUOTE.opening.finditer(text):
        if flat(text[match.start() :]) == suffix:
            return text[: match.start()]
    return text
