"""`digest build`: logs → digests."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from digest.cli import options, output, term
from digest.cli.boundary import short, tell
from digest.cli.options import PageFormat
from digest.errors import DigestError, UsageError
from digest.project.folders import DayLog
from digest.project.settings import Settings
from digest.reports import summary
from digest.text import count
from digest.workflows import build as workflow
from digest.workflows import project
from digest.workflows.build import BuiltDay, FailedDay
from digest.workflows.project import shown
from digest.workflows.write import Written

LONG = 4  # days from which a terminal shows how far the work is


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
    settings = project.settings(logs=logs, rules=rules, out=out, templates=templates, encoding=encoding)
    logs_, status = _chosen(settings, days or [], since, until, all_, room)
    if logs_:
        built = workflow.build(
            logs_,
            settings,
            project.stages(settings),
            as_json=format_ is PageFormat.json,
            dry_run=dry_run,
            fresh=fresh,
        )
        status = max(status, _print(built, len(logs_), settings, dry_run))
    if status:
        raise typer.Exit(status)


def _chosen(
    settings: Settings, days: Sequence[str], since: str | None, until: str | None, all_: bool, room: str | None
) -> tuple[Sequence[DayLog], int]:
    """The logs to build, and the exit status of the days that have none."""
    if days and (since or until or all_):
        raise UsageError("Days and --since, --until or --all don't go together. Give one or the other")
    if since or until or all_:
        return workflow.between(settings, since, until, room), 0
    if not days:
        raise workflow.which_day(settings, room)
    logs: list[DayLog] = []
    status = 0
    for day in dict.fromkeys(days):
        try:
            logs.append(project.find(settings, day, room))
        except DigestError as error:
            if len(days) == 1:
                raise
            tell(error)
            status = max(status, error.exit_status)
    return logs, status


def _print(outcomes: Iterable[BuiltDay | FailedDay], total: int, settings: Settings, dry_run: bool) -> int:
    """Tell of each day as it is built; the exit status."""
    built: list[BuiltDay] = []
    also: list[BuiltDay] = []
    status = done = 0
    with output.progress(total >= LONG) as progress:
        for outcome in outcomes:
            if isinstance(outcome, FailedDay):
                if total == 1 and not outcome.late:
                    raise outcome.error
                tell(outcome.error)
            elif outcome.late:
                also.append(outcome)
            else:
                built.append(outcome)
                for warning in outcome.warnings:
                    print(f"digest: warning: {short(warning)}", file=sys.stderr)
                if total > 1:
                    print(_line(outcome, dry_run))
            status = max(status, outcome.exit_status)
            if not outcome.late:
                done += 1
                progress.show(done, total, f"{outcome.log.day} {outcome.log.room}")
    if total > 1:
        states = [day.written.status for day in built if day.written]
        print(f"\n{summary.total([day.summary for day in built])}")
        verb = "would be written" if dry_run else "written"
        same = states.count("unchanged")
        written = f"{count(len(states) - same, 'digest')} {verb}, {same} unchanged, {total - len(built)} not built"
        print(f"{shown(settings.out)}: {written}")
    else:
        _tell_one(built[0], dry_run)
    for day in also:
        print(f"  late       offered too in {_where(day, dry_run)}")
    return status


def _line(built: BuiltDay, dry_run: bool) -> str:
    """A day in one line."""
    name = term.plain(built.summary.name)
    if built.written is None:
        return f"{name}  no messages, no digest"
    return f"{name}  {summary.brief(built.summary)} ({_status(built.written, dry_run)})"


def _where(built: BuiltDay, dry_run: bool) -> str:
    """A day's digest and what became of it."""
    return f"{shown(built.written.path)} ({_status(built.written, dry_run)})" if built.written else ""


def _status(written: Written, dry_run: bool) -> str:
    if dry_run and written.status != "unchanged":
        return f"would be {written.status}"
    return f"{written.status}, {written.conflicts} in conflict" if written.conflicts else written.status


def _tell_one(built: BuiltDay, dry_run: bool) -> None:
    s = built.summary
    print(f"{term.plain(s.name)}  {term.plain(shown(s.log))}")
    if built.written is None:
        print("  no messages that day, so no digest")
        return
    rows = list(summary.details(s))
    w = built.written
    rows += [("late", line) for line in (built.offers.lines if built.offers else ())]
    if built.offers and built.offers.answered_before:
        days = ", ".join(sorted({str(earlier.day) for earlier in built.offers.answered_before}))
        rows.append(("before", f"{count(len(built.offers.answered_before), 'open question')} answered on {days}"))
    rows.append(("digest", _where(built, dry_run)))
    if w.notes:
        rows.append(("entries", "; ".join(w.notes)))
    if w.held:
        rows.append(("held", "the page stays as it is: a build would have touched your words. Tell us, with the log"))
    if w.proposals:
        room_ = f" --room {shlex.quote(s.room)}" if s.room else ""
        shows = f"digest diff {s.day}{room_} shows them, digest accept takes them"
        rows.append(("proposals", f"{w.proposals}: {shows}"))
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
