"""Answers: the right one of several open questions, one answer a person, nothing from thanks and applause."""

from __future__ import annotations

from functools import cache

import pytest

from chat import known, log, rules
from digest.conversation.replies.answers import (
    AnswerSettings,
    AnswerTurn,
    _ways,
    answer_turns,
    answers,
    choices,
    examples,
    uncontested,
    with_fragments,
)
from digest.conversation.replies.compiled import CompiledRules
from digest.conversation.replies.links import LinkSettings, links
from digest.conversation.replies.turn_features import TurnFeatures
from digest.model import Link
from digest.rules.model import Rules

DAY = log(
    (0, "甲", "请教一下，热点账户怎么处理才不锁表？"),
    (1, "乙", "请问银行的错误码一般由谁来封装？"),
    (3, "丙", "热点账户可以先记流水，再异步汇总记账，余额最后更新，读的时候把未汇总的加上"),
    (4, "丁", "错误码建议渠道网关统一封装，业务系统只认自己的码，对不上的归到未知再查单"),
    (5, "丙", "热点账户的汇总批次要控制好，不然余额会滞后，对账的时候也会对不平"),
    (6, "甲", "明白了，谢谢"),
    (7, "戊", "[强]"),
    (8, "己", "哈哈哈"),
)
QUESTIONS = ((0,), (1,))


@cache
def ours() -> Rules:
    return rules()


def found(
    features: TurnFeatures, questions: tuple[tuple[int, ...], ...], how: AnswerSettings | None = None
) -> dict[int, int]:
    """The question that each turn answers most likely."""
    got: dict[int, int] = {}
    for one in answer_turns(
        features,
        questions,
        CompiledRules(ours().subject("answers")),
        how or ours().settings(AnswerSettings),
        links_of(features),
    ):
        got.setdefault(one.turn, one.question)
    return got


def links_of(features: TurnFeatures) -> tuple[Link, ...]:
    return links(features, CompiledRules(ours().subject("links")), ours().settings(LinkSettings))


def test_each_answer_goes_to_its_own_question() -> None:
    got = found(known(DAY, ours()), QUESTIONS)
    assert got[2] == 0
    assert got[3] == 1


def test_thanks_applause_and_laughter_answer_nothing() -> None:
    assert not {5, 6, 7} & set(found(known(DAY, ours()), QUESTIONS))


def test_several_turns_of_one_person_are_one_answer() -> None:
    features = known(DAY, ours())
    made = answer_turns(
        features,
        QUESTIONS,
        CompiledRules(ours().subject("answers")),
        ours().settings(AnswerSettings),
        links_of(features),
    )
    first, second = answers(features, QUESTIONS, made)
    assert (2, 4) in [a.messages for a in first]
    for group in (first, second):
        assert len({a.speaker for a in group}) == len(group)
        assert all(0 < a.score < 1 for a in group)


def test_an_answer_is_read_with_the_turns_beside_it_and_no_surer_for_them() -> None:
    features = known(DAY, ours())
    one = AnswerTurn(2, 0, 0.4)
    whole = with_fragments(features, QUESTIONS, [one], lambda i: [4] if i == 2 else [])
    assert whole == [one, AnswerTurn(4, 0, 0.0)]
    ((answer,), _) = answers(features, QUESTIONS, whole)
    assert answer.messages == (2, 4)
    assert answer.score == pytest.approx(0.4)
    own = AnswerTurn(5, 0, 0.4)  # the asker's
    assert with_fragments(features, QUESTIONS, [own], lambda _: [4]) == [own]


def test_a_question_nobody_answered_has_no_answers() -> None:
    day = log((0, "甲", "有人接过这个网关的退款接口吗"), (100, "乙", "大家晚上好"))
    features = known(day, ours())
    assert answers(features, ((0,),), ()) == ((),)
    assert found(features, ((0,),)) == {}


def test_what_an_asker_adds_answers_his_own_question_or_another_but_not_both() -> None:
    features = known(DAY, ours())
    adds, elsewhere, other = AnswerTurn(5, 0, 0.6), AnswerTurn(5, 1, 0.3), AnswerTurn(3, 1, 0.9)
    assert uncontested(features, QUESTIONS, [adds, elsewhere, other]) == [adds, other]
    likelier = AnswerTurn(5, 1, 0.7)
    assert uncontested(features, QUESTIONS, [adds, likelier]) == [likelier]


def test_who_asked_neither_may_answer_two_questions() -> None:
    both = [AnswerTurn(3, 0, 0.3), AnswerTurn(3, 1, 0.6)]
    assert uncontested(known(DAY, ours()), QUESTIONS, both) == both


def test_what_stands_before_the_question_never_answers_it() -> None:
    day = log((0, "丙", "热点账户可以先记流水，再异步汇总"), (1, "甲", "请教热点账户怎么处理？"))
    assert found(known(day, ours()), ((1,),)) == {}


def test_the_turns_of_a_question_do_not_answer_it() -> None:
    day = log(
        (0, "甲", "请教一个问题"),
        (1, "乙", "请讲"),
        (2, "甲", "热点账户怎么处理才不锁表，我们现在直接更新余额"),
        (3, "丙", "热点账户先记流水，再异步汇总记账，余额最后更新"),
    )
    got = found(known(day, ours()), ((0, 2),))
    assert 2 not in got
    assert got[3] == 0


def test_answers_far_after_the_question_are_out_of_reach() -> None:
    day = log((0, "甲", "请教热点账户怎么处理？"), (300, "丙", "热点账户可以先记流水，再异步汇总记账"))
    assert found(known(day, ours()), ((0,),)) == {}


def test_the_evidence_of_an_answer_adds_up() -> None:
    features = known(DAY, ours())
    rules = CompiledRules(ours().subject("answers"))
    for pairs, choice in choices(features, QUESTIONS, rules, ours().settings(AnswerSettings), links_of(features)):
        for n, score in enumerate(choice.scores):
            assert sum(e.weight for e in pairs.evidence(n)) == pytest.approx(score)


def test_evidence_rides_along_on_demand() -> None:
    features = known(DAY, ours())
    rules, how = CompiledRules(ours().subject("answers")), ours().settings(AnswerSettings)
    told = answer_turns(features, QUESTIONS, rules, how, links_of(features), evidence=True)
    plain = answer_turns(features, QUESTIONS, rules, how, links_of(features))
    assert all(one.evidence for one in told) and not any(one.evidence for one in plain)
    assert [(a.turn, a.question, a.score) for a in told] == [(a.turn, a.question, a.score) for a in plain]
    assert all(a.evidence for group in answers(features, QUESTIONS, told) for a in group)


def test_examples_take_unpublished_questions_as_unknown() -> None:
    features = known(DAY, ours())
    rules, how = CompiledRules(ours().subject("answers")), ours().settings(AnswerSettings)
    made = {
        e.child: e
        for e in examples(
            features, QUESTIONS, rules, how, links_of(features), {2: frozenset({0})}, published=frozenset({0})
        )
    }
    assert {made[2].candidates[n] for n in made[2].right} == {0}
    unknown = made[3].candidates.index(1)
    assert made[3].right == {unknown, -1}


def test_a_day_without_questions_has_no_answers() -> None:
    features = known(DAY, ours())
    assert found(features, ()) == {}
    assert answers(features, (), ()) == ()


def test_alternative_parents_that_both_lead_to_a_question_add_up() -> None:
    day = log(
        (0, "甲", "请教大家，聚合支付的接口一般怎么设计？"),
        (1, "乙", "路由和限额放在哪一层合适？"),
        (2, "甲", "就是微信支付宝都支持的那种"),
        (3, "丙", "我们把渠道差异收在适配层，上面只有一套下单接口"),
    )
    features = known(day, ours())
    to = ((3, 2, 0.3), (3, 0, 0.3), (3, 1, 0.1))
    given_links = tuple(Link(child, parent, score, rank=n) for n, (child, parent, score) in enumerate(to))
    ways = _ways(features.turns, ((0,), (1,)), given_links, AnswerSettings(), {3: (1, 0)})
    assert ways[3][0] == pytest.approx(0.3 + 0.3 * AnswerSettings().own)  # the asker's own words lead to his question
    assert ways[3][1] == pytest.approx(0.1)


def test_ways_to_questions_that_are_no_longer_open_are_not_kept() -> None:
    names = "甲乙丙丁戊"
    said = [(n, names[n % 5], "热点账户怎么处理？" if n % 4 == 0 else "先记流水") for n in range(240)]
    features = known(log(*said), ours())
    size = len(features.turns)
    questions = tuple((n,) for n in range(0, size, 4))
    chain = tuple(Link(n, parent, 0.45, rank=r) for n in range(2, size) for r, parent in enumerate((n - 1, n - 2)))
    candidates = {n: [q for q in range((n - 1) // 4, -1, -1) if n - 4 * q <= 30][:8] for n in range(1, size)}
    few = _ways(features.turns, questions, chain, AnswerSettings(turns=30), candidates)
    every = _ways(features.turns, questions, chain, AnswerSettings(turns=size), candidates)
    assert few == every  # what is left out of the sums leads to no candidate
    assert max(map(len, few)) == 8


def test_a_reply_that_quotes_the_question_answers_it_however_late() -> None:
    day = log(
        (0, "甲", "请教一下，日切期间进来的交易算哪一天的？"),
        (60, "丙", "周五团建去哪"),
        (400, "丁", "按会计日期走，日切完成前都算上一天", ("甲", "请教一下，日切期间进来的交易算哪一天的？")),
        (401, "乙", "谢谢", ("甲", "请教一下，日切期间进来的交易算哪一天的？")),
    )
    got = found(known(day, ours()), ((0,),))
    assert got[2] == 0 and 3 not in got
