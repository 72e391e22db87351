"""`digest export`, `forget`, `privacy`: what leaves a project, and what must not."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import options, term
from digest.cli.boundary import short
from digest.cli.knowledge import Since, Until, _progress

if TYPE_CHECKING:
    from digest.forgetting.forget import Traced
    from digest.knowledge.export import Wanted
    from digest.project.settings import Settings

SHOWN = 12  # places that a report lists; --json lists all


def export(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The file to write; for markdown a folder.")],
    format_: Annotated[
        str | None,
        typer.Option("--format", metavar="NAME", help="jsonl, csv, qa or markdown; default: by the name of OUT."),
    ] = None,
    site: Annotated[str, typer.Option("--site", metavar="NAME", help="mkdocs, hugo or jekyll.")] = "mkdocs",
    since: Since = None,
    until: Until = None,
    room: options.Room = None,
    pseudonyms: Annotated[
        bool, typer.Option("--pseudonyms", help="Tell speakers apart by made-up names that nobody can trace.")
    ] = False,
) -> None:
    """Write the published questions and answers for other programs, each with its source.

    jsonl and csv hold everything, qa pairs a question with its answers for fine-tuning or retrieval, markdown is a
    folder of pages for MkDocs, Hugo or Jekyll. Nobody is named but who agreed to it.
    """
    from digest import files
    from digest.errors import UsageError
    from digest.knowledge import export as made
    from digest.knowledge import schema
    from digest.project import folders
    from digest.project import settings as config
    from digest.workflows import project

    settings = config.settings()
    first, last = (folders.parse_day(d).isoformat() if d else "" for d in (since, until))
    chosen = format_ or {".jsonl": "jsonl", ".csv": "csv"}.get(out.suffix.lower(), "" if out.suffix else "markdown")
    if chosen not in list(made.Format):
        raise UsageError(f"{chosen or out}: no format. Try --format with one of: {', '.join(made.Format)}")
    if site not in list(made.Site):
        raise UsageError(f"{site}: no site we know. Try one of: {', '.join(made.Site)}")
    if not out.absolute().parent.is_dir():
        raise UsageError(f"{out.parent}: no such folder. Make it, or choose another place")
    wanted = made.Wanted(made.Format(chosen), str(out.absolute()), made.Site(site), first, last, room, pseudonyms)
    with files.lock(settings.root), schema.reading(folders.store_path(settings.root)) as db:
        written = made.written(db, settings.root, wanted, _front(settings, wanted), settings.templates)
    number = "1 file" if len(written) == 1 else f"{len(written)} files"
    print(f"{number}  → {project.shown(out)}")


def _front(settings: Settings, wanted: Wanted) -> dict[str, object]:
    if wanted.format != "markdown" or wanted.site == "mkdocs":
        return {}
    from digest.cli.pages import _front

    return _front(settings)


def forget(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="A name the person goes by in the logs.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this, only say what would be done.")] = False,
) -> None:
    """Take a person out of everything: digests, what they were built from, conflicts, knowledge base, exports.

    The logs stay as they are; the person's messages in them are left out from then on.
    """
    from digest import files
    from digest.errors import DigestError
    from digest.forgetting import forget as made
    from digest.knowledge import export as exports
    from digest.knowledge import schema
    from digest.project import folders
    from digest.project import settings as config
    from digest.reports.summary import count
    from digest.workflows import index, project

    settings = config.settings()
    stages = project.stages(settings)
    with files.lock(settings.root):
        found = made.traced(settings, person, stages.known, _progress(), made.everyday(stages))
        names = (
            f"{count(len(found.labels), 'name')}, {count(len(found.texts), 'message')} on {count(found.days, 'day')}"
        )
        if not yes:
            for line in term.wrapped(
                f"{names} would be forgotten. Nothing was changed. Do it with --yes", term.columns()
            ):
                print(line)
            _told(found)
            return
        again = exports.remembered(settings.root)  # known before anything is changed
        if not folders.store_path(settings.root).exists():
            # the store alone knows whose a short answer is
            index.index(settings, lambda: stages, progress=_progress())
        entries = made.entries(folders.store_path(settings.root), found)
        done = made.forget(settings, found, entries)
        report = index.index(settings, lambda: stages, rebuild=True, progress=_progress())
        failed = [*done.failed, *report.failed]
        with schema.reading(folders.store_path(settings.root)) as db:
            for wanted in again:
                try:
                    exports.written(db, settings.root, wanted, _front(settings, wanted), settings.templates)
                except DigestError as error:
                    failed.append(str(error))
        left = made.still(settings, found)
    for said in failed:
        print(f"digest: {short(said)}", file=sys.stderr)
    print(f"{names} forgotten")
    _told(found)
    for change in done.changes:
        out = f"{count(change.passages, 'passage')} out, {count(change.names, 'name')} replaced"
        print(f"  {term.plain(change.path)}: {out}")
    print(f"  knowledge base: built anew from {count(report.written, 'day')}")
    for wanted in again:
        print(f"  {project.shown(wanted.out)}: exported anew")
    for place in left:
        print(f"  left to you: {term.plain(place)}")
    if left or failed:
        raise typer.Exit(1)


def _told(found: Traced) -> None:
    """Say who is meant, and what is not looked for."""
    from digest.forgetting.forget import unsought

    rows = [f"known as: {', '.join(sorted(found.labels))}"]
    if nicknames := unsought(found):
        rows.append(f"not looked for inside sentences, only behind an @: {', '.join(nicknames)}. Read for them")
    for row in rows:
        for line in term.wrapped(term.plain(row), term.columns() - 2):
            print(f"  {line}")


def privacy(json: options.AsJson = False, logs: options.Logs = None) -> None:
    """Report what personal data the logs hold and what was masked, by kind and place, never by value.

    Exit status: 0, or 1 where a digest or an export shows something it should not.
    """
    from digest.forgetting import report as made
    from digest.reports.summary import count
    from digest.workflows import project

    settings = project.settings(logs=logs)
    report = made.exposure(settings, project.stages(settings).known, _progress())
    for said in report.failed:
        print(f"digest: {short(said)}", file=sys.stderr)
    if json:
        import json as js
        from dataclasses import asdict

        print(js.dumps({**asdict(report), "total": report.total}, ensure_ascii=False, indent=1))
        raise typer.Exit(1 if report.pages else 0)
    print(f"{count(report.people, 'speaker')}, {report.named} under a real name; {report.agreed} agreed to be named")
    none = "" if any(report.total.values()) else " nothing"
    print(f"in the logs, masked or left out of all that is published:{none}")
    for kind, number in sorted(report.total.items(), key=lambda item: (-item[1], item[0])):
        print(f"  {number:>7,}  {kind}")
    worst = sorted(report.logs, key=lambda p: (-_masked(p.kinds), p.path))[:SHOWN]
    if any(_masked(p.kinds) for p in worst):
        print("most in:")
        for place in (p for p in worst if _masked(p.kinds)):
            kinds = ", ".join(f"{n} {k}" for k, n in place.kinds.items() if k not in NAMES)
            print(f"  {term.cut(f'{place.path}: {kinds}', term.columns() - 2)}")
    print("in digests and exports:" if report.pages else "in digests and exports: nothing")
    for place in report.pages:
        print(f"  {term.plain(place.path)}: {', '.join(f'{n} {k}' for k, n in place.kinds.items())}")
    if report.pages:
        raise typer.Exit(1)


NAMES = ("mention", "name", "quoted name", "forgotten")


def _masked(kinds: object) -> int:
    return sum(n for k, n in dict(kinds).items() if k not in NAMES)  # type: ignore[call-overload]
