"""Whom a label means: by its spelling, by likeness of names, and by the talk around its mentions.

Whoever is named has mostly just spoken, mostly answers, and has used the same rare words. All mentions of one label in
a day mean one person, so what the talk says is pooled over the day. What stays unsure stays open.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, fsum, log

from digest.conversation.people.labels import Parts, Span, key, likeness, parts, rarity
from digest.model import Log, Mention

EVERYONE = frozenset(("所有人", "all", "全体", "全体成员", "各位", "大家", "群主"))
SURE = 0.75  # share of the probability a speaker needs for a mention to be taken as his
CLEAR = 0.95  # and without a look at words
LIKELY = 0.1  # and to be named among the candidates
SAME_NAME = 6.0  # likeness that needs no talk to confirm it
UNLIKE = -1.7  # what it counts that two labels share nothing: most labels of one person do share something
NOBODY = 10.0  # odds that a label means nobody who speaks today, against a speaker of whom nothing is known
OTHER_CARD = -5.0  # the speaker is already known under another card, and nobody has two at a time
TALK = 600  # seconds within which mentions of one label belong to the same conversation


@dataclass(frozen=True, slots=True)
class Meant:
    """Whom a label means today."""

    person: int | None
    candidates: tuple[int, ...]
    why: str
    like: float = 0.0  # likeness of names, for the person taken
    odds: tuple[tuple[int, float], ...] = ()  # log-odds of those who come into question, the best first


@dataclass(slots=True)
class LabelledDay:
    """What resolving needs to know about a log."""

    log: Log
    speaker: tuple[int, ...]
    labels: list[list[str]]  # of each person: those used today, the most used first
    ids: dict[str, int]  # key of a label that is certain → person
    parts: list[tuple[Parts, ...]]  # of each person, also of labels only the rules know
    common: frozenset[str]
    where: dict[int, list[Span]] = field(default_factory=dict)
    used: dict[str, list[int]] = field(default_factory=dict)  # key of a mention's label → messages
    spelt: dict[str, str] = field(default_factory=dict)
    words: dict[int, frozenset[str]] = field(default_factory=dict)  # of a message, once somebody asked
    echoes: dict[int, dict[int, float]] = field(default_factory=dict)  # likewise


def mention(span: Span, meant: Meant) -> Mention:
    """A mention that means what its label means today."""
    return Mention(span.start, span.end, span.label, meant.person, meant.candidates, meant.why)


_WIDE = re.compile(r"[ \u2005\u3000]{2,}|[\u2005\u3000]")


def plain_spans(text: str, mentions: Sequence[Mention]) -> str:
    """The text with its mentions and lost emoji cut out, leftover spaces made one."""
    if mentions:
        pieces, at = [], 0
        for each in mentions:
            pieces.append(text[at : each.start])
            at = each.end
        pieces.append(text[at:])
        text = " ".join(pieces)
    if "??" in text:
        text = re.sub(r"\?\?+", "", text)
    if "  " in text or "\u2005" in text or "\u3000" in text:
        text = _WIDE.sub(" ", text)
    return text.strip()


def meant(day: LabelledDay) -> dict[str, Meant]:
    """For each mention label of the day, whom it means."""
    out: dict[str, Meant] = {}
    likes: dict[str, dict[int, float]] = {}
    worth = rarity((p for row in day.parts for p in row), len(day.parts))
    for k in day.used:
        if k in day.ids:
            person = day.ids[k]
            own = any(key(x) == k for x in day.labels[person])
            out[k] = Meant(person, (person,), "the speaker's own label" if own else "a known alias", SAME_NAME)
        elif k in EVERYONE:
            out[k] = Meant(None, (), "everyone")
        else:
            likes[k] = _likes(day, parts(day.spelt[k], day.common), worth)
            out[k] = _by_name(likes[k])
    near: dict[int, _Near] = {}
    for _ in range(2):  # a second time, as whom others mean tells who answers whom
        backs = _backs(day, out)
        cards = {m.person for m in out.values() if m.person is not None and m.like >= 3}
        fresh = {k: _by_talk(day, k, like, backs, cards, near) for k, like in likes.items() if out[k].like < SAME_NAME}
        out.update(_one_card_each(fresh))
        if all(m.person is None for m in fresh.values()):
            break
    return out


def _one_card_each(meant: dict[str, Meant]) -> dict[str, Meant]:
    """The same, where of labels that only the talk gives to one speaker one clearly better stays, or none."""
    claims: dict[int, list[float]] = defaultdict(list)
    for m in meant.values():
        if m.person is not None and m.like <= 0:
            claims[m.person].append(m.odds[0][1])
    out: dict[str, Meant] = {}
    for k, m in meant.items():
        if m.person is not None and m.like <= 0:
            rivals = sorted(claims[m.person])[::-1]
            if len(rivals) > 1 and (m.odds[0][1] < rivals[0] or rivals[0] - rivals[1] < 1):
                m = Meant(None, m.candidates, "the speaker it may mean has another card", 0.0, m.odds)
        out[k] = m
    return out


def _likes(day: LabelledDay, label: Parts, worth: Mapping[str, float]) -> dict[int, float]:
    """Likeness of a label to each speaker's best label, where there is any, for or against."""
    out: dict[int, float] = {}
    for person, row in enumerate(day.parts):
        best = likeness(label, row[0], worth) if len(row) == 1 else max(likeness(label, p, worth) for p in row)
        if best:
            out[person] = best
    return out


def _by_name(like: Mapping[int, float]) -> Meant:
    """The one speaker whose name is the label's, where likeness alone decides."""
    ranked = sorted(like.items(), key=lambda x: (-x[1], x[0]))
    if ranked and ranked[0][1] >= SAME_NAME and (len(ranked) < 2 or ranked[0][1] - ranked[1][1] >= 4):
        person, score = ranked[0]
        return Meant(person, (person,), f"likeness of names {score:.1f}", score, ((person, score),))
    return Meant(None, (), "")


# Log-odds that a speaker is the one named, by his place among the others who spoke before the mention (rows: last,
# last but one, third, fourth to sixth, earlier or never) and after it (columns: first, second, third, later or
# never). Counted over mentions that names alone resolve, against the other speakers of the day.
_PLACES = (
    (4.8, 4.1, 3.7, 2.5),
    (4.4, 3.7, 3.4, 2.3),
    (3.8, 3.3, 3.0, 1.7),
    (3.3, 2.5, 2.2, 0.5),
    (2.3, 1.3, 1.0, -1.8),
)
_ECHO = 0.1  # what a unit of shared rare words is worth
_BACK = 1.3  # he names the one who names him, within twenty minutes


@dataclass(frozen=True, slots=True)
class _Near:
    """Who spoke around a message: place before and after, and everybody's share of the talk."""

    before: Mapping[int, int]
    after: Mapping[int, int]
    share: Mapping[int, float]


def _nearby(day: LabelledDay, i: int) -> _Near:
    around = Counter(day.speaker[max(0, i - 50) : i + 50])
    total = sum(around.values())
    return _Near(
        _places(day, i, range(i - 1, max(-1, i - 60), -1), 3600, 6),
        _places(day, i, range(i + 1, min(len(day.speaker), i + 60)), 900, 3),
        {p: n / total for p, n in around.items()},
    )


def _echo(day: LabelledDay, i: int) -> dict[int, float]:
    """Worth of the rare words that a message shares with each speaker's likest message around it."""
    if i in day.echoes:
        return day.echoes[i]
    now = day.log.messages[i].second
    mine = _words(day, i)
    shared: list[tuple[int, frozenset[str]]] = []
    if mine:
        messages, speaker = day.log.messages, day.speaker
        for j in range(max(0, i - 80), min(len(speaker), i + 30)):
            if speaker[j] == speaker[i] or not -3600 <= messages[j].second - now <= 900:
                continue
            if both := mine & _words(day, j):
                shared.append((speaker[j], both))
    count = Counter(g for _, both in shared for g in both)
    worth = {g: 4.7 - log(n) for g, n in count.items() if n <= 5}
    out = day.echoes[i] = {}
    for person, both in shared:
        out[person] = max(out.get(person, 0.0), fsum(worth.get(g, 0.0) for g in both))
    return out


def _words(day: LabelledDay, i: int) -> frozenset[str]:
    """Pairs of Chinese characters and latin words of a message, its mentions left out."""
    if i not in day.words:
        text = plain_spans(day.log.messages[i].text, [mention(s, _OPEN) for s in day.where.get(i, ())])
        day.words[i] = frozenset(_PAIR.findall(text)).union(_LATIN.findall(text.lower()))
    return day.words[i]


_PAIR = re.compile(r"(?=([㐀-鿿]{2}))")
_LATIN = re.compile(r"[a-z][a-z0-9]+")
_OPEN = Meant(None, (), "")


def _places(day: LabelledDay, i: int, order: range, within: int, most: int) -> dict[int, int]:
    out: dict[int, int] = {}
    messages, speaker = day.log.messages, day.speaker
    now, mine = messages[i].second, speaker[i]
    for j in order:
        if abs(messages[j].second - now) > within or len(out) == most:
            break
        if speaker[j] != mine:
            out.setdefault(speaker[j], len(out))
    return out


def _backs(day: LabelledDay, meant: Mapping[str, Meant]) -> dict[tuple[int, int], list[int]]:
    """(who, whom) → messages in which one names the other."""
    out: dict[tuple[int, int], list[int]] = defaultdict(list)
    for k, places in day.used.items():
        person = meant[k].person
        if person is not None:
            for i in places:
                out[day.speaker[i], person].append(i)
    return out


def _by_talk(
    day: LabelledDay,
    k: str,
    like: Mapping[int, float],
    backs: Mapping[tuple[int, int], Sequence[int]],
    cards: set[int],
    near: dict[int, _Near],
) -> Meant:
    """Whom a label means by its likeness and by the talk around all its mentions of the day."""
    for echo in (False, True):  # words are asked only where places don't decide: cutting texts takes the time
        totals = _totals(day, k, like, backs, cards, near, echo)
        weights = {p: exp(min(score, 30.0)) for p, score in totals.items()}
        whole = NOBODY + fsum(weights.values())
        ranked = sorted(weights, key=lambda p: (-weights[p], p))[:5]
        if not ranked or weights[ranked[0]] / whole >= CLEAR:
            break
    odds = tuple((p, totals[p]) for p in ranked)
    if ranked and weights[ranked[0]] / whole >= SURE:
        named = like.get(ranked[0], 0.0)
        talk = totals[ranked[0]] - (named or UNLIKE)
        why = f"likeness of names {named:.1f}, the talk {talk:+.1f}" if named else f"the talk alone {talk:+.1f}"
        return Meant(ranked[0], (ranked[0],), why, min(named, SAME_NAME - 0.1), odds)
    likely = tuple(p for p in ranked if weights[p] / whole >= LIKELY)
    why = "several speakers fit" if len(likely) > 1 else "one speaker may fit" if likely else "nobody who speaks fits"
    return Meant(None, likely, why, 0.0, odds)


def _totals(
    day: LabelledDay,
    k: str,
    like: Mapping[int, float],
    backs: Mapping[tuple[int, int], Sequence[int]],
    cards: set[int],
    near: dict[int, _Near],
    echo: bool,
) -> dict[int, float]:
    """Log-odds for each speaker who may be meant by a label."""
    places = day.used[k]
    authors = {day.speaker[i] for i in places}  # nobody names himself
    for i in places:
        if i not in near:
            near[i] = _nearby(day, i)
    wanted = {p for i in places for p in (*near[i].before, *near[i].after)} | {p for p, v in like.items() if v > 0}
    talks: list[list[int]] = []
    for i in places:
        if talks and day.log.messages[i].second - day.log.messages[talks[-1][-1]].second <= TALK:
            talks[-1].append(i)
        else:
            talks.append([i])
    # mentions in one conversation say nearly the same, and a roll call names people whether they talk or not
    worth = [(t, len(t) ** 0.6, 0.3 if all(len(day.where[i]) > 2 for i in t) else 1.0) for t in talks]
    out: dict[int, float] = {}
    for person in sorted(wanted - authors):
        score = like.get(person, UNLIKE)
        if person in cards and score <= 0:
            score += OTHER_CARD
        gains = []
        for talk, number, part in worth:
            one = sum([_gain(day, i, person, near[i], backs) for i in talk])
            if echo:
                one += sum([_ECHO * min(_echo(day, i).get(person, 0.0), 20.0) for i in talk])
            one = one / number * part
            # who talks all the time stands near everything; the first time that is made up for by being named more
            share = sum([near[i].share.get(person, 0.0) for i in talk]) / len(talk)
            gains.append((one, 0.4 * max(0.0, log(share / 0.01)) if share else 0.0))
        gains.sort(key=lambda g: -g[0])
        total = gains[0][0] + sum(0.7 * max(UNLIKE, one - often) for one, often in gains[1:])
        out[person] = score + max(-5.0, min(total, 10.0))
    return out


def _gain(day: LabelledDay, i: int, person: int, near: _Near, backs: Mapping[tuple[int, int], Sequence[int]]) -> float:
    before, after = near.before.get(person, 9), near.after.get(person, 3)
    gain = _PLACES[before if before < 3 else 3 if before < 6 else 4][after]
    now = day.log.messages[i].second
    for j in backs.get((person, day.speaker[i]), ()):
        if j != i and abs(day.log.messages[j].second - now) <= 1200:
            return gain + _BACK
    return gain
