"""What is printed of a talk: its text in paragraphs, headings, items, pictures and links."""

from __future__ import annotations

import re
from collections.abc import Callable

from digest.conversation.talk.rules import Talking
from digest.editorial.clean import items
from digest.model import Line, Log, Talk

_URL = re.compile(r"https?://[!-~]+\Z")
_BROKEN_END = re.compile(r"[，,、（(“《]\Z")
_BROKEN_START = re.compile(r"[，,、。；;）)”》]")
_SENTENCE = re.compile(r"[，,。；;！!？?]")
_LONGEST_HEADING = 40


def paragraphs(found: Talk, log: Log, how: Talking, said: Callable[[int], str] | None = None) -> tuple[Line, ...]:
    """The talk's text in order, one Line a paragraph.

    "heading": a short numbered line that stands for a part; "item": a numbered line of a list or a numbered
    paragraph; a sentence that somebody sent in two messages is one "text" again, under its first message. `said` gives
    what is printed of a message, where that is not its text as it stands.
    """
    out: list[Line] = []
    for i in found.messages:
        message = log.messages[i]
        rows = (said(i) if said else message.text).split("\n")
        pieces = [part for row in rows if row.strip() for part, _ in items(row.strip())]
        numbered = [bool(how.ear.of("heading", p)) for p in pieces]
        for k, piece in enumerate(pieces):
            last = out[-1] if out else None
            if _URL.match(piece):
                out.append(Line(piece, i, "link", piece))
            elif numbered[k]:
                listed = (k > 0 and numbered[k - 1]) or (k + 1 < len(pieces) and numbered[k + 1])
                short = len(piece) <= _LONGEST_HEADING and not _SENTENCE.search(piece)
                out.append(Line(piece, i, "heading" if short and not listed else "item"))
            elif last and k == 0 and last.kind in ("text", "item") and last.message < i and _broken(last.text, piece):
                out[-1] = Line(last.text + piece, last.message, last.kind)
            else:
                out.append(Line(piece, i))
        out += [Line(image.label, i, "image", image.url) for image in message.images]
    return tuple(out)


def _broken(before: str, after: str) -> bool:
    """Whether a sentence breaks off in one message and goes on in the next."""
    return bool(_BROKEN_END.search(before) or _BROKEN_START.match(after))
