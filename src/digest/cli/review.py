"""`digest status`, `diff`, `accept`, `resolve`, `restore`, `doctor`: an editor's hand and the rules' side by side."""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from digest.cli import options, term
from digest.errors import UsageError
from digest.text import count
from digest.workflows import project, review
from digest.workflows.project import shown

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
    digests = review.states(project.settings(logs=logs, rules=rules, out=out, templates=templates), room)
    counts: Counter[str] = Counter()
    for digest in digests:
        state = "stale" if digest.stale and digest.state == "untouched" else digest.state
        counts[state] += 1
        if state in ("missing", "untouched"):
            continue
        also = "; stale" if digest.stale and state != "stale" else ""
        also += f"; deleted: {' '.join(digest.deleted)}" if digest.deleted else ""
        _told(state, f"{shown(digest.path)}{also}{f': {digest.reason}' if digest.reason else ''}")
    if set(counts) - {"missing", "untouched"}:
        print()
    words = {"missing": "without a digest"}
    print(", ".join(f"{n} {words.get(s, s)}" for s, n in sorted(counts.items())) or "no logs and no digests")
    if any(digest.exit_status for digest in digests):
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
    settings = project.settings(logs=logs, rules=rules, out=out, templates=templates, encoding=encoding)
    comparison = review.compare(settings, day, room)
    for title, rows in (
        ("what you changed since the last build", comparison.edits),
        ("what a build would change now", comparison.rebuild),
    ):
        print(f"{shown(comparison.path)}: {title}{'' if rows else ': nothing'}")
        for row in rows:
            print(_coloured(row))
    for clash in comparison.conflicts:
        print(f"\nconflict in {clash.key}; yours stands in the digest")
        for name, said in (("base", clash.base), ("yours", clash.edited), ("new", clash.rebuilt)):
            _told(name, said.strip())
    for number, proposal in enumerate(comparison.proposals, 1):
        print(f"\nproposal {number}  {term.cut(proposal.entry, term.columns() - 14)}")
        for sentence in proposal.gone:
            print(_coloured(f"- {sentence}"))
        for sentence in proposal.new:
            print(_coloured(f"+ {sentence}"))
        if not proposal.gone and not proposal.new:
            _told("", "the rules changed what you have changed too; nothing is left to take")
    for note in comparison.notes:
        _told("entries", note)
    if comparison.proposals:
        _told("next", f"digest accept {day} N takes one, with --all all of them; --refuse N refuses one for good")
    if comparison.exit_status:
        raise typer.Exit(comparison.exit_status)


def accept(
    day: Page,
    numbers: Annotated[
        list[int] | None, typer.Argument(metavar="N", help="Proposals, by the numbers that digest diff shows.")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    refuse: Annotated[bool, typer.Option("--refuse", help="Refuse them for good instead.")] = False,
    room: options.Room = None,
    logs: options.Logs = None,
    rules: options.Rules = None,
    out: Out = None,
    templates: options.Templates = None,
    encoding: options.Encoding = None,
) -> None:
    """Take what the rules propose for entries that you edited, one by one or all; or refuse it."""
    if bool(numbers) == all_:
        raise UsageError("Which proposals? Give their numbers, as digest diff shows them, or --all")
    settings = project.settings(logs=logs, rules=rules, out=out, templates=templates, encoding=encoding)
    path, decided, left = review.decide(settings, day, numbers or (), room, accept=not refuse)
    verb = "refused" if refuse else "taken"
    print(f"{shown(path)}: {count(decided, 'proposal')} {verb}, {left} open")


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
    result = review.resolve(project.settings(logs=logs, out=out), day, room, ids or ())
    if result.settled or result.open:
        print(f"{shown(result.path)}: {len(result.settled)} settled, {len(result.open)} open")
    else:
        print(f"{shown(result.path)}: no conflicts, so there is nothing to settle")
    for clash in result.open:
        _told("open", clash.key)
    if result.open:
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
    settings = project.settings(logs=logs, rules=rules, out=out, templates=templates, encoding=encoding)
    path = review.restore(settings, day, id_, room)
    print(f"{shown(path)}: {term.plain(id_)} stands in it again")


def doctor(logs: options.Logs = None, out: Out = None) -> None:
    """Mend what an interrupted run left, and tell what only you can mend.

    Exit status: 0 all is well or mended, 1 something is left to do.
    """
    findings = review.doctor(project.settings(logs=logs, out=out))
    if findings is None:
        print("nothing was built here yet, so there is nothing to mend")
        return
    for finding in findings:
        _told("mended" if finding.mended else "to do", f"{shown(finding.path)}: {finding.message}")
    if not findings:
        print("all is well")
    if any(not finding.mended for finding in findings):
        raise typer.Exit(1)


def _coloured(line: str) -> str:
    line = line[:1] + term.plain(line[1:])
    colour = COLOURS.get(line[:1]) if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else None
    return f"{colour}{line}\x1b[0m" if colour else line


def _told(what: str, text: str) -> None:
    for n, line in enumerate(term.wrapped(text, term.columns() - 13)):
        print(f"  {what if not n else '':<9}  {line}".rstrip())
