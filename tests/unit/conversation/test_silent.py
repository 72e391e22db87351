"""What nobody said is no turn, no person, no question and no answer."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from digest.conversation.analyse import analyse
from digest.conversation.people.people import Known
from digest.model import Log, Message
from digest.stages import Stages
from digest.subjects import load
from places import RULES

STAGES = Stages(load([RULES]))
SAID = (
    ("林山", "请问大家，退款走原路退回，如果原卡已经注销了一般怎么处理？"),
    ("系统消息", "群公告：本周五晚八点分享，欢迎大家提问？"),
    ("", '"老群主"拍了拍"林山"'),
    ("木木", "银行会退票，先挂账，再让用户补一张同名卡做代付"),
)


def log(*said: tuple[str, str], **changes: object) -> Log:
    messages = tuple(Message((n,), 36000 + 40 * n, who, text) for n, (who, text) in enumerate(said))
    return Log("log", "", dt.date(2031, 3, 4), messages, len(said))


def test_lines_of_the_system_are_nobody_and_part_no_question_from_its_answer() -> None:
    day = analyse(log(*SAID), STAGES)
    assert [message.speaker for message in day.log.messages] == ["林山", "木木"]
    assert [message.position for message in day.log.messages] == [0, 3]
    assert [person.name for person in day.people.persons] == ["林山", "木木"]


@pytest.mark.parametrize("kind", ["system", "recalled", "bot"])
def test_a_message_that_its_export_calls_so_is_nobodys(kind: str) -> None:
    said = log(("林山", "大家好"), ("木木", "怎么处理？"))
    marked = replace(said, messages=(said.messages[0], replace(said.messages[1], kind=kind)))
    assert len(analyse(marked, STAGES).log.messages) == 1


def test_bots_and_whom_the_rules_ignore_are_left_out_by_label_or_by_id() -> None:
    said = log(("林山", "大家好"), ("群助手", "怎么处理？"), ("改过名的", "怎么处理？"))
    said = replace(said, messages=(*said.messages[:2], replace(said.messages[2], sender="wxid_7")))
    stages = Stages(STAGES.rules.with_settings("people", bots=("群助手",), ignore=("wxid_7",)))
    assert stages.rules.settings(Known).bots == ("群助手",)
    assert [message.speaker for message in analyse(said, stages).log.messages] == ["林山"]


def test_a_log_of_people_alone_stays_the_same_log() -> None:
    said = log(("林山", "撤回了一条消息是什么意思？"), ("木木", "他拍了拍我，让我看群公告里怎么写的，你也去看看吧"))
    assert analyse(said, STAGES).log is said
