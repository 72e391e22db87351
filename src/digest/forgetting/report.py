"""What personal data the logs hold and what of it could be seen outside: counted by kind and place, never by value."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from digest import files, importers
from digest.conversation.people.labels import SURNAMES, key
from digest.conversation.people.people import ME, Known, people
from digest.errors import DigestError
from digest.forgetting.forget import NAME, names
from digest.knowledge.export import remembered
from digest.masks import mask
from digest.project import folders, forgotten
from digest.project.settings import Settings

SHOWN = 4  # characters of a label from which it can be looked for in a page without finding ordinary words


@dataclass(frozen=True, slots=True)
class Place:
    """A log or a page with what was found in it, by kind."""

    path: str
    kinds: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Exposure:
    """`logs`: what each log holds, which is masked or left out of everything public. `pages`: what still stands in
    digests and exports. `people`, `named`: speakers, and those whose label holds a real name; `agreed` may be shown."""

    logs: tuple[Place, ...]
    pages: tuple[Place, ...]
    people: int
    named: int
    agreed: int
    failed: tuple[str, ...] = field(default=())

    @property
    def total(self) -> dict[str, int]:
        """Over all logs, by kind."""
        found: Counter[str] = Counter()
        for place in self.logs:
            found.update(place.kinds)
        return dict(sorted(found.items()))


def exposure(settings: Settings, known: Known, progress: Callable[[int, int], None]) -> Exposure:
    """What the logs hold, and what the pages made of them show."""
    labels: set[str] = set()
    speakers: set[str] = set()
    found, failed = [], []
    logs = folders.days(settings)
    gone = forgotten.forgotten(settings.root)
    for number, each in enumerate(logs):
        progress(number, len(logs))
        try:
            log = importers.read(each.path, day=each.day, room=each.room, encoding=settings.encoding)
        except DigestError as error:
            failed.append(str(error))
            continue
        persons = people(log, known)
        counts: Counter[str] = Counter()
        for message, row in zip(log.messages, persons.mentions, strict=True):
            counts.update(mask(message.text)[1])
            counts["mention"] += len(row)
            if message.quote:
                counts.update(mask(message.quote.text)[1])
                counts["quoted name"] += 1
        counts["forgotten"] = sum(m.speaker in gone for m in log.messages) if gone.hashes else 0
        for person in persons.persons:
            labels.update(x for x in (person.name, *person.aliases) if key(x) != key(ME))
        speakers.update(m.speaker for m in log.messages if key(m.speaker) != key(ME))
        counts["name"] = sum(_real(m.speaker) for m in log.messages)
        if counts := +counts:
            found.append(Place(folders.from_root(settings.root, each.path), dict(sorted(counts.items()))))
    progress(len(logs), len(logs))
    allowed = {key(name) for name in (*known.agreed, *settings.agreed)}
    hidden = {label for label in labels if key(label) not in allowed and len(label) >= SHOWN}
    return Exposure(
        tuple(found),
        tuple(_pages(settings, hidden)),
        len({key(s) for s in speakers}),
        len({key(s) for s in speakers if _real(s)}),
        len({key(s) for s in speakers} & allowed),
        tuple(failed),
    )


def _real(label: str) -> bool:
    """Whether a label looks like a real name, alone or before a company or role."""
    return any(NAME.fullmatch(name) and name[0] in SURNAMES for name in names([label]))


def _pages(settings: Settings, hidden: set[str]) -> list[Place]:
    """Digests and exports that show what they should not."""
    paths = sorted(p for p in settings.out.rglob("*") if p.suffix in (".md", ".json") and p.is_file())
    for wanted in remembered(settings.root):
        out = Path(wanted.out)
        paths += sorted(p for p in out.rglob("*.md")) if out.is_dir() else [out]
    heads: dict[str, list[str]] = {}
    for label in hidden:
        heads.setdefault(label[:SHOWN], []).append(label)
    found = []
    for path in dict.fromkeys(paths):
        try:
            text = files.read_text(path)
        except DigestError:
            continue
        counts = Counter(mask(html.unescape(text))[1])
        starts = (text[i : i + SHOWN] for i in range(len(text) - SHOWN + 1))
        counts["name"] = len({x for start in starts if start in heads for x in heads[start] if x in text})
        if counts := +counts:
            found.append(Place(folders.from_root(settings.root, path), dict(sorted(counts.items()))))
    return found
