"""The guest's talk of a day: who speaks, over which stretch, under which title.

A talk is the stretch of one speaker's messages (or of several who present together) that is worth most: long messages
and pictures add, other people's words and silences take away; it is found in one pass per speaker (Kadane's maximum
sum). What was said around it, the announcement, the greeting, the closing words, the applause, then decides in
log-odds whether it is a talk, and where it begins and ends.

    how = talking(rules)
    day = weighed_log(log, people, settings)
    the_talk = talk(day)                       # a Talk, or None
    phases = state(log, the_talk)              # for each message: "before-talk", "talk", …, and since when
    owners = hosts(day)                        # who announces and leads the evening
    name = label(log, the_talk)                # the speaker's name as it stands in the log
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log2

from digest.conversation.talk.day import Announcement, Stretch, WeighedLog, announced, best, weighed_log
from digest.conversation.talk.rules import talking
from digest.conversation.talk.title import title
from digest.model import Evidence, Log, Message, Talk

__all__ = [
    "Announcement",
    "State",
    "announcements",
    "considered",
    "hosts",
    "label",
    "state",
    "talk",
    "talking",
    "weighed_log",
]


@dataclass(frozen=True, slots=True)
class State:
    """Where a message stands: "before-talk", "talk", "after-talk" or "no-talk", and seconds since the talk's end."""

    phase: str
    since: int = 0


_LONG = 200  # a host's call is shorter than this, group rules are longer
_MOST_TOGETHER = 3  # more names in one announcement are a roster


# ---------------------------------------------------------------- is it a talk


def talk(day: WeighedLog) -> Talk | None:
    """The guest's talk of the day with what speaks for it, None where there is none."""
    likeliest = considered(day, most=1)
    return next((t for t in likeliest if sum(e.weight for e in t.evidence) > day.how.threshold), None)


def considered(day: WeighedLog, most: int = 3) -> tuple[Talk, ...]:
    """The likeliest stretches of the day, also those that are no talk; a stretch's evidence adds up to its log-odds."""
    how = day.how
    told = announced(day)
    places: dict[int, list[int]] = {}
    for i, person in enumerate(day.people.speaker):
        places.setdefault(person, []).append(i)
    out = []
    for party in _parties(places, told):
        own = sorted(i for person in party for i in places[person])
        if sum(day.worth[i] for i in own if not day.aside[i]) < how.least:
            continue
        stretch = best(day, party, tuple(own))
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


def _all_present(day: WeighedLog, stretch: Stretch) -> bool:
    """Whether each of a party says a fair part of the stretch: a fifth of its characters."""
    said = Counter[int]()
    for i in stretch.messages:
        said[day.people.speaker[i]] += day.size[i]
    return len(stretch.party) == 1 or all(5 * said[person] >= said.total() for person in stretch.party)


def _evidence(day: WeighedLog, stretch: Stretch, told: Sequence[Announcement]) -> tuple[Evidence, ...]:
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


def _near(day: WeighedLog, stretch: Stretch) -> list[int]:
    """The party's messages in the stretch and close around it."""
    messages = day.log.messages
    low = messages[stretch.messages[0]].second - day.how.before
    high = messages[stretch.messages[-1]].second + day.how.after
    return [i for i in stretch.own if low <= messages[i].second <= high]


def _share(day: WeighedLog, stretch: Stretch, i: int) -> float:
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


def _audience(day: WeighedLog, span: range, stretch: Stretch) -> int:
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


def _talk(day: WeighedLog, stretch: Stretch, evidence: tuple[Evidence, ...], told: Sequence[Announcement]) -> Talk:
    kept = _end(day, stretch, _begin(day, stretch))
    kept = [i for i in kept if not _is_chat(day, i)] or kept
    speaker = Counter(day.people.speaker[i] for i in kept).most_common(1)[0][0]
    return Talk(speaker, _title(day, stretch, told), tuple(kept), kept[0], kept[-1], evidence)


def _begin(day: WeighedLog, stretch: Stretch) -> list[int]:
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


def _end(day: WeighedLog, stretch: Stretch, own: list[int]) -> list[int]:
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


def _goes_on(day: WeighedLog, own: Sequence[int]) -> float:
    """What a speaker still says after the first of his messages, before anybody else says a sentence, is worth."""
    said = 0.0
    for i, j in pairwise(own):
        if day.answers(i, j):
            break
        said += day.worth[j]
    return said


def _over(day: WeighedLog, stretch: Stretch) -> list[int]:
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


def _is_preamble(day: WeighedLog, i: int) -> bool:
    """Whether a message at the start only greets, introduces its speaker or excuses him."""
    if day.log.messages[i].images or day.size[i] >= day.how.preamble:
        return False
    short = day.size[i] < day.how.sentence and not day.how.ear.of("heading", day.log.messages[i].text)
    return short or day.aside[i] or bool({"greets", "preamble", "starts"} & day.says(i))


def _is_tail(day: WeighedLog, i: int) -> bool:
    """Whether a message at the end only thanks, invites questions or answers somebody."""
    if day.log.messages[i].images:
        return False
    parting = day.size[i] < day.how.farewell and {"yields", "closes"} & day.says(i)
    return day.aside[i] or day.size[i] < day.how.sentence or bool(parting)


def _is_chat(day: WeighedLog, i: int) -> bool:
    """Whether a message amid the talk is no part of it: a word to somebody, about the evening, or none at all."""
    message = day.log.messages[i]
    if message.images or (not day.aside[i] and "://" in message.text):
        return False
    return not day.size[i] or day.aside[i] or ("chat" in day.says(i) and day.size[i] < 4 * day.how.sentence)


def _title(day: WeighedLog, stretch: Stretch, told: Sequence[Announcement]) -> str:
    """The title as those who announced the talk give it, the last of them first, else as its speaker does."""
    announced = [a for a in told if a.cue.role == "announces" and a.message < stretch.messages[-1]]
    speakers = {a.speaker for a in announced}
    first = announced[0].message if announced else stretch.messages[0]
    before = [i for i in range(first, stretch.messages[0]) if day.people.speaker[i] in speakers]
    opening = [i for i in _near(day, stretch) if _share(day, stretch, i) <= day.how.opening]
    places = [(i, 1.0) for i in reversed(before)] + [(i, 0.0) for i in opening]
    return title(places, day.log, day.how)


# ---------------------------------------------------------------- what other stages ask


def announcements(day: WeighedLog) -> tuple[Announcement, ...]:
    """Messages that announce a talk or call one off, in order."""
    return announced(day)


def hosts(day: WeighedLog) -> tuple[int, ...]:
    """The persons who announce talks, hand over to speakers or open the questions, the busiest first."""
    log, people = day.log, day.people
    count = Counter(a.speaker for a in announced(day))
    for i, message in enumerate(log.messages):
        calls = {"begins", "questions"} & day.room[i] and len(message.text) < _LONG
        if calls and (people.mentions[i] or "请" in message.text or "签到" in message.text):
            count[people.speaker[i]] += 1
    return tuple(person for person, _ in sorted(count.items(), key=lambda c: (-c[1], c[0])))


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
