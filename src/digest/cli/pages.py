"""`digest faq`, `month`, `week`: pages made of many days, reviewed and merged like any digest."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli import options, term
from digest.cli.knowledge import Since, Until

if TYPE_CHECKING:
    from digest.knowledge.same import Likeness
    from digest.project.settings import Settings

LIMIT = 100  # questions of the FAQ

Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder of the digests; default: digests.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be written, and write nothing.")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Throw the edits in this page away; a backup is kept.")]
Why = Annotated[bool, typer.Option("--why", help="Tell by what the questions of each were held to be the same.")]
Limit = Annotated[int, typer.Option("--limit", "-n", metavar="N", help="How many questions.")]


def faq(
    since: Since = None,
    until: Until = None,
    room: options.Room = None,
    limit: Limit = LIMIT,
    out: Out = None,
    templates: options.Templates = None,
    dry_run: DryRun = False,
    fresh: Fresh = False,
    why: Why = False,
) -> None:
    """Write the group's FAQ: questions that came back on several days, with all their answers by date.

    Most asked and best answered come first. What you edit in it stays. Exit status: 0 done, 1 conflicts.
    """
    from digest.errors import UsageError
    from digest.project import folders
    from digest.workflows import project

    settings = project.settings(out=out, templates=templates)
    first, last = (folders.parse_day(d).isoformat() if d else "" for d in (since, until))
    if limit < 1:
        raise UsageError(f"--limit {limit}: nothing to write. Give a number from 1 on")

    template, context = _made(settings, "faq", room, first, last, limit)
    for question, days, found in context["why"] if why else ():
        print(term.cut(question, term.columns()))
        for line in term.wrapped(f"{', '.join(days)}\n{_reason(found)}", term.columns() - 2):
            print(f"  {line}")
    _write(settings, "faq", room, template, context, len(context["items"]), dry_run=dry_run, fresh=fresh)


def _reason(found: Likeness) -> str:
    """By what two questions are alike, in a line."""
    asked = (
        "; both ask for a difference" if -1 in found.asked else "; both ask for the same kind" if found.asked else ""
    )
    figures = f"words {found.words:.2f}, characters {found.characters:.2f}, covered {found.covered:.2f}"
    return f"{found.score:.2f}: {figures}; both say {', '.join(sorted(found.shared))}{asked}"


def month(
    name: Annotated[str, typer.Argument(metavar="MONTH", help="The month, such as 2017-05.")],
    room: options.Room = None,
    out: Out = None,
    templates: options.Templates = None,
    dry_run: DryRun = False,
    fresh: Fresh = False,
) -> None:
    """Write a month's roundup: its talks, the best threads, what stayed open, thanks to who agreed to be named."""
    from digest.knowledge import roundups as pages

    _roundup(pages.month(name).name, room, out, templates, dry_run=dry_run, fresh=fresh)


def week(
    name: Annotated[str, typer.Argument(metavar="WEEK", help="The week, such as 2017-W21.")],
    room: options.Room = None,
    out: Out = None,
    templates: options.Templates = None,
    dry_run: DryRun = False,
    fresh: Fresh = False,
) -> None:
    """Write a week's roundup: its talks, the best threads, what stayed open, thanks to who agreed to be named."""
    from digest.knowledge import roundups as pages

    _roundup(pages.week(name).name, room, out, templates, dry_run=dry_run, fresh=fresh)


def _roundup(
    name: str, room: str | None, out: Path | None, templates: Path | None, *, dry_run: bool, fresh: bool
) -> None:
    from digest.workflows import project

    settings = project.settings(out=out, templates=templates)
    template, context = _made(settings, name, room)
    _write(settings, name, room, template, context, len(context["best"]), dry_run=dry_run, fresh=fresh)


def rendered(settings: Settings, name: str, room: str | None) -> tuple[Path, str]:
    """Where a page of this name lies, and what it would say now, made without further options."""
    from digest.page import render
    from digest.project import folders

    return folders.page_path(settings, name, room or ""), render.rendered(
        *_made(settings, name, room), settings.templates
    ).text


def _made(
    settings: Settings, name: str, room: str | None, since: str = "", until: str = "", limit: int = LIMIT
) -> tuple[str, dict[str, Any]]:
    """The template of the page of this name, and what the store holds for it."""
    from digest.knowledge import roundups as pages
    from digest.knowledge import schema
    from digest.knowledge.likeness import Sameness
    from digest.project import folders
    from digest.subjects import load

    front, alike = _front(settings), load(settings.rules).settings(Sameness)
    with schema.reading(folders.store_path(settings.root)) as db:
        if name == "faq":
            return "faq.md.j2", pages.faq(db, front, alike, room, since, until, limit)
        span = pages.week(name) if "W" in name else pages.month(name)
        return "roundup.md.j2", pages.roundup(db, span, front, alike, room)


def _front(settings: Settings) -> dict[str, Any]:
    """The front matter that the rules ask for, besides title and date."""
    from digest.page.render import Layout
    from digest.subjects import load

    front = load(settings.rules).settings(Layout).front
    return {key: value for key, value in front.items() if key not in ("title", "date")}


def _write(
    settings: Settings,
    name: str,
    room: str | None,
    template: str,
    context: dict[str, Any],
    count: int,
    *,
    dry_run: bool,
    fresh: bool,
) -> None:
    from contextlib import nullcontext

    from digest import files
    from digest.page import render
    from digest.project import folders
    from digest.workflows import project
    from digest.workflows import write as writing

    page = render.rendered(template, context, settings.templates)
    path = folders.page_path(settings, name, room or "")
    with nullcontext() if dry_run else files.lock(settings.root):
        written = writing.write_digest(settings, path, page.text, fresh=fresh, dry_run=dry_run)
    state = f"would be {written.status}" if dry_run else written.status
    print(f"{count} {'question' if count == 1 else 'questions'}  → {project.shown(written.path)} ({state})")
    for note in written.notes:
        print(f"  entries {note}")
    if written.conflicts:
        at = f" --room {shlex.quote(room)}" if room else ""
        told = writing.told_of(settings, path)
        print(f"  {written.conflicts} in conflict: your words stand; both are in {project.shown(told)}")
        print(f"  next: edit the page where you like the new words better, then digest resolve {name}{at}")
        raise typer.Exit(1)
