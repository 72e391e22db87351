"""`digest index`, `search`, `show`: the answers of many days, found again."""

from __future__ import annotations

import json as json_
import sqlite3
import sys
import time
from dataclasses import asdict
from typing import Annotated, Any

import typer

from digest import files
from digest.cli import options, term
from digest.cli.boundary import short
from digest.errors import UsageError
from digest.knowledge import schema
from digest.knowledge import search as searching
from digest.knowledge import show as showing
from digest.knowledge.query import spans
from digest.knowledge.search import Filters, Hit, SearchResult
from digest.knowledge.show import ShownEntry, ShownQuestion, ThreadMessage
from digest.project import folders
from digest.project import settings as config
from digest.text import count
from digest.workflows import project

BOLD, DIM, PLAIN = "\x1b[1;33m", "\x1b[2m", "\x1b[0m"
LINES = 3  # of an answer that a search shows
PARTS = {"question": "Q", "answer": "A", "": " "}  # what a message is in its thread

Since = Annotated[str | None, typer.Option("--since", metavar="DAY", help="From this day on.")]
Until = Annotated[str | None, typer.Option("--until", metavar="DAY", help="Up to this day.")]


def index(
    since: Since = None,
    until: Until = None,
    room: options.Room = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Drop what is there and build it anew.")] = False,
    logs: options.Logs = None,
    rules: options.Rules = None,
    encoding: options.Encoding = None,
) -> None:
    """Bring the knowledge base up to date with logs, rules and digests.

    It is an index: what you edited in a digest is what it holds, and it can be built again at any time. Exit status:
    0 done, 1 a log could not be read.
    """
    from digest.workflows import index as indexing  # start-up: a search needs no stage

    begun = time.perf_counter()
    settings = project.settings(logs=logs, rules=rules, encoding=encoding)
    first, last = (folders.parse_day(d) if d else None for d in (since, until))
    if not folders.store_path(settings.root).exists() and not indexing.day_files(settings):
        raise UsageError(f"{project.shown(settings.logs)}: {folders.NO_LOGS}")
    with files.lock(settings.root):
        report = indexing.index(
            settings,
            lambda: project.stages(settings),
            since=first,
            until=last,
            room=room,
            rebuild=rebuild,
            progress=_progress(),
        )
    for problem in report.failed:
        print(f"digest: {short(problem)}", file=sys.stderr)
    held = f"{count(report.messages, 'message')}, {count(report.entries, 'entry', 'entries')}"
    print(
        f"{count(report.written, 'day')} indexed ({held}), "
        f"{report.unchanged} unchanged, {report.removed} gone; {report.size / 1e6:.1f} MB, "
        f"{time.perf_counter() - begun:.1f} s"
    )
    if report.failed:
        raise typer.Exit(1)


def _progress() -> Any:
    """Shows on a terminal how far the work is."""
    if not sys.stderr.isatty():
        return lambda done, total: None

    def show(done: int, total: int) -> None:
        sys.stderr.write("\r\x1b[K" if done >= total else f"\r\x1b[K{done}/{total} days")
        sys.stderr.flush()

    return show


def search(
    query: Annotated[list[str], typer.Argument(metavar="WORDS", help='Words, or "a phrase" in quotes.')],
    since: Since = None,
    until: Until = None,
    room: options.Room = None,
    open_: Annotated[bool, typer.Option("--open", help="Only questions that nobody answered.")] = False,
    speaker: Annotated[
        str | None, typer.Option("--speaker", metavar="NAME", help="What this person said; only for who agreed to it.")
    ] = None,
    raw: Annotated[
        bool | None, typer.Option("--raw/--no-raw", help="Only messages, or none of them; default: both.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", help="How many hits.")] = 10,
    json: options.AsJson = False,
) -> None:
    """Find what was asked and answered before, best first."""
    if limit < 1:
        raise UsageError(f"--limit {limit}: nothing to print. Give a number from 1 on")
    first, last = (folders.parse_day(d).isoformat() if d else "" for d in (since, until))
    words = " ".join(query)
    with schema.reading(folders.store_path(config.settings().root)) as db:
        persons = showing.speakers(db, speaker) if speaker else None
        filters = searching.Filters(first, last, room, open_, raw, persons)
        result = searching.search(db, words, filters, limit)
        with_threads = json or any(hit.kind in ("message", "candidate") or hit.state == "open" for hit in result.hits)
        hits = [(hit, showing.around(db, hit) if with_threads else ()) for hit in result.hits]
        if json:
            rows = [_hit_data(hit, thread) for hit, thread in hits]
            print(json_.dumps({"query": words, "hits": rows}, ensure_ascii=False, indent=1))
            return
        if not hits:
            print(_nothing(filters, result) + _behind(db))
            raise typer.Exit(1)
        for hit, thread in hits:
            for line in _hit_lines(hit, thread, result.forms):
                print(line)
            print()
        print(_dim(f"digest show {result.hits[0].id} prints the first with its thread and its sources"))


def _nothing(filters: Filters, result: SearchResult) -> str:
    if not result.terms:
        return "Nothing to look for: give a word"
    narrowed = filters != type(filters)()
    return "Nothing found" + (". Try it without the options" if narrowed else ". Try fewer or other words")


def _behind(db: sqlite3.Connection) -> str:
    """How many days have a log that is not in the knowledge base, and what to do about it."""
    known = set(db.execute("SELECT room, day FROM logs"))
    new = sum((log.room, log.day.isoformat()) not in known for log in folders.days(config.settings()))
    return f". {count(new, 'day')} not indexed yet: run digest index" if new else ""


def _hit_data(hit: Hit, thread: tuple[ThreadMessage, ...]) -> dict[str, Any]:
    times = {message.position: message.time for message in thread}
    return {
        "id": hit.id,
        "kind": hit.kind,
        "score": round(hit.score, 3),
        "day": hit.day,
        "room": hit.room,
        "log": hit.log,
        "state": hit.state,
        "topic": hit.topic,
        "text": hit.text,
        "messages": list(hit.messages),
        "times": [times[p] for p in hit.messages if p in times],
        "answers": [{"text": a.text, "messages": list(a.messages)} for a in hit.answers],
        "thread": [asdict(message) for message in thread],
    }


def _hit_lines(hit: Hit, thread: tuple[ThreadMessage, ...], forms: tuple[str, ...]) -> list[str]:
    """A hit as lines of a terminal."""
    wide = term.columns()
    where = f"{hit.day} {hit.room}".strip()
    state = {"candidate": "not in the digest", "message": "message"}.get(hit.kind, hit.state)
    if hit.kind in ("talk", "notice", "resource"):
        state = hit.kind
    topic = f"  {hit.topic}" if hit.topic else ""
    lines = [_dim(term.cut(f"{where}  {state}{topic}  {hit.id}", wide))]
    if hit.kind == "message" or (hit.state in ("open", "asked") and thread):
        for message in thread:
            mark = ">" if hit.kind == "message" and message.part else PARTS[message.part]
            lines += _wrapped(f"{mark} {message.time} {message.who}: ", message.text, forms, wide, LINES)
        return lines
    return lines + _entry_lines(hit, forms, wide, LINES)


def _entry_lines(entry: Hit | ShownQuestion, forms: tuple[str, ...], wide: int, most: int | None) -> list[str]:
    """A question and its answers, no more than `most` lines of each."""
    said = entry.state == "said"
    lines = _wrapped("" if said else "Q: ", entry.text, forms, wide, most)
    for number, answer in enumerate(entry.answers, start=1):
        label = "" if said else f"A{number if len(entry.answers) > 1 else ''}: "
        lines += _wrapped(label, answer.text, forms, wide, most)
    return lines


def _wrapped(head: str, text: str, forms: tuple[str, ...], wide: int, most: int | None) -> list[str]:
    """A text under its head, words of the query highlighted; no more than `most` lines of it."""
    space = term.width(head)
    rows = term.wrapped(" ".join(text.split("\n")), wide - space - 2)
    if most is not None and len(rows) > most:
        rows = _window(rows, forms, most)
    indent = " " * space
    return [f"  {head if n == 0 else indent}{_lit(row, forms)}" for n, row in enumerate(rows)]


def _window(rows: list[str], forms: tuple[str, ...], most: int) -> list[str]:
    """So many of the rows, from the first one on that holds a word of the query."""
    first = next((n for n, row in enumerate(rows) if spans(row, forms)), 0)
    first = min(first, len(rows) - most)
    shown = rows[first : first + most]
    if first:
        shown[0] = "…" + shown[0]
    if first + most < len(rows):
        shown[-1] += "…"
    return shown


def _lit(text: str, forms: tuple[str, ...]) -> str:
    if not sys.stdout.isatty():
        return text

    parts, last = [], 0
    for start, end in spans(text, forms):
        parts.append(text[last:start] + BOLD + text[start:end] + PLAIN)
        last = end
    return "".join(parts) + text[last:]


def _dim(text: str) -> str:
    return f"{DIM}{text}{PLAIN}" if sys.stdout.isatty() else text


def show(
    entry: Annotated[str, typer.Argument(metavar="ID", help="The entry's id, as search prints it.")],
    json: options.AsJson = False,
) -> None:
    """Print an entry with its thread and its sources."""
    with schema.reading(folders.store_path(config.settings().root)) as db:
        entries = showing.show(db, entry)
    if json:
        rows = [asdict(e) for e in entries]
        for row in rows:
            for part in row["parts"]:
                for answer in part["answers"]:
                    del answer["speaker"]  # a number of the store's, that says nothing outside
        print(json_.dumps(rows, ensure_ascii=False, indent=1))
        return
    for each in entries:
        for line in _shown_lines(each):
            print(line)


def _shown_lines(entry: ShownEntry) -> list[str]:
    wide = term.columns()
    head = f"{entry.day} {entry.room}".strip()
    under = " › ".join(part for part in (entry.section, entry.topic) if part)
    lines = [term.cut(f"{head}  {entry.kind}  {under}".rstrip(), wide), ""]
    for part in entry.parts:
        lines += _entry_lines(part, (), wide, None)
        if part.state == "open":
            lines.append("  (nobody answered)")
        lines.append("")
    if entry.thread:
        lines.append("thread")
        for message in entry.thread:
            lines += _wrapped(f"{PARTS[message.part]} {message.time} {message.who}: ", message.text, (), wide, None)
        lines.append("")
    times = [message.time for message in entry.thread if message.part]
    span = "" if not times else f"  {times[0]}-{times[-1]}" if len(times) > 1 else f"  {times[0]}"
    lines += [f"log     {entry.log}{span}" if entry.log else "", f"digest  {entry.digest}" if entry.digest else ""]
    return [*lines, f"id      {entry.id}"]
