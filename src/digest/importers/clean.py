"""Chat text made safe to work on: entities decoded, what can't be seen taken out."""

from __future__ import annotations

import html
import re
import unicodedata

PASSES = 3  # the export wrote `&amp;amp;gt;` at worst

# Control characters, soft hyphen, bidi marks, zero-width characters and tags. U+200D stays, for it joins emoji; U+2005
# stays, for it ends a mention; tab and newline are white space.
_CONTROL = "\x00-\x08\x0b-\x1f\x7f-\x9f"
_INVISIBLE = (
    "\xad\u061c\u180e\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
)
_HUGE = re.compile("&#[0-9]{8,};?")  # beyond Unicode, and at 5,000 digits beyond what int() takes
_CONTROLS = re.compile(f"[{_CONTROL}]")
_INVISIBLES = re.compile(f"[{_INVISIBLE}]")


def decoded(text: str) -> str:
    """`text` with HTML entities resolved, up to three times over.

    >>> decoded("a &amp;amp;gt; b")
    'a > b'
    """
    for _ in range(PASSES):
        if "&" not in text:
            break
        text = html.unescape(_HUGE.sub("\N{REPLACEMENT CHARACTER}", text))
    return text


def clean(text: str, counts: dict[str, int]) -> str:
    """`text` decoded, without control and invisible characters; what was found is added to `counts` by kind."""
    if "&" in text and (plain := decoded(text)) != text:
        counts["entities"] = counts.get("entities", 0) + 1
        text = plain
    if text.isprintable():
        return text
    for kind, pattern in (("control characters", _CONTROLS), ("invisible characters", _INVISIBLES)):
        text, found = pattern.subn("", text)
        if found:
            counts[kind] = counts.get(kind, 0) + found
    return text


def visible(text: str) -> str:
    """`text` without control and invisible characters, entities as they are."""
    return _INVISIBLES.sub("", _CONTROLS.sub("", text))


def label(text: str, counts: dict[str, int]) -> str:
    """A speaker's label on one line, in composed form, so that NFC and NFD twins are one."""
    text = clean(text, counts)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return text.replace("\n", " ").strip()
