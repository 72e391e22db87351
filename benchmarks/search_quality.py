"""Is a published question found again? search_quality.py [--editors] [--few] [--store FILE] [--every N] [--misses N].

For the questions that editors published, by the corpus beside this checkout: whether what was made from one is among
the first three hits, for the editor's own wording and for three of its rarer words. Figures are per 100 questions:

  entry        the entry of a digest made from it
  question     the same, or the question itself where the rules left it out of the digest: search tells it as such
  reached      the same, or a message whose thread holds the question

By default nobody edited the digests, so a question that the rules leave out has no entry to be found. With --editors
the digests are those that the editors published, as in a group that has been at it for a year.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from digest.knowledge import schema, search, show
from digest.knowledge.query import terms
from digest.page.entries import alike
from digest.project import folders
from digest.project import settings as config
from digest.stages import Stages
from digest.subjects import load
from digest.workflows import index

SHARED = Path(os.environ.get("DIGEST_SHARED") or Path(__file__).resolve().parents[2] / "shared")
FIRST = 3
SAME = 0.6  # likeness from which an entry that the editor wrote is the gold's, where no positions tell


@dataclass(frozen=True)
class Wanted:
    """A published question: where it stands in its log, and how its editor put it."""

    room: str
    day: str
    places: frozenset[int]
    text: str


@dataclass(frozen=True)
class Stored:
    """An entry of the store, or a question that was left out."""

    kept: bool
    places: frozenset[int]
    texts: tuple[str, ...]

    def made_from(self, wanted: Wanted) -> bool:
        if self.places and self.places & wanted.places:
            return True
        return self.kept and any(alike(text, wanted.text) >= SAME for text in self.texts)


Key = tuple[str, str, str]  # room, day, id


def indexed(folder: Path, gold: list[dict[str, Any]], few: bool, editors: bool) -> Path:
    """A store of all days, or of those alone that were traced back."""
    settings = replace(config.settings(folder), logs=SHARED / "corpus" / "logs")
    if few:
        settings = replace(settings, logs=folder / "logs")
    for day in gold:
        if few:
            room = settings.logs / day["room"]
            room.mkdir(parents=True, exist_ok=True)
            shutil.copy(SHARED / "corpus" / "logs" / day["room"] / f"{day['day']}-chat.markdown", room)
        if editors:
            page = settings.out / day["room"] / f"{day['day']}.md"
            page.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(SHARED / "corpus" / day["digest"], page)
    index.index(settings, lambda: Stages(load(settings.rules)), rebuild=True)
    return folders.store_path(folder)


def rarer(db: sqlite3.Connection, text: str) -> str:
    """Three of the rarer words of a question: those that other messages hold too, the rarest first."""
    lexicon = search.lexicon(db, text)
    found = [t for t in terms(text, lexicon) if lexicon.times.get(t.forms[0], 0) > 1 and len(t.forms[0]) > 1]
    return " ".join(t.forms[0] for t in found[:3])


def stored(db: sqlite3.Connection) -> dict[Key, Stored]:
    """All entries and questions by their ids."""
    rows: dict[Key, list[tuple[bool, str, str]]] = {}
    for room, day, key, kept, messages, text in db.execute(
        "SELECT l.room, l.day, e.key, e.kept, q.messages, q.text FROM questions q JOIN entries e ON e.id = q.entry"
        f" JOIN logs l ON l.id = q.id >> {schema.SHIFT}"
    ):
        rows.setdefault((room, day, key), []).append((bool(kept), messages, text))
    return {
        key: Stored(
            any(kept for kept, _, _ in each),
            frozenset(p for _, messages, _ in each for p in search.positions(messages)),
            tuple(text for _, _, text in each),
        )
        for key, each in rows.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--editors", action="store_true", help="with the digests that the editors published")
    parser.add_argument("--few", action="store_true", help="search among the days of the gold, not among all")
    parser.add_argument("--store", type=Path, help="a store that is there already")
    parser.add_argument("--every", type=int, default=1, help="every N-th question")
    parser.add_argument("--misses", type=int, default=0, help="print so many that were stored and not found")
    given = parser.parse_args()
    if not SHARED.is_dir():
        raise SystemExit("the corpus is not at hand (set DIGEST_SHARED to its folder)")
    gold = json.loads((SHARED / "corpus" / "gold.json").read_text("utf-8"))
    asked = [
        Wanted(d["room"], d["day"], frozenset(q["question"]), q["text"]) for d in gold for t in d["threads"] for q in t
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = given.store or indexed(Path(folder), gold, given.few, given.editors)
        with schema.reading(path) as db:
            measure(db, asked[:: given.every], given.misses)


def measure(db: sqlite3.Connection, asked: list[Wanted], misses: int) -> None:
    every = stored(db)
    by_day: dict[tuple[str, str], list[Stored]] = {}
    for (room, day, _), entry in every.items():
        by_day.setdefault((room, day), []).append(entry)
    there = [[e for e in by_day.get((w.room, w.day), ()) if e.made_from(w)] for w in asked]
    number = len(asked)
    print(
        f"{number} questions; of 100 {100 * sum(any(e.kept for e in t) for t in there) / number:.0f} have an entry, "
        f"{100 * sum(map(bool, there)) / number:.0f} an entry or a place among those left out"
    )
    for name, query_of in (("the editor's wording", lambda t: t), ("three rarer words", lambda t: rarer(db, t))):
        counts: Counter[str] = Counter()
        took = []
        shown = 0
        for wanted, made in zip(asked, there, strict=True):
            query = query_of(wanted.text)
            begun = time.process_time()  # other programs on the machine are none of its business
            hits = search.search(db, query, limit=FIRST).hits
            took.append(time.process_time() - begun)
            here = [h for h in hits if (h.room, h.day) == (wanted.room, wanted.day)]
            found = [e for h in here if (e := every.get((h.room, h.day, h.id))) and e.made_from(wanted)]
            near = found or [h for h in here if h.kind == "message" and _holds(db, h, wanted)]
            counts["entry"] += any(e.kept for e in found)
            counts["question"] += bool(found)
            counts["reached"] += bool(near)
            if made and not found and shown < misses:
                shown += 1
                print(f"  missed {wanted.day} {wanted.room}: {wanted.text[:60]!r} by {query[:60]!r}")
        took.sort()
        figures = ", ".join(f"{k} {100 * counts[k] / number:.1f}" for k in ("entry", "question", "reached"))
        middle, slowest = 1000 * took[len(took) // 2], 1000 * took[-1]
        print(f"{name}: {figures}; {middle:.1f} ms of CPU a search, {slowest:.0f} ms the slowest")


def _holds(db: sqlite3.Connection, hit: search.Hit, wanted: Wanted) -> bool:
    return not wanted.places.isdisjoint(s.position for s in show.around(db, hit))


if __name__ == "__main__":
    main()
