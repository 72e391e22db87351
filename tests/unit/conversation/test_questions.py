"""Dialogue acts and candidate questions by the packaged rules, on invented talk and on the seed's day."""

from __future__ import annotations

import datetime as dt

import pytest

from digest import importers
from digest import stages as pipeline
from digest.conversation.conversation import Conversation
from digest.model import Log, Message
from digest.project.settings import packaged_rules
from digest.stages import Stages
from digest.subjects import load

SEED = packaged_rules().parent / "seeds" / "2017-05-27-chat.markdown"


@pytest.fixture(scope="module")
def stages() -> Stages:
    return Stages(load([packaged_rules()]))


@pytest.fixture(scope="module")
def seed(stages: Stages) -> Conversation:
    if not SEED.exists():
        pytest.skip("the seed's log is not beside the packaged rules")
    return pipeline.analyse(importers.read(SEED), stages)


def day(stages: Stages, *said: tuple[int, str, str]) -> Conversation:
    messages = tuple(Message((i,), 36000 + second, who, text) for i, (second, who, text) in enumerate(said))
    return pipeline.analyse(Log("x", "", dt.date(2020, 1, 1), messages, len(messages)), stages)


def test_acts_of_small_turns(stages: Stages) -> None:
    made = day(
        stages,
        (0, "甲", "微信红包"),
        (60, "乙", "谢谢老板"),
        (120, "丙", "哈哈哈"),
        (180, "丁", "是的"),
        (240, "戊", "请教一个问题"),
        (300, "己", "渠道路由一般怎么设计？"),
    )
    expected = ("noise", "thanks", "laugh", "agree", "opening", "asks")
    assert [made.acts.has(i, act) for i, act in enumerate(expected)] == [True] * 6


def test_an_announcement_and_the_question_that_follows_it_are_one_candidate(stages: Stages) -> None:
    made = day(
        stages,
        (0, "甲", "请教一个问题"),
        (4, "乙", "说吧"),
        (40, "甲", "渠道路由一般按费率还是按成功率来设计？有什么好的方案吗"),
        (80, "丙", "我们先看成功率，费率相近的时候才按费率选渠道"),
    )
    assert any({0, 2} <= set(c.turns) for c in made.candidates)


def test_an_announcement_that_holds_its_question_waits_for_none(stages: Stages) -> None:
    made = day(
        stages,
        (0, "甲", "请教一个问题"),
        (4, "甲", "渠道路由一般按费率还是按成功率来设计？有什么好的方案吗"),
        (40, "乙", "你们费率差得多么，为什么要按费率来选渠道"),
        (80, "甲", "差得不多，网上都这么说"),
        (120, "丙", "我们先看成功率，费率相近的时候才按费率选渠道"),
    )
    assert made.turns[0].messages == (0, 1)
    assert made.acts.has(0, "opening")
    assert not any({0, 2} <= set(c.turns) for c in made.candidates)


def test_evidence_of_an_act_adds_up_to_its_score(stages: Stages, seed: Conversation) -> None:
    bias = stages.question_settings.acts["question"]["bias"]
    for i in range(0, len(seed.turns), 7):
        act = seed.acts.act(i, "question")
        assert act.score == pytest.approx(bias + sum(e.weight for e in act.evidence))


def test_the_score_ranks_every_candidate_and_is_a_probability(seed: Conversation) -> None:
    assert all(0 < c.score < 1 for c in seed.candidates)
    assert len(seed.candidates) > 50


# the issue of the seed's day: what an editor wants to see, by the clock of the question's first message
WANTED = (
    "09:25:12",
    "11:44:38",
    "11:52:06",
    "14:33:20",
    "16:08:48",
    "16:23:54",
    "17:52:54",
    "18:16:24",
    "18:37:07",
    "19:00:51",
)
UNWANTED = ("07:34:54", "07:35:12", "07:59:07", "09:33:07")


def test_the_seed_days_questions_are_kept_and_its_small_talk_is_not(stages: Stages, seed: Conversation) -> None:
    kept = [c for c in seed.candidates if c.score >= stages.question_settings.threshold]
    clocks = {seed.log.messages[m].clock for c in kept for t in c.turns for m in seed.turns[t].messages}
    assert [clock for clock in WANTED if clock not in clocks] == []
    assert [clock for clock in UNWANTED if clock in clocks] == []


def test_the_same_log_gives_the_same_day(stages: Stages, seed: Conversation) -> None:
    again = pipeline.analyse(importers.read(SEED), stages)
    assert again.candidates == seed.candidates
    assert again.answers == seed.answers
    assert again.links == seed.links
