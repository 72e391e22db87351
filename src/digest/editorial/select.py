"""What of a conversation is published: questions with their answers, threads, resources; an editor's choice by rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from digest.conversation.conversation import Conversation, identity
from digest.conversation.people.names import Called
from digest.editorial.clean import URL, Cleaning, Role, aside, lines, remark, unwanted, without
from digest.model import Answer, Entry, Line, Log, People, Question

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


def questions(
    day: Conversation, cleaning: Cleaning, threshold: float, least: float = 0.0, printed_from: float = 0.0
) -> tuple[Question, ...]:
    """Every candidate as a question with printed lines, in order of the log; `kept` where it is published.

    An answer less likely than `printed_from` is not printed, but for a question's best one: a question whose answers
    are all unlikely is not open.

    Those left out that are less likely than `least` get no lines: most candidates are, and who asks only for what is
    published need not wait for them.
    """
    log, people, turns = day.log, day.people, day.turns
    order = day.ordinals
    names = day.names
    candidates: list[Question] = []
    groups = [tuple(m for t in candidate.turns for m in turns[t].messages) for candidate in day.candidates]
    answered = _once(day, groups, threshold)
    for candidate, messages, answers in zip(day.candidates, groups, answered, strict=True):
        has_lines = candidate.score >= min(least, threshold)
        asking = tuple(m for m in messages if not aside(log.messages[m].text, cleaning)) if has_lines else ()
        printed = _printed(log, people, asking, cleaning, "question", names) if asking else ()
        worded = [
            replace(answer, lines=text)
            for answer in _answering(log, answers, cleaning)
            if (text := _printed(log, people, answer.messages, cleaning, "answer", names))
            and not (len(text) == 1 and remark(text[0].text, cleaning))
        ]
        enough = min(printed_from, max((answer.score for answer in worded), default=0.0))
        says = any(line.kind in WORDS for line in printed)
        kept = candidate.score >= threshold and says
        candidates.append(
            Question(
                id=identity(log, messages[0], order),
                turn=candidate.main,
                messages=messages,
                speaker=turns[candidate.main].speaker,
                lines=printed,
                score=candidate.score,
                kept=kept,
                answers=tuple(answer for answer in worded if answer.score >= enough),
                unlikely=tuple(answer for answer in worded if answer.score < enough),
                evidence=candidate.act.evidence,
                why_not="" if kept else ("without words to print" if has_lines and not says else BELOW),
            )
        )
    ids = [q.id for q in candidates]
    return tuple(
        replace(q, follows=ids[parent]) if (parent := day.follows[i]) is not None else q
        for i, q in enumerate(candidates)
    )


def _answering(log: Log, answers: Sequence[Answer], cleaning: Cleaning) -> Iterator[Answer]:
    """The answers without what was said to the room between."""
    for answer in answers:
        left = _of(answer, [m for m in answer.messages if not aside(log.messages[m].text, cleaning)])
        if left.messages:
            yield left


def _once(day: Conversation, groups: Sequence[tuple[int, ...]], threshold: float) -> tuple[tuple[Answer, ...], ...]:
    """The answers of each candidate, no message twice in a thread.

    A message of the talk stands in the talk; a question of the thread answers none in it. Two threads may hold the
    same answer: which of them it belongs to is for the editor to say.
    """
    talk = frozenset(day.talk.messages) if day.talk else frozenset()
    roots: list[int] = []
    for i, above in enumerate(day.follows):
        roots.append(roots[above] if above is not None and above < i else i)
    threads: dict[int, list[int]] = {}
    for i, candidate in enumerate(day.candidates):
        if candidate.score >= threshold:
            threads.setdefault(roots[i], []).append(i)
    asking: dict[int, set[int]] = {}  # of each thread, the messages of its questions
    place: dict[int, dict[int, int]] = {}  # of each thread, answering message → question
    for root, members in threads.items():
        asking[root] = {m for i in members for m in groups[i]}
        answering = [[m for answer in day.answers[i] for m in answer.messages] for i in members]
        places = _places([groups[i] for i in members], answering)
        place[root] = {m: members[n] for m, n in places.items()}
    single = []
    for i, answers in enumerate(day.answers):
        own, at = asking.get(roots[i], ()), place.get(roots[i], {})
        cut = (
            _of(answer, [m for m in answer.messages if m not in talk and m not in own and at.get(m, i) == i])
            for answer in answers
        )
        single.append(tuple(answer for answer in cut if answer.messages))
    return tuple(single)


def _places(asking: Sequence[Sequence[int]], answering: Sequence[Iterable[int]]) -> dict[int, int]:
    """The place of the question that each answering message stands under: of those it answers, the one asked last."""
    best: dict[int, tuple[int, int]] = {}
    for n, (question, messages) in enumerate(zip(asking, answering, strict=True)):
        for m in messages:
            last = max((x for x in question if x < m), default=-1)
            best[m] = max(best.get(m, (-1, -1)), (last, n))
    return {m: n for m, (_, n) in best.items()}


def _of(answer: Answer, messages: Sequence[int]) -> Answer:
    """The answer with those of its messages, and their lines."""
    if len(messages) == len(answer.messages):
        return answer
    left = frozenset(messages)
    return replace(answer, messages=tuple(messages), lines=tuple(line for line in answer.lines if line.message in left))


def _printed(
    log: Log, people: People, messages: Sequence[int], cleaning: Cleaning, role: Role, names: Called | None
) -> tuple[Line, ...]:
    """What messages of one person give to print. The question's opening may fill messages of its own."""
    printed: list[Line] = []
    for index in messages:
        begun = any(line.kind in WORDS for line in printed)
        as_role: Role = "answer" if begun else role
        printed += message_lines(log, people, index, cleaning, as_role, names, alone=len(messages) == 1)
    if not printed and len(messages) > 1:
        printed += message_lines(log, people, messages[0], cleaning, role, names)
    # a text opens with words: pictures sent ahead of them follow its first sentence
    first = next((n for n, line in enumerate(printed) if line.kind in WORDS), 0)
    if first and all(line.kind == "image" for line in printed[:first]):
        printed[: first + 1] = [printed[first], *printed[:first]]
    return tuple(printed)


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
    answering: list[frozenset[int]] = []  # of each of these, the messages that answer it
    holders: dict[int, list[int]] = {}  # answering message → places in `whole` that hold it or held it
    for entry in threads:
        start = entry.questions[0].messages[0]
        messages = _answers_of(entry)
        for place in sorted({place for m in messages for place in holders.get(m, ())}):
            earlier, other = whole[place], answering[place]
            first = earlier.questions[0].messages[0]
            if apart is not None and (first < apart) != (start < apart):
                continue
            both = len(messages & other)
            if both and 2 * both >= min(len(messages), len(other)):
                thread = sorted((*earlier.questions, *entry.questions), key=lambda q: (q.messages[0], q.id))
                whole[place] = replace(earlier, questions=_each_once(thread))
                answering[place] = _answers_of(whole[place])
                break
        else:
            place = len(whole)
            whole.append(entry)
            answering.append(messages)
        for m in answering[place] & messages:
            holders.setdefault(m, []).append(place)
    return tuple(whole)


def _answers_of(entry: Entry) -> frozenset[int]:
    return frozenset(line.message for q in entry.questions for a in q.answers for line in a.lines)


def _each_once(thread: Sequence[Question]) -> tuple[Question, ...]:
    """The questions of one thread, each answering message and each question in it but once."""
    asking = {m for q in thread for m in q.messages}
    # by its first message: two threads that are joined may have been asked in turns
    first = [q.messages[:1] for q in thread]
    place = _places(first, [[line.message for a in q.answers for line in a.lines] for q in thread])
    single = []
    for n, q in enumerate(thread):
        cut = (_of(a, [m for m in a.messages if place.get(m) == n and m not in asking]) for a in q.answers)
        single.append(replace(q, answers=tuple(a for a in cut if a.lines)))
    return tuple(single)


def each_message_once(threads: Sequence[Entry]) -> tuple[Entry, ...]:
    """The threads, where no message answers in two of them nor answers in one what asks in another.

    It stays under the question that would be open without it, then under the likeliest. A question that would lose its
    only answer keeps it all the same: answered twice is better than falsely open.
    """
    places: dict[int, list[tuple[float, int, int]]] = {}  # message → where it answers: score, thread, question
    for n, entry in enumerate(threads):
        for k, question in enumerate(entry.questions):
            for answer in question.answers:
                for m in answer.messages:
                    places.setdefault(m, []).append((answer.score, -n, -k))
    asking = {line.message for entry in threads for question in entry.questions for line in question.lines}
    needy: set[tuple[int, int]] = set()
    for n, entry in enumerate(threads):
        for k, question in enumerate(entry.questions):
            if all(len(places[m]) > 1 or m in asking for answer in question.answers for m in answer.messages):
                needy.add((-n, -k))
    home = {m: max(found, key=lambda place: (place[1:] in needy, place))[1:] for m, found in places.items()}
    single = []
    for n, entry in enumerate(threads):
        questions = []
        for k, question in enumerate(entry.questions):
            cut = (_of(a, [m for m in a.messages if home[m] == (-n, -k) and m not in asking]) for a in question.answers)
            questions.append(replace(question, answers=tuple(a for a in cut if a.lines) or question.answers))
        single.append(replace(entry, questions=tuple(questions)))
    return tuple(single)


def resources(day: Conversation, used: frozenset[int], cleaning: Cleaning) -> tuple[Entry, ...]:
    """Links worth keeping, once each, and the owner's notices that stand in no thread and not in the talk."""
    log, people, turns = day.log, day.people, day.turns
    order = day.ordinals
    entries = []
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
            entries.append(Entry(id=identity(log, turn.messages[0], order), kind=kinds[0], lines=printed))
    return tuple(entries)
