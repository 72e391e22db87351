"""`digest build`: what is written where, what is said, with which status."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cli import DAY, put, run
from places import ROOT

NEXT = "2031-03-05"


def test_a_day_is_written_and_told(here: Path, capsys: Any) -> None:
    result = run(capsys, "build", DAY)
    assert result.status == 0 and result.err == ""
    page = (here / "digests" / f"{DAY}.md").read_text("utf-8")
    assert "错误码一般在哪一层做封装" in page and "统一转成内部的错误码" in page
    assert "Ada" not in page and "小石" not in page
    for words in (
        f"{DAY}  seeds/{DAY}-chat.markdown",
        "8 messages by 4 people",
        "answered",
        f"digests/{DAY}.md (new)",
        "next",
    ):
        assert words in result.out


def test_building_twice_changes_nothing(here: Path, capsys: Any) -> None:
    run(capsys, "build", DAY)
    before = (here / "digests" / f"{DAY}.md").read_bytes()
    assert "(unchanged)" in run(capsys, "build", DAY).out
    assert (here / "digests" / f"{DAY}.md").read_bytes() == before


def test_an_edit_stays_through_a_build(here: Path, capsys: Any) -> None:
    run(capsys, "build", DAY)
    path = here / "digests" / f"{DAY}.md"
    path.write_text(path.read_text("utf-8").replace("一般在哪一层做封装", "在哪一层封装"), "utf-8")
    assert run(capsys, "build", DAY).status == 0
    assert "错误码在哪一层封装" in path.read_text("utf-8")


def test_fresh_throws_edits_away_and_keeps_a_backup(here: Path, capsys: Any) -> None:
    run(capsys, "build", DAY)
    path = here / "digests" / f"{DAY}.md"
    edited = path.read_text("utf-8").replace("一般在哪一层做封装", "在哪一层封装")
    path.write_text(edited, "utf-8")
    result = run(capsys, "build", DAY, "--fresh")
    assert "一般在哪一层做封装" in path.read_text("utf-8")
    backup = next(line.split()[-1] for line in result.out.splitlines() if line.startswith("  backup"))
    assert (here / backup).read_text("utf-8") == edited


def test_a_page_that_is_not_ours_is_left_alone(here: Path, capsys: Any) -> None:
    path = here / "digests" / f"{DAY}.md"
    path.parent.mkdir()
    path.write_text("written by hand\n", "utf-8")
    result = run(capsys, "build", DAY)
    assert result.status == 2
    assert result.err.startswith(f"digest: digests/{DAY}.md: ") and result.err.count("\n") == 1
    assert path.read_text("utf-8") == "written by hand\n"


def test_a_dry_run_leaves_no_trace(here: Path, capsys: Any) -> None:
    result = run(capsys, "build", DAY, "--dry-run")
    assert "(would be new)" in result.out
    assert sorted(p.name for p in here.iterdir()) == ["seeds"]


def test_a_day_without_messages_ends_well(here: Path, capsys: Any) -> None:
    put(here, NEXT, said=())
    result = run(capsys, "build", NEXT)
    assert result.status == 0
    assert "no messages that day, so no digest" in result.out
    assert not (here / "digests").exists()


def test_json_is_what_extract_prints(here: Path, capsys: Any) -> None:
    run(capsys, "build", DAY, "--format", "json")
    written = json.loads((here / "digests" / f"{DAY}.json").read_text("utf-8"))
    printed = json.loads(run(capsys, "extract", f"seeds/{DAY}-chat.markdown").out)
    assert {**written, "log": ""} == {**printed, "log": ""}


def test_several_days_are_a_line_each_and_a_total(here: Path, capsys: Any) -> None:
    put(here, NEXT, said=())
    put(here, "2031-03-06")
    for args in (["--all"], ["--since", DAY], [DAY, NEXT, "2031-03-06"]):
        result = run(capsys, "build", *args)
        assert result.status == 0
        first, second, third, empty, total, files = result.out.splitlines()
        assert first.startswith(f"{DAY}  8 messages") and third.startswith("2031-03-06  8 messages")
        assert second == f"{NEXT}  no messages, no digest"
        assert empty == "" and total.startswith("3 days: 16 messages")
        assert files.endswith("0 not built")
    assert "1 day: " not in run(capsys, "build", "--until", DAY).out


def test_a_day_that_fails_does_not_stop_the_others(here: Path, capsys: Any) -> None:
    path = put(here, NEXT)
    path.write_bytes(b"> 09:00:00  x\n\n\xff\xfe\n")
    result = run(capsys, "build", DAY, NEXT, "2031-03-09")
    assert result.status == 2
    assert (here / "digests" / f"{DAY}.md").is_file()
    assert len(result.err.splitlines()) == 2
    assert all(line.startswith("digest: ") for line in result.err.splitlines())


def test_rooms_have_folders_of_their_own(here: Path, capsys: Any) -> None:
    put(here, NEXT, room="payments")
    put(here, NEXT, room="risk")
    result = run(capsys, "build", NEXT)
    assert result.status == 2 and "--room" in result.err
    assert run(capsys, "build", NEXT, "--room", "risk").status == 0
    assert [p.parent.name for p in (here / "digests").rglob("*.md")] == ["risk"]
    assert run(capsys, "build", "--since", NEXT).status == 0
    assert sorted(p.parent.name for p in (here / "digests").rglob("*.md")) == ["payments", "risk"]


def test_no_day_at_all_says_what_to_type(here: Path, capsys: Any) -> None:
    result = run(capsys, "build")
    assert result.status == 2
    assert result.err == f"digest: Which day? The latest log is of {DAY}. Try digest build {DAY}, or --all\n"


def test_days_and_a_range_do_not_go_together(here: Path, capsys: Any) -> None:
    assert run(capsys, "build", DAY, "--all").status == 2


def test_own_templates_give_the_form(here: Path, capsys: Any) -> None:
    (here / "mine").mkdir()
    (here / "mine" / "digest.md.j2").write_text("{{ front }}\nmine\n", "utf-8")
    run(capsys, "build", DAY, "--templates", "mine", "--out", "elsewhere")
    assert "\nmine\n" in (here / "elsewhere" / f"{DAY}.md").read_text("utf-8")


def test_a_folder_that_is_not_there_is_told(here: Path, capsys: Any) -> None:
    for option in ("--logs", "--rules", "--templates"):
        result = run(capsys, "build", DAY, option, "nowhere")
        assert result.status == 2
        assert result.err == f"digest: nowhere: no such folder. Give {option} a folder that is there\n"


def test_settings_may_say_whose_pictures_are_shown(here: Path, capsys: Any) -> None:
    said = (
        ("09:15:02", "林山", "请问一下，这个对账平台的架构图这样画合适吗？"),
        ("09:16:07", "木木", "我们的对账平台就是这样的架构，供参考"),
        ("09:16:20", "木木", "![2031-03-04 09:16:20](http://img.example.org/20310304_091620.png)"),
    )
    put(here, said=said)
    page = here / "digests" / f"{DAY}.md"
    run(capsys, "build", DAY)
    without = page.read_text("utf-8")
    (here / "digest.toml").write_text('image_hosts = ["img.example.org"]\n', "utf-8")
    run(capsys, "build", DAY, "--fresh")
    assert "![" not in without and "](http://img.example.org/" in page.read_text("utf-8")


def test_as_many_questions_are_told_open_as_the_digest_marks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    put(tmp_path)
    (tmp_path / "seeds" / "2017-05-27-chat.markdown").write_bytes(
        (ROOT / "seeds" / "2017-05-27-chat.markdown").read_bytes()
    )
    for day in (DAY, "2017-05-27"):
        told = re.search(r"(\d+) open", run(capsys, "build", day).out)
        page = (tmp_path / "digests" / f"{day}.md").read_text("utf-8")
        assert told and int(told[1]) == page.count("==待回复==")


def test_what_is_odd_in_a_log_is_counted_by_kind(here: Path, capsys: Any) -> None:
    put(here, said=(("09:00:00", "林山", ""), ("09:01:00", "木木", "大家早")))
    assert "odd        empty bodies: 1\n" in run(capsys, "build", DAY).out
