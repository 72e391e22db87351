"""What is imported is joined with what was: nothing twice, nothing lost, the same bytes for the same messages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from digest import importers
from digest.importers import days
from digest.workflows import importing
from digest.workflows.importing import ImportOptions, WrittenLog

OPTIONS = ImportOptions(zone=days.zone_of("Asia/Shanghai"))


def row(clock: str, text: str, sender: str = "ada-001", **more: Any) -> dict[str, Any]:
    time = f"2031-03-04T{clock}+08:00"
    return {"seq": 1, "time": time, "talker": "1@chatroom", "talkerName": "base", "sender": sender, "senderName": "Ada",
            "isSelf": False, "type": 1, "subType": 0, "content": text, **more}  # fmt: skip


def write(folder: Path, *rows: dict[str, Any]) -> list[WrittenLog]:
    export = folder / "export.json"
    export.write_text(json.dumps(rows))
    return list(importing.write(importing.read(export, OPTIONS).logs, folder / "seeds", OPTIONS))


def texts(folder: Path) -> list[str]:
    return [message.text for message in importers.read(folder / "seeds" / "base" / "2031-03-04.jsonl").messages]


def test_the_same_export_twice_changes_nothing(tmp_path: Path) -> None:
    rows = [row("09:00:00", "1"), row("09:00:00", "1"), row("09:00:05", "2")]
    assert [log.added for log in write(tmp_path, *rows)] == [3]
    before = (tmp_path / "seeds/base/2031-03-04.jsonl").read_bytes()
    assert write(tmp_path, *rows) == []
    assert (tmp_path / "seeds/base/2031-03-04.jsonl").read_bytes() == before


def test_exports_that_overlap_become_one_log(tmp_path: Path) -> None:
    first, later = [row("09:00:00", "1"), row("09:00:05", "2")], [row("09:00:05", "2"), row("09:00:06", "3")]
    write(tmp_path, *first)
    assert [(log.messages, log.added) for log in write(tmp_path, *later)] == [(3, 1)]
    assert texts(tmp_path) == ["1", "2", "3"]


def test_a_reply_to_another_day_stays_when_days_are_added(tmp_path: Path) -> None:
    question = row("09:00:00", "which port?")
    quoted = {"type": 49, "subType": 57, "contents": {"refer": {**question, "senderName": "Ada"}}}
    write(tmp_path, question, row("09:00:00", "8080", "bo-0001", time="2031-03-05T09:00:00+08:00", **quoted))
    write(tmp_path, row("08:00:00", "early"), question)
    (reply,) = importers.read(tmp_path / "seeds/base/2031-03-05.jsonl").messages
    assert reply.reply_place is not None
    assert reply.reply_place.position == 1
