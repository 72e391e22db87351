"""Who speaks and who is named: labels, mentions and aliases → persons.

A mention is resolved by its spelling, by what the rules know, by a message that somebody quoted with its author's card,
by likeness of names, and by the talk: whoever is named has mostly just spoken, and mostly answers. All mentions of one
label in a day mean one person, so what the talk says is pooled over the day. What stays unsure stays open.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import exp, log

from digest.labels import Parts, Span, key, likeness, parts, rarity, spans, told
from digest.model import Log, Mention, People, Person

ME = "我"  # the exporter's own label in every log
COMMON = (
    *("北京", "上海", "深圳", "广州", "杭州", "南京", "成都", "重庆", "武汉", "西安", "苏州", "天津", "厦门", "长沙"),
    *("佛山", "珠海", "济南", "青岛", "大连", "郑州", "合肥", "福州", "宁波", "无锡", "昆明", "浙江", "广东", "江苏"),
    *("产品", "技术", "研发", "架构", "开发", "测试", "运营", "风控", "经理", "总监", "主管", "高级", "专家", "负责"),
    *("负责人", "架构师", "工程师", "产品经理", "技术经理", "项目经理", "技术总监", "产品总监", "项目总监", "研发经理"),
    *("开发经理", "研发总监", "系统", "支付", "金融", "互联网金融", "互金", "银行", "科技", "公司", "集团", "清算"),
    *("结算", "清结算", "跨境", "消费金融", "第三方支付", "管理", "商务", "市场", "创业", "电商", "数据", "聚合支付"),
    *("pm", "pl", "rd", "cto", "ceo", "coo", "gm", "vp", "php", "java", "bj", "sh", "sz", "gz", "hz", "po", "qa"),
    *("ui", "dev", "pd", "dba", "pmd", "pay", "tl", "bd", "it"),
)
EVERYONE = frozenset(("所有人", "all", "全体", "全体成员", "各位", "大家", "群主"))

SURE = 0.75  # share of the probability a speaker needs for a mention to be taken as his
LIKELY = 0.1  # and to be named among the candidates
SAME_NAME = 6.0  # likeness that needs no talk to confirm it
UNLIKE = -1.7  # what it counts that two labels share nothing: most labels of one person do share something
NOBODY = 10.0  # odds that a label means nobody who speaks today, against a speaker of whom nothing is known
OTHER_CARD = -5.0  # the speaker is already known under another card, and nobody has two at a time
TALK = 600  # seconds within which mentions of one label belong to the same conversation


@dataclass(frozen=True, slots=True)
class Known:
    """What the rules say about people beforehand: labels only, in the order they are written."""

    aliases: tuple[tuple[str, ...], ...] = ()  # each the labels of one person, the name first
    me: tuple[str, ...] = ()  # labels that mean the exporter where he speaks as 我
    owners: tuple[str, ...] = ()  # labels of the group's owners, who announce talks
    agreed: tuple[str, ...] = ()  # names of persons who agreed to be named in a digest
    common: tuple[str, ...] = COMMON  # cities, roles, trades: shared by many, so no sign of one person


@dataclass(frozen=True, slots=True)
class _Meant:
    """Whom a label means today."""

    person: int | None
    candidates: tuple[int, ...]
    why: str
    like: float = 0.0  # likeness of names, for the person taken
    score: float = 0.0


@dataclass(slots=True)
class _Day:
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


def people(log: Log, known: Known | None = None) -> People:
    """Resolve a day's speakers and mentions to persons; a mention nobody fits, or several do, stays open."""
    day = _day(log, known or Known())
    meant = _meant(day)
    rows: list[tuple[Mention, ...]] = [()] * len(log.messages)
    aliases: list[dict[str, None]] = [dict.fromkeys(labels) for labels in day.labels]
    for i, row in day.where.items():
        rows[i] = tuple(_mention(span, meant[key(span.label)]) for span in row)
        for mention in rows[i]:
            if mention.person is not None:
                aliases[mention.person].setdefault(mention.label)
    for message in log.messages:
        if message.quote and (person := day.ids.get(key(message.quote.name))) is not None:
            aliases[person].setdefault(message.quote.name)
    persons = tuple(Person(n, next(iter(names)), tuple(names)[1:]) for n, names in enumerate(aliases))
    return People(persons, day.speaker, tuple(rows))


def _mention(span: Span, meant: _Meant) -> Mention:
    return Mention(span.start, span.end, span.label, meant.person, meant.candidates, meant.why)


# ---------------------------------------------------------------- who speaks


def _day(log: Log, known: Known) -> _Day:
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
    own = [_own(m.speaker, m.also) for m in log.messages]
    two_exports = any(ME in (m.speaker, *m.also) and own[i][0] != ME for i, m in enumerate(log.messages))
    for labels in own:
        for other in labels[1:]:
            a, b = root(labels[0]), root(other)
            if a != b:
                head[b] = a
    roots: dict[str, int] = {}
    speaker = tuple(roots.setdefault(root(labels[0]), len(roots)) for labels in own)
    count: Counter[str] = Counter(label for labels in own for label in labels)
    names: list[list[str]] = [[] for _ in roots]
    ids: dict[str, int] = {}
    for label in count:
        person = roots[root(label)]
        names[person].append(label)
        ids[key(label)] = person
    for labels_ in names:
        labels_.sort(key=lambda x: (x == ME, -count[x]))
    common = frozenset(known.common)
    more: list[list[str]] = [list(labels_) for labels_ in names]
    for r, person in roots.items():
        for label in groups.get(heads.get(r, r), ()):
            ids.setdefault(key(label), person)
            more[person].append(label)
    if ME in ids and not two_exports:
        for label in known.me:
            ids.setdefault(key(label), ids[ME])
            more[ids[ME]].append(label)
    day = _Day(log, speaker, names, ids, [tuple(parts(x, common) for x in labels_) for labels_ in more], common)
    _quoted(day)
    _find(day, known)
    return day


def _own(speaker: str, also: tuple[str, ...]) -> tuple[str, ...]:
    """The labels of a message's speaker that tell who he is: 我 only where there is no other."""
    return tuple(x for x in (speaker, *also) if x != ME) or (ME,)


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


def _quoted(day: _Day) -> None:
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


def _find(day: _Day, known: Known) -> None:
    """Find the mentions; labels whose end is sure in one message help to close them in another."""
    messages = day.log.messages
    places = [i for i, m in enumerate(messages) if "@" in m.text or "＠" in m.text]
    if not places:
        return
    labels = {x for row in day.labels for x in row if x != ME}
    labels.update(x for row in day.parts for p in row for x in (p.key,) if x != ME)
    labels.update(known.me)
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


# ---------------------------------------------------------------- who is meant


def _meant(day: _Day) -> dict[str, _Meant]:
    """For each mention label of the day, whom it means."""
    out: dict[str, _Meant] = {}
    likes: dict[str, dict[int, float]] = {}
    worth = rarity((p for row in day.parts for p in row), len(day.parts))
    holders: dict[str, list[int]] = defaultdict(list)
    for person, row in enumerate(day.parts):
        for gram in {g for p in row for g in (*p.grams, *p.latin)}:
            holders[gram].append(person)
    for k in day.used:
        if k in day.ids:
            person = day.ids[k]
            own = any(key(x) == k for x in day.labels[person])
            out[k] = _Meant(person, (person,), "the speaker's own label" if own else "a known alias", SAME_NAME)
        elif k in EVERYONE:
            out[k] = _Meant(None, (), "everyone")
        else:
            likes[k] = _likes(day, parts(day.spelt[k], day.common), worth)
            out[k] = _by_name(likes[k])
    near: dict[int, _Near] = {}
    for _ in range(2):  # a second time, as whom others mean tells who answers whom
        backs = _backs(day, out)
        cards = {m.person for m in out.values() if m.person is not None and m.like >= 3}
        fresh = {k: _by_talk(day, k, like, backs, cards, near) for k, like in likes.items() if out[k].like < SAME_NAME}
        out.update(_one_card_each(fresh))
    return out


def _one_card_each(meant: dict[str, _Meant]) -> dict[str, _Meant]:
    """The same, where of two labels that only the talk gives to one speaker the weaker stays open."""
    best: dict[int, float] = {}
    for m in meant.values():
        if m.person is not None and m.like <= 0:
            best[m.person] = max(best.get(m.person, 0.0), m.score)
    return {
        k: _Meant(None, m.candidates, "the speaker it may mean has another card")
        if m.person is not None and m.like <= 0 and m.score < best[m.person]
        else m
        for k, m in meant.items()
    }


def _likes(day: _Day, label: Parts, worth: Mapping[str, float]) -> dict[int, float]:
    """Likeness of a label to each speaker's best label, where there is any, for or against."""
    out: dict[int, float] = {}
    for person, row in enumerate(day.parts):
        best = max(likeness(label, p, worth) for p in row)
        if best:
            out[person] = best
    return out


def _by_name(like: Mapping[int, float]) -> _Meant:
    """The one speaker whose name is the label's, where likeness alone decides."""
    ranked = sorted(like.items(), key=lambda x: (-x[1], x[0]))
    if ranked and ranked[0][1] >= SAME_NAME and (len(ranked) < 2 or ranked[0][1] - ranked[1][1] >= 4):
        person, score = ranked[0]
        return _Meant(person, (person,), f"likeness of names {score:.1f}", score)
    return _Meant(None, (), "")


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
_ECHO = 0.1
_BACK = 1.3  # he names the one who names him, within twenty minutes


@dataclass(frozen=True, slots=True)
class _Near:
    """Who spoke around a message: place before and after, and everybody's share of the talk."""

    before: Mapping[int, int]
    after: Mapping[int, int]
    share: Mapping[int, float]
    echo: Mapping[int, float]  # rare words that he had said before, or takes up after


def _nearby(day: _Day, i: int) -> _Near:
    around = Counter(day.speaker[max(0, i - 50) : i + 50])
    total = sum(around.values())
    return _Near(
        _places(day, i, range(i - 1, max(-1, i - 60), -1), 3600, 6),
        _places(day, i, range(i + 1, min(len(day.speaker), i + 60)), 900, 3),
        {p: n / total for p, n in around.items()},
        _echo(day, i),
    )


def _echo(day: _Day, i: int) -> dict[int, float]:
    """Worth of the rare words that a message shares with each speaker's likest message around it."""
    now = day.log.messages[i].second
    mine = _words(day, i)
    shared: list[tuple[int, frozenset[str]]] = []
    if mine:
        for j in range(max(0, i - 80), min(len(day.speaker), i + 30)):
            if day.speaker[j] != day.speaker[i] and -3600 <= day.log.messages[j].second - now <= 900:
                if both := mine & _words(day, j):
                    shared.append((day.speaker[j], both))
    count = Counter(g for _, both in shared for g in both)
    worth = {g: 4.7 - log(n) for g, n in count.items() if n <= 5}
    out: dict[int, float] = {}
    for person, both in shared:
        out[person] = max(out.get(person, 0.0), sum(worth.get(g, 0.0) for g in both))
    return out


def _words(day: _Day, i: int) -> frozenset[str]:
    """Pairs of Chinese characters and latin words of a message, its mentions left out."""
    if i not in day.words:
        text = plain_spans(day.log.messages[i].text, [_mention(s, _OPEN) for s in day.where.get(i, ())])
        day.words[i] = frozenset(g for run in _WORDS.findall(text.lower()) for g in _grams(run))
    return day.words[i]


_WORDS = re.compile(r"[㐀-鿿]+|[a-z][a-z0-9]+")
_OPEN = _Meant(None, (), "")


def _grams(run: str) -> list[str]:
    return [run] if run.isascii() else [run[n : n + 2] for n in range(len(run) - 1)]


def _places(day: _Day, i: int, order: range, within: int, most: int) -> dict[int, int]:
    out: dict[int, int] = {}
    now = day.log.messages[i].second
    for j in order:
        if abs(day.log.messages[j].second - now) > within or len(out) == most:
            break
        if day.speaker[j] != day.speaker[i]:
            out.setdefault(day.speaker[j], len(out))
    return out


def _backs(day: _Day, meant: Mapping[str, _Meant]) -> dict[tuple[int, int], list[int]]:
    """(who, whom) → messages in which one names the other."""
    out: dict[tuple[int, int], list[int]] = defaultdict(list)
    for k, places in day.used.items():
        person = meant[k].person
        if person is not None:
            for i in places:
                out[day.speaker[i], person].append(i)
    return out


def _by_talk(
    day: _Day,
    k: str,
    like: Mapping[int, float],
    backs: Mapping[tuple[int, int], Sequence[int]],
    cards: set[int],
    near: dict[int, _Near],
) -> _Meant:
    """Whom a label means by its likeness and by the talk around all its mentions of the day."""
    totals = _totals(day, k, like, backs, cards, near)
    weights = {p: exp(min(score, 30.0)) for p, score in totals.items()}
    whole = NOBODY + sum(weights.values())
    ranked = sorted(weights.items(), key=lambda x: (-x[1], x[0]))
    likely = tuple(p for p, w in ranked if w / whole >= LIKELY)[:5]
    if ranked and ranked[0][1] / whole >= SURE:
        person = ranked[0][0]
        named = like.get(person, 0.0)
        talk = totals[person] - (named or UNLIKE)
        why = f"likeness of names {named:.1f}, the talk {talk:+.1f}" if named else f"the talk alone {talk:+.1f}"
        return _Meant(person, (person,), why, min(named, SAME_NAME - 0.1), totals[person])
    if likely:
        return _Meant(None, likely, "several speakers fit" if len(likely) > 1 else "one speaker may fit")
    return _Meant(None, (), "nobody who speaks today fits")


def _totals(
    day: _Day,
    k: str,
    like: Mapping[int, float],
    backs: Mapping[tuple[int, int], Sequence[int]],
    cards: set[int],
    near: dict[int, _Near],
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
    out: dict[int, float] = {}
    for person in sorted(wanted - authors):
        score = like.get(person, UNLIKE)
        if person in cards and score <= 0:
            score += OTHER_CARD
        gains = []
        for talk in talks:
            one = sum(_gain(day, i, person, near[i], backs) for i in talk) / len(talk) ** 0.6
            # who talks all the time stands near everything; the first time that is made up for by being named more
            share = sum(near[i].share.get(person, 0.0) for i in talk) / len(talk)
            gains.append((one, 0.4 * max(0.0, log(share / 0.01)) if share else 0.0))
        gains.sort(key=lambda g: -g[0])
        total = gains[0][0] + sum(0.7 * max(UNLIKE, one - often) for one, often in gains[1:])
        out[person] = score + max(-5.0, min(total, 10.0))
    return out


def _gain(day: _Day, i: int, person: int, near: _Near, backs: Mapping[tuple[int, int], Sequence[int]]) -> float:
    before, after = near.before.get(person, 9), near.after.get(person, 3)
    gain = _PLACES[before if before < 3 else 3 if before < 6 else 4][after]
    gain += _ECHO * min(near.echo.get(person, 0.0), 20.0)
    now = day.log.messages[i].second
    for j in backs.get((person, day.speaker[i]), ()):
        if j != i and abs(day.log.messages[j].second - now) <= 1200:
            return gain + _BACK
    return gain


# ---------------------------------------------------------------- for other stages


def plain_spans(text: str, mentions: Sequence[Mention]) -> str:
    """The text with its mentions and lost emoji cut out, leftover spaces made one."""
    if mentions:
        pieces, at = [], 0
        for mention in mentions:
            pieces.append(text[at : mention.start])
            at = mention.end
        pieces.append(text[at:])
        text = " ".join(pieces)
    if "??" in text:
        text = re.sub(r"\?\?+", "", text)
    return re.sub(r"[ \u2005\u3000]{2,}|[\u2005\u3000]", " ", text).strip()


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
