"""Answers that come on a later day: offered to both digests, and not again where the editor refuses them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from cli import put, run

DAY, NEXT, THIRD, FOURTH, FIFTH = (f"2031-03-0{n}" for n in (4, 5, 6, 7, 8))
ASKED = (
    ("09:00:10", "林山", "大家早"),
    ("09:15:02", "Ada  Novak", "想请问大家一个问题，银行通道返回的错误码一般在哪一层做封装？"),
    ("09:16:07", "小石-甲公司-开发", "@Ada Novak\u2005我们放在渠道网关，统一转成内部的错误码"),
    ("20:20:05", "木木", "请教一下，对账文件迟到的时候，日切要不要等？"),
)
ANSWERED = (
    ("08:00:10", "林山", "大家早"),
    ("08:15:02", "林山", "@木木\u2005我们的日切不等对账文件，迟到的第二天补对"),
    ("08:16:00", "木木", "明白了，谢谢"),
    ("10:00:00", "小石-甲公司-开发", "哈哈"),
)
QUIET = (("08:00:10", "林山", "大家早"), ("10:00:00", "小石-甲公司-开发", "哈哈"))
GIVEN, ASKED_THEN = "A（3月5日）：", "Q（3月4日）："


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Path:
    monkeypatch.chdir(tmp_path)
    put(tmp_path, DAY, said=ASKED)
    run(capsys, "build", DAY)
    assert "==待回复==" in page(DAY)
    return tmp_path


def page(day: str) -> str:
    return Path(f"digests/{day}.md").read_text("utf-8")


def write(day: str, text: str) -> None:
    Path(f"digests/{day}.md").write_text(text, "utf-8")


def paragraph(text: str, opening: str) -> str:
    return next(line for line in text.split("\n") if line.startswith(opening))


def entry(text: str) -> str:
    """The block that brings the earlier question to the later digest, with its mark."""
    start = text.rindex("<!-- q:", 0, text.index(ASKED_THEN))
    end = min(at for mark in ("\n---", "\n<!--") if (at := text.find(mark, start + 5)) > 0)
    return text[start:end]


def test_a_late_answer_is_offered_to_both_days(here: Path, capsys: Any) -> None:
    put(here, NEXT, said=ANSWERED)
    told = run(capsys, "build", NEXT)
    assert told.status == 0
    assert f"1 answer to what was asked on {DAY}" in told.out and f"offered too in digests/{DAY}.md" in told.out
    earlier, later = page(DAY), page(NEXT)
    assert f"{GIVEN}我们的日切不等对账文件，迟到的第二天补对" in earlier and "==待回复==" not in earlier
    assert "往日待回复" in later
    assert paragraph(later, ASKED_THEN).endswith("日切要不要等？")
    assert "A：我们的日切不等对账文件" in later
    assert run(capsys, "build", DAY).out.count("(unchanged)") == 1
    assert run(capsys, "build", NEXT).out.count("(unchanged)") == 2


def test_the_order_of_builds_makes_no_difference(here: Path, capsys: Any) -> None:
    put(here, NEXT, said=ANSWERED)
    run(capsys, "build", NEXT)
    one = page(DAY), page(NEXT)
    for folder in ("digests", ".digest"):
        (here / folder).rename(here / f"{folder}-old")
    assert run(capsys, "build", "--all").status == 0
    assert (page(DAY), page(NEXT)) == one


def test_a_refused_offer_does_not_come_back(here: Path, capsys: Any) -> None:
    put(here, NEXT, said=ANSWERED)
    run(capsys, "build", NEXT)
    write(DAY, page(DAY).replace(paragraph(page(DAY), GIVEN), "==待回复=="))
    write(NEXT, page(NEXT).replace(entry(page(NEXT)), ""))
    for log in ("x", "y"):
        # something else changes, so that it is built anew
        put(here, NEXT, said=(*ANSWERED, ("11:00:00", "林山", f"https://example.org/{log}")))
        run(capsys, "build", NEXT)
        run(capsys, "build", DAY)
        assert "3月5日" not in page(DAY) and "==待回复==" in page(DAY)
        assert "3月4日" not in page(NEXT)


def test_a_refused_offer_is_remembered_through_days_without_it(here: Path, capsys: Any) -> None:
    put(here, NEXT, said=ANSWERED)
    run(capsys, "build", NEXT)
    write(NEXT, page(NEXT).replace(entry(page(NEXT)), ""))
    run(capsys, "build", NEXT)
    put(here, NEXT, said=QUIET)
    run(capsys, "build", NEXT)
    put(here, NEXT, said=ANSWERED)
    run(capsys, "build", NEXT)
    assert "3月4日" not in page(NEXT)


def test_an_answer_that_she_found_herself_stands(here: Path, capsys: Any) -> None:
    write(DAY, page(DAY).replace("==待回复==", "A：查过了，不等。"))
    put(here, NEXT, said=ANSWERED)
    told = run(capsys, "build", NEXT)
    assert told.status == 0
    assert "A：查过了，不等。" in page(DAY) and "3月5日" not in page(DAY)
    assert "proposal 1" in run(capsys, "diff", DAY).out


@pytest.mark.parametrize(
    ("day", "said", "offered"),
    [
        (NEXT, (("08:15:02", "林山", "@木木\u2005早上好"),), False),
        (NEXT, (("08:15:02", "林山", "@木木\u2005昨天的分享很好，谢谢"),), False),
        (NEXT, (("08:15:02", "林山", "@木木\u2005你们的对账文件几点到？"),), False),
        (NEXT, (("08:15:02", "林山", "我们的日切不等对账文件，迟到的第二天补对"),), False),
        (NEXT, (("08:00:00", "木木", "早"), ("08:15:02", "林山", "@木木\u2005下午一起去吃饭吧，地方你定")), False),
        (THIRD, (("08:15:02", "林山", "@木木\u2005我们的日切不等对账文件，迟到的第二天补对"),), True),
        (FIFTH, (("08:15:02", "林山", "@木木\u2005我们的日切不等对账文件，迟到的第二天补对"),), False),
        (
            NEXT,
            (
                ("08:00:00", "木木", "早"),
                (
                    "08:15:02",
                    "林山",
                    "「木木：请教一下，对账文件迟到的时候，日切要不要等？」\n- - - - - -\n不等，第二天补",
                ),
            ),
            True,
        ),
    ],
)
def test_only_what_shows_itself_counts(
    here: Path, capsys: Any, day: str, said: tuple[tuple[str, str, str], ...], offered: bool
) -> None:
    put(here, day, said=said)
    run(capsys, "build", day)
    label = f"（3月{dt.date.fromisoformat(day).day}日）"
    assert (label in page(DAY)) == offered
    assert ("==待回复==" in page(DAY)) != offered
    assert ("往日待回复" in page(day)) == offered


def test_the_days_that_are_looked_at_are_a_setting(here: Path, capsys: Any) -> None:
    (here / "rules").mkdir()
    (here / "rules" / "late.yml").write_text("subject: late\nsettings: {days: 0}\n", "utf-8")
    put(here, NEXT, said=ANSWERED)
    run(capsys, "build", NEXT)
    assert "==待回复==" in page(DAY) and "3月4日" not in page(NEXT)


def test_a_later_log_that_cannot_be_read_does_not_stop_the_build(here: Path, capsys: Any) -> None:
    (here / "seeds" / f"{NEXT}-chat.markdown").write_bytes(b"\xff\xfe\x00\x00")
    assert run(capsys, "build", DAY).status == 0


def test_an_earlier_digest_that_is_damaged_is_told_and_left_alone(here: Path, capsys: Any) -> None:
    write(DAY, page(DAY).replace("<!-- digest:", "<!-- digst:"))
    before = page(DAY)
    put(here, NEXT, said=ANSWERED)
    told = run(capsys, "build", NEXT)
    assert told.status == 2 and f"digests/{DAY}.md: left as it is" in told.err
    assert page(DAY) == before and "3月4日" in page(NEXT)


def test_a_dry_run_offers_and_writes_nothing(here: Path, capsys: Any) -> None:
    put(here, NEXT, said=ANSWERED)
    before = page(DAY)
    told = run(capsys, "build", NEXT, "--dry-run")
    assert "(would be merged)" in told.out
    assert page(DAY) == before and not Path(f"digests/{NEXT}.md").exists()
