"""Published texts → the messages of the log that they come from.

Editors cut, join and reword, so a text is looked for by its pairs of characters, the rarer the weightier: a message
belongs to it where the text holds most of the message, or the message most of the text. Short texts stand in many
places: the one nearest after the question is taken. A text may come from several messages; they stand close together.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import log

from digest.learning.figures import DayRecord, RecordedQuestion, RecordedTalk
from digest.model import Log
from digest.page.published import PublishedDigest, PublishedQuestion, PublishedText

HELD = 0.65  # share of a message that a text must hold for the message to be part of it
COVERED = 0.5  # or share of a text that one message must hold
GAIN = 0.1  # share of a text that each further message must add
NEAR = 8  # messages within which the parts of one text stand
ANSWERED = 160  # messages after its question within which an answer stands
LEAST = 0.12  # share of a text that its main message must hold
SPOKEN = 4  # messages that make a talk,
VOLUME = 400  # or characters

_NO_WORDS = re.compile(r"\[[\u4e00-\u9fff]{1,4}\]|https?://\S+|[^0-9A-Za-z\u3400-\u9fff]+")
_MENTION = re.compile(r"@[^\s?？，,：:]{1,30}")


@dataclass(frozen=True, slots=True)
class Traced:
    """Where a text was found: messages of the log, how much of it they hold."""

    messages: tuple[int, ...]
    share: float = 0.0


class Tracer:
    """A log made ready for looking texts up in it."""

    def __init__(self, chat: Log) -> None:
        self.log = chat
        self.grams = [grams(m.text) for m in chat.messages]
        self.places: dict[str, list[int]] = {}
        for i, held in enumerate(self.grams):
            for g in held:
                self.places.setdefault(g, []).append(i)
        number = len(self.grams) + 1
        self.weight = {g: log(number / len(where)) for g, where in self.places.items()}
        self.unknown = log(number)
        self.sizes = [self.sum(held) for held in self.grams]

    def sum(self, held: Iterable[str]) -> float:
        return sum(self.weight.get(g, self.unknown) for g in sorted(held))

    def candidates(self, wanted: frozenset[str]) -> dict[int, float]:
        """Messages that share something with a text, and the weight of what they share."""
        shared: Counter[int] = Counter()
        for g in sorted(wanted):
            for i in self.places.get(g, ()):
                shared[i] += self.weight[g]  # type: ignore[assignment]
        return dict(shared)

    def trace(self, text: PublishedText, after: int | None = None, around: int | None = None) -> Traced:
        """The messages that a text comes from.

        `after`: an answer, looked for from its question's last message on. `around`: where the text before it was
        found, for choosing among places that are as good.
        """
        wanted = grams(text.words)
        marked = self._marked(text.times)
        size = self.sum(wanted)
        if not wanted or not size:
            return Traced(tuple(marked[:1]) if after is None else ())
        shared = self.candidates(wanted)
        best, value = None, 0.0
        for i, weight in sorted(shared.items()):
            if not self._fits(weight, i, size):
                continue
            worth = weight / size + 0.35 * weight / self.sizes[i]
            worth += self._place(i, after, around) + (0.3 if i in marked else 0.0)
            if best is None or worth > value:
                best, value = i, worth
        if best is None or (after is not None and value < 0.35):
            return Traced(tuple(marked[:1]) if after is None else ())
        return self._joined(best, wanted, size, shared, after)

    def _fits(self, weight: float, i: int, size: float) -> bool:
        return weight >= LEAST * size and (weight >= HELD * self.sizes[i] or weight >= COVERED * size)

    def _place(self, i: int, after: int | None, around: int | None) -> float:
        """What a message's place says for it."""
        if after is not None:
            if i <= after:
                return -0.5
            return -0.4 * (i - after) / ANSWERED if i - after <= ANSWERED else -0.6
        if around is not None:
            return -0.05 * min(1.0, abs(i - around) / 100)
        return 0.0

    def _joined(
        self, first: int, wanted: frozenset[str], size: float, shared: dict[int, float], after: int | None
    ) -> Traced:
        """The message found and those near it that hold what is missing of the text."""
        chosen = [first]
        missing = wanted - self.grams[first]
        while True:
            best, gain = None, GAIN * size
            for i in range(max(0, min(chosen) - NEAR), min(len(self.grams), max(chosen) + NEAR + 1)):
                if i in chosen or i not in shared or shared[i] < HELD * self.sizes[i]:
                    continue
                if after is not None and i <= after:
                    continue
                adds = self.sum(self.grams[i] & missing)
                same = self.log.messages[i].speaker == self.log.messages[first].speaker
                adds *= 1.0 if same else 0.6
                if adds > gain:
                    best, gain = i, adds
            if best is None:
                break
            chosen.append(best)
            missing -= self.grams[best]
        return Traced(tuple(sorted(chosen)), 1 - self.sum(missing) / size)

    def _marked(self, times: Sequence[str]) -> list[int]:
        wanted = set(times)
        return [i for i, m in enumerate(self.log.messages) if m.clock in wanted] if wanted else []


def grams(text: str) -> frozenset[str]:
    """Pairs of characters of a text's words; of a single character itself."""
    words = _NO_WORDS.sub("", _MENTION.sub("", text)).lower()
    return frozenset(words[i : i + 2] for i in range(len(words) - 1)) or frozenset({words} if words else ())


def record(digest: PublishedDigest, chat: Log, path: str = "") -> DayRecord:
    """What a digest took up of a log, in header positions."""
    tracer = Tracer(chat)
    threads = []
    around: int | None = None
    for thread in digest.threads:
        made = []
        for query in thread:
            asked, around = _asked(tracer, query, around)
            if asked is not None:
                made.append(asked)
        if made:
            threads.append(tuple(made))
    return DayRecord(
        chat.day.isoformat(),
        chat.room,
        tuple(threads),
        talk(tracer, digest),
        chat.path,
        path,
        digest.reviewed,
    )


def best(digest: PublishedDigest, logs: Iterable[Log], path: str = "") -> tuple[Log, DayRecord] | None:
    """The log of several that a digest comes from, and what it took up of it; None where it is none of them."""
    found: list[tuple[int, Log, DayRecord]] = []
    for chat in logs:
        made = record(digest, chat, path)
        size = sum(1 + len(q.answers) for q in made.questions) + (len(made.talk.messages) if made.talk else 0)
        if size:
            found.append((size, chat, made))
    if not found:
        return None
    _, chat, made = max(found, key=lambda item: item[0])
    return chat, made


def joined(records: Iterable[DayRecord]) -> DayRecord:
    """Several digests of one log as one."""
    first, *others = records
    for other in others:
        first = replace(
            first,
            threads=first.threads + other.threads,
            talk=first.talk or other.talk,
            digest=f"{first.digest}, {other.digest}",
            whole=first.whole or other.whole,
        )
    return first


def _asked(tracer: Tracer, query: PublishedQuestion, around: int | None) -> tuple[RecordedQuestion | None, int | None]:
    found = tracer.trace(query.text, around=around)
    if not found.messages:
        return None, around
    last = found.messages[-1]
    answers = []
    for text in query.answers:
        traced = tracer.trace(text, after=found.messages[0])
        messages = tuple(m for m in traced.messages if m not in found.messages)
        if messages:
            answers.append(_positions(tracer.log, messages))
    return RecordedQuestion(_positions(tracer.log, found.messages), tuple(answers), text=query.text.words), last


def talk(tracer: Tracer, digest: PublishedDigest) -> RecordedTalk | None:
    """The talk that a digest prints: the speaker of most of its words, and those of his messages."""
    weight: Counter[str] = Counter()
    held: dict[str, set[int]] = {}
    for text in digest.talk:
        found = tracer.trace(text)
        for m in found.messages:
            speaker = tracer.log.messages[m].speaker
            if m not in held.setdefault(speaker, set()):
                held[speaker].add(m)
                weight[speaker] += tracer.sizes[m]  # type: ignore[assignment]
    if not weight:
        return None
    speaker = max(weight, key=lambda s: (weight[s], s))
    messages = _stretch(sorted(held[speaker]))
    volume = sum(len(tracer.log.messages[m].text) for m in messages)
    if (len(messages) < SPOKEN and volume < VOLUME) or weight[speaker] < 0.5 * sum(weight.values()):
        return None
    return RecordedTalk(speaker, _positions(tracer.log, messages), digest.talk_title)


def _stretch(messages: Sequence[int], gap: int = 60) -> list[int]:
    """The longest run of messages that stand close together."""
    runs: list[list[int]] = [[]]
    for m in messages:
        if runs[-1] and m - runs[-1][-1] > gap:
            runs.append([])
        runs[-1].append(m)
    return max(runs, key=len)


def _positions(chat: Log, messages: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted({p for m in messages for p in chat.messages[m].positions}))
