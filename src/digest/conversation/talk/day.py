"""A day's log as the talk's stage reads it: what each message is worth, who announces, the best run of a speaker."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from digest.conversation.talk.rules import Cue, Talking
from digest.model import Evidence, Log, People

_NO_WORDS = re.compile(r"\[[^\[\]\s]{1,8}\]|https?://\S+|[\s?？。，,!！~～.、…—-]+")
_NOTHING: frozenset[str] = frozenset()
_MOST_PICTURES = 3  # in one message; more add nothing


@dataclass(frozen=True, slots=True)
class WeighedLog:
    """A log read once: for each message the room's cues, its characters of words, whether it addresses somebody."""

    log: Log
    people: People
    how: Talking
    room: tuple[frozenset[str], ...]  # roles of the room's cues
    speaker: dict[int, frozenset[str]]  # roles of the speaker's cues, of the messages that were asked for
    size: tuple[int, ...]
    aside: tuple[bool, ...]
    worth: tuple[float, ...]  # what a message adds to its speaker's stretch
    sentences: tuple[int, ...]  # sentences[i]: how many messages before i are whole sentences, whoever said them
    remarks: tuple[int, ...]  # and how many are a few words; applause and sign-ins are neither

    def cost(self, i: int, j: int) -> float:
        """What stands between two messages of one speaker takes away from his stretch."""
        gap = self.log.messages[j].second - self.log.messages[i].second - self.how.patience
        silence = min(max(0.0, gap / 60 * self.how.silence), self.how.longest_silence)
        sentences = self.sentences[j] - self.sentences[i + 1]
        return silence + sentences * self.how.interruption + (self.remarks[j] - self.remarks[i + 1]) * self.how.remark

    def answers(self, i: int, j: int) -> bool:
        """Whether somebody else's whole sentence stands between two messages of one speaker."""
        return self.sentences[j] > self.sentences[i + 1]

    def says(self, i: int) -> frozenset[str]:
        """Roles of the cues that message i holds if its speaker gives the talk."""
        if i not in self.speaker:
            self.speaker[i] = roles_of(self.how, self.log.messages[i].text, "speaker")
        return self.speaker[i]

    def evidence(self, i: int, part: str, *roles: str) -> Iterator[Evidence]:
        """The cues of some roles that message i holds, as evidence with their places."""
        if self.says(i).isdisjoint(roles) if part == "speaker" else self.room[i].isdisjoint(roles):
            return
        text = self.log.messages[i].text
        for place in self.how.ear.hears(text, part):
            cue = self.how.cues[place]
            if cue.role in roles:
                yield Evidence(cue.id, cue.weight, self.how.ear.span(place, text))


def roles_of(how: Talking, text: str, part: str) -> frozenset[str]:
    """Roles of the cues of one part of the rules that a text holds."""
    heard = how.ear.hears(text, part)
    return frozenset(how.cues[place].role for place in heard) if heard else _NOTHING


def weighed_log(log: Log, people: People, how: Talking) -> WeighedLog:
    """The log with what each of its messages says and weighs for a talk."""
    room, size, aside, worth, sentences, remarks = [], [], [], [], [0], [0]
    for i, message in enumerate(log.messages):
        text, mentions = message.text, people.mentions[i]
        for mention in reversed(mentions):
            text = text[: mention.start] + text[mention.end :]
        n = len(_NO_WORDS.sub("", text))
        roles = roles_of(how, message.text, "room") if n else _NOTHING
        elsewhere = bool(mentions or message.quote or message.reply_to is not None)
        pictures = min(len(message.images), _MOST_PICTURES) * how.picture
        counts = n >= 3 * how.sentence or (n > 0 and "applauds" not in roles)
        room.append(roles)
        size.append(n)
        aside.append(elsewhere)
        worth.append(how.aside if elsewhere else min(n / how.full, 1.0) * how.worth + pictures)
        sentences.append(sentences[-1] + (counts and n >= how.sentence))
        remarks.append(remarks[-1] + (counts and n < how.sentence))
    facts = (tuple(size), tuple(aside), tuple(worth), tuple(sentences), tuple(remarks))
    return WeighedLog(log, people, how, tuple(room), {}, *facts)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of one party's messages, what it is worth, and all that the party says that day."""

    party: tuple[int, ...]
    own: tuple[int, ...]
    messages: tuple[int, ...]
    worth: float


def best(day: WeighedLog, party: tuple[int, ...], own: tuple[int, ...]) -> Stretch:
    """The run of `own` worth most; among equals the earlier."""
    most, first, last = 0.0, 0, -1
    run, start = 0.0, 0
    for k, i in enumerate(own):
        if k:
            run -= day.cost(own[k - 1], i)
        if run <= 0:
            run, start = 0.0, k
        run += day.worth[i] * (day.how.reply if k and day.answers(own[k - 1], i) else 1)
        if run > most:
            most, first, last = run, start, k
    return Stretch(party, own, own[first : last + 1], most)


# ---------------------------------------------------------------- who announces


@dataclass(frozen=True, slots=True)
class Announcement:
    """A message that announces a talk, or calls one off: whom it names, as far as that is known."""

    message: int
    speaker: int
    named: tuple[int, ...]
    cue: Cue


def announced(day: WeighedLog) -> tuple[Announcement, ...]:
    """The day's announcements and cancellations, in order."""
    heads, out = _heads(day.people), []
    for i, roles in enumerate(day.room):
        role = "cancels" if "cancels" in roles else "announces" if "announces" in roles else ""
        if role:
            speaker, text = day.people.speaker[i], day.log.messages[i].text
            heard = (day.how.cues[place] for place in day.how.ear.hears(text, "room"))
            cue = next(c for c in heard if c.role == role)
            named = [m.person for m in day.people.mentions[i] if m.person is not None]
            named += [person for person, head in heads if head in text and person != speaker]
            out.append(Announcement(i, speaker, tuple(dict.fromkeys(named)), cue))
    return tuple(out)


def _heads(people: People) -> list[tuple[int, str]]:
    """The name each label opens with, where it is a Chinese one: a host may write it without an `@`."""
    out = []
    for person in people.persons:
        for alias in (person.name, *person.aliases):
            if head := re.match(r"[\u4e00-\u9fff]{2,4}(?![\u4e00-\u9fff])", alias):
                out.append((person.id, head[0]))
    return out
