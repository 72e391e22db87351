"""`digest eval` and `digest tune`: how far the program agrees with its editors, and how it learns from them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import options, output

if TYPE_CHECKING:
    from digest.learning.figures import DayRecord
    from digest.learning.measure import Measured, Source
    from digest.model import Log
    from digest.project.settings import Settings

MOST_QUOTING = 300  # logs whose quotes are learnt from

Gold = Annotated[
    Path | None, typer.Option("--gold", metavar="FILE", help="JSON of published questions, instead of digests.")
]
Digests = Annotated[
    Path | None, typer.Option("--digests", metavar="DIR", help="Folder of the published digests; default: digests.")
]
Days = Annotated[
    list[str] | None,
    typer.Argument(metavar="DAY", help="Only these days, such as 2017-05-27.", show_default=False),
]


class TunedSubject(StrEnum):
    """What `tune` fits."""

    questions = "questions"
    links = "links"
    answers = "answers"
    all = "all"


class TunedAim(StrEnum):
    """What thresholds are chosen for."""

    window = "window"
    day = "day"
    both = "both"


def eval_(
    days: Days = None,
    digests: Digests = None,
    gold: Gold = None,
    logs: options.Logs = None,
    rules: options.Rules = None,
    room: options.Room = None,
    misses: Annotated[bool, typer.Option("--misses", help="List what was missed and what was wrongly kept.")] = False,
    by_day: Annotated[bool, typer.Option("--by-day", help="Add the figures of each day.")] = False,
    by_rule: Annotated[bool, typer.Option("--by-rule", help="Add what each rule does.")] = False,
    against: Annotated[
        list[Path] | None,
        typer.Option("--against", metavar="DIR", help="Compare with these rules, day by day: what they gain and lose."),
    ] = None,
    predictions: Annotated[
        Path | None, typer.Option("--predictions", metavar="FILE", help="Also write what was found as JSON.")
    ] = None,
    json: options.AsJson = False,
) -> None:
    """Measure how far what is found agrees with what was published.

    The yardstick is what you published: digests beside the logs they came from, or a JSON file of traced ones.
    """
    from digest.cli import tables
    from digest.learning import records
    from digest.workflows import project

    settings = project.settings(logs=logs, rules=rules)
    stages = project.stages(settings)
    sources = list(_sources(settings, gold, digests, days or [], room))
    work = _measured(sources, stages)
    other = None
    if against:
        other = _measured(sources, project.stages(project.settings(logs=logs, rules=against)))
    if predictions is not None:
        project.write(predictions, records.predictions([m.found for m in work]))
    report = tables.Report(
        tuple(work),
        tuple(other) if other is not None else None,
        stages,
        misses=misses,
        by_day=by_day,
        by_rule=by_rule,
    )
    if json:
        print(tables.as_json(report), end="")
        return
    for line in tables.lines(report):
        print(line)


def tune(
    days: Days = None,
    digests: Digests = None,
    gold: Gold = None,
    logs: options.Logs = None,
    rules: options.Rules = None,
    room: options.Room = None,
    subject: Annotated[TunedSubject, typer.Option("--subject", help="What is fitted.")] = TunedSubject.all,
    folds: Annotated[
        int, typer.Option("--folds", metavar="N", min=2, help="Parts into which the days are dealt.")
    ] = 10,
    strength: Annotated[
        float, typer.Option("--strength", metavar="X", min=0.01, help="How strongly weights are held back.")
    ] = 30.0,
    window_weight: Annotated[
        float,
        typer.Option(
            "--window-weight",
            metavar="X",
            min=0.0,
            max=1.0,
            help="What a turn counts that no digest took up the part of.",
        ),
    ] = 0.15,
    aim: Annotated[TunedAim, typer.Option("--aim", help="The F1 that thresholds are chosen for.")] = TunedAim.both,
    keep: Annotated[
        bool, typer.Option("--keep", help="Hold weights near what they are, not near 0; for few days.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the figures, and write nothing.")] = False,
    json: options.AsJson = False,
) -> None:
    """Fit the rules' weights and thresholds to what was published.

    The new numbers are written into your rules folder, comments and layout kept; the packaged rules are never touched.
    The figures come from cross-validation: each day is measured with numbers that were fitted without it.
    """
    from digest import files
    from digest.cli import tables
    from digest.errors import UsageError
    from digest.learning import tune as tuning
    from digest.reports.summary import count
    from digest.rules import edit as rewrite
    from digest.workflows import project

    settings = project.settings(logs=logs, rules=rules)
    folder = project.own_rules(settings, rules) if not dry_run else settings.rules[-1]
    sources = list(_sources(settings, gold, digests, days or [], room))
    if len(sources) < folds:
        few = f"{count(len(sources), 'published day')} {'is' if len(sources) == 1 else 'are'} too few"
        if len(sources) == 1:
            raise UsageError(
                f"{few}: a day is measured with what others taught. Edit or write the digest of another day"
            )
        most = f"2 to {len(sources)}" if len(sources) > 2 else "2"
        raise UsageError(f"{few} for {folds} folds. Edit or write more digests, or give --folds {most}")
    how = tuning.Fitting(folds, strength, window_weight, keep, aim.value)
    chosen = tuning.SUBJECTS if subject is TunedSubject.all else (subject.value,)
    known = project.stages(settings).rules
    quotes = _quoting(settings, room) if "links" in chosen else ()
    with output.progress() as progress:
        made = tuning.tune(sources, known, chosen, how, lambda what, n, of: progress.show(n, of, what), quotes)
    texts = rewrite.rewritten(known, (*settings.rules[:-1], folder), made.settings)
    if not dry_run:
        with files.lock(settings.root):
            for path, text in sorted(texts.items()):
                files.write_atomic(path, text, within=folder)
    if json:
        print(tables.tuned_json(made), end="")
        return
    for line in tables.tuned(made, [project.shown(p) for p in sorted(texts)], dry_run=dry_run):
        print(line)


def _quoting(settings: Settings, room: str | None) -> Iterator[Log]:
    """Logs in which somebody quotes what he replies to, the latest ones: they show links without any digest."""
    from digest.project import folders
    from digest.workflows import project

    found = 0
    for d in reversed(folders.days(settings, room)):
        log = project.read(d, settings)
        if any(m.quote is not None or m.reply_to is not None for m in log.messages):
            yield log
            found += 1
            if found == MOST_QUOTING:
                return


def _measured(sources: Sequence[Source], stages: object) -> list[Measured]:
    from digest.learning import measure
    from digest.stages import Stages

    assert isinstance(stages, Stages)
    measured: list[Measured] = []
    with output.progress() as progress:
        for n, (log, record) in enumerate(sources):
            progress.show(n, len(sources), f"{record.day} {record.room}")
            measured += measure.measured([(log, record)], stages)
    return measured


def _sources(
    settings: Settings, gold: Path | None, digests: Path | None, days: Sequence[str], room: str | None
) -> Iterator[Source]:
    """Logs with what was published of them."""
    from digest.errors import UsageError
    from digest.project import folders
    from digest.workflows.project import shown

    if gold is not None and digests is not None:
        raise UsageError("--gold and --digests don't go together. Give one of them")
    wanted = {folders.parse_day(d).isoformat() for d in days}
    found = _gold(settings, gold, wanted, room) if gold is not None else _digests(settings, digests, wanted, room)
    made = list(found)
    if not made:
        where = gold or digests or shown(settings.out)
        which = f" of {', '.join(sorted(wanted))}" if wanted else ""
        missing = f"{where}: nothing published{which} to compare with"
        raise UsageError(f"{missing}. Edit or write a digest, or name others with --digests or --gold")
    yield from made


def _gold(settings: Settings, path: Path, days: set[str], room: str | None) -> Iterator[Source]:
    from digest import importers
    from digest.learning import records
    from digest.project import folders, forgotten
    from digest.workflows import project

    gone = forgotten.forgotten(settings.root)
    for record in records.read(path):
        if (days and record.day not in days) or (room is not None and record.room != room):
            continue
        beside = path.parent / record.log
        if record.log and beside.is_file():
            log = forgotten.without(importers.read(beside, room=record.room, encoding=settings.encoding), gone)
        else:
            found = folders.find_log(settings, folders.parse_day(record.day), record.room or None)
            log = project.read(found, settings)
        yield log, record


def _digests(settings: Settings, folder: Path | None, days: set[str], room: str | None) -> Iterator[Source]:
    """Digests below a folder, each traced back to the log that it comes from."""
    from digest import files
    from digest.errors import UsageError
    from digest.learning import trace
    from digest.page import published
    from digest.page import shelf as editing
    from digest.project import folders
    from digest.workflows import project
    from digest.workflows.project import shown

    where = folder if folder is not None else settings.out
    if not where.is_dir():
        raise UsageError(f"{where}: no such folder. Name that of your digests with --digests")
    known: dict[str, list[folders.DayLog]] = {}
    for d in folders.days(settings, room):
        known.setdefault(d.day.isoformat(), []).append(d)
    traced: dict[str, tuple[Log, list[DayRecord]]] = {}
    own = 0
    for path in sorted(p for p in where.rglob("*") if p.suffix in (".md", ".markdown") and not _hidden(p, where)):
        text = files.read_text(path)
        page = published.published(text)
        if page.day is None and folders.OF_MANY_DAYS.fullmatch(path.stem):
            continue
        day = page.day.isoformat() if page.day else path.name[:10]
        if not (page.threads or page.talk) or (days and day not in days):
            continue
        if editing.unedited(text.removeprefix("\ufeff").replace("\r\n", "\n")):
            own += 1  # nobody judged it yet: it would only teach the program its own mistakes
            continue
        logs = known.get(day, [])
        logs = [d for d in logs if d.room and folders.safe_folder(d.room) == path.parent.name] or logs
        read = (project.read(d, settings) for d in logs)
        found = trace.best(page, read, shown(path))
        if found is not None:
            traced.setdefault(found[0].path, (found[0], []))[1].append(found[1])
            continue
        why = f"stands in no log of {day}" if logs else f"there is no log of {day}"
        print(f"digest: warning: {shown(path)}: {why}; left out", file=sys.stderr)
    if own:
        which = "1 digest that nobody has edited yet" if own == 1 else f"{own} digests that nobody has edited yet"
        print(f"digest: warning: {shown(where)}: {which} left out", file=sys.stderr)
    for log, records in sorted(traced.values(), key=lambda pair: (pair[0].day, pair[0].room)):
        yield log, trace.joined(records)


def _hidden(path: Path, below: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(below).parts)
