"""`digest faq`, `month`, `week`: pages made of many days, reviewed and merged like any digest."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from digest.cli import options, term
from digest.cli.knowledge import Since, Until
from digest.errors import UsageError
from digest.knowledge import roundups
from digest.knowledge.same import Likeness
from digest.project import folders
from digest.project.settings import Settings
from digest.text import count
from digest.workflows import pages, project
from digest.workflows import write as writing
from digest.workflows.pages import ManyDays
from digest.workflows.write import Written

Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder of the digests; default: digests.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be written, and write nothing.")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Throw the edits in this page away; a backup is kept.")]
Why = Annotated[bool, typer.Option("--why", help="Tell by what the questions of each were held to be the same.")]
Limit = Annotated[int, typer.Option("--limit", "-n", metavar="N", help="How many questions.")]


def faq(
    since: Since = None,
    until: Until = None,
    room: options.Room = None,
    limit: Limit = 100,
    out: Out = None,
    templates: options.Templates = None,
    dry_run: DryRun = False,
    fresh: Fresh = False,
    why: Why = False,
) -> None:
    """Write the group's FAQ: questions that came back on several days, with all their answers by date.

    Most asked and best answered come first. What you edit in it stays. Exit status: 0 done, 1 conflicts.
    """
    settings = project.settings(out=out, templates=templates)
    first, last = (folders.parse_day(d).isoformat() if d else "" for d in (since, until))
    if limit < 1:
        raise UsageError(f"--limit {limit}: nothing to write. Give a number from 1 on")
    page = pages.ManyDays("faq", room, first, last, limit)
    context = pages.contents(settings, page)
    for question, days, likeness in context["why"] if why else ():
        print(term.cut(question, term.columns()))
        for line in term.wrapped(f"{', '.join(days)}\n{_reason(likeness)}", term.columns() - 2):
            print(f"  {line}")
    written = pages.write(settings, page, context, fresh=fresh, dry_run=dry_run)
    _print_written(settings, page, written, len(context["items"]), dry_run=dry_run)


def _reason(likeness: Likeness) -> str:
    """By what two questions are alike, in a line."""
    asked = likeness.asked
    both = "; both ask for a difference" if -1 in asked else "; both ask for the same kind" if asked else ""
    figures = f"words {likeness.words:.2f}, characters {likeness.characters:.2f}, covered {likeness.covered:.2f}"
    return f"{likeness.score:.2f}: {figures}; both say {', '.join(sorted(likeness.shared))}{both}"


def month(
    name: Annotated[str, typer.Argument(metavar="MONTH", help="The month, such as 2017-05.")],
    room: options.Room = None,
    out: Out = None,
    templates: options.Templates = None,
    dry_run: DryRun = False,
    fresh: Fresh = False,
) -> None:
    """Write a month's roundup: its talks, the best threads, what stayed open, thanks to who agreed to be named."""
    _roundup(roundups.month(name).name, room, out, templates, dry_run=dry_run, fresh=fresh)


def week(
    name: Annotated[str, typer.Argument(metavar="WEEK", help="The week, such as 2017-W21.")],
    room: options.Room = None,
    out: Out = None,
    templates: options.Templates = None,
    dry_run: DryRun = False,
    fresh: Fresh = False,
) -> None:
    """Write a week's roundup: its talks, the best threads, what stayed open, thanks to who agreed to be named."""
    _roundup(roundups.week(name).name, room, out, templates, dry_run=dry_run, fresh=fresh)


def _roundup(
    name: str, room: str | None, out: Path | None, templates: Path | None, *, dry_run: bool, fresh: bool
) -> None:

    settings, page = project.settings(out=out, templates=templates), pages.ManyDays(name, room)
    context = pages.contents(settings, page)
    written = pages.write(settings, page, context, fresh=fresh, dry_run=dry_run)
    _print_written(settings, page, written, len(context["best"]), dry_run=dry_run)


def _print_written(settings: Settings, page: ManyDays, written: Written, questions: int, *, dry_run: bool) -> None:
    state = f"would be {written.status}" if dry_run else written.status
    print(f"{count(questions, 'question')}  → {project.shown(written.path)} ({state})")
    for note in written.notes:
        print(f"  entries {note}")
    named = page.name + (f" --room {shlex.quote(page.room)}" if page.room else "")
    if written.proposals:
        print(f"  {count(written.proposals, 'proposal')}: digest diff {named} shows, digest accept {named} takes them")
    if written.conflicts:
        conflicts = project.shown(writing.told_of(settings, written.path))
        print(f"  {written.conflicts} in conflict: your words stand; both are in {conflicts}")
        print(f"  next: edit the page where you like the new words better, then digest resolve {named}")
    if written.conflicts or written.held:
        raise typer.Exit(1)
