"""What was published, with the logs that it came from: the yardstick of `eval` and the teacher of `tune`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from digest import files, importers
from digest.errors import UsageError
from digest.learning import measure, records, trace
from digest.learning.figures import DayRecord
from digest.learning.measure import Measured, Source
from digest.model import Log
from digest.page import published, shelf
from digest.project import folders, forgotten
from digest.project.folders import DayLog
from digest.project.settings import Settings
from digest.stages import Stages
from digest.workflows import project
from digest.workflows.project import shown

MOST_QUOTING = 300  # logs whose quotes are learned from


def sources(
    settings: Settings,
    gold: Path | None,
    digests: Path | None,
    days: Sequence[str],
    room: str | None,
    warn: Callable[[str], None],
) -> list[Source]:
    """Logs with what was published of them, from a JSON file of traced days or from a folder of digests.

    `warn` is told of each digest that is left out. Raises UsageError where nothing is left.
    """
    if gold is not None and digests is not None:
        raise UsageError("--gold and --digests don't go together. Give one of them")
    wanted = {folders.parse_day(day).isoformat() for day in days}
    if gold is not None:
        pairs = list(_traced(settings, gold, wanted, room))
    else:
        pairs = _from_digests(settings, digests or settings.out, wanted, room, warn)
    if not pairs:
        where = gold or digests or shown(settings.out)
        which = f" of {', '.join(sorted(wanted))}" if wanted else ""
        missing = f"{where}: nothing published{which} to compare with"
        raise UsageError(f"{missing}. Edit or write a digest, or name others with --digests or --gold")
    return pairs


def measured(pairs: Sequence[Source], stages: Stages, progress: Callable[[int, int, str], None]) -> list[Measured]:
    """Each day as the rules read it beside what was published; `progress` takes done, total, and what is at work."""
    result: list[Measured] = []
    for n, (log, record) in enumerate(pairs):
        progress(n, len(pairs), f"{record.day} {record.room}")
        result += measure.measured([(log, record)], stages)
    return result


def quoting(settings: Settings, room: str | None) -> Iterator[Log]:
    """Logs in which somebody quotes what he replies to, the latest first: they show links without any digest."""
    number = 0
    for day_log in reversed(folders.days(settings, room)):
        log = project.read(day_log, settings)
        if any(m.quote is not None or m.reply_to is not None for m in log.messages):
            yield log
            number += 1
            if number == MOST_QUOTING:
                return


def _traced(settings: Settings, path: Path, days: set[str], room: str | None) -> Iterator[Source]:
    """The days of a JSON file with their logs, which lie where it says or else in the project."""
    gone = forgotten.forgotten(settings.root)
    for record in records.read(path):
        if (days and record.day not in days) or (room is not None and record.room != room):
            continue
        named = path.parent / record.log
        if record.log and named.is_file():
            log = forgotten.without(importers.read(named, room=record.room, encoding=settings.encoding), gone)
        else:
            day_log = folders.find_log(settings, folders.parse_day(record.day), record.room or None)
            log = project.read(day_log, settings)
        yield log, record


def _from_digests(
    settings: Settings, folder: Path, days: set[str], room: str | None, warn: Callable[[str], None]
) -> list[Source]:
    """Digests below a folder, each traced back to the log that it comes from."""
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder. Name that of your digests with --digests")
    by_day: dict[str, list[DayLog]] = {}
    for day_log in folders.days(settings, room):
        by_day.setdefault(day_log.day.isoformat(), []).append(day_log)
    traced: dict[str, tuple[Log, list[DayRecord]]] = {}
    unedited = 0
    for path in sorted(p for p in folder.rglob("*") if p.suffix in (".md", ".markdown") and not _hidden(p, folder)):
        text = files.read_text(path)
        page = published.published(text)
        if page.day is None and folders.OF_MANY_DAYS.fullmatch(path.stem):
            continue
        day = page.day.isoformat() if page.day else path.name[:10]
        if not (page.threads or page.talk) or (days and day not in days):
            continue
        if shelf.unedited(text.removeprefix("\ufeff").replace("\r\n", "\n")):
            unedited += 1  # nobody judged it yet: it would only teach the program its own mistakes
            continue
        logs = by_day.get(day, [])
        logs = [d for d in logs if d.room and folders.safe_folder(d.room) == path.parent.name] or logs
        pair = trace.best(page, (project.read(d, settings) for d in logs), shown(path))
        if pair is not None:
            traced.setdefault(pair[0].path, (pair[0], []))[1].append(pair[1])
            continue
        why = f"stands in no log of {day}" if logs else f"there is no log of {day}"
        warn(f"{shown(path)}: {why}; left out")
    if unedited:
        which = (
            "1 digest that nobody has edited yet" if unedited == 1 else f"{unedited} digests that nobody has edited yet"
        )
        warn(f"{shown(folder)}: {which} left out")
    ordered = sorted(traced.values(), key=lambda pair: (pair[0].day, pair[0].room))
    return [(log, trace.joined(day_records)) for log, day_records in ordered]


def _hidden(path: Path, below: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(below).parts)
