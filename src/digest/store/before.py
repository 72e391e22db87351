"""Where an open question was answered before: one like it, on an earlier day, whose answers speak of the same thing.

`rules/before.yml` says how much is enough.
"""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from digest.model import Earlier
from digest.rules.match import Matcher
from digest.rules.model import Rules
from digest.store.sameness import Said, held, likeness, said
from digest.store.schema import SHIFT
from digest.store.search import Filters, Hit, lexicon, search
from digest.store.words import Lexicon

NO_WORDS = re.compile(r"\W+")
LOOKED_AT = 12  # hits of a search that are weighed


@dataclass(frozen=True)
class Enough:
    """How alike two questions must be to count as one; from rules/before.yml."""

    most: int = 1
    other_rooms: bool = False
    likeness: float = 0.28
    one_word: float = 0.45
    telling: float = 2.8
    shortest: int = 8
    answered: float = 0.3
    asks: tuple[str, ...] = ()
    never: tuple[str, ...] = ()

    @cached_property
    def stands_alone(self) -> Callable[[str], bool]:
        """Whether a text asks something that can be understood by itself."""
        asks, never = (Matcher(p) if p else None for p in (self.asks, self.never))

        def alone(text: str) -> bool:
            if len(NO_WORDS.sub("", text)) < self.shortest or (never and never.fires(text)):
                return False
            return asks is None or bool(asks.fires(text))

        return alone


def enough(rules: Rules) -> Enough:
    """What rules/before.yml says."""
    subject = rules.subject("before")
    return Enough(**subject.settings, asks=subject.list("asks"), never=subject.list("never"))


def answered_before(db: sqlite3.Connection, question: str, day: dt.date, room: str, how: Enough) -> tuple[Earlier, ...]:
    """Where a question was answered before `day`, the most alike first; only what stands in a digest counts."""
    if not how.most or not how.stands_alone(question):
        return ()
    try:
        last = (day - dt.timedelta(days=1)).isoformat()
    except OverflowError:
        return ()
    hits = search(db, question, Filters(until=last, room=None if how.other_rooms else room, raw=False), LOOKED_AT).hits
    hits = tuple(h for h in hits if h.kind == "thread" and h.answers and h.text and how.stands_alone(h.text))
    if not hits:
        return ()
    known = lexicon(db, "\n".join([question, *(h.text for h in hits), *(a.text for h in hits for a in h.answers)]))
    mine = said(question, known)
    rated = [(_score(mine, hit, known, how), hit) for hit in hits]
    rated = [(score, hit) for score, hit in rated if score and _published(db, hit)]
    rated.sort(key=lambda pair: (-round(pair[0], 6), pair[1].day, pair[1].row))
    return tuple(Earlier(hit.id, dt.date.fromisoformat(hit.day), hit.room, hit.text) for _, hit in rated[: how.most])


def _published(db: sqlite3.Connection, hit: Hit) -> bool:
    """Whether the entry stands in a digest's file, so that a link leads somewhere."""
    (path,) = db.execute(f"SELECT digest FROM logs WHERE id = ? >> {SHIFT}", (hit.row,)).fetchone()
    return bool(path)


def _score(mine: Said, hit: Hit, known: Lexicon, how: Enough) -> float:
    """How alike two questions are, from 0 to 1; 0 where it is not enough."""
    found = likeness(mine, said(hit.text, known), how.telling)
    if found is None:
        return 0.0
    given = held("\n".join(a.text for a in hit.answers), known)
    weight = sum(mine.telling[w] ** 2 for w in sorted(mine.telling))
    if sum(mine.telling[w] ** 2 for w in sorted(found.shared & given.keys())) < how.answered * weight:
        return 0.0
    if found.telling > 1:
        return found.score if found.score >= how.likeness else 0.0
    return found.score if min(found.words, found.characters) >= how.one_word else 0.0
