"""Is a published question found again? search_quality.py [--all] [--store FILE] [--every N] [--misses N].

For the questions that editors published, by the corpus beside this checkout: whether the entry made from one is among
the first three hits, for the editor's own wording and for three of its rarer words. Figures are per 100 questions:

  entry        the entry of the digest made from it
  stored       the same, candidates that stand in no digest counted too
  reached      the same, messages whose thread holds the question counted too
  given it     of those questions alone that the store holds as an entry or candidate
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
from dataclasses import replace
from pathlib import Path
from typing import Any

from digest import config
from digest.pipeline import Stages
from digest.rules.load import load
from digest.store import index, schema, search, show
from digest.store.words import terms

SHARED = Path(os.environ.get("DIGEST_SHARED") or Path(__file__).resolve().parents[2] / "shared")
FIRST = 3


def indexed(folder: Path, gold: list[dict[str, Any]], every_day: bool) -> Path:
    """A store of the days that were traced back, or of all of them."""
    settings = replace(config.settings(folder), logs=SHARED / "corpus" / "logs")
    if not every_day:
        logs = folder / "logs"
        for day in gold:
            room = logs / day["room"]
            room.mkdir(parents=True, exist_ok=True)
            shutil.copy(SHARED / "corpus" / "logs" / day["room"] / f"{day['day']}-chat.markdown", room)
        settings = replace(settings, logs=logs)
    index.index(settings, lambda: Stages(load(settings.rules)), rebuild=True)
    return schema.place(folder)


def rarer(db: sqlite3.Connection, text: str) -> str:
    """Three of the rarer words of a question: those that other messages hold too, the rarest first."""
    lexicon = search.lexicon(db, text)
    found = [t for t in terms(text, lexicon) if lexicon.times.get(t.forms[0], 0) > 1 and len(t.forms[0]) > 1]
    return " ".join(t.forms[0] for t in found[:3])


def held(db: sqlite3.Connection) -> dict[tuple[str, str, str], set[int]]:
    """The positions of all questions of each entry."""
    found: dict[tuple[str, str, str], set[int]] = {}
    for room, day, key, messages in db.execute(
        "SELECT l.room, l.day, e.key, q.messages FROM questions q JOIN entries e ON e.id = q.entry"
        f" JOIN logs l ON l.id = q.id >> {schema.SHIFT}"
    ):
        found.setdefault((room, day, key), set()).update(search.positions(messages))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true", help="search among all days, not those of the gold alone")
    parser.add_argument("--store", type=Path, help="a store that is there already")
    parser.add_argument("--every", type=int, default=1, help="every N-th question")
    parser.add_argument("--misses", type=int, default=0, help="print so many that were stored and not found")
    given = parser.parse_args()
    if not SHARED.is_dir():
        raise SystemExit("the corpus is not at hand (set DIGEST_SHARED to its folder)")
    gold = json.loads((SHARED / "corpus" / "gold.json").read_text("utf-8"))
    asked = [(d["room"], d["day"], set(q["question"]), q["text"]) for d in gold for t in d["threads"] for q in t]
    asked = asked[:: given.every]
    with tempfile.TemporaryDirectory() as folder:
        path = given.store or indexed(Path(folder), gold, given.all)
        with schema.reading(path) as db:
            measure(db, asked, given.misses)


def measure(db: sqlite3.Connection, asked: list[tuple[str, str, set[int], str]], misses: int) -> None:
    entries = held(db)
    by_day: dict[tuple[str, str], list[set[int]]] = {}
    for (room, day, _), places in entries.items():
        by_day.setdefault((room, day), []).append(places)
    stored = [any(places & question for places in by_day.get((room, day), ())) for room, day, question, _ in asked]
    number = len(asked)
    print(f"{number} questions, {100 * sum(stored) / number:.0f} in 100 stored as an entry or candidate")
    for name, query_of in (("the editor's wording", lambda t: t), ("three rarer words", lambda t: rarer(db, t))):
        counts: Counter[str] = Counter()
        took = []
        shown = 0
        for (room, day, question, text), there in zip(asked, stored, strict=True):
            query = query_of(text)
            begun = time.perf_counter()
            hits = search.search(db, query, limit=FIRST).hits
            took.append(time.perf_counter() - begun)
            mine = [h for h in hits if (h.room, h.day) == (room, day)]
            made = [h for h in mine if entries.get((room, day, h.id), set()) & question]
            around = made or [
                h for h in mine if h.kind == "message" and {s.position for s in show.around(db, h)} & question
            ]
            counts["entry"] += any(h.kind != "candidate" for h in made)
            counts["stored"] += bool(made)
            counts["reached"] += bool(around)
            counts["given it"] += bool(made) and there
            if there and not made and shown < misses:
                shown += 1
                print(f"  missed {day} {room}: {text[:60]!r} by {query[:60]!r}: {[h.text[:24] for h in hits]}")
        took.sort()
        print(
            f"{name}: "
            + ", ".join(f"{k} {100 * counts[k] / number:.0f}" for k in ("entry", "stored", "reached"))
            + f", given it {100 * counts['given it'] / max(1, sum(stored)):.0f};"
            + f" {1000 * took[len(took) // 2]:.1f} ms a search, {1000 * took[-1]:.0f} ms the slowest"
        )


if __name__ == "__main__":
    main()
