"""An invented day that has one of everything a digest can hold."""

from __future__ import annotations

import datetime as dt

from digest.model import Answer, Digest, Entry, Line, Log, Message, Question, Section, Topic
from digest.page.render import Layout

START = 9 * 3600
LAYOUT = Layout(image_hosts=("img.example.org",), headings={"resources": "资料"})


def log(messages: int = 60) -> Log:
    """A log whose message i stands i minutes after nine."""
    made = tuple(Message((i,), START + 60 * i, "林山", f"第{i}条") for i in range(messages))
    return Log("logs/2024-02-30-chat.markdown", "示例群", dt.date(2024, 2, 29), made, messages)


def answer(message: int, *texts: str) -> Answer:
    return Answer((message,), 1, tuple(Line(text, message) for text in texts))


def question(identity: str, message: int, text: str, *answers: Answer, follows: str | None = None) -> Question:
    return Question(identity, message, (message,), 0, (Line(text, message),), 0.9, True, answers, follows)


def thread(identity: str, *questions: Question) -> Entry:
    return Entry(identity, "thread", questions)


def digest() -> Digest:
    picture = Line("20240229_093000", 30, "image", "http://img.example.org/20240229_093000.png")
    elsewhere = Line("截图", 31, "image", "http://img.example.net/x.png")
    article = Line("对账入门", 40, "link", "https://example.org/a?b=1&c={{x}}")
    talk = Entry(
        "7a1b2c3d",
        "talk",
        lines=(
            Line("今天讲三件事。", 1),
            Line("1.1 背景", 2, "heading"),
            Line("1. 先有订单，再有支付", 3),
            Line("账户分三层", 4, "item"),
            picture,
        ),
    )
    after_talk = thread("a1a1a1a1", question("a1a1a1a1", 12, "缓冲记账会超额吗？", answer(13, "会，要看额度")))
    errors = thread(
        "b2b2b2b2",
        question(
            "b2b2b2b2",
            20,
            "银行通道的错误码由谁封装？",
            answer(21, "渠道网关统一封装", "业务只认自己的码"),
            Answer((22,), 2, (Line("我们用 `code` 和 snake_case 两套", 22), picture)),
        ),
        question("c3c3c3c3", 25, "对不上的码怎么办", answer(26, "归到未知 | 查单"), follows="b2b2b2b2"),
    )
    waiting = thread("d4d4d4d4", question("d4d4d4d4", 33, "# 有人接过 {{ gateway }} 吗"))
    limits = thread(
        "e5e5e5e5",
        question("e5e5e5e5", 35, "限额按卡还是按户？见 https://example.org/limit。", answer(36, "打 13912345678 问")),
    )
    return Digest(
        dt.date(2024, 2, 29),
        "示例群",
        "错误码与<限额>",
        "",
        (
            Section("talk", "专题分享：账户{{ x }}", (Topic("talk", "", (talk,)),)),
            Section("qa", "Q&A", (Topic("qa", "", (after_talk,)),)),
            Section("notices", "", (Topic("none", "", ()),)),
            Section(
                "discussion",
                "自由讨论",
                (Topic("aa00aa00", "错误码的封装", (errors, waiting)), Topic("bb00bb00", "C# 与限额 #", (limits,))),
            ),
            Section(
                "resources",
                "",
                (
                    Topic(
                        "res",
                        "",
                        (
                            Entry("f6f6f6f6", "resource", lines=(article,)),
                            Entry("a7a7a7a7", "resource", lines=(elsewhere,)),
                        ),
                    ),
                ),
            ),
        ),
    )
