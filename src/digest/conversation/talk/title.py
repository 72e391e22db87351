"""The title of a talk."""

from __future__ import annotations

from collections.abc import Iterable

from digest.conversation.talk.rules import Talking
from digest.model import Log

_EDGES = ' \u3000“”"《》【】「」<>：:，,。.；;!！~、'
_TITLE_REACH = 300  # characters of a message in which a title is looked for


def title(places: Iterable[tuple[int, float]], log: Log, how: Talking) -> str:
    """The title that the surest cue takes from messages given as (index, bonus), the earlier one among equals."""
    found = []
    for order, (i, bonus) in enumerate(places):
        text = log.messages[i].text[:_TITLE_REACH]
        for cue in how.ear.of("title", text):
            span = how.ear.span(cue, text, "title")
            name = _trimmed(text[slice(*span)], how) if span else ""
            if len(name) > 1:
                found.append((-(how.cues[cue].weight + bonus), order, name))
    return min(found)[2] if found else ""


def _trimmed(text: str, how: Talking) -> str:
    for role, end in (("title-ends", 0), ("title-opens", 1)):
        for cue in how.ear.of(role, text):
            if span := how.ear.span(cue, text):
                text = text[span[1] :] if end else text[: span[0]]
    text = text.strip(_EDGES)
    return "" if how.ear.of("title-never", text) else text
