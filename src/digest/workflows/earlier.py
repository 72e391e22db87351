"""Open questions of a day that were answered before, where there is a knowledge base to ask."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from digest.errors import DigestError
from digest.knowledge import schema
from digest.knowledge.earlier import answered_before
from digest.knowledge.likeness import Enough, Sameness
from digest.model import Digest, Earlier, Entry
from digest.reports.extract import published

if TYPE_CHECKING:
    import datetime as dt
    import sqlite3
    from pathlib import Path

    from digest.page.render import Layout
    from digest.stages import Stages


def with_pointers(digest: Digest, store: Path, stages: Stages) -> tuple[Digest, tuple[str, ...]]:
    """The digest, its open questions with where they were answered before, and why that could not be found out.

    `store` must be there. A store that can't be used stops no build: it can be built again at any time.
    """
    enough, alike = stages.rules.settings(Enough), stages.rules.settings(Sameness)
    waiting = [e for e in digest.entries if _is_open(e)]
    if not waiting or not enough.most:
        return digest, ()
    try:
        with schema.reading(store) as db:
            earlier = {e.id: _before(db, e, digest.day, digest.room, enough, alike, stages.layout) for e in waiting}
    except DigestError as error:
        return digest, (f"{error}. What was answered before is left out until then",)
    sections = tuple(
        replace(
            s,
            topics=tuple(
                replace(t, entries=tuple(replace(e, earlier=earlier.get(e.id, ())) for e in t.entries))
                for t in s.topics
            ),
        )
        for s in digest.sections
    )
    return replace(digest, sections=sections), ()


def pointers(digest: Digest) -> tuple[Earlier, ...]:
    """Where a digest says that something was answered before."""
    return tuple(earlier for entry in digest.entries for earlier in entry.earlier)


def _is_open(entry: Entry) -> bool:
    """Whether an entry ends in a question that nobody answered; one that is of another day has its own place."""
    return entry.kind == "thread" and not entry.questions[-1].answers and entry.questions[-1].day is None


def _before(
    db: sqlite3.Connection, entry: Entry, day: dt.date, room: str, enough: Enough, alike: Sameness, layout: Layout
) -> tuple[Earlier, ...]:
    pointers: dict[str, Earlier] = {}
    for question in entry.questions[entry.last_answered + 1 :]:
        for earlier in answered_before(db, published(question.lines, layout), day, room, enough, alike):
            pointers.setdefault(earlier.id, earlier)
    return tuple(pointers.values())[: enough.most]
