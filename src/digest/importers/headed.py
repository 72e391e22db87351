"""Texts in which a header line begins each message and its lines follow: the records, wherever a line is a header."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HeadedText:
    """A header and the lines below it; what stands before the first header has no match."""

    line: int
    match: re.Match[str] | None
    body: list[str]
    name: str = ""  # the line above the header, where that says who speaks

    @property
    def text(self) -> str:
        """The lines without blank ones at either end."""
        return "\n".join(self.body).strip("\n")


def headed_texts(
    lines: Iterable[tuple[int, str]],
    header: Callable[[str, str, str], re.Match[str] | None],
    *,
    named: bool = False,
) -> Iterator[HeadedText]:
    """The messages of a text; `header` is given a line and the two before it, the nearer one first.

    With `named` the line above a header is the speaker's and belongs to no text.
    """
    start, match, name = 1, None, ""
    body: list[str] = []
    before = further = ""
    for number, line in lines:
        found = header(line, before, further)
        if found is not None:
            speaker = body.pop() if named and body else ""
            yield HeadedText(start, match, body, name)
            start, match, name, body = number, found, speaker, []
        else:
            body.append(line)
        before, further = line, before
    yield HeadedText(start, match, body, name)
