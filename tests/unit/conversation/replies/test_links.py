"""Reply links: explicit signs, interleaved talk, evidence that adds up."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from chat import known, log, rules
from digest.conversation.people.people import people
from digest.conversation.replies.compiled import CompiledRules
from digest.conversation.replies.kinds import Chain
from digest.conversation.replies.links import LinkSettings, choices, examples, links, quoted, taken
from digest.conversation.replies.turn_features import TurnFeatures
from digest.conversation.turns import turns
from digest.rules.model import Rule, Rules, Subject

INTERLEAVED = log(
    (0, "甲", "请教一下，热点账户怎么处理才不锁表？"),
    (1, "乙", "大家用什么工具做接口文档？"),
    (3, "丙", "热点账户可以先记流水，再异步汇总记账，余额最后更新"),
    (4, "丁", "文档我们用注解生成，接口一改就跟着变"),
    (6, "戊", "哈哈"),
    (8, "丙", "异步汇总要控制好批次，不然热点账户的余额会滞后"),
)


@cache
def ours() -> Rules:
    return rules()


def subject() -> Subject:
    return ours().subject("links")


def compiled() -> CompiledRules:
    return CompiledRules(subject())


def parents(features: TurnFeatures) -> dict[int, int]:
    return {
        link.child: link.parent for link in links(features, compiled(), ours().settings(LinkSettings)) if link.rank == 0
    }


def test_answers_find_their_question_in_interleaved_talk() -> None:
    found = parents(known(INTERLEAVED, ours()))
    assert found[2] == 0
    assert found[3] == 1


def test_a_quoted_reply_is_certain_however_far() -> None:
    far = [(5 + i / 2, f"路人{i % 7}", f"第{i}件闲事，和谁都没有关系") for i in range(60)]
    day = log(
        (0, "甲", "对账文件晚到怎么办"),
        *far,
        (40, "乙", "先挂起，第二天再补", ("甲", "对账文件晚到怎么办")),
    )
    features = known(day, ours())
    (best, *_) = (link for link in links(features, compiled(), ours().settings(LinkSettings)) if link.child == 61)
    assert best.parent == 0
    assert best.score > 0.95


def test_a_long_quote_that_was_cut_is_still_found() -> None:
    text = "渠道网关要统一错误码，业务系统只认自己的码，不能把银行的码直接透出去"
    day = log((0, "甲", text), (1, "乙", "嗯"), (2, "丙", "同意", ("甲", text[:20])))
    made = quoted(day, turns(day, people(day)))
    assert [t.quotes for t in made] == [(), (), (0,)]


def test_a_quote_of_something_not_said_that_day_quotes_nothing() -> None:
    day = log((0, "甲", "早上好"), (1, "乙", "昨天说的那个呢", ("丙", "昨天晚上发的方案")))
    assert [t.quotes for t in quoted(day, turns(day, people(day)))] == [(), ()]


def test_what_the_format_itself_says_is_taken() -> None:
    day = log((0, "甲", "限额是多少"), (1, "乙", "早"), (2, "丙", "单笔五万"))
    messages = (*day.messages[:2], replace(day.messages[2], reply_to=0))
    day = replace(day, messages=messages)
    assert quoted(day, turns(day, people(day)))[2].quotes == (0,)


def test_who_is_named_is_answered() -> None:
    day = log(
        (0, "林山", "昨天的批次跑完了"),
        (1, "周海", "今天的发布改到下午"),
        (2, "陈雨", "@林山 辛苦，结果在哪里看"),
    )
    assert parents(known(day, ours()))[2] == 0


def test_nobody_answers_a_later_turn_and_every_child_has_one_best_parent() -> None:
    found = links(known(INTERLEAVED, ours()), compiled(), ours().settings(LinkSettings))
    assert all(link.parent < link.child for link in found)
    best = [link.child for link in found if link.rank == 0]
    assert best == sorted(set(best))


def test_scores_are_probabilities_that_leave_room_for_answering_nobody() -> None:
    features = known(INTERLEAVED, ours())
    for _, choice in choices(features, compiled(), ours().settings(LinkSettings)):
        total = sum(p for _, p in choice.best(len(choice.candidates)))
        assert 0 < total < 1


def test_evidence_adds_up_to_the_score() -> None:
    features = known(INTERLEAVED, ours())
    for pairs, choice in choices(features, compiled(), ours().settings(LinkSettings)):
        for n, score in enumerate(choice.scores):
            assert sum(e.weight for e in pairs.evidence(n)) == pytest.approx(score)


@pytest.mark.parametrize("size", [1, 2, 5])
def test_it_makes_no_difference_how_many_children_are_scored_at_once(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    features = known(INTERLEAVED, ours())
    whole = links(features, compiled(), ours().settings(LinkSettings), evidence=True)
    monkeypatch.setattr("digest.conversation.replies.pairs.BLOCK", size)
    assert links(features, compiled(), ours().settings(LinkSettings), evidence=True) == whole


def test_a_rule_may_ask_for_the_replies_chosen_before() -> None:
    chain = Rule("answered", "links", Chain(of="anyone", turns=None, min=1, max=None), -6.0)
    asked = replace(subject(), rules=(*subject().rules, chain))
    features = known(INTERLEAVED, ours())
    given: dict[int, int] = {}
    for pairs, choice in choices(features, CompiledRules(asked), ours().settings(LinkSettings)):
        for n, parent in enumerate(choice.candidates):
            told = [e.rule for e in pairs.evidence(n)]
            assert ("answered" in told) is (given.get(parent, 0) > 0)
        ((best, probability),) = choice.best(1)
        if probability > ours().settings(LinkSettings).threshold:
            given[best] = given.get(best, 0) + 1
    assert given


def test_evidence_comes_with_the_winner_and_the_best_loser_on_demand() -> None:
    features = known(INTERLEAVED, ours())
    plain = links(features, compiled(), ours().settings(LinkSettings))
    told = links(features, compiled(), ours().settings(LinkSettings), evidence=True)
    assert [(a.child, a.parent, a.score) for a in plain] == [(b.child, b.parent, b.score) for b in told]
    assert not any(link.evidence for link in plain)
    (best, loser) = [link for link in told if link.child == 2]
    assert (best.rank, loser.rank) == (0, 1)
    assert best.evidence and loser.evidence


def test_every_candidate_has_its_probability_best_first() -> None:
    every = choices(known(INTERLEAVED, ours()), compiled(), ours().settings(LinkSettings))
    choice = next(choice for _, choice in every if choice.child == 3)
    ranked = choice.best(len(choice.candidates))
    assert len(ranked) == len(choice.candidates)
    assert ranked[0][0] == 1
    assert [score for _, score in ranked] == sorted((score for _, score in ranked), reverse=True)


def test_examples_name_the_rules_that_fired_and_what_is_right() -> None:
    features = known(INTERLEAVED, ours())
    (one,) = examples(features, compiled(), ours().settings(LinkSettings), {3: frozenset({1})})
    assert {one.candidates[n] for n in one.right} == {1}
    weights = [rule.weight for rule in subject().rules]
    choice = next(c for _, c in choices(features, compiled(), ours().settings(LinkSettings)) if c.child == 3)
    for fired, score in zip(one.fired, choice.scores, strict=True):
        assert sum(weights[k] for k in fired) == pytest.approx(score)


def test_candidates_end_at_the_window_but_for_those_quoted() -> None:
    day = log((0, "甲", "第一件事是换证书"), (200, "乙", "换证书的事我来做"))
    assert links(known(day, ours()), compiled(), ours().settings(LinkSettings)) == ()


def test_only_likely_links_are_taken() -> None:
    features = known(INTERLEAVED, ours())
    found = links(features, compiled(), ours().settings(LinkSettings))
    assert taken(found, 0.999) == ()
    assert [link.child for link in taken(found, 0.0)] == sorted({link.child for link in found})


def test_an_empty_day_has_no_links() -> None:
    assert links(known(log(), ours()), compiled(), ours().settings(LinkSettings)) == ()


def test_the_same_day_gives_the_same_links() -> None:
    first, second = (
        links(known(INTERLEAVED, ours()), compiled(), ours().settings(LinkSettings), evidence=True) for _ in range(2)
    )
    assert first == second
    assert ours().settings(LinkSettings).near > 0
