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
from digest.knowledge.export import past_exports
from digest.masks import mask
from digest.project import folders, forgotten
from digest.project.settings import Settings

SHOWN = 4  # characters of a label from which it can be looked for in a page without finding ordinary words


@dataclass(frozen=True, slots=True)
class Exposure:
    """A log or a page, and how much of each kind of personal data stands in it."""

    path: str
    kinds: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PrivacyReport:
    """`logs`: what each log holds, which is masked or left out of everything public. `pages`: what still stands in
    digests and exports. `people`, `named`: speakers, and those whose label holds a real name; `agreed` may be shown."""

    logs: tuple[Exposure, ...]
    pages: tuple[Exposure, ...]
    people: int
    named: int
    agreed: int
    failed: tuple[str, ...] = field(default=())

    @property
    def total(self) -> dict[str, int]:
        """Over all logs, by kind."""
        counts: Counter[str] = Counter()
        for log in self.logs:
            counts.update(log.kinds)
        return dict(sorted(counts.items()))


def report(settings: Settings, known: Known, progress: Callable[[int, int], None]) -> PrivacyReport:
    """What the logs hold, and what the pages made of them show."""
    labels: set[str] = set()
    speakers: set[str] = set()
    exposures, failed = [], []
    logs = folders.days(settings)
    who = forgotten.forgotten(settings.root)
    for number, file in enumerate(logs):
        progress(number, len(logs))
        try:
            log = importers.read(file.path, day=file.day, room=file.room, encoding=settings.encoding)
        except DigestError as error:
            failed.append(str(error))
            continue
        day = people(log, known)
        counts: Counter[str] = Counter()
        for message, mentions in zip(log.messages, day.mentions, strict=True):
            counts.update(mask(message.text)[1])
            counts["mention"] += len(mentions)
            if message.quote:
                counts.update(mask(message.quote.text)[1])
                counts["quoted name"] += 1
        counts["forgotten"] = sum(m.speaker in who for m in log.messages) if who.hashes else 0
        counts["name"] = sum(_is_real(m.speaker) for m in log.messages)
        for person in day.persons:
            labels.update(x for x in (person.name, *person.aliases) if key(x) != key(ME))
        speakers.update(m.speaker for m in log.messages if key(m.speaker) != key(ME))
        exposures += _exposure(file.path, counts, settings)
    progress(len(logs), len(logs))
    agreed = {key(name) for name in (*known.agreed, *settings.agreed)}
    hidden = {label for label in labels if key(label) not in agreed and len(label) >= SHOWN}
    return PrivacyReport(
        tuple(exposures),
        tuple(_pages(settings, hidden)),
        len({key(s) for s in speakers}),
        len({key(s) for s in speakers if _is_real(s)}),
        len({key(s) for s in speakers} & agreed),
        tuple(failed),
    )


def _exposure(path: Path, counts: Counter[str], settings: Settings) -> list[Exposure]:
    """What a file shows, nothing where it shows nothing."""
    kinds = dict(sorted((+counts).items()))
    return [Exposure(folders.from_root(settings.root, path), kinds)] if kinds else []


def _is_real(label: str) -> bool:
    """Whether a label looks like a real name, alone or before a company or role."""
    return any(NAME.fullmatch(name) and name[0] in SURNAMES for name in names([label]))


def _pages(settings: Settings, hidden: set[str]) -> list[Exposure]:
    """Digests and exports that show what they should not."""
    paths = sorted(p for p in settings.out.rglob("*") if p.suffix in (".md", ".json") and p.is_file())
    for export in past_exports(settings.root):
        out = Path(export.out)
        paths += sorted(p for p in out.rglob("*.md")) if out.is_dir() else [out]
    heads: dict[str, list[str]] = {}
    for label in hidden:
        heads.setdefault(label[:SHOWN], []).append(label)
    exposures = []
    for path in dict.fromkeys(paths):
        try:
            text = files.read_text(path)
        except DigestError:
            continue
        counts = Counter(mask(html.unescape(text))[1])
        starts = (text[i : i + SHOWN] for i in range(len(text) - SHOWN + 1))
        counts["name"] = len({x for start in starts if start in heads for x in heads[start] if x in text})
        exposures += _exposure(path, counts, settings)
    return exposures
