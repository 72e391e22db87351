"""Questions with their answers → sections, topics and entries of a digest; the editor's judgement by rule."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from digest.acts import Acts, Scene
from digest.clean import Cleaning, Role, lines, without
from digest.model import Answer, Digest, Entry, Line, Link, Log, People, Question, Section, Talk, Topic
from digest.questions import Candidate


@dataclass(frozen=True, slots=True)
class Reply:
    """One person's answer to a question: turns in order, probability, why."""

    turns: tuple[int, ...]
    score: float
    evidence: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Day:
    """What a log has become before it is curated."""

    log: Log
    people: People
    scene: Scene
    acts: Acts
    talk: Talk | None
    candidates: tuple[Candidate, ...]
    answers: tuple[tuple[Answer, ...], ...]  # of each candidate, without lines yet
    follows: tuple[int | None, ...]  # the candidate that each follows up
    links: tuple[Link, ...] = ()


def identity(log: Log, first: int, ordinals: Mapping[int, int]) -> str:
    """An id from room, day, clock, text and ordinal of a message; never from a name."""
    message = log.messages[first]
    key = "\x1f".join((log.room, log.day.isoformat(), message.clock, message.text, str(ordinals.get(first, 0))))
    return hashlib.sha256(key.encode()).hexdigest()[:10]


def ordinals(log: Log) -> dict[int, int]:
    """For messages that stand there with the same second and text: which of them each is."""
    seen: dict[tuple[int, str], int] = {}
    result = {}
    for i, message in enumerate(log.messages):
        key = (message.second, message.text)
        result[i] = seen.get(key, 0)
        seen[key] = result[i] + 1
    return result


def message_lines(log: Log, people: People, index: int, cleaning: Cleaning, role: Role) -> tuple[Line, ...]:
    """What one message gives to print."""
    message = log.messages[index]
    text = without(message.text, people.mentions[index])
    return lines(text, index, cleaning, role, message.images)


def questions(day: Day, cleaning: Cleaning, threshold: float) -> tuple[Question, ...]:
    """Every candidate as a question with printed lines, in order of the log; `kept` where it is published."""
    log, people, turns = day.log, day.people, day.scene.turns
    order = ordinals(log)
    made: list[Question] = []
    for candidate, answers in zip(day.candidates, day.answers, strict=True):
        messages = tuple(m for t in candidate.turns for m in turns[t].messages)
        printed = _printed(log, people, messages, cleaning, "question")
        published = tuple(
            replace(answer, lines=text)
            for answer in answers
            if (text := _printed(log, people, answer.messages, cleaning, "answer"))
        )
        says = any(line.kind == "text" for line in printed)
        kept = candidate.score >= threshold and says
        made.append(
            Question(
                id=identity(log, messages[0], order),
                turn=candidate.main,
                messages=messages,
                speaker=turns[candidate.main].speaker,
                lines=printed,
                score=candidate.score,
                kept=kept,
                answers=published,
                evidence=candidate.act.evidence,
                why_not="" if kept else ("no words left" if not says else "below the threshold"),
            )
        )
    ids = [q.id for q in made]
    return tuple(
        replace(q, follows=ids[parent]) if (parent := day.follows[i]) is not None else q for i, q in enumerate(made)
    )


def _printed(log: Log, people: People, messages: Sequence[int], cleaning: Cleaning, role: Role) -> tuple[Line, ...]:
    found: list[Line] = []
    for n, index in enumerate(messages):
        found += message_lines(log, people, index, cleaning, role if n == 0 else "answer")
    return tuple(found)


def entries(kept: Sequence[Question]) -> tuple[Entry, ...]:
    """Threads of kept questions: one with the follow-ups that lead back to it, in the log's order."""
    by_id = {q.id: q for q in kept}
    root: dict[str, str] = {}
    for q in kept:
        root[q.id] = root[q.follows] if q.follows in root else q.id
    groups: dict[str, list[Question]] = {}
    for q in kept:
        groups.setdefault(root[q.id], []).append(by_id[q.id])
    return tuple(Entry(id=first, kind="thread", questions=tuple(qs)) for first, qs in groups.items())


def digest(
    day: Day,
    kept: Sequence[Question],
    talk_lines: Sequence[Line],
    resources: Sequence[Entry],
    grouped: Callable[[Sequence[Entry]], Sequence[Topic]],
    title: str,
    source: str = "",
) -> Digest:
    """The day's digest: the talk, the questions after it, free discussion by topic, resources and notices."""
    log, talk = day.log, day.talk
    threads = entries(kept)
    after: list[Entry] = []
    free: list[Entry] = []
    for entry in threads:
        first = entry.questions[0].messages[0]
        belongs = talk is not None and (first > talk.end or talk.start <= first) and _in_session(day, entry)
        (after if belongs else free).append(entry)
    order = ordinals(log)
    sections = []
    if talk is not None and talk_lines:
        entry = Entry(id=identity(log, talk.messages[0], order), kind="talk", lines=tuple(talk_lines), title=talk.title)
        heading = f"主题分享：{talk.title}" if talk.title else ""
        sections.append(Section("talk", heading, (Topic(entry.id, "", (entry,)),)))
    if after:
        sections.append(Section("qa", "", (Topic(after[0].id, "", tuple(after)),)))
    if free:
        sections.append(Section("discussion", "", tuple(grouped(free))))
    for kind in ("resource", "notice"):
        if chosen := tuple(e for e in resources if e.kind == kind):
            sections.append(Section(kind + "s", "", (Topic(chosen[0].id, "", chosen),)))
    return Digest(log.day, log.room, title, source, tuple(sections))


def _in_session(day: Day, entry: Entry) -> bool:
    """Whether a thread after the talk belongs to its Q&A: the guest answers in it, or it stands close behind."""
    state, since = day.scene.states[entry.questions[0].turn]
    if state == "talk":
        return True
    guests = day.scene.guests
    answered = any(a.speaker in guests for q in entry.questions for a in q.answers)
    return state == "after-talk" and (answered or since <= 7200)


def resources(day: Day, used: frozenset[int], cleaning: Cleaning) -> tuple[Entry, ...]:
    """Links worth keeping and the owner's notices that stand in no thread and not in the talk."""
    log, people, turns = day.log, day.people, day.scene.turns
    order = ordinals(log)
    found = []
    spoken = frozenset(day.talk.messages) if day.talk else frozenset()
    for i, turn in enumerate(turns):
        kinds = [k for k in ("resource", "notice") if day.acts.has(i, k)]
        if not kinds or used.intersection(turn.messages) or spoken.intersection(turn.messages):
            continue
        printed = _printed(log, people, turn.messages, cleaning, "answer")
        if printed:
            found.append(Entry(id=identity(log, turn.messages[0], order), kind=kinds[0], lines=printed))
    return tuple(found)
