"""What an importer reads of a sample, beside what is expected of it: for the tests of formats, ours and yours.

    def test_the_sample_reads_as_expected() -> None:
        assert testing.differences(importer, folder / "sample.json", folder / "expected.json") == []

The expected file holds {"rooms": [{"room", "days": {"YYYY-MM-DD": [row]}}]}, a row {"time", "who", "text", "kind",
"reply_to", "reply_to_day"}; `digest import FILE --json` prints the same. At its top may stand "tz" (default UTC),
"day" and "year", for what the sample leaves out.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from digest.importers import days
from digest.importers.base import Importer
from digest.importers.source import Source
from digest.model import Log


def rooms(logs: Iterable[Log]) -> dict[str, Any]:
    """The logs as rows, without what was recalled; `reply_to` counts the rows of its day."""
    logs = list(logs)
    index = {
        (log.room, log.day): {
            message.position: n for n, message in enumerate(m for m in log.messages if m.kind != "recalled")
        }
        for log in logs
    }
    by_room: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for log in logs:
        rows: list[dict[str, Any]] = []
        for message in log.messages:
            if message.kind == "recalled":
                continue
            place = message.reply_place
            position = place.position if place else message.reply_to
            target = (
                None if position is None else index.get((log.room, place.day if place else log.day), {}).get(position)
            )
            second = message.second % (24 * 3600)
            rows.append(
                {
                    "time": f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}",
                    "who": message.speaker,
                    "text": message.text,
                    "kind": message.kind,
                    "reply_to": target,
                    "reply_to_day": str(place.day) if place and target is not None else None,
                }
            )
        by_room.setdefault(log.room, {})[str(log.day)] = rows
    return {"rooms": [{"room": room, "days": dict(sorted(by_day.items()))} for room, by_day in by_room.items()]}


def differences(importer: Importer, sample: Path, expected: Path) -> list[str]:
    """What is read otherwise than expected, a line each; also where the account doesn't add up."""
    data = json.loads(expected.read_text("utf-8"))
    day = dt.date.fromisoformat(data["day"]) if "day" in data else None
    source = Source.of(sample, day=day, year=data.get("year"))
    account = days.Account()
    zone = days.zone_of(data.get("tz", "UTC"))
    rows = rooms(days.logs(importer.read(source), account, path=str(sample), zone=zone))["rooms"]
    different = [] if account.whole else [f"{sample}: the account does not add up: {account}"]
    for want, have in zip(data["rooms"], rows, strict=False):
        if want["room"] != have["room"]:
            different.append(f"room {have['room']!r}, expected {want['room']!r}")
        for name in sorted({*want["days"], *have["days"]}):
            different += _rows(name, want["days"].get(name, []), have["days"].get(name, []))
    if len(data["rooms"]) != len(rows):
        different.append(f"{len(rows)} rooms, expected {len(data['rooms'])}")
    return different


def _rows(day: str, want: list[dict[str, Any]], have: list[dict[str, Any]]) -> list[str]:
    different = [f"{day}: {len(have)} rows, expected {len(want)}"] if len(want) != len(have) else []
    for n, (expected, row) in enumerate(zip(want, have, strict=False)):
        different += [
            f"{day} {n}: {key} {row[key]!r}, expected {expected.get(key)!r}"
            for key in row
            if row[key] != expected.get(key)
        ]
    return different
