"""Records of published and found questions: from and to JSON, and from an analysed day.

The JSON is a list of `{"day", "room", "log", "threads": [[{"question": [position], "text", "answers": [[position]]}]],
"talk": {"speaker", "title", "messages": [position]} | null, "neutral": [position]}`; predictions have flat threads with
a score.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from digest import files
from digest.conversation.conversation import Conversation
from digest.conversation.talk import talk as talk_stage
from digest.errors import UsageError
from digest.learning.figures import DayRecord, RecordedQuestion, RecordedTalk
from digest.model import Question


def read(path: Path) -> tuple[DayRecord, ...]:
    """The records in a JSON file, by day, then room."""
    try:
        data = json.loads(files.read_text(path))
        if not isinstance(data, list):
            raise TypeError("no list")
        made = [_record(item) for item in data]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        what = f"{type(error).__name__}: {error}".partition("\n")[0][:100]
        raise UsageError(
            f"{path}: not a list of days with threads of questions ({what}). Give a file like that"
        ) from None
    return tuple(sorted(made, key=lambda r: (r.day, r.room)))


def _record(item: Mapping[str, Any]) -> DayRecord:
    threads = tuple(tuple(_asked(q) for q in thread) for thread in item["threads"])
    talk = item.get("talk")
    speech = (
        RecordedTalk(str(talk["speaker"]), _positions(talk["messages"]), str(talk.get("title", ""))) if talk else None
    )
    return DayRecord(
        str(item["day"]),
        str(item["room"]),
        tuple(t for t in threads if t),
        speech if speech and speech.messages else None,
        str(item.get("log", "")),
        str(item.get("digest", "")),
        neutral=frozenset(_positions(item.get("neutral", ()))),
    )


def _asked(item: Mapping[str, Any]) -> RecordedQuestion:
    answers = tuple(_positions(a) for a in item["answers"])
    return RecordedQuestion(
        _positions(item["question"]), answers, float(item.get("score", 0)), str(item.get("text", ""))
    )


def _positions(values: Iterable[Any]) -> tuple[int, ...]:
    return tuple(int(v) for v in values)


def dumped(records: Sequence[DayRecord]) -> str:
    """Records as the JSON that `read` takes, a day a line."""
    rows = [
        {
            "day": r.day,
            "room": r.room,
            "digest": r.digest,
            "log": r.log,
            "threads": [
                [
                    {"question": list(q.messages), "text": q.text, "answers": [list(a) for a in q.answers]}
                    for q in thread
                ]
                for thread in r.threads
            ],
            "talk": _talk(r, title=True),
        }
        for r in records
    ]
    return _lines(rows)


def predictions(records: Sequence[DayRecord]) -> str:
    """Records as the JSON of predictions, flat and with scores, a day a line."""
    rows = [
        {
            "day": r.day,
            "room": r.room,
            "threads": [
                {"question": list(q.messages), "answers": [list(a) for a in q.answers], "score": q.score}
                for q in r.questions
            ],
            "talk": _talk(r),
        }
        for r in records
    ]
    return _lines(rows)


def _talk(r: DayRecord, *, title: bool = False) -> dict[str, Any] | None:
    if r.talk is None:
        return None
    made: dict[str, Any] = {"speaker": r.talk.speaker, "messages": list(r.talk.messages)}
    return {"speaker": r.talk.speaker, "title": r.talk.title, "messages": made["messages"]} if title else made


def _lines(rows: Sequence[Mapping[str, Any]]) -> str:
    return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n"


def of_day(day: Conversation, asked: Sequence[Question]) -> DayRecord:
    """What was found in a day: the kept questions, each a thread of its own."""
    log = day.log
    talk = None
    if day.talk is not None:
        talk = RecordedTalk(talk_stage.label(log, day.talk), _places(day, day.talk.messages), day.talk.title)
    threads = tuple(
        (RecordedQuestion(_places(day, q.messages), tuple(_places(day, a.messages) for a in q.answers), q.score),)
        for q in asked
        if q.kept
    )
    return DayRecord(log.day.isoformat(), log.room, threads, talk, log.path)


def _places(day: Conversation, messages: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted({p for m in messages for p in day.log.messages[m].positions}))
