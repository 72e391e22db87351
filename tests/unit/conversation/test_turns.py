"""Messages → turns."""

from __future__ import annotations

import datetime as dt

from digest.conversation.people.people import people
from digest.conversation.turns import TurnSettings, beside, turns
from digest.model import Log, Message


def log(*said: tuple[int, str, str]) -> Log:
    messages = tuple(Message((i,), second, who, text) for i, (second, who, text) in enumerate(said))
    return Log("x", "", dt.date(2020, 1, 1), messages, len(messages))


def spoken(*said: tuple[int, str, str], how: TurnSettings | None = None) -> list[tuple[int, ...]]:
    day = log(*said)
    return [t.messages for t in turns(day, people(day), how)]


def test_a_question_spread_over_three_messages_is_one_turn() -> None:
    assert spoken((0, "甲", "请教一个问题"), (20, "甲", "路由按费率选"), (50, "甲", "还是按成功率选")) == [(0, 1, 2)]


def test_another_speaker_ends_a_turn() -> None:
    assert spoken((0, "甲", "路由怎么选"), (5, "乙", "按费率"), (9, "甲", "谢谢")) == [(0,), (1,), (2,)]


def test_a_long_silence_ends_a_turn() -> None:
    assert spoken((0, "甲", "路由怎么选"), (900, "甲", "对账呢")) == [(0,), (1,)]


def test_speaking_to_somebody_else_begins_a_turn() -> None:
    said = (
        (0, "张三-甲公司", "早"),
        (1, "李四-乙公司", "早"),
        (2, "王五", "对的，是这样"),
        (9, "王五", "@张三-甲公司 我们也是"),
    )
    assert spoken(*said) == [(0,), (1,), (2,), (3,)]


def test_a_question_that_follows_an_answer_by_the_same_person_is_a_turn_of_its_own() -> None:
    how = TurnSettings(new_start=("(还有|另外)?请教(一下|个问题)?",))
    assert spoken((0, "甲", "我们是隔日对账"), (10, "甲", "另外请教一下，退款走哪个接口"), how=how) == [(0,), (1,)]


def test_mentions_emoji_and_lost_emoji_are_no_words_of_a_turn() -> None:
    day = log((0, "张三-甲公司", "在的"), (5, "李四", "@张三-甲公司?路由怎么选[强]??"))
    made = turns(day, people(day))
    assert made[1].text == "路由怎么选"
    assert made[1].mentions == (made[0].speaker,)


def test_beside_a_turn_stand_its_speakers_own_turns_until_somebody_speaks_or_he_is_silent() -> None:
    day = log(
        (0, "甲", "先说一句"),
        (500, "甲", "先记流水"),
        (560, "甲", "再异步汇总"),
        (620, "甲", "最后更新余额"),
        (640, "乙", "明白"),
        (650, "甲", "还要对账"),
        (660, "乙", "对账怎么做"),
        (670, "甲", "按天"),
    )
    made = turns(day, people(day), TurnSettings(gap=30))
    assert len(made) == 8

    def found(seconds: int = 120, apart: int = -1, remarks: tuple[int, ...] = ()) -> list[int]:
        return beside(made, 2, seconds, lambda j: j != apart, lambda j: j in remarks)

    assert found() == [1, 3]
    assert found(apart=1) == [3]
    assert found(seconds=10) == []
    assert found(remarks=(4,)) == [1, 3, 5]
