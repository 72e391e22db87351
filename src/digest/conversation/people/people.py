"""Who speaks and who is named: labels, mentions and aliases → persons.

A mention is resolved by its spelling, by what the rules know, by a message that somebody quoted with its author's card,
by likeness of names, and by the talk: whoever is named has mostly just spoken, and mostly answers. All mentions of one
label in a day mean one person, so what the talk says is pooled over the day. What stays unsure stays open.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache

from digest.conversation.people.labels import COMMON, key, likeness, parts, rarity, spans, told
from digest.conversation.people.meant import EVERYONE, LabelledDay, meant, mention, plain_spans
from digest.model import Log, Mention, People, Person
from digest.rules.declare import Declaration, names, table, words
from digest.rules.shapes import Many
from digest.rules.types import Text

__all__ = ["COMMON", "ME", "Known", "learn", "named", "own", "people", "plain_spans"]

ME = "我"  # the exporter's own label in every log


@dataclass(frozen=True, slots=True)
class Known:
    """What the rules say about people beforehand: labels only, in the order they are written."""

    me: tuple[str, ...] = names("how others mention the exporter, whose own label is 我")
    bots: tuple[str, ...] = table(
        Many(Text(), single=True),
        "labels or ids of bots: they ask nothing, answer nothing, are not printed",
        (),
        "bots",
    )
    ignore: tuple[str, ...] = table(
        Many(Text(), single=True), "labels or ids of others whose words are left out likewise", (), "ignore"
    )
    agreed: tuple[str, ...] = names("persons who agreed to be named in a digest")
    common: tuple[str, ...] = words("cities, roles, trades: shared by many, so no sign of one person", COMMON)
    aliases: tuple[tuple[str, ...], ...] = table(
        Many(Many(Text(), least=1)), "labels of one person each, the name first", (), "persons"
    )


PEOPLE = Declaration(
    "people",
    "who is who",
    Known,
    removed={"settings.owners": "who runs the group is known by what he says, as talk.yml describes. Take it out"},
)


def people(log: Log, known: Known | None = None) -> People:
    """Resolve a day's speakers and mentions to persons; a mention nobody fits, or several do, stays open."""
    day = _day(log, known or Known())
    whom = meant(day)
    rows: list[tuple[Mention, ...]] = [()] * len(log.messages)
    aliases: list[dict[str, None]] = [dict.fromkeys(labels) for labels in day.labels]
    for i, row in day.where.items():
        rows[i] = tuple(mention(span, whom[key(span.label)]) for span in row)
        for each in rows[i]:
            if each.person is not None:
                aliases[each.person].setdefault(each.label)
    for message in log.messages:
        if message.quote and (person := day.ids.get(key(message.quote.name))) is not None:
            aliases[person].setdefault(message.quote.name)
    persons = tuple(Person(n, next(iter(names)), tuple(names)[1:]) for n, names in enumerate(aliases))
    return People(persons, day.speaker, tuple(rows))


# ---------------------------------------------------------------- who speaks


def _day(log: Log, known: Known) -> LabelledDay:
    """The log with its speakers told apart and its mentions found."""
    heads, groups = _groups(known.aliases)
    head: dict[str, str] = {}

    def root(label: str) -> str:
        k = key(label)
        k = heads.get(k, k)
        while k in head:
            k = head[k]
        return k

    # two exports merged: each exporter is 我 in his own, so 我 beside another label is that one, and 我 alone is either
    said_by = [own(m.speaker, m.also) if m.also else (m.speaker,) for m in log.messages]
    two_exports = any(m.also and ME in (m.speaker, *m.also) for m in log.messages)
    for labels in said_by:
        for other in labels[1:]:
            a, b = root(labels[0]), root(other)
            if a != b:
                head[b] = a
    roots: dict[str, int] = {}
    count: Counter[str] = Counter(label for labels in said_by for label in labels)
    place = {label: roots.setdefault(root(label), len(roots)) for label in count}
    speaker = tuple(place[labels[0]] for labels in said_by)
    names: list[list[str]] = [[] for _ in roots]
    ids: dict[str, int] = {}
    for label in count:
        person = place[label]
        names[person].append(label)
        ids[key(label)] = person
    for labels_ in names:
        labels_.sort(key=lambda x: (x == ME, -count[x]))
    common = _common(known.common)
    more: list[list[str]] = [list(labels_) for labels_ in names]
    for r, person in roots.items():
        for label in groups.get(heads.get(r, r), ()):
            ids.setdefault(key(label), person)
            more[person].append(label)
    if ME in ids and not two_exports:
        for label in known.me:
            ids.setdefault(key(label), ids[ME])
            more[ids[ME]].append(label)
    day = LabelledDay(log, speaker, names, ids, [tuple(parts(x, common) for x in labels_) for labels_ in more], common)
    _quoted(day)
    _find(day, known)
    return day


def own(speaker: str, also: tuple[str, ...]) -> tuple[str, ...]:
    """The labels of a message's speaker that tell who he is: 我 only where there is no other."""
    return tuple(x for x in (speaker, *also) if x != ME) or (ME,)


@lru_cache(8)
def _common(words: tuple[str, ...]) -> frozenset[str]:
    """The same set each day: `parts` remembers labels by it."""
    return frozenset(words)


@lru_cache(8)
def _groups(aliases: tuple[tuple[str, ...], ...]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Key of a label → key of its person's first label, and that → all labels."""
    heads: dict[str, str] = {}
    groups: dict[str, list[str]] = {}
    for group in aliases:
        first = next((heads[key(x)] for x in group if key(x) in heads), key(group[0]))
        for label in group:
            heads.setdefault(key(label), first)
        groups.setdefault(first, []).extend(group)
    return heads, groups


def _quoted(day: LabelledDay) -> None:
    """Learn cards from quotes: whoever said the quoted words first is the one that the quote names."""
    if not any(m.quote for m in day.log.messages):
        return
    said: dict[str, set[int]] = defaultdict(set)
    for i, message in enumerate(day.log.messages):
        if message.quote:
            start = _start(message.quote.text)
            k = key(message.quote.name)
            if len(start) >= 4 and len(said.get(start, ())) == 1:
                day.ids.setdefault(k, next(iter(said[start])))
        if message.text:
            said[_start(message.text)].add(day.speaker[i])


def _start(text: str) -> str:
    return re.sub(r"[\s?\u2005]+", "", text[:60])[:24]


def _find(day: LabelledDay, known: Known) -> None:
    """Find the mentions; labels whose end is sure in one message help to close them in another."""
    messages = day.log.messages
    places = [i for i, m in enumerate(messages) if "@" in m.text or "＠" in m.text]
    if not places:
        return
    labels = {x for row in day.labels for x in row if x != ME}
    labels.update(x for row in day.parts for p in row for x in (p.key,) if x != ME)
    labels.update((*known.me, *EVERYONE))
    first = told(labels)
    for i in places:
        labels.update(s.label for s in spans(messages[i].text, first) if s.sure)
    closing = told(labels)
    for i in places:
        if row := spans(messages[i].text, closing):
            day.where[i] = row
            for span in row:
                k = key(span.label)
                day.used.setdefault(k, []).append(i)
                day.spelt.setdefault(k, span.label)


# ---------------------------------------------------------------- for other stages


def named(people: People, label: str, common: tuple[str, ...] = COMMON) -> tuple[int, ...]:
    """The persons a label may mean, by name alone: one where it is certain, none where nobody is like it."""
    k = key(label)
    exact = tuple(p.id for p in people.persons if any(key(x) == k for x in (p.name, *p.aliases)))
    if exact:
        return exact
    shared = frozenset(common)
    rows = [tuple(parts(x, shared) for x in (p.name, *p.aliases)) for p in people.persons]
    worth = rarity((p for row in rows for p in row), len(rows))
    mine = parts(label, shared)
    ranked = sorted(((max(likeness(mine, p, worth) for p in row), -n) for n, row in enumerate(rows)), reverse=True)
    return tuple(-n for score, n in ranked if score >= 4 and score > ranked[0][0] - 3)


# ---------------------------------------------------------------- over many days


@dataclass(slots=True)
class _Tally:
    """What the days say about one mention label."""

    score: dict[str, float] = field(default_factory=dict)  # speaker's key → log-odds, summed over days
    days: dict[str, int] = field(default_factory=dict)  # on which they are in his favour
    spelt: Counter[str] = field(default_factory=Counter)


def learn(logs: Iterable[Log], known: Known | None = None) -> Known:
    """What is known and what many days teach: labels doubled copies or quotes show, or mentions on several days.

    A mention label is learnt where the days together speak for one speaker, at least two of them do, and no other
    speaker comes near. Labels that mean 我 become `me`. Memory grows with the number of labels, not of messages.
    """
    known = known or Known()
    tallies: dict[str, _Tally] = defaultdict(_Tally)
    shown: dict[str, Counter[str]] = defaultdict(Counter)  # speaker's key → how it is written
    same: dict[str, Counter[str]] = defaultdict(Counter)  # key → keys that doubled copies or quotes join to it
    for log in logs:
        day = _day(log, known)
        heads = [key(row[0]) for row in day.labels]
        for message in log.messages:
            shown[key(message.speaker)][message.speaker] += 1
            for label in message.also:
                if ME not in (label, message.speaker):
                    shown[key(label)][label] += 1
                    same[key(message.speaker)][key(label)] += 1
            if message.quote and (k := key(message.quote.name)) in day.ids and k not in shown:
                tallies[k].spelt[message.quote.name] += 1
                _add(tallies[k], heads[day.ids[k]], 6.0)
        for k, whom in meant(day).items():
            tally = tallies[k]
            tally.spelt[day.spelt[k]] += 1
            for person, score in whom.odds:
                _add(tally, heads[person], min(score, 8.0) - 2.0)
    return _learnt(known, tallies, shown, same)


def _add(tally: _Tally, speaker: str, score: float) -> None:
    tally.score[speaker] = tally.score.get(speaker, 0.0) + score
    tally.days[speaker] = tally.days.get(speaker, 0) + (score > 0)


def _learnt(
    known: Known,
    tallies: dict[str, _Tally],
    shown: dict[str, Counter[str]],
    same: dict[str, Counter[str]],
) -> Known:
    """Known, with the labels that belong together joined."""
    group: dict[str, str] = {}

    def head(k: str) -> str:
        while group.setdefault(k, k) != k:
            k = group[k]
        return k

    for a, others in sorted(same.items()):
        for b, times in sorted(others.items()):
            if times >= 2 and head(a) != head(b):
                group[head(b)] = head(a)
    me: dict[str, None] = dict.fromkeys(known.me)
    for k, tally in sorted(tallies.items()):
        if k in shown:
            continue
        score: dict[str, float] = defaultdict(float)
        days: dict[str, int] = defaultdict(int)
        for speaker in tally.score:
            score[head(speaker)] += tally.score[speaker]
            days[head(speaker)] += tally.days[speaker]
        ranked = sorted(score, key=lambda s: (-score[s], s))
        second = max(score[ranked[1]], 0.0) if len(ranked) > 1 else 0.0
        if not ranked or days[ranked[0]] < 2 or score[ranked[0]] < 6 or score[ranked[0]] - second < 4:
            continue
        best = ranked[0]
        label = max(sorted(tally.spelt), key=lambda x: tally.spelt[x])
        shown[k][label] += 0
        if best == ME:
            me.setdefault(label)
        elif head(k) != head(best):
            group[head(k)] = head(best)
    rows: dict[str, list[str]] = defaultdict(list)
    for k in group:
        rows[head(k)].append(k)
    learnt = []
    for row in rows.values():
        row.sort(key=lambda k: (-sum(shown[k].values()), k))
        if len(row) > 1:
            learnt.append(tuple(max(sorted(shown[k]), key=lambda x: shown[k][x]) for k in row))
    return replace(known, aliases=known.aliases + tuple(sorted(learnt)), me=tuple(me))
