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
    from digest.forgetting.forget import PersonTraces
    from digest.forgetting.report import Exposure

SHOWN = 12  # places that a report lists; --json lists all
NAMES = ("mention", "name", "quoted name", "forgotten")  # kinds of personal data that no mask covers


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
    force: options.Force = False,
) -> None:
    """Write the published questions and answers for other programs, each with its source.

    jsonl and csv hold everything, qa pairs a question with its answers for fine-tuning or retrieval, markdown is a
    folder of pages for MkDocs, Hugo or Jekyll. Nobody is named but who agreed to it.
    """
    from digest import files
    from digest.errors import UsageError
    from digest.knowledge.export import ExportFormat, ExportRequest, Site
    from digest.project import folders
    from digest.project import settings as config
    from digest.text import count
    from digest.workflows import project, sharing

    settings = config.settings()
    first, last = (folders.parse_day(d).isoformat() if d else "" for d in (since, until))
    chosen = format_ or {".jsonl": "jsonl", ".csv": "csv"}.get(out.suffix.lower(), "" if out.suffix else "markdown")
    if chosen not in list(ExportFormat):
        raise UsageError(f"{chosen or out}: no format. Try --format with one of: {', '.join(ExportFormat)}")
    if site not in list(Site):
        raise UsageError(f"{site}: no site we know. Try one of: {', '.join(Site)}")
    if not out.absolute().parent.is_dir():
        raise UsageError(f"{out.parent}: no such folder. Make it, or choose another place")
    request = ExportRequest(ExportFormat(chosen), str(out.absolute()), Site(site), first, last, room, pseudonyms)
    with files.lock(settings.root):
        exported = sharing.export(settings, request, force=force)
    print(f"{count(len(exported.paths), 'file')}  → {term.plain(project.shown(out))}")
    for backup in exported.backups:
        print(f"  what stood there: {term.plain(project.shown(backup))}")


def forget(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="A name the person goes by in the logs.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this, only say what would be done.")] = False,
) -> None:
    """Take a person out of everything: digests, what they were built from, conflicts, knowledge base, exports.

    The logs stay as they are; the person's messages in them are left out from then on.
    """
    from digest import files
    from digest.forgetting.forget import everyday, traces
    from digest.project import settings as config
    from digest.text import count
    from digest.workflows import project, sharing

    settings = config.settings()
    stages = project.stages(settings)
    with files.lock(settings.root):
        traced = traces(settings, person, stages.known, _progress(), everyday(stages))
        names = (
            f"{count(len(traced.labels), 'name')}, {count(len(traced.texts), 'message')} on {count(traced.days, 'day')}"
        )
        if not yes:
            for line in term.wrapped(
                f"{names} would be forgotten. Nothing was changed. Do it with --yes", term.columns()
            ):
                print(line)
            _print_names(traced)
            return
        report = sharing.forget(settings, stages, traced, _progress())
    for problem in report.failed:
        print(f"digest: {short(problem)}", file=sys.stderr)
    print(f"{names} forgotten")
    _print_names(traced)
    for file in report.files:
        out = f"{count(file.passages, 'passage')} out, {count(file.names, 'name')} replaced"
        print(f"  {term.plain(file.path)}: {out}")
    print(f"  knowledge base: built anew from {count(report.days, 'day')}")
    for path in report.exports:
        print(f"  {project.shown(path)}: exported anew")
    for place in report.remaining:
        print(f"  left to you: {term.plain(place)}")
    if report.remaining or report.failed:
        raise typer.Exit(1)


def _print_names(person: PersonTraces) -> None:
    """Say who is meant, and what is not looked for."""
    rows = [f"known as: {', '.join(sorted(person.labels))}"]
    if nicknames := person.unsought:
        rows.append(f"not looked for inside sentences, only behind an @: {', '.join(nicknames)}. Read for them")
    for row in rows:
        for line in term.wrapped(term.plain(row), term.columns() - 2):
            print(f"  {line}")


def privacy(json: options.AsJson = False, logs: options.Logs = None) -> None:
    """Report what personal data the logs hold and what was masked, by kind and place, never by value.

    Exit status: 0, or 1 where a digest or an export shows something it should not.
    """
    from digest.forgetting.report import report as privacy_report
    from digest.text import count
    from digest.workflows import project

    settings = project.settings(logs=logs)
    report = privacy_report(settings, project.stages(settings).known, _progress())
    for problem in report.failed:
        print(f"digest: {short(problem)}", file=sys.stderr)
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
    worst = sorted((log for log in report.logs if _masked(log)), key=lambda log: (-_masked(log), log.path))[:SHOWN]
    if worst:
        print("most in:")
    for log in worst:
        kinds = ", ".join(f"{n} {k}" for k, n in log.kinds.items() if k not in NAMES)
        print(f"  {term.cut(f'{log.path}: {kinds}', term.columns() - 2)}")
    print("in digests and exports:" if report.pages else "in digests and exports: nothing")
    for page in report.pages:
        print(f"  {term.plain(page.path)}: {', '.join(f'{n} {k}' for k, n in page.kinds.items())}")
    if report.pages:
        raise typer.Exit(1)


def _masked(log: Exposure) -> int:
    """How much of what a log holds is masked, names left out."""
    return sum(n for kind, n in log.kinds.items() if kind not in NAMES)
