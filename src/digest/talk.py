"""The guest's talk of a day: who speaks, over which stretch, under which title.

A talk is the stretch of one speaker's messages (or of several who present together) that is worth most: long messages
and pictures add, other people's words and silences take away; it is found in one pass per speaker (Kadane's maximum
sum). What was said around it, the announcement, the greeting, the closing words, the applause, then decides in
log-odds whether it is a talk, and where it begins and ends.

    how = talking(rules)
    found = talk(log, people, how)             # a Talk, or None
    phases = state(log, found)                 # for each message: "before-talk", "talk", …, and since when
    owners = hosts(log, people, how)           # who announces and leads the evening
    lines = paragraphs(found, log, how)        # what is printed
    name = label(log, found)                   # the speaker's name as it stands in the log
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log2

from digest.model import Evidence, Log, Message, People, Talk
from digest.talk_rules import Cue, Talking, talking
from digest.talk_text import paragraphs, title

__all__ = [
    "Announcement",
    "State",
    "announcements",
    "considered",
    "hosts",
    "label",
    "paragraphs",
    "state",
    "talk",
    "talking",
]


@dataclass(frozen=True, slots=True)
class State:
    """Where a message stands: "before-talk", "talk", "after-talk" or "no-talk", and seconds since the talk's end."""

    phase: str
    since: int = 0


@dataclass(frozen=True, slots=True)
class Announcement:
    """A message that announces a talk, or calls one off: whom it names, as far as that is known."""

    message: int
    speaker: int
    named: tuple[int, ...]
    cue: Cue


# ---------------------------------------------------------------- a day, read once

_NO_WORDS = re.compile(r"\[[^\[\]\s]{1,8}\]|https?://\S+|[\s?？。，,!！~～.、…—-]+")
_LONG = 200  # a host's call is shorter than this, group rules are longer
_MOST_PICTURES = 3  # in one message; more add nothing
_MOST_TOGETHER = 3  # more names in one announcement are a roster


@dataclass(frozen=True, slots=True)
class _Day:
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
            self.speaker[i] = _roles(self.how, self.log.messages[i].text, "speaker")
        return self.speaker[i]

    def evidence(self, i: int, part: str, *roles: str) -> Iterator[Evidence]:
        if self.says(i).isdisjoint(roles) if part == "speaker" else self.room[i].isdisjoint(roles):
            return
        text = self.log.messages[i].text
        for place in self.how.ear.hears(text, part):
            cue = self.how.cues[place]
            if cue.role in roles:
                yield Evidence(cue.id, cue.weight, self.how.ear.span(place, text))


_NOTHING: frozenset[str] = frozenset()


def _roles(how: Talking, text: str, part: str) -> frozenset[str]:
    heard = how.ear.hears(text, part)
    return frozenset(how.cues[place].role for place in heard) if heard else _NOTHING


def _day(log: Log, people: People, how: Talking) -> _Day:
    room, size, aside, worth, sentences, remarks = [], [], [], [], [0], [0]
    for i, message in enumerate(log.messages):
        text, mentions = message.text, people.mentions[i]
        for mention in reversed(mentions):
            text = text[: mention.start] + text[mention.end :]
        n = len(_NO_WORDS.sub("", text))
        roles = _roles(how, message.text, "room") if n else _NOTHING
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
    return _Day(log, people, how, tuple(room), {}, *facts)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A run of one party's messages, what it is worth, and all that the party says that day."""

    party: tuple[int, ...]
    own: tuple[int, ...]
    messages: tuple[int, ...]
    worth: float


def _best(day: _Day, party: tuple[int, ...], own: tuple[int, ...]) -> _Stretch:
    """The run of `own` worth most; among equals the earlier."""
    best, first, last = 0.0, 0, -1
    run, start = 0.0, 0
    for k, i in enumerate(own):
        if k:
            run -= day.cost(own[k - 1], i)
        if run <= 0:
            run, start = 0.0, k
        run += day.worth[i] * (day.how.reply if k and day.answers(own[k - 1], i) else 1)
        if run > best:
            best, first, last = run, start, k
    return _Stretch(party, own, own[first : last + 1], best)


# ---------------------------------------------------------------- who announces


def announcements(log: Log, people: People, how: Talking) -> tuple[Announcement, ...]:
    """Messages that announce a talk or call one off, in order."""
    return _announcements(_day(log, people, how))


def _announcements(day: _Day) -> tuple[Announcement, ...]:
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


def hosts(log: Log, people: People, how: Talking) -> tuple[int, ...]:
    """The persons who announce talks, hand over to speakers or open the questions, the busiest first."""
    day = _day(log, people, how)
    count = Counter(a.speaker for a in _announcements(day))
    for i, message in enumerate(log.messages):
        calls = {"begins", "questions"} & day.room[i] and len(message.text) < _LONG
        if calls and (people.mentions[i] or "请" in message.text or "签到" in message.text):
            count[people.speaker[i]] += 1
    return tuple(person for person, _ in sorted(count.items(), key=lambda c: (-c[1], c[0])))


# ---------------------------------------------------------------- is it a talk


def talk(log: Log, people: People, how: Talking) -> Talk | None:
    """The guest's talk of the day with what speaks for it, None where there is none."""
    best = considered(log, people, how, most=1)
    return best[0] if best and sum(e.weight for e in best[0].evidence) > how.threshold else None


def considered(log: Log, people: People, how: Talking, most: int = 3) -> tuple[Talk, ...]:
    """The likeliest stretches of the day, also those that are no talk; a stretch's evidence adds up to its log-odds."""
    day = _day(log, people, how)
    told = _announcements(day)
    places: dict[int, list[int]] = {}
    for i, person in enumerate(people.speaker):
        places.setdefault(person, []).append(i)
    out = []
    for party in _parties(places, told):
        own = sorted(i for person in party for i in places[person])
        if sum(day.worth[i] for i in own if not day.aside[i]) < how.least:
            continue
        stretch = _best(day, party, tuple(own))
        if stretch.worth >= how.least and _all_present(day, stretch):
            evidence = _evidence(day, stretch, told)
            out.append((sum(e.weight for e in evidence), stretch, evidence))
    out.sort(key=lambda x: (-x[0], -x[1].worth, x[1].messages[0]))
    return tuple(_talk(day, stretch, evidence, told) for _, stretch, evidence in out[:most])


def _parties(places: Iterable[int], told: Sequence[Announcement]) -> list[tuple[int, ...]]:
    """Each speaker by himself, and those whom one announcement names together."""
    alone = [(person,) for person in places]
    named = (tuple(p for p in a.named if (p,) in set(alone)) for a in told if a.cue.role == "announces")
    return alone + list(dict.fromkeys(n for n in named if 1 < len(n) <= _MOST_TOGETHER))


def _all_present(day: _Day, stretch: _Stretch) -> bool:
    """Whether each of a party says a fair part of the stretch: a fifth of its characters."""
    said = Counter[int]()
    for i in stretch.messages:
        said[day.people.speaker[i]] += day.size[i]
    return len(stretch.party) == 1 or all(5 * said[person] >= said.total() for person in stretch.party)


def _evidence(day: _Day, stretch: _Stretch, told: Sequence[Announcement]) -> tuple[Evidence, ...]:
    """What speaks for and against a stretch being the talk, in log-odds."""
    how, messages = day.how, day.log.messages
    first, last = stretch.messages[0], stretch.messages[-1]
    timely = how.evening_from <= messages[first].second < how.evening_to
    out = [
        Evidence("bias", how.bias),
        Evidence("volume", how.volume * log2(stretch.worth / how.least)),
        Evidence("evening", how.evening if timely else -how.evening),
    ]
    if len(stretch.messages) < how.few_messages:
        out.append(Evidence("few", how.few))
    if sum(day.size[i] for i in stretch.messages) < how.words:
        out.append(Evidence("wordless", how.wordless))

    telling = [a for a in told if a.speaker not in stretch.party and a.message < last]
    announced = [a for a in telling if a.cue.role == "announces"]
    if any(set(a.named) & set(stretch.party) for a in announced):
        out.append(Evidence("named", how.named))
    elif announced:
        out.append(Evidence("other", how.other) if announced[-1].named else Evidence("unnamed", how.unnamed))
    if telling and telling[-1].cue.role == "cancels" and telling[-1].message < first:
        out.append(Evidence(telling[-1].cue.id, telling[-1].cue.weight))

    said: dict[str, Evidence] = {}
    for i in _near(day, stretch):
        late = _share(day, stretch, i) >= how.closing
        for evidence in day.evidence(i, "speaker", *(("closes", "yields") if late else ("greets", "opens", "starts"))):
            said.setdefault(evidence.rule, evidence)
    until = _forth(messages, last, how.thanked_within)
    for i in range(_back(messages, first, how.before), until):
        if day.people.speaker[i] not in stretch.party and len(messages[i].text) < _LONG:
            for evidence in day.evidence(i, "room", "begins", "questions"):
                said.setdefault(evidence.rule, evidence)
    out += said.values()

    if _audience(day, range(_back(messages, first, how.audience_within), first), stretch) >= how.audience_people:
        out.append(Evidence("audience", how.audience))
    if _audience(day, range(last + 1, until), stretch) >= how.thanked_people:
        out.append(Evidence("thanked", how.thanked))
    return tuple(out)


def _near(day: _Day, stretch: _Stretch) -> list[int]:
    """The party's messages in the stretch and close around it."""
    messages = day.log.messages
    low = messages[stretch.messages[0]].second - day.how.before
    high = messages[stretch.messages[-1]].second + day.how.after
    return [i for i in stretch.own if low <= messages[i].second <= high]


def _share(day: _Day, stretch: _Stretch, i: int) -> float:
    """How much of the stretch's characters stand before message i."""
    total = sum(day.size[k] for k in stretch.messages) or 1
    return sum(day.size[k] for k in stretch.messages if k < i) / total


def _back(messages: Sequence[Message], i: int, within: float) -> int:
    j = i
    while j > 0 and 0 <= messages[i].second - messages[j - 1].second <= within:
        j -= 1
    return j


def _forth(messages: Sequence[Message], i: int, within: float) -> int:
    j = i + 1
    while j < len(messages) and 0 <= messages[j].second - messages[i].second <= within:
        j += 1
    return j


def _audience(day: _Day, span: range, stretch: _Stretch) -> int:
    """How many others only clap, thank or sign in within a span."""
    speaker = day.people.speaker
    return len(
        {
            speaker[i]
            for i in span
            if speaker[i] not in stretch.party
            and day.size[i] < 3 * day.how.sentence
            and (not day.size[i] or "applauds" in day.room[i])
        }
    )


# ---------------------------------------------------------------- where it begins and ends


def _talk(day: _Day, stretch: _Stretch, evidence: tuple[Evidence, ...], told: Sequence[Announcement]) -> Talk:
    kept = _end(day, stretch, _begin(day, stretch))
    kept = [i for i in kept if not _is_chat(day, i)] or kept
    speaker = Counter(day.people.speaker[i] for i in kept).most_common(1)[0][0]
    return Talk(speaker, _title(day, stretch, told), tuple(kept), kept[0], kept[-1], evidence)


def _begin(day: _Day, stretch: _Stretch) -> list[int]:
    """The stretch without what its speaker says before he begins: signing in, greeting, who he is, excuses."""
    how, own = day.how, list(stretch.messages)
    opening = how.opening * sum(day.size[i] for i in own)
    cut = done = 0
    for k, i in enumerate(own):
        if done > opening:
            break
        done += day.size[i]
        if "starts" in day.says(i) and day.size[i] < how.farewell:
            cut = k + 1
    for i in range(own[0], own[-1]):
        if "begins" in day.room[i] and day.people.speaker[i] not in stretch.party:
            if sum(day.size[k] for k in own if k < i) <= opening:
                cut = max(cut, sum(k < i for k in own))
            break
    while cut < len(own) - 1 and _is_preamble(day, own[cut]):
        cut += 1
    return own[cut:] or own


def _end(day: _Day, stretch: _Stretch, own: list[int]) -> list[int]:
    """The messages up to the closing words, or to where others take the talk to be over."""
    how = day.how
    total, worth = sum(day.size[i] for i in own), sum(day.worth[i] for i in own)
    done, over = 0, _over(day, stretch)
    for k, i in enumerate(own):
        if k and done >= how.closing * total and _goes_on(day, own[k:]) < how.more * worth:
            if any(own[k - 1] < j < i for j in over):
                own = own[:k]
                break
            if "closes" in day.says(i):
                own = own[: k + (day.size[i] >= how.farewell)]
                break
        done += day.size[i]
    while len(own) > 1 and _is_tail(day, own[-1]):
        own.pop()
    return own


def _goes_on(day: _Day, own: Sequence[int]) -> float:
    """What a speaker still says after the first of his messages, before anybody else says a sentence, is worth."""
    said = 0.0
    for i, j in pairwise(own):
        if day.answers(i, j):
            break
        said += day.worth[j]
    return said


def _over(day: _Day, stretch: _Stretch) -> list[int]:
    """Places inside a stretch where others take it to be over: questions are called for, a second person thanks."""
    out, grateful = [], set[int]()
    for i in range(stretch.messages[0], stretch.messages[-1]):
        speaker = day.people.speaker[i]
        if speaker not in stretch.party and len(day.log.messages[i].text) < _LONG:
            if "thanks" in day.room[i]:
                grateful.add(speaker)
            if len(grateful) > 1 or "questions" in day.room[i]:
                out.append(i)
    return out


def _is_preamble(day: _Day, i: int) -> bool:
    """Whether a message at the start only greets, introduces its speaker or excuses him."""
    if day.log.messages[i].images or day.size[i] >= day.how.preamble:
        return False
    short = day.size[i] < day.how.sentence and not day.how.ear.of("heading", day.log.messages[i].text)
    return short or day.aside[i] or bool({"greets", "preamble", "starts"} & day.says(i))


def _is_tail(day: _Day, i: int) -> bool:
    """Whether a message at the end only thanks, invites questions or answers somebody."""
    if day.log.messages[i].images:
        return False
    parting = day.size[i] < day.how.farewell and {"yields", "closes"} & day.says(i)
    return day.aside[i] or day.size[i] < day.how.sentence or bool(parting)


def _is_chat(day: _Day, i: int) -> bool:
    """Whether a message amid the talk is no part of it: a word to somebody, about the evening, or none at all."""
    message = day.log.messages[i]
    if message.images or (not day.aside[i] and "://" in message.text):
        return False
    return not day.size[i] or day.aside[i] or ("chat" in day.says(i) and day.size[i] < 4 * day.how.sentence)


def _title(day: _Day, stretch: _Stretch, told: Sequence[Announcement]) -> str:
    """The title as those who announced the talk give it, the last of them first, else as its speaker does."""
    announced = [a for a in told if a.cue.role == "announces" and a.message < stretch.messages[-1]]
    speakers = {a.speaker for a in announced}
    first = announced[0].message if announced else stretch.messages[0]
    before = [i for i in range(first, stretch.messages[0]) if day.people.speaker[i] in speakers]
    opening = [i for i in _near(day, stretch) if _share(day, stretch, i) <= day.how.opening]
    places = [(i, 1.0) for i in reversed(before)] + [(i, 0.0) for i in opening]
    return title(places, day.log, day.how)


# ---------------------------------------------------------------- what other stages ask


def label(log: Log, found: Talk) -> str:
    """The name under which most of the talk's messages were posted."""
    return Counter(log.messages[i].speaker for i in found.messages).most_common(1)[0][0]


def state(log: Log, found: Talk | None) -> tuple[State, ...]:
    """For each message of the log where it stands to the talk."""
    if found is None:
        return (State("no-talk"),) * len(log.messages)
    end = log.messages[found.end].second
    return tuple(
        State("before-talk")
        if i < found.start
        else State("talk")
        if i <= found.end
        else State("after-talk", max(0, message.second - end))
        for i, message in enumerate(log.messages)
    )
