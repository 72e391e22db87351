"""`digest import`: exports → logs."""

from __future__ import annotations

import datetime as dt
import json as json_
import sys
from pathlib import Path
from typing import Annotated

import typer

from digest import files
from digest.cli import options
from digest.cli.boundary import short, tell
from digest.errors import DigestError, UsageError
from digest.importers import days, testing
from digest.importers.base import Ambiguity, Unreadable
from digest.importers.days import Account
from digest.page import outputs
from digest.project import folders
from digest.workflows import importing, project
from digest.workflows.importing import ImportOptions, ReadExport, WrittenLog


def import_(
    paths: Annotated[list[Path], typer.Argument(metavar="FILE", help="Exports, or folders that are one.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where the logs go; default: the logs folder.")
    ] = None,
    format_: Annotated[
        str | None, typer.Option("--format", metavar="NAME", help="The export's format; default: seen from it.")
    ] = None,
    tz: Annotated[
        str | None,
        typer.Option("--tz", metavar="ZONE", help="The group's zone, such as Asia/Shanghai; default: this machine's."),
    ] = None,
    day: Annotated[
        str | None, typer.Option("--day", metavar="DAY", help="The day, where the export has times alone.")
    ] = None,
    year: Annotated[
        int | None, typer.Option("--year", metavar="YEAR", help="The year, where the export has none.")
    ] = None,
    room: Annotated[
        str | None, typer.Option("--room", metavar="ROOM", help="The room; default: as the export says.")
    ] = None,
    day_starts: Annotated[
        str, typer.Option("--day-starts", metavar="TIME", help="What is said before belongs to the evening.")
    ] = "00:00",
    encoding: options.Encoding = None,
    json: Annotated[bool, typer.Option("--json", help="Print the messages as JSON, and write nothing.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be written, and write nothing.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 where a record could not be read.")] = False,
) -> None:
    """Write logs from what chat programs export.

    The format is seen from the content. Import a longer export of the same chat again, and what is new is added. Exit
    status: 0 done, 1 records that could not be read with --strict, 2 an export could not be read.
    """
    settings = project.settings(encoding=encoding)
    zone = tz or _machine_zone()
    chosen = ImportOptions(
        zone=days.zone_of(zone),
        format=format_,
        day=folders.parse_day(day) if day else None,
        year=year,
        room=room,
        starts=_hours(day_starts),
        encoding=settings.encoding,
    )
    exports, status = _read(paths, chosen)
    for export in exports:
        if export.others:
            print(f"digest: {export.path}: read as {export.format}; it may be {', '.join(export.others)}. "
                  "Say which with --format", file=sys.stderr)  # fmt: skip
        if strict and export.account.unreadable:
            status = max(status, 1)
    if json:
        rooms = testing.rooms(log for export in exports for log in export.logs)
        print(json_.dumps(rooms, ensure_ascii=False, indent=1))
    else:
        for export in exports:
            _tell(export, zone if tz else f"{zone}, this machine's zone")
            for log in importing.write(export.logs, (out or settings.logs).absolute(), chosen, dry_run=dry_run):
                _tell_log(log, dry_run)
        if not dry_run:
            with files.lock(settings.root):
                outputs.remember_sources(settings.root, (export.path for export in exports))
    if status:
        raise typer.Exit(status)


def _read(paths: list[Path], chosen: ImportOptions) -> tuple[list[ReadExport], int]:
    """The exports, and the exit status of those that could not be read."""
    exports: list[ReadExport] = []
    status = 0
    for path in paths:
        try:
            exports.append(importing.read(path, chosen))
        except DigestError as error:
            if len(paths) == 1:
                raise
            tell(error)
            status = max(status, error.exit_status)
    return exports, status


def _machine_zone() -> str:
    """The name of this machine's zone, UTC where it has none."""
    link = Path("/etc/localtime")
    _, found, name = str(link.resolve()).partition("zoneinfo/") if link.exists() else ("", "", "")
    return name if found else "UTC"


def _hours(said: str) -> dt.timedelta:
    try:
        clock = dt.time.fromisoformat(said)
    except ValueError:
        raise UsageError(f"{said[:40]}: no time. Write --day-starts 04:00") from None
    return dt.timedelta(hours=clock.hour, minutes=clock.minute)


def _tell(export: ReadExport, zone: str) -> None:
    rooms = {log.room for log in export.logs}
    people = {message.sender or message.speaker for log in export.logs for message in log.messages} - {""}
    print(f"{short(export.path)}: {export.format}, {_count(len(rooms), 'room')}, {_count(len(export.logs), 'day')}, "
          f"{_count(len(people), 'person', 'people')}; times in {zone}")  # fmt: skip
    print(f"  {_sum(export.account)}")
    account = export.account
    examples: list[Unreadable | Ambiguity] = [*account.examples.values(), *account.ambiguities.values()]
    for example in examples:
        print(f"  line {example.line}: {example.kind}: {short(example.text)}")


def _sum(account: Account) -> str:
    parts = (
        (account.messages, "messages"), (account.system, "system"), (account.recalled, "recalled"),
        (account.edits, "edits"), (account.doubled, "doubled"), (account.unreadable, "unreadable"),
    )  # fmt: skip
    also = (
        (account.replies, "replies"), (account.lost_replies, "replies to what isn't there"),
        (account.pictures, "pictures"), (account.edited, "edited"), (account.back, "times the clock goes back"),
    )  # fmt: skip
    made = " + ".join(f"{number:,} {what}" for number, what in parts if number) or "nothing"
    notes = "".join(f"; {number:,} {what}" for number, what in also if number)
    return f"{account.records:,} records = {made}{notes}"


def _tell_log(log: WrittenLog, dry_run: bool) -> None:
    new = "" if log.added == log.messages else f", {log.added:,} new"
    print(f"  {_count(log.messages, 'message')}{new}  → {project.shown(log.path)}{' (not written)' if dry_run else ''}")


def _count(number: int, what: str, plural: str = "") -> str:
    return f"{number:,} {what if number == 1 else plural or what + 's'}"
