"""Where an open question was answered before: one like it, on an earlier day, whose answers speak of the same thing.

Chat repeats its subjects daily and its questions seldom. So what two questions share is weighed against all that they
don't: in their words, by rarity, and in their pairs of characters, which tell the same turn of phrase.
`rules/before.yml` says how much is enough.
"""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from digest.model import Earlier
from digest.rules.match import Matcher
from digest.rules.model import Rules
from digest.store.published import alike as in_characters
from digest.store.repeats import cosine, held
from digest.store.schema import SHIFT
from digest.store.search import Filters, Hit, lexicon, search
from digest.store.words import CHUNK, Lexicon, cut, folded

NO_WORDS = re.compile(r"\W+")
LOOKED_AT = 12  # hits of a search that are weighed
ROMAN = re.compile("[ivx]*|[a-z0-9]{1,2}")  # tells with what it stands by alone: `II`, `T`, `B2`


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
    rated = [(_likeness(question, hit, known, how), hit) for hit in hits]
    rated = [(score, hit) for score, hit in rated if score and _published(db, hit)]
    rated.sort(key=lambda pair: (-round(pair[0], 6), pair[1].day, pair[1].row))
    return tuple(Earlier(hit.id, dt.date.fromisoformat(hit.day), hit.room, hit.text) for _, hit in rated[: how.most])


def _published(db: sqlite3.Connection, hit: Hit) -> bool:
    """Whether the entry stands in a digest's file, so that a link leads somewhere."""
    (path,) = db.execute(f"SELECT digest FROM logs WHERE id = ? >> {SHIFT}", (hit.row,)).fetchone()
    return bool(path)


def _likeness(question: str, hit: Hit, known: Lexicon, how: Enough) -> float:
    """How alike two questions are, from 0 to 1; 0 where it is not enough."""
    mine, theirs = held(question, known), held(hit.text, known)
    shared = mine.keys() & theirs.keys()
    telling = sum(1 for w in shared if max(mine[w], theirs[w]) >= how.telling and _by_itself(w))
    given = held("\n".join(a.text for a in hit.answers), known)
    weight = sum(mine[w] ** 2 for w in sorted(mine)) or 1.0
    every, other = _words(question, known), _words(hit.text, known)
    # a word that the store never saw is rarer than all it did see
    new = {word: weight for word, weight in every.items() if word not in known.tells and not mine.get(word)}
    # where neither's own subject is shared, the same is asked of two things
    if not telling or shared.isdisjoint((_subject({**mine, **new}), _subject(theirs))):
        return 0.0
    if sum(mine[w] ** 2 for w in sorted(shared & given.keys())) < how.answered * weight:
        return 0.0
    words, characters = cosine(every, other), in_characters(question, hit.text)
    score = (words + characters) / 2
    if telling > 1:
        return score if score >= how.likeness else 0.0
    return score if min(words, characters) >= how.one_word else 0.0


def _subject(words: Mapping[str, float]) -> str:
    """The word that tells most."""
    return min(words, key=lambda w: (-words[w], w))


def _by_itself(word: str) -> bool:
    return not ROMAN.fullmatch(word)


def _words(text: str, known: Lexicon) -> dict[str, float]:
    """All words of a text but stop words, by how rare they are in the logs; those that mean the same are one.

    Unlike what is telling of a subject, what is asked of it counts in full: 费率 and 套现 part two questions on 二维码.
    """
    found: dict[str, float] = {}
    for chunk in CHUNK.findall(folded(text)):
        for word in cut(chunk, known):
            if len(word) > 1 and word not in known.stop:
                name = min((word, *known.same.get(word, ())))
                found[name] = max(found.get(name, 0.0), known.weight(word))
    return found
