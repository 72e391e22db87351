"""Every kind of rule and every choice of it fires on some turns of an invented day and not on others."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from functools import cache

import pytest

from digest.conversation.acts.acts import ActScorer
from digest.conversation.acts.kinds import ASKS, NOT_SPEAKERS, NOT_STATES, TURN_KINDS
from digest.conversation.acts.model import Acts, DayTurns
from digest.conversation.people.people import people
from digest.conversation.replies.compiled import CompiledRules
from digest.conversation.replies.kinds import LINK_KINDS, PAIR_KINDS
from digest.conversation.replies.links import quoted
from digest.conversation.replies.pairs import Pairs
from digest.conversation.replies.turn_features import turn_features
from digest.conversation.turns import turns
from digest.errors import RulesError
from digest.model import Link, Log, Message, Quote
from digest.rules.check import lint
from digest.rules.declare import Kind
from digest.rules.load import assemble
from digest.rules.model import Rules
from digest.rules.read import read_string
from digest.rules.types import OneOf
from digest.subjects import SUBJECTS
from digest.words import vocabulary

OWNER, GUEST, ASKER, OTHER = "王一", "李二", "赵三", "钱四"
LINES = (  # minutes after nine, speaker, text, where it stands to the talk
    (0, OWNER, "欢迎大家来听分享", "before-talk"),
    (10, GUEST, "今天讲系统的路由和限流", "talk"),
    (20, ASKER, "请问路由放在网关里怎么配吗？", "after-talk"),
    (21, GUEST, "@赵三 路由放在网关里配", "after-talk"),
    (22, ASKER, "@李二 谢谢", "after-talk"),
    (22.1, OTHER, "哈", "after-talk"),
    (24, OWNER, "@李二 @赵三 两位辛苦 https://example.org/notes", "after-talk"),
    (50, OTHER, "@王一 请问路由放在网关里怎么配吗？", "after-talk"),
    (51, GUEST, "看上面", "after-talk"),
    (300, OWNER, "大家晚安\n明天见", "no-talk"),
    (301, ASKER, "收到，限额怎么设吗？", "no-talk"),
    (302, OTHER, "限额收在风控里设", "no-talk"),
    (303, ASKER, "风控也要设吗？", "no-talk"),
)
LINKS = (Link(3, 2, 0.9), Link(4, 3, 0.8), Link(6, 4, 0.6), Link(6, 2, 0.35, rank=1), Link(7, 6, 0.5), Link(8, 7, 0.7))

# kind → a choice of it or a field → the condition, a turn on which it fires, one on which it does not
TURNS = {
    "pattern": {
        "pattern": ("pattern: 路由", 1, 0),
        "in text": ("pattern: {pattern: 大家, in: text}", 0, 1),
        "in first": ("pattern: {pattern: 明天|大家, in: first}", 0, 1),
        "in last": ("pattern: {pattern: 明天, in: last}", 9, 8),
        "in start": ("pattern: {pattern: 大家, in: start}", 9, 8),
        "in end": ("pattern: {pattern: 路由|明天见, in: end}", 9, 8),
    },
    "lexicon": {
        "list": ("lexicon: field", 1, 0),
        "words": ("lexicon: {words: [谢谢, 辛苦]}", 4, 3),
        "min": ("lexicon: {list: field, min: 2}", 1, 0),
        "max": ("lexicon: {words: [系统, 路由], max: 1}", 2, 1),
    },
    "length": {
        "min": ("length: {min: 10}", 1, 0),
        "max": ("length: {max: 2}", 4, 3),
    },
    "mention": {
        "of anyone": ("mention: anyone", 3, 2),
        "of several": ("mention: several", 6, 5),
        "of guest": ("mention: guest", 4, 3),
        "of owner": ("mention: owner", 7, 6),
        "of asker": ("mention: asker", 3, 2),
        "of none": ("mention: none", 2, 3),
    },
    "speaker": {
        "is guest": ("speaker: guest", 1, 0),
        "is owner": ("speaker: owner", 0, 1),
        "is host": ("speaker: host", 0, 1),
        "is asker": ("speaker: asker", 4, 3),
    },
    "follows": {
        "what answers": ("follows: {what: answers, within: 3m}", 2, 1),
        "what speakers": ("follows: {what: speakers, within: 3m}", 2, 1),
        "what messages": ("follows: {what: messages, within: 3m}", 2, 1),
        "what mentions": ("follows: {what: mentions, within: 3m}", 2, 1),
        "what questions": ("follows: {what: questions, within: 3m}", 9, 8),
        "what same-speaker": ("follows: {what: same-speaker, within: 3m}", 2, 1),
        "what text": ("follows: {what: text, within: 3m, min: 20}", 3, 2),
        "within": ("follows: {what: messages, within: 30s}", 4, 3),
        "min": ("follows: {what: messages, within: 3m, min: 3}", 3, 2),
        "max": ("follows: {what: messages, within: 3m, max: 1}", 1, 2),
    },
    "precedes": {
        "what answers": ("precedes: {what: answers, within: 3m}", 4, 3),
        "what speakers": ("precedes: {what: speakers, within: 3m}", 3, 2),
        "what messages": ("precedes: {what: messages, within: 3m}", 3, 2),
        "what mentions": ("precedes: {what: mentions, within: 3m}", 4, 3),
        "what questions": ("precedes: {what: questions, within: 3m}", 3, 2),
        "what same-speaker": ("precedes: {what: same-speaker, within: 3m}", 4, 3),
        "what text": ("precedes: {what: text, within: 3m, min: 20}", 5, 4),
        "within": ("precedes: {what: messages, within: 30s}", 5, 4),
        "min": ("precedes: {what: messages, within: 3m, min: 3}", 5, 4),
        "max": ("precedes: {what: messages, within: 3m, max: 1}", 4, 5),
    },
    "hour": {
        "from": ('hour: {from: "09:22", to: "09:51"}', 4, 3),
        "to": ('hour: {from: "13:00", to: "09:05"}', 0, 1),
    },
    "state": {
        "is before-talk": ("state: before-talk", 0, 1),
        "is talk": ("state: talk", 1, 0),
        "is after-talk": ("state: after-talk", 2, 1),
        "is no-talk": ("state: no-talk", 9, 8),
        "since_min": ("state: {is: after-talk, since_min: 30m}", 7, 6),
        "since_max": ("state: {is: after-talk, since_max: 6m}", 2, 1),
    },
    "scored": {
        "act": ("scored: asks", 2, 1),
        "min": ("scored: {act: technical, min: 0.5}", 1, 0),
        "max": ("scored: {act: technical, max: 0}", 0, 1),
    },
    "media": {
        "of image": ("media: image", 5, 4),
        "of link": ("media: link", 6, 5),
        "of quote": ("media: quote", 8, 7),
        "min": ("media: {of: image, min: 2}", 5, 4),
    },
    "repeats": {
        "similarity": ("repeats: 0.9", 7, 6),
    },
    "near": {
        "side before": ("near: {side: before, act: asks}", 3, 2),
        "side after": ("near: {side: after, act: asks}", 1, 0),
        "whose others": ("near: {side: before, whose: others, act: technical}", 2, 1),
        "whose own": ("near: {side: before, whose: own, act: asks}", 4, 3),
        "whose anyone": ("near: {side: before, whose: anyone, act: technical}", 2, 1),
        "turns": ("near: {side: before, turns: 3, act: asks}", 3, 2),
        "reach": ("near: {side: before, whose: own, reach: 2}", 3, 2),
        "within": ("near: {side: before, within: 90s, act: asks}", 3, 2),
        "act": ("near: {side: after, act: technical}", 2, 3),
        "speaker guest": ("near: {side: before, speaker: guest}", 2, 1),
        "speaker owner": ("near: {side: before, speaker: owner}", 1, 0),
        "speaker host": ("near: {side: before, speaker: host}", 1, 0),
        "speaker asker": ("near: {side: before, speaker: asker}", 5, 4),
        "mention back": ("near: {side: after, mention: back}", 2, 1),
        "mention this": ("near: {side: before, turns: 3, mention: this}", 3, 2),
        "min_length": ("near: {side: before, min_length: 12}", 3, 2),
        "max_length": ("near: {side: before, whose: anyone, max_length: 2}", 5, 4),
        "least": ("near: {side: before, turns: 5, act: technical, least: 2}", 4, 3),
        "none": ("near: {side: before, whose: anyone, within: 5m, none: true}", 2, 3),
        "distinct": ("near: {side: before, turns: 4, least: 2, distinct: true}", 5, 4),
    },
    "reply": {
        "of others": ("reply: {of: others}", 2, 1),
        "of parent": ("reply: {of: parent}", 3, 2),
        "of dialogue": ("reply: {of: dialogue}", 4, 3),
        "min": ("reply: {min: 0.75}", 2, 1),
        "sum": ("reply: {sum: true, min: 1}", 2, 1),
        "act": ("reply: {of: parent, act: asks}", 3, 2),
        "other_than": ("reply: {of: parent, other_than: asks}", 4, 3),
        "speaker guest": ("reply: {of: parent, speaker: guest}", 4, 3),
        "speaker owner": ("reply: {of: parent, speaker: owner}", 7, 6),
        "speaker host": ("reply: {of: parent, speaker: host}", 7, 6),
        "speaker asker": ("reply: {of: parent, speaker: asker}", 6, 5),
        "min_length": ("reply: {of: parent, min_length: 10}", 3, 2),
    },
    "around": {
        "turns": ("around: {turns: 1, act: asks, min: 0.4}", 1, 0),
        "act": ("around: {turns: 2, act: technical, min: 0.5}", 5, 6),
        "min": ("around: {turns: 2, min: 0.7}", 10, 11),
        "max": ("around: {turns: 2, act: technical, max: 0.2}", 7, 6),
    },
    "all": {
        "of": ("all: [mark, field-word]", 2, 1),
        "not": ("all: {of: field-word, not: mark}", 1, 0),
    },
}
# the same, on pairs: child, parent
PAIRS = {
    "pattern": {
        "pattern": ("pattern: 路由", (3, 0), (4, 0)),
        "in text": ("pattern: {pattern: 大家, in: text}", (9, 0), (8, 0)),
        "in first": ("pattern: {pattern: 明天|大家, in: first}", (9, 0), (8, 0)),
        "in last": ("pattern: {pattern: 明天, in: last}", (9, 0), (8, 0)),
        "in start": ("pattern: {pattern: 大家, in: start}", (9, 0), (8, 0)),
        "in end": ("pattern: {pattern: 路由|明天见, in: end}", (9, 0), (8, 0)),
        "side child": ("pattern: {pattern: 谢谢, side: child}", (4, 0), (3, 0)),
        "side parent": ("pattern: {pattern: 谢谢, side: parent}", (5, 4), (5, 3)),
    },
    "lexicon": {
        "list": ("lexicon: field", (3, 0), (4, 0)),
        "words": ("lexicon: {words: [谢谢, 辛苦]}", (4, 0), (3, 0)),
        "min": ("lexicon: {list: field, min: 2}", (3, 0), (4, 0)),
        "max": ("lexicon: {words: [系统, 路由], max: 1}", (2, 0), (1, 0)),
        "side child": ("lexicon: {words: [谢谢], side: child}", (4, 0), (3, 0)),
        "side parent": ("lexicon: {words: [谢谢], side: parent}", (5, 4), (5, 3)),
    },
    "length": {
        "min": ("length: {min: 10}", (2, 0), (3, 0)),
        "max": ("length: {max: 2}", (4, 0), (3, 0)),
        "side child": ("length: {max: 1, side: child}", (5, 0), (4, 0)),
        "side parent": ("length: {max: 1, side: parent}", (6, 5), (6, 4)),
    },
    "speaker": {
        "is guest": ("speaker: guest", (1, 0), (2, 0)),
        "is owner": ("speaker: owner", (6, 0), (5, 0)),
        "is host": ("speaker: host", (6, 0), (5, 0)),
        "is asker": ("speaker: asker", (4, 0), (3, 0)),
        "side child": ("speaker: {is: asker, side: child}", (4, 0), (3, 0)),
        "side parent": ("speaker: {is: asker, side: parent}", (5, 4), (5, 3)),
    },
    "state": {
        "is before-talk": ("state: {is: before-talk, side: parent}", (2, 0), (2, 1)),
        "is talk": ("state: talk", (1, 0), (2, 0)),
        "is after-talk": ("state: after-talk", (2, 0), (1, 0)),
        "is no-talk": ("state: no-talk", (9, 0), (8, 0)),
        "since_min": ("state: {is: after-talk, since_min: 30m}", (7, 0), (6, 0)),
        "since_max": ("state: {is: after-talk, since_max: 6m}", (2, 0), (1, 0)),
        "side child": ("state: {is: talk, side: child}", (1, 0), (2, 0)),
        "side parent": ("state: {is: talk, side: parent}", (2, 1), (2, 0)),
    },
    "media": {
        "of image": ("media: image", (5, 0), (4, 0)),
        "of link": ("media: link", (6, 0), (5, 0)),
        "of quote": ("media: quote", (8, 0), (7, 0)),
        "min": ("media: {of: image, min: 2}", (5, 0), (4, 0)),
        "side child": ("media: {of: image, side: child}", (5, 0), (4, 0)),
        "side parent": ("media: {of: image, side: parent}", (6, 5), (6, 4)),
    },
    "scored": {
        "act": ("scored: asks", (2, 0), (1, 0)),
        "min": ("scored: {act: technical, min: 0.5}", (3, 0), (4, 0)),
        "max": ("scored: {act: technical, max: 0}", (4, 0), (3, 0)),
        "side child": ("scored: {act: asks, side: child}", (2, 0), (1, 0)),
        "side parent": ("scored: {act: asks, side: parent}", (3, 2), (3, 1)),
    },
    "quote": {
        "of parent": ("quote: parent", (8, 3), (8, 2)),
        "of other": ("quote: other", (8, 2), (8, 3)),
        "of none": ("quote: none", (7, 0), (8, 0)),
    },
    "mention": {
        "of parent": ("mention: parent", (3, 2), (3, 1)),
        "of other": ("mention: other", (3, 1), (3, 2)),
        "of none": ("mention: none", (2, 0), (3, 0)),
        "of child": ("mention: child", (4, 3), (4, 2)),
        "of back-other": ("mention: back-other", (5, 3), (5, 2)),
    },
    "gap": {
        "min_turns": ("gap: {min_turns: 8}", (8, 0), (8, 1)),
        "max_turns": ("gap: {max_turns: 1}", (2, 1), (2, 0)),
        "min_messages": ("gap: {min_messages: 8}", (8, 0), (8, 1)),
        "max_messages": ("gap: {max_messages: 1}", (2, 1), (2, 0)),
        "min_time": ("gap: {min_time: 4h}", (10, 8), (10, 9)),
        "max_time": ("gap: {max_time: 1m}", (3, 2), (3, 1)),
    },
    "same-speaker": {
        "of parent": ("same-speaker: parent", (3, 1), (3, 0)),
        "of neither": ("same-speaker: neither", (3, 0), (3, 1)),
    },
    "shared-words": {
        "min": ("shared-words: {min: 0.5}", (2, 1), (2, 0)),
        "max": ("shared-words: {max: 0.5}", (2, 0), (2, 1)),
        "of words": ("shared-words: {of: words, min: 2}", (2, 1), (2, 0)),
        "of pairs": ("shared-words: {of: pairs, min: 2}", (3, 2), (3, 1)),
        "of characters": ("shared-words: {of: characters, min: 0.1}", (7, 2), (7, 1)),
        "best": ("shared-words: {best: true}", (2, 1), (2, 0)),
        "long": ("shared-words: {min: 0.5, long: true}", (2, 1), (2, 0)),
    },
    "acts": {
        "parent": ("acts: {parent: asks}", (3, 2), (3, 1)),
        "child": ("acts: {child: asks}", (2, 0), (1, 0)),
    },
    "between": {
        "what parent-speaker": ("between: {what: parent-speaker, max: 0}", (4, 0), (4, 1)),
        "what child-speaker": ("between: {what: child-speaker, max: 0}", (3, 1), (3, 0)),
        "what others": ("between: {what: others, max: 0}", (2, 1), (2, 0)),
        "what anyone": ("between: {what: anyone, max: 0}", (2, 1), (2, 0)),
        "what speakers": ("between: {what: speakers, max: 0}", (2, 1), (2, 0)),
        "act": ("between: {what: anyone, act: asks, min: 2}", (8, 1), (8, 2)),
        "min": ("between: {what: anyone, min: 6}", (9, 0), (9, 1)),
        "max": ("between: {what: anyone, max: 0}", (2, 1), (2, 0)),
    },
    "chain": {
        "of anyone": ("chain: {of: anyone, min: 1}", (4, 2), (4, 1)),
        "of child-speaker": ("chain: {of: child-speaker, min: 1}", (8, 2), (8, 1)),
        "of others": ("chain: {of: others, min: 1}", (4, 2), (4, 1)),
        "turns": ("chain: {turns: 2, min: 1}", (4, 2), (4, 1)),
        "min": ("chain: {min: 1}", (4, 2), (4, 1)),
        "max": ("chain: {max: 0}", (4, 1), (4, 2)),
    },
    "order": {
        "min": ("order: {min: 8}", (8, 0), (8, 1)),
        "max": ("order: {max: 1}", (2, 1), (2, 0)),
    },
    "typing": {
        "pace": ("typing: 6.5", (5, 4), (5, 3)),
    },
    "talked": {
        "min": ("talked: {min: 3}", (4, 1), (4, 0)),
        "max": ("talked: {max: 0}", (3, 1), (3, 0)),
    },
    "reacts": {
        "turns": ("reacts: {turns: 1}", (3, 2), (3, 1)),
        "act": ("reacts: {turns: 6, act: asks}", (4, 3), (4, 2)),
    },
    "returns": {
        "turns": ("returns: {turns: 1}", (2, 1), (2, 0)),
        "naming": ("returns: {turns: 3, naming: true}", (3, 0), (3, 1)),
        "act": ("returns: {turns: 6, act: asks}", (9, 2), (9, 1)),
    },
    "reaches": {
        "min": ("reaches: {min: 0.6}", (3, 2), (3, 1)),
        "max": ("reaches: {max: 0.6}", (3, 1), (3, 2)),
    },
    "all": {
        "of": ("all: [near-by, field-word]", (2, 1), (2, 0)),
        "not": ("all: {of: near-by, not: field-word}", (4, 3), (4, 2)),
    },
}


def day() -> Log:
    made = [
        Message((i,), round(9 * 3600 + 60 * minute), speaker, text)
        for i, (minute, speaker, text, _) in enumerate(LINES)
    ]
    made[5] = Message((5,), made[5].second, OTHER, "哈", images=("images/cat.jpg", "images/dog.jpg"))
    made[12] = Message((12,), made[12].second, ASKER, "风控也要设吗？", images=("images/sketch.jpg",))
    made[8] = Message((8,), made[8].second, GUEST, "看上面", quote=Quote(GUEST, "@赵三 路由放在网关里配"))
    return Log("logs/2024-02-29-chat.markdown", "示例群", dt.date(2024, 2, 29), tuple(made), len(made))


@cache
def day_turns() -> DayTurns:
    log = day()
    who = people(log)
    place = {person.name: person.id for person in who.persons}
    states = tuple(
        (state, round(60 * minute) - 15 * 60 if state == "after-talk" else 0) for minute, _, _, state in LINES
    )
    parts = quoted(log, turns(log, who))
    assert len(parts) == len(LINES)
    return DayTurns(parts, states, frozenset({place[GUEST]}), frozenset({place[OWNER]}))


def rules(subject: str, condition: str) -> Rules:
    probe = "act: probe, " if subject == "questions" else ""
    texts = (
        "subject: questions\n"
        "acts: {asks: {bias: -1}, technical: {bias: -1}, probe: {bias: -1}}\n"
        "lists: {field: [网关, 路由, 限流]}\n"
        "rules:\n"
        "  - {id: mark, act: asks, pattern: 吗, weight: 2}\n"
        "  - {id: field-word, act: technical, lexicon: field, weight: 2}\n"
        + (f"  - {{id: probe, act: probe, weight: 2, {condition}}}\n" if probe else ""),
        "subject: answers\nlists: {field: [网关, 路由, 限流]}\nrules:\n"
        "  - {id: near-by, gap: {max_turns: 1}, weight: 2}\n"
        "  - {id: field-word, lexicon: field, weight: 2}\n"
        + (f"  - {{id: probe, weight: 2, {condition}}}\n" if not probe else ""),
    )
    declarations = {declaration.name: declaration for declaration in SUBJECTS}
    rule_files = [read_string(text, declarations, f"{n}.yml") for n, text in enumerate(texts)]
    return assemble([rule_files], [problem for file in rule_files for problem in file.problems], declarations)


def scored(using: Rules) -> Acts:
    return ActScorer(day_turns(), using.subject("questions")).after_links(LINKS)


def turns_of(condition: str) -> set[int]:
    """The turns that a rule with this condition fires on."""
    return {i for i, fires in enumerate(scored(rules("questions", condition)).taken["probe"]) if fires}


def pairs_of(condition: str) -> set[tuple[int, int]]:
    """The pairs (child, parent) that a rule with this condition fires on."""
    using = rules("answers", condition)
    features = turn_features(day_turns(), scored(using), vocabulary({}))
    subject = using.subject("answers")
    pairs = Pairs(features, CompiledRules(subject), [(i,) for i in range(len(LINES))])
    pairs.features.ways = [{3: {2: 0.9}, 4: {2: 0.5}}.get(i, {}) for i in range(len(LINES))]
    place = next(k for k, rule in enumerate(subject.rules) if rule.id == "probe")
    fires = set()
    for child, candidates, _ in pairs.scored([(i, range(i - 1, -1, -1)) for i in range(1, len(LINES))]):
        fires |= {(child, parent) for n, parent in enumerate(candidates) if place in pairs.fired(n)}
        for link in LINKS:
            if link.child == child:
                pairs.features.replies[link.parent].append(child)
    return fires


def declared(kinds: dict[str, type[Kind]]) -> Iterator[tuple[str, str]]:
    """Each kind with each of its choices, and with each field that is no choice."""
    for name, kind in kinds.items():
        for key, (_, field) in kind.fields.items():
            if isinstance(field.type, OneOf):
                yield from ((name, f"{key} {choice}") for choice in field.type.choices if choice)
            else:
                yield name, key


def cases(table: dict[str, dict[str, tuple[str, object, object]]]) -> list[object]:
    return [
        pytest.param(*case, id=f"{name}-{choice}")
        for name, choices in table.items()
        for choice, case in choices.items()
    ]


@pytest.mark.parametrize(("kinds", "table"), [(TURN_KINDS, TURNS), (PAIR_KINDS, PAIRS)], ids=["turns", "pairs"])
def test_every_kind_choice_and_field_has_a_case(
    kinds: dict[str, type[Kind]], table: dict[str, dict[str, object]]
) -> None:
    assert {(name, choice) for name in table for choice in table[name]} == set(declared(kinds))


@pytest.mark.parametrize(("condition", "fires", "silent"), cases(TURNS))
def test_each_over_a_turn_changes_something(condition: str, fires: int, silent: int) -> None:
    fired = turns_of(condition)
    assert fires in fired
    assert silent not in fired


@pytest.mark.parametrize(("condition", "fires", "silent"), cases(PAIRS))
def test_each_over_a_pair_changes_something(condition: str, fires: tuple[int, int], silent: tuple[int, int]) -> None:
    fired = pairs_of(condition)
    assert fires in fired
    assert silent not in fired


REFUSED = [
    *(f"speaker: {word}" for word in NOT_SPEAKERS),
    *(f"state: {word}" for word in NOT_STATES),
    "near: {side: before, speaker: bot}",
    "reply: {speaker: regular}",
]


@pytest.mark.parametrize("condition", REFUSED)
def test_a_word_that_nothing_can_tell_is_refused_with_what_to_write(condition: str) -> None:
    with pytest.raises(RulesError) as error:
        rules("questions", condition)
    (problem,) = error.value.problems
    assert problem.code == "R121"
    assert "write" in problem.message


def written(word: str) -> str:
    """The rule that a refused word's message tells to write."""
    return re.search(r"(?:near|around): \{.*\}", {**NOT_SPEAKERS, **NOT_STATES}[word])[0]


def test_what_is_to_be_written_instead_does_what_the_word_says() -> None:
    assert turns_of(written("newcomer")) == {0, 1, 2, 5}  # everybody's first turn
    assert turns_of(written("quiet")) == {0, 7, 9}
    assert turns_of(written("open-question")) == {3, 5, 6, 8, 11}
    assert turns_of(written("busy")) == set()
    assert turns_of(written("small-talk")) == set()  # they speak of the field all day


def test_the_old_word_for_the_parents_speaker_still_works_and_is_warned_of() -> None:
    using = rules("answers", "same-speaker: asker")
    assert pairs_of("same-speaker: asker") == pairs_of("same-speaker: parent")
    assert [problem.code for problem in using.warnings] == ["R311"]


@pytest.mark.parametrize("condition", ["near: {side: after, act: probe}", "scored: probe"])
def test_a_rule_that_looks_at_an_act_not_scored_yet_is_warned_of(condition: str) -> None:
    assert "R313" in [problem.code for problem in lint(rules("questions", condition))]


@pytest.mark.parametrize("condition", ["speaker: asker", "mention: asker", "follows: questions"])
def test_a_choice_names_the_act_that_it_needs(condition: str) -> None:
    using = rules("questions", condition)
    assert using.subject("questions").by_id["probe"].kind.acts() == (ASKS,)
    assert "R313" not in [problem.code for problem in lint(using)]


def test_ways_over_links_are_no_kind_of_links() -> None:
    assert "reaches" in PAIR_KINDS and "reaches" not in LINK_KINDS
