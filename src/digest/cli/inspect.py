"""`digest extract`, `explain`, `graph`, `people`: what was found in a day, in four shapes."""

from __future__ import annotations

import json as json_
import sys
from pathlib import Path
from typing import Annotated

import typer

from digest import importers
from digest.cli import listing, options, term, tracing
from digest.cli.boundary import short
from digest.cli.options import GraphFormat
from digest.errors import UsageError
from digest.project import folders, forgotten
from digest.project.settings import Settings
from digest.reports import explain as explain_report
from digest.reports import extract as extract_report
from digest.reports import graph as graph_report
from digest.text import count
from digest.workflows import aliases, project


def extract(
    log: Annotated[Path, typer.Argument(metavar="LOG", help="The log's file.")],
    rules: options.Rules = None,
    day: Annotated[
        str | None, typer.Option("--day", metavar="DAY", help="Its day, where neither the file nor its name says it.")
    ] = None,
    room: Annotated[
        str | None, typer.Option("--room", metavar="ROOM", help="Its room; default: the folder it lies in, below logs.")
    ] = None,
    encoding: options.Encoding = None,
    log_format: options.LogFormat = None,
    compact: Annotated[bool, typer.Option("--compact", help="Print it all on one line.")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Where to write it; default: standard output.")
    ] = None,
    force: options.Force = False,
) -> None:
    """Print what is found in a log as JSON.

    Questions (also those left out), answers, the talk, replies and people; positions count the headers in the file
    from 0.
    """
    settings = project.settings(rules=rules, encoding=encoding)
    chosen = folders.parse_day(day) if day else None
    read = importers.read(log, day=chosen, room=room, encoding=settings.encoding, format=log_format)
    read = forgotten.without(read, forgotten.forgotten(settings.root))
    work = project.analysed(read, project.stages(settings), evidence=True)
    data = extract_report.extract(work.conversation, work.questions, work.digest, work.stages.layout)
    text = extract_report.text(data, compact=compact)
    if out is None:
        print(text, end="")
        return
    _put(settings, out, text, force)
    print(f"{count(len(data['questions']), 'question')}  → {term.plain(project.shown(out))}")


def explain(
    day: options.Day,
    time: Annotated[str, typer.Argument(metavar="TIME", help="The message's time: 11:44:38, or 11:44 for the minute.")],
    room: options.Room = None,
    logs: options.Logs = None,
    rules: options.Rules = None,
    encoding: options.Encoding = None,
    json: options.AsJson = False,
) -> None:
    """Say why a message stands where it does, or why it doesn't.

    Whose turn it is, what each rule said and on which words, whether it is a question, what it was linked to and which
    candidate lost, where it stands in the digest.
    """
    settings = project.settings(logs=logs, rules=rules, encoding=encoding)
    work = project.opened(settings, day, room)
    places = explain_report.at(work.log, time)
    traces = [
        explain_report.trace(work.conversation, work.questions, work.digest, work.stages.rules, i) for i in places
    ]
    if json:
        print(json_.dumps([explain_report.as_data(t) for t in traces], ensure_ascii=False, indent=1))
        return
    for n, trace in enumerate(traces):
        if n:
            print()
        for line in tracing.lines(trace, str(work.log.day), project.shown(work.log.path), term.columns()):
            print(line)


def graph(
    day: options.Day,
    format_: Annotated[
        GraphFormat | None,
        typer.Option("--format", help="The graph's format; default: by the name of --out, else svg."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Where to write it; default: standard output.")
    ] = None,
    room: options.Room = None,
    logs: options.Logs = None,
    rules: options.Rules = None,
    encoding: options.Encoding = None,
    force: options.Force = False,
) -> None:
    """Write a day's reply graph: turns in order of time, links to what they reply to, threads."""
    known = {f".{f.value}": f for f in GraphFormat}
    named = known.get(out.suffix.lower()) if out else None
    if out and out.exists() and named is None:
        raise UsageError(f"{out}: stands there, and is no graph by its name. Choose another one, such as day.svg")
    if out and out.suffix and named is None and format_ is None:
        raise UsageError(f"{out}: no format by that name. End it in {', '.join(known)}, or give --format")
    format_ = format_ or named or GraphFormat.svg
    settings = project.settings(logs=logs, rules=rules, encoding=encoding)
    work = project.opened(settings, day, room)
    drawn = graph_report.graph(work.conversation, work.questions, work.stages.link_settings.threshold)
    text = graph_report.WRITERS[format_.value](drawn)
    if out is None:
        print(text, end="")
        return
    _put(settings, out, text, force)
    place = term.plain(project.shown(out))
    print(f"{len(drawn.turns)} turns, {len(drawn.links)} links, {len(drawn.threads)} threads  → {place}")


def _put(settings: Settings, out: Path, text: str, force: bool) -> None:
    for backup in project.write(settings, out, text, force=force):
        print(f"what stood there: {term.plain(project.shown(backup))}", file=sys.stderr)


def people(
    day: Annotated[
        str | None, typer.Argument(metavar="DAY", help="The day, such as 2017-05-27.", show_default=False)
    ] = None,
    learn: Annotated[
        bool, typer.Option("--learn", help="Learn from all days which labels are one person's, into your rules.")
    ] = False,
    room: options.Room = None,
    logs: options.Logs = None,
    rules: options.Rules = None,
    encoding: options.Encoding = None,
    json: options.AsJson = False,
) -> None:
    """List who spoke on a day under which names, and whom each mention was taken to mean.

    --learn reads all days instead and writes what they teach into persons-learned.yml in your folder of rules.
    """
    settings = project.settings(logs=logs, rules=rules, encoding=encoding)
    if learn:
        if day is not None or json:
            raise UsageError("--learn reads all days and writes rules. Give it without a day and without --json")
        _learn(settings, project.own_rules(settings, rules), room)
        return
    if day is None:
        raise UsageError("Which day? Give one such as 2017-05-27, or --learn to learn from all days")
    work = project.opened(settings, day, room)
    if json:
        print(json_.dumps(listing.people_data(work.log, work.conversation.people), ensure_ascii=False, indent=1))
        return
    for line in listing.people_lines(work.log, work.conversation.people, term.columns()):
        print(line)


def _learn(settings: Settings, folder: Path, room: str | None) -> None:
    """Learn aliases and say what was written."""
    result = aliases.learned(settings, folder, room)
    for failure in result.failures:
        print(f"digest: {short(failure)}", file=sys.stderr)
    for row in (result.me, *result.persons) if result.me else result.persons:
        print(term.cut(" = ".join(row), term.columns()))
    read = count(result.days, "day")
    if result.persons or result.me:
        new = count(len(result.persons) + bool(result.me), "person", "persons")
        print(f"{new} with new labels, from {read}  → {term.plain(project.shown(result.path))}")
    else:
        print(f"{read} teach nothing that the rules don't know; nothing was written")
    if result.failures:
        raise typer.Exit(1)
