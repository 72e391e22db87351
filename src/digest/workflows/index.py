"""Logs, rules and digests → the store: what is new or changed is worked out, side by side, and written by one."""

from __future__ import annotations

import datetime as dt
import json
import re
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from digest import files, importers
from digest.errors import DigestError
from digest.knowledge.schema import rebuilding, sweep, writing
from digest.knowledge.write import DayName, Writer, settle
from digest.project import fingerprint, folders, forgotten
from digest.project.fingerprint import Fingerprint
from digest.project.forgotten import Forgotten
from digest.project.settings import Settings
from digest.words import RAREST, UNKNOWN
from digest.workflows.engine import forked

if TYPE_CHECKING:
    from digest.knowledge.rows import DayRows
    from digest.stages import Stages
    from digest.words import Vocabulary

FORMAT = "7"  # goes up where rows are made differently: then every day is worked out anew
# what no row is made of: pages alone are, or what is asked of the store
NOT_IN_ROWS = ("templates", "settings.agreed", "rules.same", "rules.before", "rules.late")
STRAY = 0.65  # of what a word unknown to dictionary and lexicon would tell
CHUNK = 4  # days that a process takes at once: the last ones are not waited for long
BATCH = 8  # chunks that one transaction holds
PACKED = 100  # days from which on it pays to pack the full-text tables
DIGEST = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})\.md")


@dataclass(frozen=True, slots=True)
class DayFiles:
    """A day as it lies on disk: its log, its digest, or both; `stamp` is the hash of all that goes into its rows."""

    day: dt.date
    room: str
    log: Path | None
    digest: Path | None
    stamp: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Room and day, as the store knows them."""
        return self.room, self.day.isoformat()

    def stamped(self, rules: Fingerprint) -> DayFiles:
        """The day with the hash of its files, and of the rules and settings that rows are made by."""
        return replace(self, stamp=f"{FORMAT}-{rules.of_day(log=self.log, digest=self.digest).hash}")

    def name(self, root: Path) -> DayName:
        """What the day's rows go by in the store of the project in `root`."""
        log, digest = (folders.from_root(root, path) if path else "" for path in (self.log, self.digest))
        return DayName(*self.key, log, digest, self.stamp)


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What indexing did: days written, unchanged and taken out, messages and entries written, what failed and why."""

    written: int = 0
    unchanged: int = 0
    removed: int = 0
    messages: int = 0
    entries: int = 0
    failed: tuple[str, ...] = ()
    size: int = 0  # bytes


def index(
    settings: Settings,
    stages: Callable[[], Stages],
    *,
    since: dt.date | None = None,
    until: dt.date | None = None,
    room: str | None = None,
    rebuild: bool = False,
    processes: int | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> IndexReport:
    """Bring the project's store up to date; `stages` is asked for only where a day changed. Hold the lock around it.

    Each transaction holds some days, so that stopping at any point leaves a store that works. `rebuild` makes a new
    file beside the old one, which takes its place at the end.
    """

    def chosen(name: str, day: dt.date) -> bool:
        after, before = since is None or day >= since, until is None or day <= until
        return after and before and (room is None or name == room)

    path = folders.store_path(settings.root)
    forgotten.forgotten(settings.root)  # an error where nobody can know, be there work or not
    sweep(path)
    with (rebuilding if rebuild else writing)(path) as connection:
        report = _update(connection, settings, stages, chosen, processes, progress)
    return replace(report, size=path.stat().st_size)


def _update(
    connection: sqlite3.Connection,
    settings: Settings,
    stages: Callable[[], Stages],
    chosen: Callable[[str, dt.date], bool],
    processes: int | None,
    progress: Callable[[int, int], None],
) -> IndexReport:
    failed: list[str] = []
    shared = fingerprint.of_project(settings)
    stored: dict[tuple[str, str], tuple[int, str]] = {
        (name, day): (log, stamp)
        for log, name, day, stamp in connection.execute("SELECT id, room, day, stamp FROM logs")
    }
    there = [day for day in day_files(settings) if chosen(day.room, day.day)]
    work: list[DayFiles] = []
    for day in there:
        try:
            stamped = day.stamped(shared.without(*NOT_IN_ROWS))
        except DigestError as error:
            failed.append(str(error))
            continue
        if stored.get(day.key, (0, ""))[1] != stamped.stamp:
            work.append(stamped)
    gone = sorted(
        (name, day)
        for name, day in stored.keys() - {day.key for day in there}
        if chosen(name, dt.date.fromisoformat(day))
    )
    unchanged = len(there) - len(work) - len(failed)
    whole = f"{FORMAT}-{shared.without('templates').hash}"
    if (
        not work
        and not gone
        and connection.execute("SELECT value FROM meta WHERE key = 'rules'").fetchone() == (whole,)
    ):
        return IndexReport(unchanged=unchanged, failed=tuple(failed))
    from digest.knowledge.rows import counted  # start-up: where nothing changed no stage is loaded

    loaded = stages()
    # the same words come with nearly every transaction
    tells = cache(lambda word: _tells(word, loaded.vocabulary))
    writer = Writer(connection, lambda texts: counted(texts, loaded), tells)
    rows_of = partial(_rows, settings=settings, stages=loaded, who=forgotten.forgotten(settings.root))
    chunks = [work[n : n + CHUNK] for n in range(0, len(work), CHUNK)]
    messages = entries = written = 0
    try:
        if gone:
            writer.begin()
            for key in gone:
                writer.remove(stored[key][0])
            writer.commit()
        progress(0, len(work))
        writer.begin()
        if len(chunks) > 1 and processes != 1:
            warm(loaded)
        for number, results in enumerate(forked(rows_of, chunks, processes), start=1):
            for day, result in zip(chunks[number - 1], results, strict=True):
                if isinstance(result, str):
                    failed.append(result)
                    continue
                writer.put(day.name(settings.root), result)
                written += 1
                messages += len(result.messages)
                entries += sum(e.kept for e in result.entries)
            if number % BATCH == 0:
                writer.commit()
                writer.begin()
            progress(written + len(failed), len(work))
        writer.commit()
    except BaseException:
        writer.rollback()
        raise
    settle(connection, {**_meta(loaded), "rules": whole}, loaded.known.agreed, whole=written >= PACKED)
    return IndexReport(written, unchanged, len(gone), messages, entries, tuple(failed))


def day_files(settings: Settings) -> tuple[DayFiles, ...]:
    """Every day that has a log or a digest, by day, then room."""
    logs = {(log.day, log.room): log.path for log in folders.days(settings)}
    digests: dict[tuple[dt.date, str], Path] = {}
    rooms = {folders.safe_folder(room): room for _, room in logs if room}
    for path in sorted(settings.out.glob("*.md")) + sorted(settings.out.glob("*/*.md")):
        if match := DIGEST.fullmatch(path.name):
            room = rooms.get(path.parent.name, path.parent.name) if path.parent != settings.out else ""
            try:
                digests[(dt.date.fromisoformat(match[1]), room)] = path
            except ValueError:
                continue  # 2017-02-30 is nobody's digest
    every = sorted({*logs, *digests})
    return tuple(DayFiles(day, room, logs.get((day, room)), digests.get((day, room))) for day, room in every)


def _tells(word: str, vocabulary: Vocabulary) -> float:
    """How rare a word is in the language, from 0 to 1.

    What neither a dictionary nor the lexicon of the field knows is a name, or characters that happened to stand
    together: it tells less, and nothing where a stop word is at an end of it (联了, 要接).
    """
    rarity = vocabulary.idf(word)
    if rarity != UNKNOWN or word in vocabulary.field_terms:
        return rarity / RAREST
    return STRAY * rarity / RAREST if vocabulary.stop.isdisjoint((word[0], word[-1])) else 0.0


def _meta(stages: Stages) -> dict[str, str]:
    """What search and show need of the rules, so that they need not load them."""
    vocabulary = stages.vocabulary
    groups: dict[str, list[str]] = {}
    for word, name in vocabulary.same.items():
        groups.setdefault(name, []).append(word)
    same = {w: [x for x in group if x != w] for group in groups.values() if len(group) > 1 for w in group}
    return {
        "same": json.dumps(same, ensure_ascii=False, sort_keys=True),
        "stop": json.dumps(sorted(vocabulary.stop), ensure_ascii=False),
        "linked": str(stages.link_settings.threshold),
    }


def warm(stages: Stages) -> None:
    """Load what every day needs, before there are copies of this process."""
    stages.vocabulary.content_words("热身")
    _ = (
        stages.known,
        stages.turn_settings,
        stages.talking,
        stages.question_settings,
        stages.cleaning,
        stages.topics,
        stages.layout,
    )


def _rows(days: Sequence[DayFiles], settings: Settings, stages: Stages, who: Forgotten) -> list[DayRows | str]:
    """Each day's rows, or why there are none."""
    from digest.knowledge.rows import rows  # start-up: as above

    results: list[DayRows | str] = []
    for day in days:
        try:
            log = None
            if day.log is not None:
                log = importers.read(day.log, day=day.day, room=day.room, encoding=settings.encoding)
                log = forgotten.without(log, who)
            digest = files.read_text(day.digest) if day.digest is not None else None
        except DigestError as error:
            results.append(str(error))
        else:
            results.append(rows(log, digest, stages))
    return results
