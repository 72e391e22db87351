"""Logs, rules and digests → the store: what is new or changed is worked out, side by side, and written by one."""

from __future__ import annotations

import datetime as dt
import gc
import hashlib
import json
import os
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from digest import files
from digest.errors import DigestError
from digest.knowledge.rows import DayRows, counted, rows
from digest.knowledge.schema import rebuilding, sweep, writing
from digest.knowledge.write import Name, Writer, settle
from digest.project import folders, forgotten
from digest.project.forgotten import Forgotten
from digest.project.settings import Settings

if TYPE_CHECKING:
    from digest.stages import Stages
    from digest.words import Vocabulary

FORMAT = "6"  # goes up where rows are made differently: then every day is worked out anew
STRAY = 0.65  # of what a word unknown to dictionary and lexicon would tell
CHUNK = 4  # days that a process takes at once: the last ones are not waited for long
BATCH = 8  # chunks that one transaction holds
PACKED = 100  # days from which on it pays to pack the full-text tables
DIGEST = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})\.md")


@dataclass(frozen=True, slots=True)
class Source:
    """A day as it lies on disk: its log, its digest, or both; `stamp` is the hash of all that goes into its rows."""

    day: dt.date
    room: str
    log: Path | None
    digest: Path | None
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What indexing did: days written, unchanged and taken out, messages and entries written, what failed and why."""

    written: int
    unchanged: int
    removed: int
    messages: int
    entries: int
    failed: tuple[str, ...]
    size: int  # bytes


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
) -> Report:
    """Bring the project's store up to date; `stages` is asked for only where a day changed. Hold the lock around it.

    Each transaction holds some days, so that stopping at any point leaves a store that works. `rebuild` makes a new
    file beside the old one, which takes its place at the end.
    """
    path = folders.store_path(settings.root)
    sweep(path)
    with (rebuilding if rebuild else writing)(path) as connection:
        report = _update(connection, settings, stages, since, until, room, processes, progress)
    return Report(*report, size=path.stat().st_size)


def _update(
    connection: sqlite3.Connection,
    settings: Settings,
    stages: Callable[[], Stages],
    since: dt.date | None,
    until: dt.date | None,
    room: str | None,
    processes: int | None,
    progress: Callable[[int, int], None],
) -> tuple[int, int, int, int, int, tuple[str, ...]]:
    def chosen(day: dt.date, name: str) -> bool:
        after, before = since is None or day >= since, until is None or day <= until
        return after and before and (room is None or name == room)

    failed: list[str] = []
    there = [s for s in sources(settings) if chosen(s.day, s.room)]
    rules = rules_stamp(settings)
    known: dict[tuple[str, str], tuple[int, str]] = {
        (name, day): (log, stamp)
        for log, name, day, stamp in connection.execute("SELECT id, room, day, stamp FROM logs")
    }
    work: list[Source] = []
    for source in there:
        try:
            stamp = _stamp(source, rules)
        except DigestError as error:
            failed.append(str(error))
            continue
        if known.get((source.room, source.day.isoformat()), (0, ""))[1] != stamp:
            work.append(Source(source.day, source.room, source.log, source.digest, stamp))
    gone = set(known) - {(s.room, s.day.isoformat()) for s in there}
    gone = {(name, day) for name, day in gone if chosen(dt.date.fromisoformat(day), name)}
    unchanged = len(there) - len(work) - len(failed)
    if not work and not gone and connection.execute("SELECT 1 FROM meta WHERE key = 'rules'").fetchone() == (1,):
        (stored,) = connection.execute("SELECT value FROM meta WHERE key = 'rules'").fetchone()
        if stored == _meta_stamp(settings, rules):
            return 0, unchanged, 0, 0, 0, tuple(failed)
    made = stages()
    # the same words come with nearly every transaction
    tells = cache(lambda word: _tells(word, made.vocabulary))
    writer = Writer(connection, lambda texts: counted(texts, made), tells)
    messages = entries = written = 0
    try:
        if gone:
            writer.begin()
            for name in sorted(gone):
                writer.remove(known[name][0])
            writer.commit()
        progress(0, len(work))
        writer.begin()
        for number, batch in enumerate(_worked(work, settings, made, processes), start=1):
            for source, result in batch:
                if isinstance(result, str):
                    failed.append(result)
                    continue
                writer.put(_name(source, settings), result)
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
    meta = {**_lexicon(made), "rules": _meta_stamp(settings, rules)}
    settle(connection, meta, made.known.agreed, whole=written >= PACKED)
    return written, unchanged, len(gone), messages, entries, tuple(failed)


def sources(settings: Settings) -> tuple[Source, ...]:
    """Every day that has a log or a digest, by day, then room."""
    logs = {(log.day, log.room): log.path for log in folders.days(settings)}
    digests: dict[tuple[dt.date, str], Path] = {}
    rooms = {folders.safe_folder(room): room for _, room in logs if room}
    for path in sorted(settings.out.glob("*.md")) + sorted(settings.out.glob("*/*.md")):
        named = DIGEST.fullmatch(path.name)
        if named:
            room = rooms.get(path.parent.name, path.parent.name) if path.parent != settings.out else ""
            try:
                digests[(dt.date.fromisoformat(named[1]), room)] = path
            except ValueError:
                continue  # 2017-02-30 is nobody's digest
    every = sorted({*logs, *digests})
    return tuple(Source(day, room, logs.get((day, room)), digests.get((day, room))) for day, room in every)


def rules_stamp(settings: Settings) -> str:
    """The hash of what turns logs into rows: the program, its rules, what the settings add."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        program = version("digest")
    except PackageNotFoundError:
        program = "source"
    hashed = hashlib.sha256(f"{FORMAT}\x1f{program}\x1f{settings.me}\x1f{settings.encoding}".encode())
    for folder in settings.rules:
        for path in sorted(folder.glob("*.yml")):
            hashed.update(f"\x1f{path.name}\x1f".encode() + files.read_bytes(path))
    gone = settings.root / files.STATE / forgotten.LIST
    hashed.update(files.read_bytes(gone) if gone.exists() else b"")
    return hashed.hexdigest()[:16]


def _meta_stamp(settings: Settings, rules: str) -> str:
    return f"{rules} {hashlib.sha256(json.dumps(sorted(settings.agreed)).encode()).hexdigest()[:16]}"


def _stamp(source: Source, rules: str) -> str:
    hashed = hashlib.sha256(rules.encode())
    for path in (source.log, source.digest):
        hashed.update(b"\x1f" + (hashlib.sha256(files.read_bytes(path)).digest() if path else b""))
    return hashed.hexdigest()[:24]


def _tells(word: str, vocabulary: Vocabulary) -> float:
    """How rare a word is in the language, from 0 to 1.

    What neither a dictionary nor the lexicon of the field knows is a name, or characters that happened to stand
    together: it tells less, and nothing where a stop word is at an end of it (联了, 要接).
    """
    from digest.words import RAREST, UNKNOWN

    told = vocabulary.idf(word)
    if told != UNKNOWN or word in vocabulary.field_terms:
        return told / RAREST
    return STRAY * told / RAREST if vocabulary.stop.isdisjoint((word[0], word[-1])) else 0.0


def _name(source: Source, settings: Settings) -> Name:
    log, digest = (folders.from_root(settings.root, path) if path else "" for path in (source.log, source.digest))
    return Name(source.room, source.day.isoformat(), log, digest, source.stamp)


def _lexicon(stages: Stages) -> dict[str, str]:
    """The words that a search needs to know of, so that it need not load the rules."""
    vocabulary = stages.vocabulary
    groups: dict[str, list[str]] = {}
    for word, name in vocabulary.same.items():
        groups.setdefault(name, []).append(word)
    same = {w: [x for x in group if x != w] for group in groups.values() if len(group) > 1 for w in group}
    return {
        "same": json.dumps(same, ensure_ascii=False, sort_keys=True),
        "stop": json.dumps(sorted(vocabulary.stop), ensure_ascii=False),
    }


# ---------------------------------------------------------------- side by side


Result = tuple[Source, DayRows | str]
_shared: list[tuple[Settings, Stages, Forgotten]] = []  # what forked processes find there


def _worked(
    work: Sequence[Source], settings: Settings, stages: Stages, processes: int | None
) -> Iterator[list[Result]]:
    """Each day's rows, or why there are none, in batches, in order."""
    chunks = [work[n : n + CHUNK] for n in range(0, len(work), CHUNK)]
    number = min(len(chunks), processes or len(os.sched_getaffinity(0)))
    _shared[:] = [(settings, stages, forgotten.forgotten(settings.root))]
    if number <= 1:
        yield from map(_chunk, chunks)
        return
    import multiprocessing

    _warm(stages)
    gc.collect()
    gc.freeze()  # else the first collection in a child copies every page it shares with us
    context = multiprocessing.get_context("fork")
    try:
        with context.Pool(number, initializer=_child) as pool:
            yield from pool.imap(_chunk, chunks)
    finally:
        gc.unfreeze()


def _child() -> None:
    import signal

    # the terminal sends Ctrl-C to all of us; the children leave it to the parent, who ends them
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # a day's values go when the day is done: they point in no circles. To look for some took a fortieth of the time
    # even once a chunk, for what is kept for the next days is gone through too
    gc.disable()


def _warm(stages: Stages) -> None:
    """Load what every day needs before there are copies of us."""
    stages.vocabulary.content_words("热身")
    for name in ("known", "segmenting", "talking", "asking", "cleaning", "topics", "layout"):
        getattr(stages, name)


def _chunk(chunk: Sequence[Source]) -> list[Result]:
    return [(source, _day(source)) for source in chunk]


def _day(source: Source) -> DayRows | str:
    from digest import importers

    settings, stages, gone = _shared[0]
    try:
        log = None
        if source.log is not None:
            log = importers.read(source.log, day=source.day, room=source.room, encoding=settings.encoding)
            log = forgotten.without(log, gone)
        digest = files.read_text(source.digest) if source.digest is not None else None
    except DigestError as error:
        return str(error)
    return rows(log, digest, stages)
