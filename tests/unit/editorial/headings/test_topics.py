"""Headings: threads on one subject stand together, and the day has a title."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from typing import Any

import pytest

from digest.editorial.headings import topics as topics_stage
from digest.editorial.headings.topics import ThreadText, TopicGroup, TopicRules, day_title, topics
from digest.subjects import load
from digest.words import Vocabulary
from places import ROOT

HOUR = 3600


@pytest.fixture(scope="module")
def rules() -> TopicRules:
    return load([ROOT / "rules"]).settings(TopicRules)


DAY = (
    ThreadText("热点账户怎么处理", ("我们用缓冲记账", "热点账户拆成子账户"), 9 * HOUR),
    ThreadText("图片放在哪里好", ("扔CDN上",), 9 * HOUR + 600),
    ThreadText("缓冲记账之后热点账户的余额还准吗", ("汇总记账后才准",), 9 * HOUR + 900),
    ThreadText("谁用过人脸识别", (), 15 * HOUR),
)


def members(groups: tuple[TopicGroup, ...]) -> list[tuple[int, ...]]:
    return [g.members for g in groups]


def test_threads_on_one_subject_share_a_heading(words: Vocabulary, rules: TopicRules) -> None:
    groups = topics(DAY, words, rules)
    assert sorted(members(groups)) == [(0, 2), (1,), (3,)]
    assert groups[0].title == "热点账户的处理"
    assert "热点账户" in groups[0].shared


def test_every_thread_stands_under_exactly_one_heading(words: Vocabulary, rules: TopicRules) -> None:
    assert sorted(m for g in topics(DAY, words, rules) for m in g.members) == [0, 1, 2, 3]


def test_one_common_word_joins_nothing(words: Vocabulary, rules: TopicRules) -> None:
    threads = (
        ThreadText("支付系统用什么数据库好", (), 0),
        ThreadText("支付系统的产品经理要懂技术吗", (), 60),
    )
    assert members(topics(threads, words, rules)) == [(0,), (1,)]


def test_the_same_words_far_apart_are_less_alike(words: Vocabulary, rules: TopicRules) -> None:
    near = (ThreadText("代扣签约要几要素鉴权", (), 0), ThreadText("代扣的限额谁定", ("看签约",), 300))
    far = (near[0], ThreadText("代扣的限额谁定", ("看签约",), 11 * HOUR))
    assert len(topics(far, words, rules)) >= len(topics(near, words, rules))


def test_no_heading_takes_more_than_its_share(words: Vocabulary) -> None:
    small = replace(load([ROOT / "rules"]).settings(TopicRules), largest=2)
    threads = tuple(ThreadText("热点账户怎么处理", (), 60 * k) for k in range(5))
    assert all(len(g.members) <= 2 for g in topics(threads, words, small))


def test_two_headings_bear_different_titles_where_they_can(words: Vocabulary, rules: TopicRules) -> None:
    threads = (
        ThreadText("灰度发布怎么做，数据库要分开吗", (), 0),
        ThreadText("灰度发布怎么做，网关要分流吗", (), 20 * HOUR),
    )
    apart = replace(rules, together=1.1)
    one, other = topics(threads, words, apart)
    assert one.title != other.title


def test_a_day_without_threads_has_no_headings(words: Vocabulary, rules: TopicRules) -> None:
    assert topics((), words, rules) == ()


def test_the_talk_names_the_day(words: Vocabulary, rules: TopicRules) -> None:
    assert day_title(topics(DAY, words, rules), DAY, "支付账务系统设计") == "支付账务系统设计"


def test_without_a_talk_the_most_discussed_subjects_name_it(words: Vocabulary, rules: TopicRules) -> None:
    assert day_title(topics(DAY, words, rules), DAY) == "热点账户的处理、人脸识别"


def test_questions_whose_titles_say_little_come_last_under_one_heading(words: Vocabulary, rules: TopicRules) -> None:
    day = (
        ThreadText("这个架构怎么样", ("还行",), 9 * HOUR),
        *DAY[:1],
        ThreadText("谁有账号", (), 13 * HOUR),
    )
    *named, rest = topics(day, words, rules)
    assert (rest.title, rest.members, rest.rest) == ("其他", (0, 2), True)
    assert members(tuple(named)) == [(1,)]
    assert day_title((*named, rest), day) == "热点账户的处理"
    longer = dataclasses.replace(day[0], more=("那个架构的好处是什么",))
    assert not topics((longer, *day[1:2]), words, rules)[-1].rest
    each = dataclasses.replace(rules, rest="")
    assert members(topics(day, words, each)) == [(0,), (1,), (2,)]


def test_where_no_question_has_a_heading_there_is_none_of_others(words: Vocabulary, rules: TopicRules) -> None:
    asked = (ThreadText("这个架构怎么样", ("还行",), 9 * HOUR),)
    (only,) = topics(asked, words, rules)
    assert (only.title, only.rest) == ("", True)
    assert day_title((only,), asked) == ""


def test_a_day_of_nothing_has_no_title() -> None:
    assert day_title((), ()) == ""


def test_the_same_threads_give_the_same_headings(words: Vocabulary, rules: TopicRules) -> None:
    assert topics(DAY, words, rules) == topics(DAY, words, rules)


def test_what_stands_under_the_common_heading_takes_no_title_from_another(words: Vocabulary, rules: TopicRules) -> None:
    asked = (
        ThreadText("风控也就这样，没什么用", ("不能这么说",), 9 * HOUR),
        ThreadText("风控会不会很局限", (), 18 * HOUR, more=("转型怎么样",)),
    )
    found = topics(asked, words, dataclasses.replace(rules, together=9.0, weak=20.0))
    assert [(g.title, g.members) for g in found] == [("风控", (1,)), ("其他", (0,))]


def test_thousands_of_like_questions_cost_no_more_for_each_than_hundreds(
    words: Vocabulary, rules: TopicRules, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = []
    likeness = topics_stage._likeness

    def counted(*given: Any) -> float:
        compared.append(1)
        return likeness(*given)

    monkeypatch.setattr(topics_stage, "_likeness", counted)
    monkeypatch.setattr(topics_stage, "REACH", 10)
    for size in (100, 1000):
        compared.clear()
        groups = topics([ThreadText(f"热点账户怎么处理{n}", (), n) for n in range(size)], words, rules)
        assert max(len(g.members) for g in groups if not g.rest) <= rules.largest
        assert len(compared) <= 10 * size
