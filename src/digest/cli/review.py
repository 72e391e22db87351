"""`digest status`, `diff`, `resolve`, `restore`, `doctor`: an editor's hand and the rules' side by side."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import options, term

if TYPE_CHECKING:
    from digest.page.shelf import Shelf
    from digest.project.folders import DayLog
    from digest.project.settings import Settings

Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder of the digests; default: digests.")]
Page = Annotated[
    str, typer.Argument(metavar="DAY", help="The day, such as 2017-05-27; or another page: faq, 2017-05, 2017-W21.")
]
COLOURS = {"+": "\x1b[32m", "-": "\x1b[31m", "@": "\x1b[36m"}


def status(
    room: options.Room = None,
    logs: options.Logs = None,
    rules: options.Rules = None,
    out: Out = None,
    templates: options.Templates = None,
) -> None:
    """List the digests: which are edited, untouched, in conflict or damaged; which days have none.

    Stale is a digest whose log or rules have changed since it was built: a build may bring something new.

    Exit status: 0, or 1 where one is in conflict, damaged, or edited and what it was built from is unknown.
    """
    from digest.page import shelf as editing
    from digest.project import fingerprint, folders
    from digest.workflows import project

    settings = project.settings(logs=logs, rules=rules, out=out, templates=templates)
    shared = fingerprint.of_project(settings)
    shelf = _shelf(settings)
    days = folders.days(settings, room)
    paths = {folders.page_path(settings, found.day, found.room): found for found in days}
    alone = [p for p in _digests(settings) if p not in paths] if room is None else []
    counts: dict[str, int] = {}
    rows = []
    for path in (*paths, *alone):
        found = editing.status(shelf, path)
        made_of = editing.made_of(shelf, path) if path in paths and found.state != "missing" else ""
        stale = bool(made_of) and bool(shared.of_day(log=paths[path].path).changed(made_of))
        state = "stale" if stale and found.state == "untouched" else found.state
        counts[state] = counts.get(state, 0) + 1
        if state in ("missing", "untouched"):
            continue
        also = "; stale" if stale and state != "stale" else ""
        also += f"; deleted: {' '.join(found.gone)}" if found.gone else ""
        rows.append((state, f"{project.shown(path)}{also}{f': {found.reason}' if found.reason else ''}"))
    for state, text in rows:
        _told(state, text)
    if rows:
        print()
    said = {"missing": "without a digest"}
    print(", ".join(f"{n} {said.get(s, s)}" for s, n in sorted(counts.items())) or "no logs and no digests")
    if any(counts.get(state) for state in ("conflict", "damaged", "unknown")):
        raise typer.Exit(1)


def diff(
    day: Page,
    room: options.Room = None,
    logs: options.Logs = None,
    rules: options.Rules = None,
    out: Out = None,
    templates: options.Templates = None,
    encoding: options.Encoding = None,
) -> None:
    """Show what you changed in a digest since it was built, and what a build would change now.

    Where you and the rules changed the same sentence, base, yours and new stand one below the other. Exit status: 0 no
    difference, 1 differences.
    """
    from digest.page import shelf as editing
    from digest.page.grammar import unstamped
    from digest.workflows import project
    from digest.workflows import write as writing

    settings = project.settings(logs=logs, rules=rules, out=out, templates=templates, encoding=encoding)
    path, text = _rendered(settings, day, room)
    shelf = _shelf(settings)
    base, mine = editing.versions(shelf, path, text)
    stamped = editing.build(shelf, path, text, dry_run=True)
    different = False
    for title, old, new in (
        ("what you changed since the last build", base, unstamped(mine)),
        ("what a build would change now", unstamped(mine), unstamped(stamped.text)),
    ):
        lines = list(_changes(old, new))
        different = different or bool(lines)
        print(f"{project.shown(path)}: {title}{'' if lines else ': nothing'}")
        for line in lines:
            print(_coloured(line))
    for clash in (*editing.open_conflicts(shelf, path), *stamped.conflicts):
        different = True
        print(f"\nconflict in {clash.key}; yours stands in the digest")
        for name, said in (("base", clash.base), ("yours", clash.edited), ("new", clash.rebuilt)):
            _told(name, said.strip())
    for note in writing.noted(stamped.notes):
        _told("entries", note)
    if different:
        raise typer.Exit(1)


def resolve(
    day: Page,
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="ID", help="Entries, such as q:1f0c2a9b3d; default: all.")
    ] = None,
    room: options.Room = None,
    logs: options.Logs = None,
    out: Out = None,
) -> None:
    """Settle the conflicts of a digest: what stands in it counts."""
    from digest import files
    from digest.page import shelf as editing
    from digest.workflows import project

    settings = project.settings(logs=logs, out=out)
    path = _path(settings, day, room)
    with files.lock(settings.root):
        settled = editing.resolve(_shelf(settings), path, ids or ())
        left = editing.open_conflicts(_shelf(settings), path)
    if settled or left:
        print(f"{project.shown(path)}: {len(settled)} settled, {len(left)} open")
    else:
        print(f"{project.shown(path)}: no conflicts, so there is nothing to settle")
    for clash in left:
        _told("open", clash.key)
    if left:
        raise typer.Exit(1)


def restore(
    day: Page,
    id_: Annotated[
        str, typer.Argument(metavar="ID", help="The entry, such as q:1f0c2a9b3d; digest status lists them.")
    ],
    room: options.Room = None,
    logs: options.Logs = None,
    rules: options.Rules = None,
    out: Out = None,
    templates: options.Templates = None,
    encoding: options.Encoding = None,
) -> None:
    """Bring back an entry that you deleted from a digest."""
    from digest import files
    from digest.page import shelf as editing
    from digest.workflows import project

    settings = project.settings(logs=logs, rules=rules, out=out, templates=templates, encoding=encoding)
    path, text = _rendered(settings, day, room)
    with files.lock(settings.root):
        editing.restore(_shelf(settings), path, id_, text)
    print(f"{project.shown(path)}: {term.plain(id_)} stands in it again")


def doctor(logs: options.Logs = None, out: Out = None) -> None:
    """Mend what an interrupted run left, and tell what only you can mend.

    Exit status: 0 all is well or mended, 1 something is left to do.
    """
    from digest import files
    from digest.page import shelf as editing
    from digest.workflows import project

    settings = project.settings(logs=logs, out=out)
    if not (settings.root / files.STATE).is_dir():
        print("nothing was built here yet, so there is nothing to mend")
        return
    with files.lock(settings.root):
        found = editing.doctor(_shelf(settings), _digests(settings))
    for finding in found:
        _told("mended" if finding.mended else "to do", f"{project.shown(finding.path)}: {finding.message}")
    if not found:
        print("all is well")
    if any(not finding.mended for finding in found):
        raise typer.Exit(1)


def _shelf(settings: Settings) -> Shelf:
    from digest.page.shelf import Shelf

    return Shelf(settings.root, settings.out)


def _digests(settings: Settings) -> list[Path]:
    return sorted(p for p in settings.out.rglob("*.md") if not p.name.startswith("."))


def _found(settings: Settings, day: str, room: str | None) -> DayLog:
    from digest.workflows import project

    return project.find(settings, day, room)


def _path(settings: Settings, day: str, room: str | None) -> Path:
    from digest.project import folders

    if folders.OF_MANY_DAYS.fullmatch(day):
        return folders.page_path(settings, day, room or "")
    found = _found(settings, day, room)
    return folders.page_path(settings, found.day, found.room)


def _rendered(settings: Settings, day: str, room: str | None) -> tuple[Path, str]:
    """Where a day's digest lies, and what the rules make of the day now."""
    from digest.cli import pages
    from digest.project import folders
    from digest.workflows import project
    from digest.workflows.neighbours import Neighbours

    if folders.OF_MANY_DAYS.fullmatch(day):
        return pages.rendered(settings, day, room)
    found = _found(settings, day, room)
    work = project.analysed(project.read(found, settings), project.stages(settings))
    page, _ = Neighbours(settings, work.stages).page(found, work)
    return folders.page_path(settings, found.day, found.room), page.text


def _changes(old: str, new: str) -> Iterator[str]:
    import difflib

    rows = difflib.unified_diff(old.splitlines(), new.splitlines(), n=2, lineterm="")
    yield from (row for n, row in enumerate(rows) if n > 1)  # without the names of two files


def _coloured(line: str) -> str:
    line = line[:1] + term.plain(line[1:])
    colour = COLOURS.get(line[:1]) if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else None
    return f"{colour}{line}\x1b[0m" if colour else line


def _told(what: str, text: str) -> None:
    for n, line in enumerate(term.wrapped(text, term.columns() - 13)):
        print(f"  {what if not n else '':<9}  {line}".rstrip())
