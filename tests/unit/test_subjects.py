"""Every setting, list and table that a stage declares changes something, derived from the declarations."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from digest import importers
from digest.conversation.lexicon import FieldWords
from digest.conversation.people.people import Known, people
from digest.conversation.questions import QUESTION, QuestionSettings
from digest.conversation.talk.rules import Talking
from digest.conversation.talk.talk import considered, hosts, talk, talking, weighed_log
from digest.editorial import late
from digest.editorial.clean import Cleaning, aside, clean, remark, unwanted
from digest.editorial.headings.topics import ThreadText, TopicRules, topics
from digest.errors import RulesError
from digest.knowledge import schema
from digest.knowledge.earlier import answered_before
from digest.knowledge.likeness import Enough, Sameness
from digest.knowledge.recurring import all_words, day_questions, recurring
from digest.knowledge.same import compared, likeness
from digest.model import Image, Log, Message, Quote
from digest.page import render
from digest.project import folders
from digest.project import settings as config
from digest.reports import extract, graph, summary
from digest.rules.declare import Declaration
from digest.rules.load import assemble
from digest.rules.model import Rules
from digest.rules.read import read_string
from digest.rules.shapes import Anything, Many, MapOf
from digest.rules.types import Clock, Duration, Field, Flag, Float, Int, Regex, Text, Weighed
from digest.stages import Stages
from digest.subjects import SUBJECTS, load
from digest.workflows import index
from digest.workflows.project import analysed
from indexed import put, run
from places import ROOT

RULES = load([ROOT / "rules"])
SEED = importers.read(ROOT / "seeds" / "2017-05-27-chat.markdown")


def log(day: int, *lines: tuple[str, str, str], quotes: dict[int, Quote] | None = None) -> Log:
    """A log of (clock, speaker, text) on a day of March; a text `[图]` is a picture."""
    messages = []
    for n, (clock, speaker, text) in enumerate(lines):
        hours, minutes, *seconds = (int(part) for part in clock.split(":"))
        second = hours * 3600 + minutes * 60 + (seconds[0] if seconds else 0)
        images = (Image(clock, f"https://pictures.example.org/{n}.png"),) if text == "[图]" else ()
        quote = (quotes or {}).get(n)
        messages.append(Message((n,), second, speaker, "" if images else text, quote=quote, images=images))
    return Log("invented", "room", dt.date(2031, 3, day), tuple(messages), len(messages))


HOST, GUEST, OTHER = "罗主持", "林之远-远山支付-架构", "周小满-某银行-产品"
PARTS = (
    "清算系统最早只有一个批处理，每天凌晨把前一天的流水汇总成一张表，再由运营导入银行的网银里面去做代发。",
    "后来商户多了，批处理要跑六个小时，任何一步失败都要从头再来，于是我们把它拆成了登记、汇总、出款三个阶段。",
    "登记阶段只做一件事情，就是把交易变成待清算的分录，这一步是实时的，并且以交易流水号作为幂等键。",
    "汇总阶段按照商户、币种和周期来切分，每一个切片都可以单独重跑，出错的时候只影响这一个切片里的商户。",
)
SIGNING_IN = [(f"19:2{n}", f"听众{who}", "签到") for n, who in enumerate("甲乙丙丁戊")]
ANNOUNCED = f"各位同学，今天请到@{GUEST}\u2005给大家做分享，主题是“清算系统的演进”，开始时间为【19:30】；大家欢迎"
EVENING = log(
    1,
    ("10:00", OTHER, "早上好，请问谁对接过这家银行的网关"),
    ("19:00", HOST, ANNOUNCED),
    *SIGNING_IN,
    ("19:30", HOST, f"停止签到，请@{GUEST}\u2005开始分享吧"),
    ("19:30:30", GUEST, "大家好，我是林之远，来自远山支付"),
    ("19:31", GUEST, "第一次做分享，讲得不好请大家见谅"),
    *((f"19:{32 + n}", GUEST, part) for n, part in enumerate(PARTS)),
    ("19:36:30", OTHER, "这个汇总阶段失败了以后要不要人工处理？"),
    ("19:37", GUEST, "@周小满\u2005不用，自动重跑就可以了"),
    ("19:37:30", "听众甲", "学习"),
    ("19:38", GUEST, "[图]"),
    ("19:50", GUEST, "出款阶段最麻烦，因为银行的返回有成功、失败和未知三种，未知的必须查询到终态，绝对不能直接重发。"),
    ("19:51", GUEST, "我的分享就到这里，谢谢大家"),
    ("19:51:20", "听众甲", "[强][强]谢谢分享"),
    ("19:51:30", "听众乙", "[鼓掌]"),
    ("19:51:40", "听众丙", "[鼓掌]"),
    ("19:52", HOST, "谢谢林总，以下是提问时间，请大家积极提问"),
    ("19:53", "听众丙", "请问未知状态的出款多久查询一次，有没有上限？"),
    ("19:54", GUEST, "一般是先密后疏，前十分钟每分钟一次，之后每十分钟一次，到第二天日终还没有结果就转人工"),
)
PICTURES = log(1, ("19:00", HOST, ANNOUNCED), *((f"19:{30 + n}", GUEST, "[图]") for n in range(9)))
OPEN = log(
    4,
    ("09:00:10", "林山", "大家早"),
    ("20:20:05", "木木", "请教一下，对账文件迟到的时候，日切要不要等？"),
)
LATER = log(
    5,
    ("08:15:02", "林山", "@木木\u2005我们的日切不等对账文件，迟到的第二天补对"),
    ("08:16:00", "木木", "明白了，谢谢"),
)
QUOTED = Quote("木木", "请教一下，对账文件迟到的时候，日切要不要等？")
OTHERS = (
    LATER,
    log(6, ("08:15", "林山", "不等，第二天补对"), quotes={0: QUOTED}),
    log(5, ("08:15", "林山", "@木木\u2005@小石\u2005日切不等对账文件吗"), ("08:16", "小石", "早")),
    log(
        5,
        ("08:15", "林山", "@木木\u2005@小石\u2005日切不等对账文件，第二天补对"),
        ("08:16", "小石", "早"),
        ("08:17", "木木", "早"),
    ),
    log(5, ("08:15", "林山", "@木木\u2005不等"), ("08:16", "林山", "@木木\u2005谢谢，日切的对账文件迟到了")),
)
TEXTS = (
    "大家好，请教一下，那个渠道的错误码怎么封装[强] ，谢谢",
    "你问错误码怎么封装，就是在网关统一转换~ ，谢谢",
    "嗯，就是放在网关里[微笑]^_^。",
    "楼上真牛",
    "报文里写[图片]两个字就行",
)
ASKED = (
    "请教一下，热点账户的余额更新怎么处理比较好？",
    "想请问大家，热点账户的余额更新一般怎么处理？",
    "热点账户缓冲记账和实时记账有什么区别？",
    "热点账户缓冲记账跟汇总记账有什么区别？",
    "余额更新呢？",
    "热点账户的余额限额一般是多少？",
    "热点账户的余额限额最多可以是多少？",
    "今天热点账户谁来分享？",
)


SUBJECT = ("清算文件", "渠道路由", "热点账户", "支付牌照", "备付金", "代扣签约", "手续费", "二维码")
PEOPLE = log(
    2,
    ("09:00", "我", "大家早"),
    ("09:01", "我", "周末有一场分享，通知大家来听"),
    ("09:15", "Ada-甲公司-技术-北京", "请问银行通道返回的错误码一般在哪一层做封装？"),
    ("09:16", "小石-乙公司-技术-北京", "@老熊-爱奇艺-技术经理-北京\u2005我们放在渠道网关，统一转成内部的错误码"),
    ("09:16:20", "小石-乙公司-技术-北京", "封装以后业务系统只认内部的错误码就行了"),
    ("09:17", "Ada", "@小石\u2005谢谢，网关里要不要重试？"),
    ("09:18", "小石-乙公司-技术-北京", "要重试，三次以后转人工"),
    ("09:40", "木木", "[图]"),
    ("10:00", "木木", "问题1：账务日切的时候对账文件没到怎么办？"),
    ("10:00:40", "木木", "另外请教一下，日切要等多久？"),
    ("10:09", "林山", "日切不等对账文件，第二天补对就可以了"),
    *(
        line
        for n in range(8)
        for line in (
            (f"11:{4 * n:02}", f"听众{n}", f"请教一下，{SUBJECT[n]}怎么处理比较好？"),
            (f"11:{4 * n + 1:02}", f"听众{n}", "现在没有头绪"),
        )
    ),
    ("11:38", "大熊-甲公司-产品经理-北京", "早"),
    ("11:39", "林山", "@北京\u2005早"),
    ("11:40", "林山", "@听众0\u2005清算文件要先校验再入库，校验失败的转人工处理"),
)
LECTURE = tuple((f"19:{32 + n}", GUEST, part) for n, part in enumerate((*PARTS, *PARTS)))
CLOSED = (
    ("19:40", GUEST, "我的分享就到这里，谢谢大家，" + "今天讲的这些都是我们踩过的坑，" * 3),
    ("19:41", GUEST, PARTS[0]),
    ("19:42", GUEST, PARTS[1]),
)
EVENINGS = (
    EVENING,
    PICTURES,
    log(1, *((f"10:{n:02}", GUEST, PARTS[n % 4]) for n in range(2))),
    log(1, ("19:00", HOST, "各位同学，今天请到老师给大家做分享，开始时间为【19:30】"), *LECTURE, *CLOSED),
    log(1, ("19:00", HOST, ANNOUNCED), ("19:01", GUEST, "收到"), *((clock, OTHER, part) for clock, _, part in LECTURE)),
    log(1, *LECTURE, CLOSED[0]),
    log(1, LECTURE[0], ("19:32:30", HOST, f"停止签到，请@{GUEST}\u2005开始分享吧"), *LECTURE[1:]),
    SEED,
)
HOUR = 3600
THREADS = (
    (
        ThreadText("热点账户怎么处理", ("我们用缓冲记账", "热点账户拆成子账户"), 9 * HOUR),
        ThreadText("图片放在哪里好", ("扔CDN上",), 9 * HOUR + 600),
        ThreadText("缓冲记账之后热点账户的余额还准吗", ("汇总记账后才准",), 9 * HOUR + 900),
        ThreadText("谁用过人脸识别", (), 15 * HOUR),
        ThreadText("这个怎么弄", (), 16 * HOUR),
        ThreadText("热点账户和普通账户有什么区别", ("热点账户要缓冲",), 20 * HOUR),
    ),
    tuple(ThreadText(f"热点账户怎么处理{n}", (), 60 * n) for n in range(10)),
    *(
        (ThreadText(text, (), 0),)
        for text in (
            "请问怎么做灰度发布",
            "折扣的优惠承诺怎么界定",
            "清算问题和渠道阶段",
            "备付金存管过程中的用户",
            "清算和结算的区别是什么",
            "代付通道是什么意思",
            "支付系统用什么数据库好",
            "有没有对账的文档",
            "知道网联的接入流程吗",
            "为什么要做资金归集呢",
            "商户进件的费率和限额怎么设置比较合理呢各位",
        )
    ),
)


# ---- what the settings of each subject may change ----------------------------------------------------------------


def days(rules: Rules) -> object:
    """Extract, page, graph and summary of invented days and of the seed's."""
    stages = Stages(rules)
    result = []
    for day in (SEED, EVENING, OPEN, PEOPLE):
        work = analysed(day, stages, evidence=True)
        json = extract.text(extract.extract(work.conversation, work.questions, work.digest, stages.layout))
        drawn = graph.dot(graph.graph(work.conversation, work.questions, stages.link_settings.threshold))
        figures = summary.summary(
            work.conversation, work.questions, work.digest, {}, stages.question_settings, stages.answer_settings
        )
        result.append((json, render.page(work.digest, day, stages.layout).text, drawn, summary.details(figures)))
    return result


def talks(rules: Rules) -> object:
    """The talks of invented evenings, with what speaks for them."""
    how = talking(rules)
    result = []
    for day in EVENINGS:
        weighed = weighed_log(day, people(day, rules.settings(Known)), how)
        result.append((talk(weighed), considered(weighed), hosts(weighed)))
    return result


def headings(rules: Rules) -> object:
    """Headings over invented threads."""
    how = rules.settings(TopicRules)
    return [topics(threads, RULES.settings(FieldWords).vocabulary, how) for threads in THREADS]


def texts(rules: Rules) -> object:
    """Published texts, and which are not printed at all."""
    how = rules.settings(Cleaning)
    printed = [clean(text, how, role) for text in TEXTS for role in ("question", "answer", "talk")]
    return printed, [(unwanted(text, how), aside(text, how), remark(text, how)) for text in TEXTS]


def offers(rules: Rules) -> object:
    """Late answers to an open question on days after it."""
    stages = Stages(rules)
    work = analysed(OPEN, Stages(RULES))
    waiting = late.waiting(work.digest, OPEN, work.conversation.people.speaker)
    heard = [late.Heard(day, stages.known, stages.turn_settings) for day in OTHERS]
    how = rules.settings(late.Lateness)
    return how.days, [late.answers(waiting, [day], how, stages.vocabulary, stages.cleaning) for day in heard]


def alike(rules: Rules) -> object:
    """How alike questions are, and which are the same."""
    how = rules.settings(Sameness)
    with schema.reading(folders.store_path(store())) as db:
        words = all_words(db)
        sides = [compared(text, words, how) for text in ASKED]
        pairs = [likeness(one, other, how) for n, one in enumerate(sides) for other in sides[n + 1 :]]
        return pairs, [how.stands_alone(text) for text in ASKED], recurring(day_questions(db), words, how)


def earlier(rules: Rules) -> object:
    """Where a question was answered before."""
    with schema.reading(folders.store_path(store())) as db:
        day = dt.date(2031, 5, 1)
        return answered_before(db, ASKED[1], day, "room", rules.settings(Enough), rules.settings(Sameness))


def named(rules: Rules) -> object:
    """Who may be named beside what a search finds."""
    root = Path(tempfile.mkdtemp())
    put(root, "2031-04-01")
    index.index(replace(config.settings(root), rules=()), lambda: Stages(rules), processes=1)
    with schema.reading(folders.store_path(root)) as db:
        return db.execute("SELECT name FROM people WHERE agreed ORDER BY name").fetchall()


def refused(rules: Rules) -> object:
    """What the loader says of a rule for an act, with the acts of these rules."""
    acts = "".join(f"  {act}: {{}}\n" for act in rules.settings(Talking).acts)
    text = f"subject: talk\nacts:{' {}' * (not acts)}\n{acts}rules: [{{id: a, act: begins, pattern: 开始}}]\n"
    declarations = {declaration.name: declaration for declaration in SUBJECTS}
    try:
        assemble([[read_string(text, declarations)]], [], declarations)
    except RulesError as error:
        return [problem.code for problem in error.problems]
    return []


PROBES: dict[str | tuple[str, str], Callable[[Rules], object]] = {
    ("people", "agreed"): named,
    ("talk", "acts"): refused,
    "talk": talks,
    "topics": headings,
    "clean": texts,
    "late": offers,
    "same": alike,
    "before": earlier,
}


# ---- other values ------------------------------------------------------------------------------------------------


def others(field: Field, value: Any) -> Iterator[Any]:
    """Values that a file might give instead of the packaged one."""
    match field.type:
        case Clock(text=True):
            yield "01:02:03"
        case Clock():
            yield from (0, 86400)
        case Flag():
            yield not value
        case Duration():
            yield from (0, 86400)
        case Int(low=low):
            yield from (low or 0, 10 * value + 1000)
        case Float(low=None):
            yield from (value + 20, value - 20)
        case Float(low=low, high=high):
            yield from (low, high)
        case Text():
            yield "别的"
        case Many(of=Weighed()):
            yield from ((), ("路由 0.1", "热点账户 0.1"))
        case Many(of=Many()):
            yield (("林山", "木木"), ("Ada-甲公司-技术-北京", "Ada"))
        case Many(of=Regex()):
            yield from ((), ("^.",), ("怎么|错误码",))
        case Many():
            yield from ((), ("账户", "怎么", "木木", "林山"), ("账户 余额",))
        case MapOf(of=Text()):
            yield {}
        case Anything():
            yield {"layout": "page"}
        case other:
            raise AssertionError(f"no other value of {other!r}: write a case")


ACTS = RULES.settings(QuestionSettings).acts
CASES: dict[tuple[str, str], Sequence[Any]] = {
    ("talk", "acts"): [{}],
    ("questions", "acts"): [{**ACTS, QUESTION: {**ACTS[QUESTION], "bias": 50.0}}],
}
ENTRIES = [
    pytest.param(declaration, key, id=f"{declaration.name}-{key[1]}")
    for declaration in SUBJECTS
    for key in declaration.entries
]


@pytest.mark.slow
@pytest.mark.parametrize(("declaration", "key"), ENTRIES)
def test_each_setting_list_and_table_changes_something(declaration: Declaration, key: tuple[str, str]) -> None:
    attribute, field = declaration.entries[key]
    value = getattr(RULES.subject(declaration.name).settings, attribute)
    name = (declaration.name, key[1])
    probe = PROBES.get(name) or PROBES.get(declaration.name, days)
    values = CASES.get(name) or list(others(field, value))
    assert any(probe(RULES.with_settings(declaration.name, **{attribute: each})) != packaged(probe) for each in values)


@cache
def packaged(probe: Callable[[Rules], object]) -> object:
    """What the packaged rules give."""
    return probe(RULES)


@cache
def store() -> Path:
    """A project with days of two rooms, built and indexed."""
    root = Path(tempfile.mkdtemp())
    for n, room in ((1, "room"), (2, "room"), (3, "arch")):
        lines = (
            ("09:15:02", "Ada", ASKED[0] if n != 3 else ASKED[1]),
            ("09:16:07", "小石", "@Ada\u2005热点账户我们用缓冲记账，先记流水再汇总"),
            ("11:20:05", "木木", ASKED[n + 1]),
        )
        put(root, f"2031-04-0{n}", room, lines)
        run(root, "build", f"2031-04-0{n}", "--room", room)
    assert run(root, "index").status == 0
    return root
