"""`digest status`, `diff`, `resolve`, `restore`, `doctor`: what an editor sees of her edits."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from cli import DAY, put, run

PAGE = f"digests/{DAY}.md"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Path:
    put(tmp_path)
    monkeypatch.chdir(tmp_path)
    run(capsys, "build", DAY)
    return tmp_path


def edit(old: str, new: str) -> str:
    path = Path(PAGE)
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    return path.read_text("utf-8")


def clash(here: Path, capsys: Any) -> None:
    """The editor and the log change the same sentence: what the rules make of it is a proposal."""
    edit("一般在哪一层做封装", "在哪一层封装")
    log = here / "seeds" / f"{DAY}-chat.markdown"
    changed = log.read_text("utf-8").replace("渠道网关，统一转成内部的错误码", "渠道网关，统一转成内部的错误代码表")
    log.write_text(changed, "utf-8")
    edit("统一转成内部的错误码", "全都转成内部的码")
    assert run(capsys, "build", DAY).status == 0


def test_status_tells_edited_from_untouched_and_missing(here: Path, capsys: Any) -> None:
    assert run(capsys, "status").out == "1 untouched\n"
    edit("一般在哪一层做封装", "在哪一层封装")
    put(here, "2031-03-05")
    assert run(capsys, "status").out == f"  edited     {PAGE}\n\n1 edited, 1 without a digest\n"


def test_diff_shows_what_the_editor_changed(here: Path, capsys: Any) -> None:
    same = run(capsys, "diff", DAY)
    assert same.status == 0 and same.out.count(": nothing\n") == 2
    edit("一般在哪一层做封装", "在哪一层封装")
    result = run(capsys, "diff", DAY)
    assert result.status == 1
    first, second = re.split(r"what a build would change now", result.out)
    assert "\n-Q：" in first and "\n+Q：" in first and "在哪一层封装" in first
    assert second == ": nothing\n"
    assert "\x1b" not in result.out


def test_diff_shows_proposals_by_number_until_they_are_decided(here: Path, capsys: Any) -> None:
    clash(here, capsys)
    assert "全都转成内部的码" in Path(PAGE).read_text("utf-8")
    assert "1 edited" in run(capsys, "status").out
    told = run(capsys, "diff", DAY)
    assert told.status == 1 and "proposal 1" in told.out and f"digest accept {DAY} N" in told.out
    assert "1 proposal refused, 0 open" in run(capsys, "accept", DAY, "--all", "--refuse").out
    assert "proposal" not in run(capsys, "diff", DAY).out
    assert "全都转成内部的码" in Path(PAGE).read_text("utf-8")


def test_a_proposal_that_is_taken_stands_beside_the_editors_words(here: Path, capsys: Any) -> None:
    edit("一般在哪一层做封装", "在哪一层封装")
    log = here / "seeds" / f"{DAY}-chat.markdown"
    log.write_text(log.read_text("utf-8").replace("统一转成内部的错误码", "统一转成内部的错误代码表"), "utf-8")
    again = run(capsys, "build", DAY)
    assert again.status == 0 and "proposals  1: digest diff" in again.out
    assert "错误代码表" not in Path(PAGE).read_text("utf-8")
    assert "1 proposal taken, 0 open" in run(capsys, "accept", DAY, 1).out
    page = Path(PAGE).read_text("utf-8")
    assert "错误代码表" in page and "在哪一层封装" in page
    assert "proposals" not in run(capsys, "build", DAY).out


def test_accept_asks_which_and_knows_no_other_number(here: Path, capsys: Any) -> None:
    clash(here, capsys)
    assert run(capsys, "accept", DAY).status == 2
    wrong = run(capsys, "accept", DAY, 7)
    assert wrong.status == 2 and "no proposal 7" in wrong.err


def test_a_page_of_many_days_has_proposals_too(here: Path, capsys: Any) -> None:
    run(capsys, "index")
    run(capsys, "month", DAY[:7])
    page = Path(f"digests/{DAY[:7]}.md")
    text = page.read_text("utf-8")
    assert "一般在哪一层做封装" in text
    page.write_text(text.replace("一般在哪一层做封装", "在哪一层封装"), "utf-8")
    edit("一般在哪一层做封装", "通常由哪一层做封装")
    run(capsys, "index")
    told = run(capsys, "month", DAY[:7])
    assert told.status == 0 and f"digest accept {DAY[:7]}" in told.out
    assert "1 proposal refused, 0 open" in run(capsys, "accept", DAY[:7], "--all", "--refuse").out
    assert "在哪一层封装" in page.read_text("utf-8")


@pytest.mark.parametrize("name", [DAY[:7], "2031-W10"])
def test_an_entry_deleted_from_a_page_of_many_days_can_be_restored(here: Path, capsys: Any, name: str) -> None:
    run(capsys, "index")
    run(capsys, "month" if "W" not in name else "week", name)
    page = Path(f"digests/{name}.md")
    text = page.read_text("utf-8")
    block = re.search(r"<!-- (q:\w+) -->\n.*?(?=<!-- )", text, re.S)
    assert block
    page.write_text(text.replace(block[0], ""), "utf-8")
    shown = run(capsys, "diff", name)
    assert shown.status == 1 and f"-{block[0].splitlines()[0]}" in shown.out
    assert block[1] in run(capsys, "status").out
    assert run(capsys, "restore", name, block[1]).status == 0
    assert page.read_text("utf-8") == text


def test_a_deleted_entry_stays_deleted_until_it_is_restored(here: Path, capsys: Any) -> None:
    text = Path(PAGE).read_text("utf-8")
    block = re.search(r"<!-- (q:\w+)[^>]*-->\n.*?(?=<!-- )", text, re.S)
    assert block
    Path(PAGE).write_text(text.replace(block[0], ""), "utf-8")
    assert "deleted by you stay out" in run(capsys, "build", DAY).out
    assert block[1] in run(capsys, "status").out
    assert run(capsys, "restore", DAY, block[1]).status == 0
    assert block[1] in Path(PAGE).read_text("utf-8")
    missed = run(capsys, "restore", DAY, "nothing")
    assert missed.status == 2 and missed.err.count("\n") == 1


def test_doctor_is_content_with_a_healthy_project(here: Path, capsys: Any) -> None:
    assert run(capsys, "doctor").out == "all is well\n"


def test_doctor_mends_what_a_killed_run_left(here: Path, capsys: Any) -> None:
    (here / "digests" / ".digest-99-0.tmp").write_text("x", "utf-8")
    result = run(capsys, "doctor")
    assert result.status == 0 and "mended" in result.out
    assert not list((here / "digests").glob(".digest-*"))


def test_doctor_leaves_no_trace_where_nothing_was_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    assert run(capsys, "doctor").status == 0
    assert not list((tmp_path / "empty").iterdir())


def test_status_tells_a_digest_that_is_older_than_its_log_or_rules(here: Path, capsys: Any) -> None:
    log = here / "seeds" / f"{DAY}-chat.markdown"
    log.write_text(log.read_text("utf-8") + "> 16:00:00  木木  \n   \n收工 \n   \n", "utf-8")
    assert run(capsys, "status").out == f"  stale      {PAGE}\n\n1 stale\n"
    run(capsys, "build", DAY)
    assert run(capsys, "status").out == "1 untouched\n"
    (here / "rules").mkdir()
    (here / "rules" / "mine.yml").write_text("subject: questions\nsettings: {threshold: 0.31}\n", "utf-8")
    edit("一般在哪一层做封装", "在哪一层封装")
    assert f"  edited     {PAGE}; stale\n" in run(capsys, "status").out
