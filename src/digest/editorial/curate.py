"""Questions with their answers → sections, topics and entries of a digest; the editor's judgement by rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from digest.conversation.conversation import Conversation, identity
from digest.conversation.people.names import Called
from digest.conversation.talk.rules import Talking
from digest.editorial import paragraphs as talk_text
from digest.editorial.clean import URL, Cleaning, Role, aside, clean, lines, remark, unwanted, without
from digest.model import Answer, Digest, Entry, Line, Log, People, Question, Section, Topic

WORDS = ("text", "item")  # kinds of lines that say something
BELOW = "below the threshold"  # why most candidates are not published


def message_lines(
    log: Log,
    people: People,
    index: int,
    cleaning: Cleaning,
    role: Role,
    names: Called | None = None,
    alone: bool = True,
) -> tuple[Line, ...]:
    """What one message gives to print; `alone` as in `clean`."""
    message = log.messages[index]
    text = without(message.text, people.mentions[index])
    if names is not None:
        text = names.out(text)
    return lines(text, index, cleaning, role, message.images, alone=alone)


def questions(day: Conversation, cleaning: Cleaning, threshold: float, least: float = 0.0) -> tuple[Question, ...]:
    """Every candidate as a question with printed lines, in order of the log; `kept` where it is published.

    Those left out that are less likely than `least` get no lines: most candidates are, and who asks only for what is
    published need not wait for them.
    """
    log, people, turns = day.log, day.people, day.turns
    order = day.ordinals
    names = day.names
    made: list[Question] = []
    groups = [tuple(m for t in candidate.turns for m in turns[t].messages) for candidate in day.candidates]
    answered = _once(day, groups, threshold)
    for candidate, messages, answers in zip(day.candidates, groups, answered, strict=True):
        looked_at = candidate.score >= min(least, threshold)
        asking = tuple(m for m in messages if not aside(log.messages[m].text, cleaning)) if looked_at else ()
        printed = _printed(log, people, asking, cleaning, "question", names) if asking else ()
        published = tuple(
            replace(answer, lines=text)
            for answer in _answering(log, answers, cleaning)
            if (text := _printed(log, people, answer.messages, cleaning, "answer", names))
            and not (len(text) == 1 and remark(text[0].text, cleaning))
        )
        says = any(line.kind in WORDS for line in printed)
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
                why_not="" if kept else ("without words to print" if looked_at and not says else BELOW),
            )
        )
    ids = [q.id for q in made]
    return tuple(
        replace(q, follows=ids[parent]) if (parent := day.follows[i]) is not None else q for i, q in enumerate(made)
    )


def _answering(log: Log, answers: Sequence[Answer], cleaning: Cleaning) -> Iterator[Answer]:
    """The answers without what was said to the room between."""
    for answer in answers:
        left = tuple(m for m in answer.messages if not aside(log.messages[m].text, cleaning))
        if left:
            yield answer if left == answer.messages else replace(answer, messages=left)


def _once(day: Conversation, groups: Sequence[tuple[int, ...]], threshold: float) -> tuple[tuple[Answer, ...], ...]:
    """The answers of each candidate, no message twice in a thread.

    A message of the talk stands in the talk; a question of the thread answers none in it; what answers two of its
    questions stands under the one asked last before it. Two threads may hold the same answer: which of them it belongs
    to is for the editor to say.
    """
    spoken = frozenset(day.talk.messages) if day.talk else frozenset()
    roots: list[int] = []
    for i, above in enumerate(day.follows):
        roots.append(roots[above] if above is not None and above < i else i)
    asked: set[tuple[int, int]] = set()  # (thread, message)
    place: dict[tuple[int, int], tuple[int, int]] = {}  # (thread, message) → last asked, question
    for i, candidate in enumerate(day.candidates):
        if candidate.score < threshold:
            continue
        asked.update((roots[i], m) for m in groups[i])
        for m in (m for answer in day.answers[i] for m in answer.messages):
            last = max((x for x in groups[i] if x < m), default=-1)
            place[roots[i], m] = max(place.get((roots[i], m), (-1, -1)), (last, i))
    found = []
    for i, answers in enumerate(day.answers):
        left = []
        for answer in answers:
            own = tuple(
                m
                for m in answer.messages
                if m not in spoken and (roots[i], m) not in asked and place.get((roots[i], m), (0, i))[1] == i
            )
            if own:
                left.append(answer if own == answer.messages else replace(answer, messages=own))
        found.append(tuple(left))
    return tuple(found)


def _printed(
    log: Log, people: People, messages: Sequence[int], cleaning: Cleaning, role: Role, names: Called | None
) -> tuple[Line, ...]:
    """What messages of one person give to print. The question's opening may fill messages of its own."""
    found: list[Line] = []
    for index in messages:
        begun = any(line.kind in WORDS for line in found)
        as_role: Role = "answer" if begun else role
        found += message_lines(log, people, index, cleaning, as_role, names, alone=len(messages) == 1)
    if not found and len(messages) > 1:
        found += message_lines(log, people, messages[0], cleaning, role, names)
    # a text opens with words: pictures sent ahead of them follow its first sentence
    first = next((n for n, line in enumerate(found) if line.kind in WORDS), 0)
    if first and all(line.kind == "image" for line in found[:first]):
        found[: first + 1] = [found[first], *found[:first]]
    return tuple(found)


def words(printed: Sequence[Line]) -> str:
    """What lines say, without pictures and links."""
    return " ".join(line.text for line in printed if line.kind in WORDS)


def entries(kept: Sequence[Question], apart: int | None = None) -> tuple[Entry, ...]:
    """Threads of kept questions: one with the follow-ups that lead back to it, in the log's order.

    No thread goes on over the message `apart`, where the talk begins.
    """
    by_id = {q.id: q for q in kept}
    root: dict[str, str] = {}
    for q in kept:
        parent = by_id.get(q.follows or "")
        parted = parent is None or (apart is not None and parent.messages[0] < apart <= q.messages[0])
        root[q.id] = q.id if parted or parent is None else root.get(parent.id, q.id)
    groups: dict[str, list[Question]] = {}
    for q in kept:
        groups.setdefault(root[q.id], []).append(by_id[q.id])
    return tuple(Entry(id=first, kind="thread", questions=tuple(qs)) for first, qs in groups.items())


def joined(threads: Sequence[Entry], apart: int | None = None) -> tuple[Entry, ...]:
    """The threads, where two hold mostly the same answers as one, so that no answer stands there twice.

    Two are one where half of what answers either of them answers both. An answer to several of a thread's questions
    stands under the one asked last before it. No thread goes on over the message `apart`.
    """
    whole: list[Entry] = []
    for entry in threads:
        start = entry.questions[0].messages[0]
        given = _given(entry)
        for place, earlier in enumerate(whole):
            first = earlier.questions[0].messages[0]
            if apart is not None and (first < apart) != (start < apart):
                continue
            other = _given(earlier)
            if given and other and 2 * len(given & other) >= min(len(given), len(other)):
                asked = sorted((*earlier.questions, *entry.questions), key=lambda q: (q.messages[0], q.id))
                whole[place] = replace(earlier, questions=_each_once(asked))
                break
        else:
            whole.append(entry)
    return tuple(whole)


def _given(entry: Entry) -> frozenset[int]:
    return frozenset(line.message for q in entry.questions for a in q.answers for line in a.lines)


def _each_once(asked: Sequence[Question]) -> tuple[Question, ...]:
    """The questions of one thread, each answering message and each question in it but once."""
    own = {m for q in asked for m in q.messages}
    place: dict[int, int] = {}
    for n, q in enumerate(asked):
        for m in (line.message for a in q.answers for line in a.lines):
            if m not in place or q.messages[0] < m:
                place[m] = n
    found = []
    for n, q in enumerate(asked):
        answers = []
        for a in q.answers:
            left = tuple(line for line in a.lines if place[line.message] == n and line.message not in own)
            if left:
                kept = {line.message for line in left}
                answers.append(replace(a, lines=left, messages=tuple(m for m in a.messages if m in kept)))
        found.append(replace(q, answers=tuple(answers)))
    return tuple(found)


def spoken(day: Conversation, cleaning: Cleaning, how: Talking) -> tuple[Line, ...]:
    """What is printed of the talk, a Line a paragraph; empty where there was none."""
    if day.talk is None:
        return ()
    log, people = day.log, day.people
    names = day.names

    def said(index: int) -> str:
        text = without(log.messages[index].text, people.mentions[index])
        if names and not names.out(text).strip():
            return ""  # a heading of the pasted text: its speaker; elsewhere a guest may say who he is
        return clean(text, cleaning, "talk", alone=False)

    return talk_text.paragraphs(day.talk, log, how, said)


def digest(
    day: Conversation,
    kept: Sequence[Question],
    talk_lines: Sequence[Line],
    resources: Sequence[Entry],
    grouped: Callable[[Sequence[Entry]], Sequence[Topic]],
    title: str,
    source: str = "",
) -> Digest:
    """The day's digest: the talk, the questions after it, free discussion by topic, resources and notices."""
    log, talk = day.log, day.talk
    apart = talk.start if talk else None
    threads = joined(entries(kept, apart), apart)
    after: list[Entry] = []
    free: list[Entry] = []
    for entry in threads:
        first = entry.questions[0].messages[0]
        belongs = talk is not None and (first > talk.end or talk.start <= first) and _in_session(day, entry)
        (after if belongs else free).append(entry)
    order = day.ordinals
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


def _in_session(day: Conversation, entry: Entry) -> bool:
    """Whether a thread after the talk belongs to its Q&A: the guest answers in it, or it stands close behind."""
    state, since = day.day_turns.states[entry.questions[0].turn]
    if state == "talk":
        return True
    guests = day.day_turns.guests
    answered = any(a.speaker in guests for q in entry.questions for a in q.answers)
    return state == "after-talk" and (answered or since <= 7200)


def resources(day: Conversation, used: frozenset[int], cleaning: Cleaning) -> tuple[Entry, ...]:
    """Links worth keeping, once each, and the owner's notices that stand in no thread and not in the talk."""
    log, people, turns = day.log, day.people, day.turns
    order = day.ordinals
    found = []
    shown: frozenset[str] = frozenset()
    spoken = frozenset(day.talk.messages) if day.talk else frozenset()
    names = day.names
    for i, turn in enumerate(turns):
        kinds = [k for k in ("resource", "notice") if day.acts.has(i, k)]
        if not kinds or used.intersection(turn.messages) or spoken.intersection(turn.messages):
            continue
        printed = _printed(log, people, turn.messages, cleaning, "answer", names)
        # a bare address tells a reader nothing, and he should not follow what he knows nothing of
        if words(printed).strip() or any(line.text.strip() for line in printed if line.kind == "link"):
            if unwanted(turn.text, cleaning):
                continue
            here = frozenset(URL.findall(turn.text))
            if here and here <= shown:
                continue  # sent again
            shown |= here
            found.append(Entry(id=identity(log, turn.messages[0], order), kind=kinds[0], lines=printed))
    return tuple(found)
