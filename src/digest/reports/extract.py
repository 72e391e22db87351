"""An analysed day → the JSON of `digest extract`.

Positions are 0-based places of messages in the log file, headers without a body and doubled ones counted; a message
that stands twice gives both.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from digest.conversation.conversation import Conversation
from digest.conversation.replies.links import taken
from digest.conversation.talk import talk as talk_stage
from digest.masks import mask
from digest.model import Answer, Digest, Line, Link, Question
from digest.page.render import Layout, paragraphs


def extract(day: Conversation, questions: Sequence[Question], digest: Digest, layout: Layout) -> dict[str, Any]:
    """A day as plain data: every candidate question, the best link of each turn, people, the talk."""
    log, talk = day.log, day.talk
    topics = {
        question.id: topic.title
        for section in digest.sections
        for topic in section.topics
        for entry in topic.entries
        for question in entry.questions
    }
    return {
        "log": log.path,
        "room": log.room,
        "day": log.day.isoformat(),
        "messages": log.headers,
        "talk": None
        if talk is None
        else {
            "speaker": talk_stage.label(log, talk),
            "title": talk.title,
            "messages": positions(day, talk.messages),
        },
        "questions": [
            {
                "id": q.id,
                "messages": positions(day, q.messages),
                "speaker": day.log.messages[q.messages[0]].speaker,
                "text": published(q.lines, layout),
                "topic": topics.get(q.id, ""),
                "score": _rounded(q.score),
                "kept": q.kept,
                "follows": q.follows,
                "answers": [
                    _answer(day, answer, layout, answer in q.answers)
                    for answer in sorted((*q.answers, *q.unlikely), key=lambda answer: answer.messages)
                ],
            }
            for q in questions
        ],
        "replies": [reply for link in replies(day) for reply in _replies(day, link)],
        "people": [{"name": p.name, "aliases": list(p.aliases)} for p in day.people.persons],
    }


def text(data: dict[str, Any], *, compact: bool = False) -> str:
    """The data as JSON text with a line end; numbers and lists of numbers on one line where it is not compact."""
    if compact:
        return json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n"
    return _pretty(data, "") + "\n"


def positions(day: Conversation, messages: Iterable[int]) -> list[int]:
    """Header positions of messages, each once, ascending."""
    return sorted({p for m in messages for p in day.log.messages[m].positions})


def published(lines: Sequence[Line], layout: Layout) -> str:
    """A text as the digest prints it, masked, without Markdown: a paragraph a line, pictures and links as URLs."""
    rows = []
    for kind, words, url in paragraphs(lines, layout):
        row = " ".join(part for part in ("" if kind == "image" else words, url) if part)
        rows.append(mask(row)[0])
    return "\n".join(row for row in rows if row)


def replies(day: Conversation) -> tuple[Link, ...]:
    """The best link of each turn that has one, in order of the turns."""
    return taken(day.links)


def _answer(day: Conversation, answer: Answer, layout: Layout, kept: bool) -> dict[str, Any]:
    return {
        "messages": positions(day, answer.messages),
        "speaker": day.log.messages[answer.messages[0]].speaker,
        "text": published(answer.lines, layout),
        "score": _rounded(answer.score),
        "kept": kept,
    }


def _replies(day: Conversation, link: Link) -> list[dict[str, Any]]:
    """A link by positions: every message of the turn that replies, and the last of the turn that it replies to."""
    turns = day.turns
    parent, score = turns[link.parent].positions[-1], _rounded(link.score)
    evidence = [{"rule": e.rule, "weight": _rounded(e.weight)} for e in link.evidence]
    return [
        {"child": child, "parent": parent, "score": score, "evidence": evidence}
        for child in turns[link.child].positions
    ]


def _rounded(number: float) -> float:
    """Four places: the same on every machine, whatever the last bits of a sum are."""
    return round(number, 4) + 0.0


def _pretty(value: Any, indent: str) -> str:
    inner = indent + " "
    if isinstance(value, dict) and value:
        rows = (f"{inner}{json.dumps(k, ensure_ascii=False)}: {_pretty(v, inner)}" for k, v in value.items())
        return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
    if isinstance(value, list) and any(isinstance(v, dict | list) for v in value):
        return "[\n" + ",\n".join(inner + _pretty(v, inner) for v in value) + f"\n{indent}]"
    return json.dumps(value, ensure_ascii=False)
