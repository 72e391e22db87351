"""Titles: noun phrases from the members' own words."""

from __future__ import annotations

import re

import pytest

from digest.editorial.headings.title_rules import TitleRules, pattern
from digest.editorial.headings.titles import clauses, title, titles, width
from digest.subjects import load
from digest.words import Vocabulary
from places import ROOT


@pytest.fixture(scope="module")
def rules() -> TitleRules:
    return load([ROOT / "rules"]).settings(TitleRules)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("请教一下，热点账户一般怎么处理？", "热点账户的处理"),
        ("大家流水怎么做归集", "流水的归集"),
        ("如何设计账户体系？", "账户体系的设计"),
        ("代扣跟代付有什么区别", "代扣和代付的区别"),
        ("针对充值金额做限额，有人弄过没", "充值金额的限额"),
        ("轧差是什么意思", "轧差"),
        ("开通小额免密需要什么资质", "小额免密的资质"),
        ("谁知道对账文件的生成规则？", "对账文件的生成规则"),
        ("群里有做规则引擎的吗", "规则引擎"),
        ("请问网关起的作用是什么", "网关的作用"),
        ("有没有用规则引擎做路由的朋友", "规则引擎的路由"),
    ],
)
def test_a_question_gives_its_subject(words: Vocabulary, rules: TitleRules, question: str, expected: str) -> None:
    assert title([question], [], words, rules) == expected


# the seed's day, as its log has it
SEED = [
    (
        "想请问大家个问题，银行通道接口的错误码的封装，是技术人员处理，还是给运营人员开发了配置管理页面，由运营人员自己定义封装？",
        "银行通道接口的错误码的封装",
    ),
    ("核心上线你们做到灰度了吗？", "核心上线的灰度"),
    (
        "请教一个问题，目前计划用MQ同步同步多个源的数据到汇总库提供查询。"
        "MQ数据丢失或者源异常，导致部分数据丢失，有什么好的解决方案吗",
        "MQ数据丢失",
    ),
    (
        "类似于支付宝的账单列表中的交易对手的头像URL，不管近期记录还是历史记录都是显示最新的头像图片，  "
        "查询的时候势必要去获取对手的头像URL，  这些数据相当于每个用户或商户都要缓存起来吗？ "
        "还是有其他什么高效的方案？",
        "交易对手的头像URL",
    ),
    ("如果生产端发送数据到mq 出现网络抖动，但无法捕获异常重新发送。 怎么处理丢失的消息？", "网络抖动"),
    ("请教一个问题\n中间件起的作用有多大，为什么说java最高水平是淘宝的中间件团队", "中间件的作用"),
    ("群里有了解虚假手机号码识别技术的吗？", "虚假手机号码识别技术"),
    ("群里有提供支付SDK给别人app用的吗", "支付SDK"),
    ("这个是限的支付账户，想要针对信用卡“卡号”做限额，如：A卡日1万，月累计5万，B卡同理。", "信用卡卡号的限额"),
    ("想请教下各位，这些支付，结算，账务系统，产品的角色是什么，重要吗", "产品的角色"),
]


@pytest.mark.parametrize(("question", "expected"), SEED)
def test_the_seed_day_gets_titles_an_editor_would_leave(
    words: Vocabulary, rules: TitleRules, question: str, expected: str
) -> None:
    assert title([question], [], words, rules) == expected


@pytest.mark.parametrize("question", [q for q, _ in SEED])
def test_every_title_stands_in_the_question_or_joins_two_pieces_of_it(
    words: Vocabulary, rules: TitleRules, question: str
) -> None:
    said = re.sub(r"[\s“”]", "", question)
    for candidate in titles([question], [], words, rules):
        text = re.sub(r"\s", "", candidate.text)
        assert text in said or all(piece in said for piece in re.split("[的和]", text))


@pytest.mark.parametrize("question", [q for q, _ in SEED])
def test_titles_keep_to_their_width_and_begin_and_end_with_words(
    words: Vocabulary, rules: TitleRules, question: str
) -> None:
    for candidate in titles([question], [], words, rules):
        assert 2 <= width(candidate.text) <= rules.longest
        assert not re.search("^[的把在和是了]|[的把在和是了]$", candidate.text)


def test_what_the_answers_take_up_weighs_more(words: Vocabulary, rules: TitleRules) -> None:
    question = "备付金和分库分表你们都做过吗"
    answers = ["分库分表我们按商户号做", "分库分表要看量", "先别分库分表"]
    first = titles([question], answers, words, rules)[0]
    assert "分库分表" in first.text


def test_a_question_without_a_subject_takes_its_title_from_what_follows(words: Vocabulary, rules: TitleRules) -> None:
    assert title(["这个谁懂"], ["缓冲记账配置好间隔就行"], words, rules) == "缓冲记账配置"


def test_of_several_later_questions_the_first_that_names_a_subject_gives_the_title(
    words: Vocabulary, rules: TitleRules
) -> None:
    asked = ("这样会不会好些", "支付系统里运营的角色是什么", "对账平台业务流程角度的拆分呢")
    assert title(asked, (), words, rules) == title(asked[1:2], (), words, rules)


def test_a_title_does_not_begin_behind_its_number(words: Vocabulary, rules: TitleRules) -> None:
    for asked in ("有没有稳定的3方支付通道", "有没有5块钱的手环"):
        found = [c.text for c in titles([asked], [], words, rules)]
        assert not [text for text in found if text.startswith(("方", "块"))]


def test_a_later_question_gives_the_title_where_the_first_says_little(words: Vocabulary, rules: TitleRules) -> None:
    assert title(["这样会不会很局限"], [], words, rules) == "局限"
    assert title(["这样会不会很局限", "手机号码的限额怎么设计"], [], words, rules) == "手机号码的限额的设计"


def test_a_short_question_without_a_phrase_is_its_own_title(words: Vocabulary, rules: TitleRules) -> None:
    assert title(["有什么建议？"], [], words, rules) == "有什么建议"


def test_no_words_no_title(words: Vocabulary, rules: TitleRules) -> None:
    assert title([], [], words, rules) == ""
    assert title(["？？ [强]"], [], words, rules) in ("", "强")


def test_each_candidate_says_why(words: Vocabulary, rules: TitleRules) -> None:
    found = titles(["热点账户怎么处理"], [], words, rules)
    assert any("how V end" in reason for reason in found[0].why)
    assert [c.score for c in found] == sorted((c.score for c in found), reverse=True)


def test_links_brackets_and_quotes_give_no_title(words: Vocabulary, rules: TitleRules) -> None:
    assert clauses("看 https://example.org/a?b=1 （除开红包）“卡号”限额 吧") == ["看", "卡号限额", "吧"]


def test_a_pattern_reads_places_and_joints() -> None:
    read = pattern("N and N differ => 1和3的4 3.0")
    assert read.make == ("1", "和", "3", "的", "4")
    assert read.gain == 3.0


def test_a_long_text_is_no_burden(words: Vocabulary, rules: TitleRules) -> None:
    assert title(["账户渠道" * 20_000], [], words, rules) is not None
