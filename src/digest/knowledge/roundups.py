"""What the pages made of many days hold: the FAQ, the roundup of a month or a week. Templates give the form."""

from __future__ import annotations

import calendar
import datetime as dt
import re
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from digest.errors import UsageError
from digest.knowledge.likeness import Sameness
from digest.knowledge.query import WordStats
from digest.knowledge.recurring import (
    DayQuestion,
    RecurringQuestion,
    all_words,
    day_questions,
    reason,
    recurring,
    to_the_point,
)
from digest.knowledge.schema import SHIFT
from digest.knowledge.search import StoredAnswer
from digest.page.render import Ours, front_matter, marked, page_link

BEST, OPEN, A_DAY = 12, 12, 3  # threads and open questions of a month's page, threads of one day at most
RAMBLES = 160  # characters over which an open question has no place on a page
LONG = 240  # characters of an answer that count for how good a thread is
WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})")
MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of days: its name, as it stands in a file's name, its title, its first and last day."""

    name: str
    title: str
    first: dt.date
    last: dt.date


def month(name: str) -> Period:
    """The month that `name` names: 2017-05."""
    match = MONTH.fullmatch(name)
    if not match or not 1 <= int(match[2]) <= 12 or match[1] == "0000":
        raise UsageError(f"{name[:40]!r}: no month. Write it as 2017-05")
    year, number = int(match[1]), int(match[2])
    last = calendar.monthrange(year, number)[1]
    return Period(name, f"{year}年{number}月", dt.date(year, number, 1), dt.date(year, number, last))


def week(name: str) -> Period:
    """The week that `name` names: 2017-W21, as ISO 8601 counts them."""
    match = WEEK.fullmatch(name)
    try:
        first = dt.date.fromisocalendar(int(match[1]), int(match[2]), 1) if match else None
    except ValueError:
        first = None
    if first is None or match is None:
        raise UsageError(f"{name[:40]!r}: no week. Write it as 2017-W21")
    return Period(name, f"{int(match[1])}年第{int(match[2])}周", first, first + dt.timedelta(days=6))


def faq(
    db: sqlite3.Connection,
    front: Mapping[str, Any],
    rules: Sameness,
    room: str | None = None,
    since: str = "",
    until: str = "",
    limit: int = 100,
) -> dict[str, Any]:
    """What the FAQ's template takes: the questions that came back, most asked and best answered first.

    What can't be understood by itself has no place among them.
    """
    stats = all_words(db)
    alone = [q for q in day_questions(db, since, until, room) if rules.stands_alone(q.text)]
    chosen = [group for group in recurring(alone, stats, rules) if group.answers][:limit]
    title = "常见问题"
    return {
        "front": front_matter({**front, "title": title}),
        "title": title,
        "room": room or "",
        "items": [_item(group, room) for group in chosen],
        "why": [(_question_line(group.best.text), group.days, reason(group, stats, rules)) for group in chosen],
    }


def _item(group: RecurringQuestion, room: str | None) -> dict[str, Any]:
    best = group.best
    return {
        "mark": marked("q", group.times[0].question),
        "question": _question_line(best.text),
        "answers": [{"day": Ours(a.day), "text": _line(answer.text)} for a in group.times for answer in a.answers],
        "asked": [{"day": Ours(a.day), "link": _link(a, room), "text": _line(a.text)} for a in _each_day(group)],
    }


def _each_day(group: RecurringQuestion) -> list[DayQuestion]:
    """One question a day and room."""
    return list({(a.day, a.room): a for a in reversed(group.times)}.values())[::-1]


def _link(question: DayQuestion, room: str | None) -> Ours:
    """From a page in the folder of digests, or in that of its room, to a day's digest; the day alone where none is."""
    return page_link(question.day, question.room, room or "") if question.digest else Ours(question.day)


def _question_line(text: str) -> str:
    """A question in a line; what was to follow its last comma was a picture, or never came."""
    return _line(text).rstrip("，,、 ")


def _line(text: str) -> str:
    return " ".join(part for part in text.split("\n") if part)


def roundup(
    db: sqlite3.Connection, period: Period, front: Mapping[str, Any], rules: Sameness, room: str | None = None
) -> dict[str, Any]:
    """What a roundup's template takes: talks, the best threads, what stayed open, who may be thanked."""
    since, until = period.first.isoformat(), period.last.isoformat()
    questions = day_questions(db, since, until, room)
    days, messages = db.execute(
        "SELECT count(DISTINCT day), sum(n) FROM (SELECT l.day AS day, (SELECT count(*) FROM messages m"
        f" WHERE m.id >= l.id << {SHIFT} AND m.id < (l.id + 1) << {SHIFT}) AS n FROM logs l"
        " WHERE l.day >= ? AND l.day <= ? AND (? IS NULL OR l.room = ?)) WHERE n > 0",
        (since, until, room, room),
    ).fetchone()
    if not days:
        raise UsageError(f"{period.name}: nothing is indexed of those days. Run: digest index")
    waiting = [a for a in questions if a.state == "open"]
    best = _best([a for a in questions if rules.stands_alone(a.text)], all_words(db))
    return {
        "front": front_matter({**front, "title": f"{period.title}汇总"}),
        "title": f"{period.title}汇总",
        "room": room or "",
        "days": Ours(days),
        "messages": Ours(messages),
        "asked": Ours(len(questions)),
        "answered": Ours(len(questions) - len(waiting)),
        "marks": {name: marked("s", name) for name in ("talks", "best", "open", "thanks")},
        "talks": _talks(db, since, until, room),
        "best": [_thread(a, replies, room) for a, replies in best],
        "open": [_thread(a, (), room) for a in _waiting([a for a in waiting if rules.stands_alone(a.text)])],
        "thanks": {"mark": marked("n", "thanks"), "names": _thanks(db, questions)},
    }


def _talks(db: sqlite3.Connection, since: str, until: str, room: str | None) -> list[dict[str, Any]]:
    rows = db.execute(
        "SELECT l.day, l.room, l.talk, CASE WHEN p.agreed THEN p.name ELSE '' END, e.key, l.digest FROM logs l"
        f" JOIN entries e ON e.id >> {SHIFT} = l.id AND e.kind = 'talk' LEFT JOIN people p ON p.id = l.guest"
        " WHERE l.day >= ? AND l.day <= ? AND (? IS NULL OR l.room = ?) ORDER BY l.day, l.room, e.id",
        (since, until, room, room),
    )
    return [
        {
            "mark": marked("n", key),
            "title": title or "主题分享",
            "guest": guest,
            "link": _link(DayQuestion(0, key, key, day, where, "", "", "", (), (), digest), room),
        }
        for day, where, title, guest, key, digest in rows
    ]


def _best(questions: Sequence[DayQuestion], stats: WordStats) -> list[tuple[DayQuestion, tuple[StoredAnswer, ...]]]:
    """The threads most worth reading, each with its answers that are to the point: many, at length; a few a day."""
    replies = {a.row: to_the_point(a, stats) for a in questions if a.answers}
    worth = {
        a.row: sum(min(LONG, len(r.text)) for r in replies[a.row]) + min(60, len(a.text))
        for a in questions
        if replies.get(a.row)
    }
    taken: Counter[tuple[str, str]] = Counter()
    chosen: list[DayQuestion] = []
    for each in sorted((a for a in questions if a.row in worth), key=lambda a: (-worth[a.row], a.row)):
        if taken[each.day, each.room] < A_DAY and len(chosen) < BEST:
            taken[each.day, each.room] += 1
            chosen.append(each)
    return [(a, replies[a.row]) for a in sorted(chosen, key=lambda a: a.row)]


def _waiting(questions: Sequence[DayQuestion]) -> list[DayQuestion]:
    """The open questions that most surely are one, in order of the days; what rambles on is none for a page."""
    fit = [a for a in questions if len(a.text) <= RAMBLES]
    return sorted(sorted(fit, key=lambda a: (-a.score, a.row))[:OPEN], key=lambda a: (a.day, a.row))


def _thread(question: DayQuestion, replies: Sequence[StoredAnswer], room: str | None) -> dict[str, Any]:
    """A question with the two longest of some replies."""
    answers = sorted(enumerate(replies), key=lambda pair: (-min(LONG, len(pair[1].text)), pair[0]))[:2]
    return {
        "mark": marked("q", question.question),
        "question": _question_line(question.text),
        "answers": [_line(answer.text) for _, answer in sorted(answers, key=lambda pair: pair[0])],
        "more": Ours(len(question.answers) - len(answers)) if len(question.answers) > len(answers) else "",
        "link": _link(question, room),
    }


def _thanks(db: sqlite3.Connection, questions: Sequence[DayQuestion]) -> list[str]:
    """Who answered and agreed to be named, who answered most first."""
    agreed = dict(db.execute("SELECT id, name FROM people WHERE agreed"))
    counts = Counter(r.speaker for a in questions for r in a.answers if r.speaker in agreed)
    return [agreed[p] for p, _ in sorted(counts.items(), key=lambda item: (-item[1], agreed[item[0]]))]
