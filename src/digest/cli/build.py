"""`digest build`: logs → digests."""

from __future__ import annotations

import shlex
import sys
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import options, term
from digest.cli.options import PageFormat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.project.fingerprint import Fingerprint
    from digest.project.folders import DayLog
    from digest.project.settings import Settings
    from digest.reports.summary import Summary
    from digest.stages import Stages
    from digest.workflows.neighbours import Neighbours, Offers
    from digest.workflows.write import Written

LONG = 4  # days from which a terminal shows how far the work is


@dataclass(frozen=True, slots=True)
class Built:
    """A day that was built; `written` is None where there was nothing to write."""

    summary: Summary
    written: Written | None
    warnings: tuple[str, ...]
    offers: Offers | None = None


def build(
    days: Annotated[
        list[str] | None, typer.Argument(metavar="DAY", help="Days, such as 2017-05-27.", show_default=False)
    ] = None,
    since: Annotated[str | None, typer.Option(metavar="DAY", help="Build every day from this one on.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DAY", help="Build every day up to this one.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Build every day that has a log.")] = False,
    room: options.Room = None,
    logs: options.Logs = None,
    rules: options.Rules = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder of the digests; default: digests.")
    ] = None,
    format_: Annotated[PageFormat, typer.Option("--format", help="Write Markdown or JSON.")] = PageFormat.md,
    templates: options.Templates = None,
    encoding: options.Encoding = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be written, and write nothing.")] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Throw the edits in these digests away; a backup is kept.")
    ] = False,
) -> None:
    """Write the digests of days.

    What you edited in a digest stays through every build. Exit status: 0 done, 1 conflicts (your words stay), 2 a day
    could not be built.
    """
    from digest.workflows import project

    settings = project.settings(logs=logs, rules=rules, out=out, templates=templates, encoding=encoding)
    chosen, failed = _chosen(settings, days or [], since, until, all_, room)
    if chosen:
        stages = project.stages(settings)
        # a dry run leaves no trace, not even the lock's file
        with nullcontext() if dry_run else _lock(settings):
            failed = max(failed, _build(chosen, settings, stages, format_, dry_run=dry_run, fresh=fresh))
    if failed:
        raise typer.Exit(failed)


def _lock(settings: Settings):  # type: ignore[no-untyped-def]
    from digest import files

    return files.lock(settings.root)


def _chosen(
    settings: Settings, days: Sequence[str], since: str | None, until: str | None, all_: bool, room: str | None
) -> tuple[list[DayLog], int]:
    """The logs to build, and the exit status of the days that have none."""
    from digest.cli.boundary import tell
    from digest.errors import DigestError, UsageError
    from digest.project import folders
    from digest.workflows import project

    if days and (since or until or all_):
        raise UsageError("Days and --since, --until or --all don't go together. Give one or the other")
    if not days and not (since or until or all_):
        there = folders.days(settings, room)
        if not there:
            raise UsageError(f"{project.shown(settings.logs)}: {folders.NO_LOGS}")
        latest = there[-1].day
        raise UsageError(f"Which day? The latest log is of {latest}. Try digest build {latest}, or --all")
    if not days:
        first, last = (folders.parse_day(d) if d else None for d in (since, until))
        chosen = [
            log
            for log in folders.days(settings, room)
            if (first is None or log.day >= first) and (last is None or log.day <= last)
        ]
        if not chosen:
            where = project.shown(settings.logs)
            raise UsageError(f"{where}: no logs of those days. Put logs there, or name their folder with --logs")
        return chosen, 0
    chosen, failed = [], 0
    for said in dict.fromkeys(days):
        try:
            chosen.append(project.find(settings, said, room))
        except DigestError as error:
            if len(days) == 1:
                raise
            tell(error)
            failed = max(failed, error.exit_status)
    return chosen, failed


def _build(
    chosen: Sequence[DayLog], settings: Settings, stages: Stages, format_: PageFormat, *, dry_run: bool, fresh: bool
) -> int:
    """Build the days one after the other; the exit status."""
    from digest.cli.boundary import short, tell
    from digest.errors import DigestError
    from digest.project import fingerprint, folders
    from digest.reports import summary
    from digest.workflows import project
    from digest.workflows.neighbours import Neighbours

    done: list[Built] = []
    also: list[Built] = []
    status = 0
    around = Neighbours(settings, stages)
    shared = fingerprint.of_project(settings)
    named = {found.path for found in chosen}
    bar = _Bar(len(chosen))
    for n, found in enumerate(chosen):
        bar.show(n, f"{found.day} {found.room}")
        try:
            # what was left out is told where one day is built alone
            alone = len(chosen) == 1
            built = _day(found, settings, stages, format_, around, shared, dry_run=dry_run, fresh=fresh, left_out=alone)
        except DigestError as error:
            if len(chosen) == 1:
                raise
            bar.clear()
            tell(error)
            status = max(status, error.exit_status)
            continue
        done.append(built)
        if built.written and built.written.conflicts:
            status = max(status, 1)
        bar.clear()
        for warning in built.warnings:
            print(f"digest: warning: {short(warning)}", file=sys.stderr)
        if len(chosen) > 1:
            print(_line(built, dry_run))
        # an earlier day's digest learns of the answers that this one brought
        for other in around.answered(found, built.offers):
            if other.path in named or not folders.page_path(settings, other.day, other.room).exists():
                continue
            try:
                late = _day(other, settings, stages, format_, around, shared, dry_run=dry_run, fresh=False)
            except DigestError as error:
                tell(error)
                status = max(status, error.exit_status)
                continue
            status = max(status, 1 if late.written and late.written.conflicts else 0)
            also.append(late)
    if len(chosen) > 1:
        wrote = sum(1 for b in done if b.written and b.written.status != "unchanged")
        same = sum(1 for b in done if b.written and b.written.status == "unchanged")
        print(f"\n{summary.total([b.summary for b in done])}")
        verb = "would be written" if dry_run else "written"
        where = project.shown(settings.out)
        count = f"{summary.count(wrote, 'digest')} {verb}, {same} unchanged, {len(chosen) - len(done)} not built"
        print(f"{where}: {count}")
    else:
        _tell_one(done[0], dry_run)
    for late in also:
        print(f"  late       offered too in {_where(late, dry_run)}")
    return status


def _day(
    found: DayLog,
    settings: Settings,
    stages: Stages,
    format_: PageFormat,
    around: Neighbours,
    shared: Fingerprint,
    *,
    dry_run: bool,
    fresh: bool,
    left_out: bool = False,
) -> Built:
    from digest.project import folders
    from digest.reports import extract, summary
    from digest.workflows import project
    from digest.workflows import write as writing

    log = project.read(found, settings)
    path = folders.page_path(settings, found.day, found.room)
    warnings = (*log.warnings, *writing.shrunk(path, log, lambda: project.whole(found, settings)))
    if not log.messages:
        return Built(summary.empty(log), None, warnings)
    whole = format_ is PageFormat.json
    people = around.people(found, log)
    work = project.analysed(log, stages, evidence=whole, people=people, left_out=whole or left_out)
    page, offers = around.page(found, work)
    if whole:
        text = extract.text(extract.extract(work.day, work.asked, work.digest, stages.layout))
        written = writing.write_data(settings, path.with_suffix(".json"), text, dry_run=dry_run)
    else:
        sources = str(shared.of_day(log=found.path))
        written = writing.write_digest(settings, path, page.text, fresh=fresh, dry_run=dry_run, sources=sources)
    figures = summary.summary(work.day, work.asked, work.digest, page.masked, stages.asking.threshold)
    warnings = (*warnings, *offers.warnings)
    return Built(figures, written, warnings, offers if format_ is PageFormat.md else None)


def _line(built: Built, dry_run: bool) -> str:
    """A day in one line."""
    from digest.reports import summary

    name = term.plain(built.summary.name)
    if built.written is None:
        return f"{name}  no messages, no digest"
    return f"{name}  {summary.brief(built.summary)} ({_status(built.written, dry_run)})"


def _where(built: Built, dry_run: bool) -> str:
    """A day's digest and what became of it."""
    from digest.workflows.project import shown

    return f"{shown(built.written.path)} ({_status(built.written, dry_run)})" if built.written else ""


def _status(written: Written, dry_run: bool) -> str:
    if dry_run and written.status != "unchanged":
        return f"would be {written.status}"
    return f"{written.status}, {written.conflicts} in conflict" if written.conflicts else written.status


def _tell_one(built: Built, dry_run: bool) -> None:
    from digest.reports import summary
    from digest.workflows.project import shown

    s = built.summary
    print(f"{term.plain(s.name)}  {term.plain(shown(s.log))}")
    if built.written is None:
        print("  no messages that day, so no digest")
        return
    rows = list(summary.details(s))
    w = built.written
    rows += [("late", line) for line in (built.offers.told if built.offers else ())]
    if built.offers and built.offers.before:
        days = ", ".join(sorted({str(earlier.day) for earlier in built.offers.before}))
        rows.append(("before", f"{summary.count(len(built.offers.before), 'open question')} answered on {days}"))
    rows.append(("digest", _where(built, dry_run)))
    if w.notes:
        rows.append(("entries", "; ".join(w.notes)))
    if w.backup and w.status == "fresh":
        rows.append(("backup", shown(w.backup)))
    room = f" --room {shlex.quote(s.room)}" if s.room else ""
    if w.conflicts:
        day = f"{s.day}{room}"
        rows.append(("next", f"your words stand; digest diff {day} shows both, digest resolve {day} settles it"))
    elif s.closest:
        rows.append(
            ("next", f"edit the digest; digest explain {s.day} {s.closest[0][0]}{room} says why that one is out")
        )
    else:
        rows.append(("next", "edit the digest"))
    for what, figures in rows:
        first, *more = term.wrapped(figures, term.columns() - 13)
        print(f"  {what:<9}  {first}")
        for line in more:
            print(" " * 13 + line)


class _Bar:
    """How far the work is, on a terminal, where it is long."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.on = total >= LONG and sys.stderr.isatty()

    def show(self, done: int, what: str) -> None:
        if self.on:
            full = 24 * done // self.total
            bar = "█" * full + "░" * (24 - full)
            sys.stderr.write(f"\r\x1b[K{bar} {done}/{self.total}  {term.plain(what)}")
            sys.stderr.flush()

    def clear(self) -> None:
        if self.on:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
