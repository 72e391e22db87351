"""Pages made of many days: questions that came back, roundups; and what a build can say of an open question."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from digest.errors import UsageError
from digest.knowledge import recurring, roundups, schema
from digest.knowledge.likeness import Sameness
from digest.project import folders
from digest.project import settings as config
from digest.project.settings import Settings
from digest.subjects import load
from indexed import LATER, SAID, put, run

AGAIN = (
    ("09:00:00", "小石-甲公司-开发", "请问热点账户做缓冲记账的话，透支怎么控制？"),
    ("09:03:00", "木木", "缓冲记账要先冻结额度，超过额度就转成实时记账"),
    ("11:00:00", "林山", "请教一下，跨境结汇的额度怎么申请？"),
)
TALK = (("14:00:00", "林山", "请问有人了解支付牌照的续展吗？材料要准备哪些？"),)


@pytest.fixture
def project(tmp_path: Path) -> Settings:
    put(tmp_path, "2031-03-04", said=SAID)
    put(tmp_path, "2031-03-05", said=LATER)
    put(tmp_path, "2031-04-02", said=AGAIN)
    put(tmp_path, "2031-04-09", "arch", said=TALK)
    (tmp_path / "digest.toml").write_text('agreed = ["木木"]\n', "utf-8")
    made = replace(config.settings(tmp_path), rules=(config.packaged_rules(),))
    assert run(tmp_path, "index").status == 0
    return made


def test_the_same_question_on_two_days_is_one_with_all_its_answers(project: Settings) -> None:
    with schema.reading(folders.store_path(project.root)) as db:
        rules = load((config.packaged_rules(),)).settings(Sameness)
        (group,) = recurring.recurring(recurring.day_questions(db), recurring.all_words(db), rules)
    assert group.days == ("2031-03-05", "2031-04-02")
    assert group.answers == 2


def test_the_faq_is_a_page_that_keeps_its_editors_words(project: Settings) -> None:
    assert run(project.root, "build", "2031-04-02").status == 0
    assert run(project.root, "index").status == 0
    assert run(project.root, "faq").status == 0
    path = project.out / "faq.md"
    text = path.read_text("utf-8")
    assert "Q：" in text
    assert "A（2031-03-05）：" in text
    assert "A（2031-04-02）：" in text
    assert "[2031-04-02](2031-04-02.md)" in text
    assert "问过：2031-03-05、" in text  # no digest of that day: no link that leads nowhere
    path.write_text(text.replace("先冻结额度", "先预留额度"), "utf-8")
    put(project.root, "2031-04-20", said=AGAIN)
    assert run(project.root, "index").status == 0
    assert run(project.root, "faq").status == 0
    again = path.read_text("utf-8")
    assert "先预留额度" in again
    assert "A（2031-04-20）：" not in again
    assert run(project.root, "accept", "faq", "--all").status == 0
    again = path.read_text("utf-8")
    assert "先预留额度" in again and "A（2031-04-20）：" in again


def test_the_faq_tells_why_questions_are_held_to_be_the_same(project: Settings) -> None:
    told = run(project.root, "faq", "--why", "--dry-run")
    assert told.status == 0
    assert "2031-03-05, 2031-04-02" in told.out
    assert "both say" in told.out and "缓冲记账" in told.out
    assert not (project.out / "faq.md").exists()


def test_a_roundup_has_the_best_threads_what_stayed_open_and_names_who_agreed(project: Settings) -> None:
    assert run(project.root, "build", "2031-04-09", "--room", "arch").status == 0
    assert run(project.root, "index").status == 0
    assert run(project.root, "month", "2031-04").status == 0
    text = (project.out / "2031-04.md").read_text("utf-8")
    assert "透支怎么控制" in text
    assert "==待回复==" in text
    assert "arch/2031-04-09.md" in text
    assert "木木" in text
    assert "林山" not in text
    assert "2031-03" not in text
    assert "\n2031-04-02\n" in text  # no digest of that day


NOTICE = (
    ("09:00:00", "小石-甲公司-开发", "请问热点账户做缓冲记账的话，透支怎么控制？"),
    ("09:03:00", "木木", "缓冲记账要先冻结额度，超过额度就转成实时记账"),
    ("09:04:00", "小石-甲公司-开发", "那冻结的额度多久释放？"),
    (
        "09:06:00",
        "木木",
        "本周六下午有聚会，地点在江边的茶馆，想来的朋友请找我报名，名额不多，先到先得，带上名片和一个好故事",
    ),
    ("11:00:00", "林山", "请教一下，跨境结汇的额度怎么申请？"),
    ("13:00:00", "林山", "请教一下大家，" + "外面的人都说跨境的额度不好拿，我们也这样想，" * 9 + "怎么办？"),
)


def test_a_roundup_takes_answers_to_the_point_and_open_questions_that_stand_alone(tmp_path: Path) -> None:
    put(tmp_path, "2031-04-02", said=NOTICE)
    assert run(tmp_path, "index").status == 0
    assert run(tmp_path, "month", "2031-04").status == 0
    text = (tmp_path / "digests" / "2031-04.md").read_text("utf-8")
    assert "A：缓冲记账要先冻结额度" in text
    assert "茶馆" not in text
    assert "Q：那冻结的额度" not in text
    assert text.count("==待回复==") <= 1
    assert "外面的人" not in text


def test_a_week_and_a_room_narrow_a_roundup(project: Settings) -> None:
    assert run(project.root, "week", "2031-W15", "--room", "arch").status == 0
    text = (project.out / "arch" / "2031-W15.md").read_text("utf-8")
    assert "支付牌照" in text
    assert "透支" not in text


@pytest.mark.parametrize("said", ["2031-13", "2031", "../x", "2031-3", "０３"])
def test_what_is_no_month_is_refused(said: str) -> None:
    with pytest.raises(UsageError, match="2017-05"):
        roundups.month(said)


@pytest.mark.parametrize("said", ["2031-W54", "2031-W00", "W12", "2031-12"])
def test_what_is_no_week_is_refused(said: str) -> None:
    with pytest.raises(UsageError, match="2017-W21"):
        roundups.week(said)


def test_a_month_of_which_nothing_is_indexed_says_so(project: Settings) -> None:
    result = run(project.root, "month", "2030-01")
    assert result.status == 2
    assert "digest index" in result.err


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("请问热点账户的余额更新怎么处理？", "热点账户的余额更新一般怎么处理比较好？", True),
        ("请问热点账户的余额更新怎么处理？", "热点账户的科目由谁来设置？", False),
        ("请问热点账户的余额更新怎么处理？", "备付金账户的余额更新怎么处理？", False),
        ("请问热点账户和缓冲记账有什么区别？", "热点账户跟缓冲记账的差别是什么呢？", True),
        ("请问热点账户能直接在网关里冻结吗？", "网关里可以直接冻结热点账户吗？", True),
        ("请问甲甲乙有支付牌照吗？", "丙丙丁有支付牌照吗？", False),
        ("请问对账文件一般多少钱一份？", "热点账户现在还有别的办法吗？", False),
        ("能不能举个热点账户的例子？", "热点账户能举个具体的例子吗？", False),
        ("还有什么需要注意的？", "那还有什么要注意的？", False),
    ],
)
def test_the_same_question_is_one_that_asks_the_same_of_the_same(
    tmp_path: Path, one: str, other: str, same: bool
) -> None:
    put(tmp_path, "2031-03-04", said=(("09:00:00", "林山", one), ("09:01:00", "木木", "先记流水，再汇总更新")))
    put(tmp_path, "2031-03-05", said=(("09:00:00", "小石", other), ("09:01:00", "木木", "先记流水，再汇总更新")))
    run(tmp_path, "index")
    run(tmp_path, "faq")
    assert (one.removeprefix("请问") in (tmp_path / "digests" / "faq.md").read_text("utf-8")) == same


def test_the_rules_say_how_much_alike_the_same_question_is(tmp_path: Path) -> None:
    said = ("请问热点账户的余额更新怎么处理？", "热点账户的余额更新一般怎么处理比较好？")
    for day, text in zip(("2031-03-04", "2031-03-05"), said, strict=True):
        put(tmp_path, day, said=(("09:00:00", "林山", text), ("09:01:00", "木木", "先记流水，再汇总更新")))
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "same.yml").write_text("subject: same\nsettings: {likeness: 0.95}\n", "utf-8")
    run(tmp_path, "index")
    run(tmp_path, "faq")
    assert "热点账户" not in (tmp_path / "digests" / "faq.md").read_text("utf-8")
