"""Where an open question was answered before: one like it, on an earlier day, whose answers speak of the same thing.

`rules/before.yml` says how much is enough, `rules/same.yml` what makes two questions one.
"""

from __future__ import annotations

import datetime as dt
import sqlite3

from digest.knowledge.likeness import Enough, Sameness
from digest.knowledge.query import Lexicon
from digest.knowledge.same import Said, held, likeness, said
from digest.knowledge.schema import SHIFT
from digest.knowledge.search import Filters, Hit, lexicon, search
from digest.model import Earlier

LOOKED_AT = 12  # hits of a search that are weighed


def answered_before(
    db: sqlite3.Connection, question: str, day: dt.date, room: str, enough: Enough, same: Sameness
) -> tuple[Earlier, ...]:
    """Where a question was answered before `day`, the most alike first; only what stands in a digest counts."""
    alone = same.stands_alone
    if not enough.most or not alone(question):
        return ()
    try:
        last = (day - dt.timedelta(days=1)).isoformat()
    except OverflowError:
        return ()
    where = Filters(until=last, room=None if enough.other_rooms else room, raw=False)
    hits = [h for h in search(db, question, where, LOOKED_AT).hits if h.kind == "thread" and h.answers and h.text]
    hits = [h for h in hits if alone(h.text)]
    if not hits:
        return ()
    known = lexicon(db, "\n".join([question, *(h.text for h in hits), *(a.text for h in hits for a in h.answers)]))
    mine = said(question, known, same)
    rated = [(_score(mine, hit, known, enough, same), hit) for hit in hits]
    rated = [(score, hit) for score, hit in rated if score and _published(db, hit)]
    rated.sort(key=lambda pair: (-round(pair[0], 6), pair[1].day, pair[1].row))
    return tuple(Earlier(hit.id, dt.date.fromisoformat(hit.day), hit.room, hit.text) for _, hit in rated[: enough.most])


def _published(db: sqlite3.Connection, hit: Hit) -> bool:
    """Whether the entry stands in a digest's file, so that a link leads somewhere."""
    (path,) = db.execute(f"SELECT digest FROM logs WHERE id = ? >> {SHIFT}", (hit.row,)).fetchone()
    return bool(path)


def _score(mine: Said, hit: Hit, known: Lexicon, enough: Enough, same: Sameness) -> float:
    """How alike two questions are, from 0 to 1; 0 where it is not enough."""
    found = likeness(mine, said(hit.text, known, same), same)
    if found is None or found.score < enough.likeness:
        return 0.0
    given = held("\n".join(a.text for a in hit.answers), known)
    weight = sum(mine.telling[w] ** 2 for w in sorted(mine.telling))
    there = sum(mine.telling[w] ** 2 for w in sorted(found.shared & given.keys()))
    return found.score if there >= enough.answered * weight else 0.0
