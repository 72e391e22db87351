"""Who spoke on a day and who was named, as lines of a terminal and as plain data."""

from __future__ import annotations

from collections import Counter
from typing import Any

from digest.cli.term import cut, pad, width
from digest.model import Log, People
from digest.text import count


def people_data(log: Log, people: People) -> dict[str, Any]:
    """Persons with their messages, mentions by label with whom they mean."""
    messages = Counter(people.speaker)
    return {
        "people": [
            {"name": p.name, "aliases": list(p.aliases), "messages": messages[p.id]}
            for p in sorted(people.persons, key=lambda p: (-messages[p.id], p.id))
        ],
        "mentions": [
            {"label": label, "times": times, "person": person, "candidates": list(candidates), "why": why}
            for label, person, candidates, why, times in _mentions(people)
        ],
    }


def people_lines(log: Log, people: People, columns: int) -> list[str]:
    """The same as lines of at most so many columns."""
    messages = Counter(people.speaker)
    persons = sorted(people.persons, key=lambda p: (-messages[p.id], p.id))
    wide = min(30, max((width(p.name) for p in persons), default=0))
    lines = [f"{count(len(persons), 'person', 'people')}, {count(len(log.messages), 'message')}"]
    for p in persons:
        also = f"  also {', '.join(p.aliases)}" if p.aliases else ""
        lines.append(cut(f"  {messages[p.id]:>4}  {pad(cut(p.name, wide), wide)}{also}", columns))
    rows = _mentions(people)
    still = sum(1 for _, person, _, _, _ in rows if not person)
    lines += ["", f"{count(len(rows), 'name')} mentioned, {still} of them open"]
    wide = min(36, max((width(row[0]) for row in rows), default=0))
    for label, person, candidates, why, times in rows:
        whom = person or ("open: " + " or ".join(candidates) if candidates else "open")
        lines.append(
            cut(f"  {times:>4}  @{pad(cut(label, wide), wide)}  → {whom}" + (f"  ({why})" if why else ""), columns)
        )
    return lines


def _mentions(people: People) -> list[tuple[str, str, tuple[str, ...], str, int]]:
    """(label, person's name or "", other candidates, why, how often), open ones last, the most frequent first."""
    counts = Counter(
        (m.label, m.person, tuple(c for c in m.candidates if c != m.person), m.why)
        for row in people.mentions
        for m in row
    )
    rows = [
        (
            label,
            people.persons[person].name if person is not None else "",
            tuple(people.persons[c].name for c in candidates),
            why,
            times,
        )
        for (label, person, candidates, why), times in counts.items()
    ]
    return sorted(rows, key=lambda row: (not row[1], -row[4], row[0], row[1], row[3]))
