"""PublishedDigest texts are found again in their log, however their editor wrote them."""

from __future__ import annotations

import datetime as dt

import pytest

from digest import importers
from digest.learning import figures, records, trace
from digest.model import Log, Message
from digest.page.published import PublishedDigest, published
from places import SHARED

GOLD = SHARED / "corpus" / "gold.json"

SAID = (
    ("林山", "大家好，今天分享一下对账系统，先讲为什么要对账，再讲怎样对账"),
    ("林山", "对账就是把两边的流水一笔一笔核对，渠道有而我方没有的叫长款"),
    ("林山", "反过来，我方有而渠道没有的叫短款，短款通常次日会自己平掉"),
    ("林山", "最后是差错处理，长款退给用户，短款找渠道补单，今天就讲到这里"),
    ("周禾", "[强][强]"),
    ("周禾", "@林山 请教一个问题"),
    ("周禾", "渠道的对账文件迟到了，次日的对账怎么安排？"),
    ("何苗", "今天食堂的面不错"),
    ("林山", "是的"),
    ("林山", "文件迟到就先挂账，等文件到了再补跑一次对账任务"),
    ("何苗", "我们是设一个截止点，过了就人工去下载"),
    ("吴远", "退款也要参与对账吗"),
    ("林山", "是的"),
    ("何苗", "要的，退款算一笔负数的流水"),
)
DAY = dt.date(2024, 2, 29)
LOG = Log(
    "logs/2024-02-29-chat.markdown",
    "示例群",
    DAY,
    tuple(Message((i,), 36000 + 20 * i, name, text) for i, (name, text) in enumerate(SAID)),
    len(SAID),
)
FRONT = '---\nlayout: post\ntitle: "20240229-对账系统"\ntag:\t[publish]\n---\n'
TALK = "## 一、主题分享：对账系统\n\n" + "\n\n".join(text for _, text in SAID[:4]) + "\n\n"
ASKED = "渠道的对账文件迟到，次日对账怎么安排？"
FIRST, SECOND = "文件迟到就先挂账，文件到了再补跑一次对账任务。", "设一个截止点，过了就人工下载。"


def traced(text: str) -> figures.DayRecord:
    return trace.record(published(text), LOG)


@pytest.mark.parametrize(
    "body",
    [
        f"## 二、Q&A\n\nQ：{ASKED}  \n\nA1：{FIRST}  \n\nA2：{SECOND}\n",
        f"**Q:{ASKED}**  \nA:{FIRST}  \nA1:{SECOND}\n",
        f"## Q&A\nQ1、{ASKED}\nA1、{FIRST}\nA2、{SECOND}\n",
        f"**1 Q：{ASKED}**\nA：{FIRST}\nA：{SECOND}\n",
        f"- 问：{ASKED}\n- 答：{FIRST}\n- 网友补充：{SECOND}\n",
        f"### Q：{ASKED}\n> {FIRST}\n\nA：{SECOND}\n",
        f"Q：{ASKED}\r\n\r\nA：{FIRST}\r\n\r\nA：{SECOND}\r\n",
    ],
)
def test_questions_and_answers_are_found_in_every_way_of_writing_them(body: str) -> None:
    found = traced(FRONT + TALK + body)
    (question,) = found.questions
    assert question.messages == (6,)
    assert question.answers == ((9,), (10,))


def test_the_talk_is_what_stands_before_the_questions() -> None:
    found = traced(FRONT + TALK + f"## 二、Q&A\n\nQ：{ASKED}\n\nA：{FIRST}\n")
    assert found.talk == figures.RecordedTalk("林山", (0, 1, 2, 3), "对账系统")


def test_a_digest_without_a_talk_has_none() -> None:
    assert traced(FRONT + f"## Q&A\n\nQ：{ASKED}\n\nA：{FIRST}\n").talk is None


def test_a_short_answer_is_the_one_that_follows_its_question() -> None:
    found = traced(FRONT + "Q：退款也要参与对账吗？\n\nA：是的\n")
    assert [(q.messages, q.answers) for q in found.questions] == [((11,), ((12,),))]


def test_one_text_may_come_from_several_messages() -> None:
    found = traced(FRONT + f"Q：{ASKED}\n\nA：{FIRST}设一个截止点，过了就人工去下载。\n")
    assert found.questions[0].answers == ((9, 10),)


def test_follow_ups_stand_in_one_thread_until_a_rule_parts_them() -> None:
    body = f"Q：{ASKED}\nA：{FIRST}\n\n{{}}Q：退款也要参与对账吗\nA：退款算一笔负数的流水\n"
    assert [len(t) for t in traced(FRONT + body.format("")).threads] == [2]
    assert [len(t) for t in traced(FRONT + body.format("---\n")).threads] == [1, 1]


def test_words_that_stand_in_no_message_are_left_out() -> None:
    assert traced(FRONT + "Q：量子加密什么时候普及？\nA：还早着呢，十年以后再看。\n").questions == ()


def test_the_marks_of_our_own_digests_lead_to_the_messages_where_the_words_were_rewritten() -> None:
    body = "<!-- q:1f3a9c 10:02:00 10:03:00 -->\nQ：账单晚来如何处置\n\n==待回复==\n\n"
    found = traced(FRONT + body + "<!-- digest:0123456789abcdef -->\n")
    assert found.whole
    assert found.questions[0].messages == (6,)
    assert found.questions[0].answers == ()


def test_several_logs_of_a_day_are_told_apart_by_what_they_hold() -> None:
    other = Log("logs/other.markdown", "别群", DAY, (Message((0,), 0, "甲", "今天放假"),), 1)
    found = trace.best(published(FRONT + f"Q：{ASKED}\nA：{FIRST}\n"), [other, LOG])
    assert found is not None
    assert found[1].room == "示例群"
    assert trace.best(published(FRONT + "Q：明天升级吗\n"), [other]) is None


def test_the_day_is_that_of_the_title() -> None:
    assert published(FRONT).day == DAY
    assert published("没有头\n").day is None
    assert published('---\ntitle: "20240230-没有这天"\ndate: 2024-02-29 12:00:00\n---\n').day == DAY


@pytest.mark.parametrize(
    "text", ["", "---\n", "\ufeff", "Q", "Q：", "A：", "> \n" * 50, "#" * 1000, "<!-- q:1 -->\n", "**" * 999]
)
def test_odd_pages_hold_nothing_and_harm_nothing(text: str) -> None:
    made = published(text)
    assert isinstance(made, PublishedDigest)
    assert trace.record(made, LOG).questions == ()


@pytest.mark.corpus
def test_tracing_agrees_with_the_gold_standard() -> None:
    hit = ours = theirs = 0
    for gold in records.read(GOLD):
        log = importers.read(GOLD.parent / gold.log, room=gold.room)
        page = published((GOLD.parent / gold.digest).read_text(encoding="utf-8"))
        same = {p: m.position for m in log.messages for p in m.positions}
        found = {same[m] for q in trace.record(page, log).questions for m in q.messages}
        wanted = {same[m] for q in gold.questions for m in q.messages}
        hit, ours, theirs = hit + len(found & wanted), ours + len(found), theirs + len(wanted)
    assert hit / ours > 0.9
    assert hit / theirs > 0.9
