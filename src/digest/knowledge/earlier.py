"""Where an open question was answered before: one like it, on an earlier day, whose answers speak of the same thing.

`rules/before.yml` says how much is enough, `rules/same.yml` what makes two questions one.
"""

from __future__ import annotations

import datetime as dt
import sqlite3

from digest.knowledge.likeness import Enough, Sameness
from digest.knowledge.query import WordStats
from digest.knowledge.same import ComparedQuestion, compared, likeness, telling_words
from digest.knowledge.schema import SHIFT
from digest.knowledge.search import Filters, Hit, search, word_stats
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
    stats = word_stats(db, "\n".join([question, *(h.text for h in hits), *(a.text for h in hits for a in h.answers)]))
    wanted = compared(question, stats, same)
    rated = [(_score(wanted, hit, stats, enough, same), hit) for hit in hits]
    rated = [(score, hit) for score, hit in rated if score and _published(db, hit)]
    rated.sort(key=lambda pair: (-round(pair[0], 6), pair[1].day, pair[1].row))
    return tuple(Earlier(hit.id, dt.date.fromisoformat(hit.day), hit.room, hit.text) for _, hit in rated[: enough.most])


def _published(db: sqlite3.Connection, hit: Hit) -> bool:
    """Whether the entry stands in a digest's file, so that a link leads somewhere."""
    (path,) = db.execute(f"SELECT digest FROM logs WHERE id = ? >> {SHIFT}", (hit.row,)).fetchone()
    return bool(path)


def _score(wanted: ComparedQuestion, hit: Hit, stats: WordStats, enough: Enough, same: Sameness) -> float:
    """How alike two questions are, from 0 to 1; 0 where it is not enough."""
    alike = likeness(wanted, compared(hit.text, stats, same), same)
    if alike is None or alike.score < enough.likeness:
        return 0.0
    answers = telling_words("\n".join(a.text for a in hit.answers), stats)
    weight = sum(wanted.telling[w] ** 2 for w in sorted(wanted.telling))
    there = sum(wanted.telling[w] ** 2 for w in sorted(alike.shared & answers.keys()))
    return alike.score if there >= enough.answered * weight else 0.0
