"""What an editor did to a built digest is a judgement: `eval` and `tune` read it as they read what was published."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cli import put, run

DAYS = [f"2031-03-{n:02d}" for n in range(4, 10)]
SAID = (
    ("09:00:10", "林山", "大家早"),
    ("09:15:02", "Ada  Novak", "想请问大家一个问题，银行通道返回的错误码一般在哪一层做封装？"),
    ("09:16:07", "小石-甲公司-开发", "@Ada Novak\u2005我们放在渠道网关，统一转成内部的错误码"),
    ("09:17:30", "木木", "渠道网关封装以后，业务系统只认内部的错误码就行了"),
    ("10:20:05", "木木", "请教一下，对账文件迟到的时候，日切要不要等？"),
    ("10:21:00", "林山", "@木木\u2005日切不等对账文件，迟到的第二天补对"),
    ("11:30:00", "周远", "热点账户先放一放"),
    ("11:31:00", "林山", "缓冲记账先记流水，再汇总入账，透支靠额度控制"),
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Path:
    for day in DAYS:
        put(tmp_path, day, said=SAID)
    (tmp_path / "rules").mkdir()
    monkeypatch.chdir(tmp_path)
    run(capsys, "build", "--all")
    return tmp_path


def path(day: str) -> Path:
    return Path(f"digests/{day}.md")


def entries(text: str) -> list[str]:
    """The blocks of a digest's entries, with their marks."""
    return re.findall(r"<!-- q:[^\n]*\n(?:(?!<!-- |---).*\n)*", text)


def slips(capsys: Any, day: str) -> set[tuple[str, str]]:
    """What was missed or wrong, and when it was said."""
    done = run(capsys, "eval", day, "--misses", "--json")
    assert done.status == 0, done.err
    return {(slip["what"], slip["time"]) for slip in json.loads(done.out)["slips"]}


def edit(day: str, old: str, new: str) -> None:
    text = path(day).read_text("utf-8")
    assert old in text
    path(day).write_text(text.replace(old, new, 1), "utf-8")


def test_what_nobody_has_edited_teaches_nothing(here: Path, capsys: Any) -> None:
    done = run(capsys, "eval")
    assert done.status == 2
    assert "6 digests that nobody has edited yet left out" in done.err


def test_a_deleted_entry_was_no_question(here: Path, capsys: Any) -> None:
    day = DAYS[0]
    [wrong] = [e for e in entries(path(day).read_text("utf-8")) if "日切要不要等" in e]
    edit(day, wrong, "")
    assert slips(capsys, day) == {("question wrong", "10:20:05")}
    run(capsys, "build", day)  # the deletion is in the base now
    assert slips(capsys, day) == {("question wrong", "10:20:05")}


def test_a_moved_answer_shows_the_right_link(here: Path, capsys: Any) -> None:
    day = DAYS[0]
    moved = next(row for row in path(day).read_text("utf-8").split("\n") if "业务系统只认" in row)
    edit(day, moved + "\n\n", "")
    edit(day, "A：日切不等", f"{moved}\n\nA：日切不等")
    before = slips(capsys, day)
    assert ("answer wrong", "09:17:30") in before
    assert not any(what.startswith("question") for what, _ in before)


def test_an_added_question_was_missed(here: Path, capsys: Any) -> None:
    day = DAYS[0]
    assert "热点账户" not in path(day).read_text("utf-8")
    asked, answered = SAID[6][2], SAID[7][2]
    first = entries(path(day).read_text("utf-8"))[0]
    edit(day, first, f"Q：{asked}\n\nA：{answered}\n\n---\n\n{first}")
    assert ("question missed", "11:30:00") in slips(capsys, day)


def test_late_answers_teach_nothing_of_the_day(here: Path, capsys: Any) -> None:
    day = DAYS[0]
    edit(day, "在哪一层做封装", "在哪一层封装")
    before = slips(capsys, day)
    first = entries(path(day).read_text("utf-8"))[0]
    edit(day, first, first.rstrip() + "\n\nA（3月5日）：缓冲记账先记流水\n\nQ（3月3日）：热点账户\n\nA：缓冲记账\n\n")
    assert slips(capsys, day) == before


def test_tune_learns_from_edited_digests(here: Path, capsys: Any) -> None:
    for day in DAYS:
        [wrong] = [e for e in entries(path(day).read_text("utf-8")) if "日切要不要等" in e]
        edit(day, wrong, "")
    done = run(capsys, "tune", "--folds", "2", "--subject", "questions")
    assert done.status == 0, done.err
    assert any((here / "rules").iterdir())
