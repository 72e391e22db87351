"""`digest eval` and `digest tune` on an invented project: what they print, write and refuse."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cli import put, run
from digest.cli.term import width

PAGE = """\
---
layout: post
title: "{stamp}-错误码"
---

## Q&A

Q：银行通道返回的错误码一般在哪一层做封装？

A1：我们放在渠道网关，统一转成内部的错误码

A2：渠道网关封装以后，业务系统只认内部的错误码就行了
"""
DAYS = [f"2031-03-0{n}" for n in range(1, 7)]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for day in DAYS:
        put(tmp_path, day)
        path = tmp_path / "digests" / f"{day}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(PAGE.format(stamp=day.replace("-", "")), encoding="utf-8")
    (tmp_path / "rules").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_eval_measures_against_the_published_digests_of_the_project(project: Path, capsys: Any) -> None:
    done = run(capsys, "eval", "--by-day", "--misses", "--by-rule")
    assert done.status == 0
    assert "6 days: 6 questions published" in done.out
    assert "questions, in window" in done.out
    assert "Rules for answers" in done.out
    assert all(day in done.out for day in DAYS)


def test_eval_tells_the_same_as_json(project: Path, capsys: Any) -> None:
    done = run(capsys, "eval", DAYS[0], "--json", "--misses", "--by-rule")
    data = json.loads(done.out)
    assert data["figures"]["questions"] == 1
    assert data["figures"]["q_recall"] == 1
    assert {"rule", "act", "weight", "fired", "right", "window_f1", "link_f1"} <= set(data["rules"][0])
    assert {"question", "answers"} <= {rule["act"] for rule in data["rules"]}
    assert all(slip["time"] for slip in data["slips"])


def test_eval_compares_two_folders_of_rules(project: Path, capsys: Any) -> None:
    other = project / "other"
    other.mkdir()
    (other / "questions.yml").write_text("subject: questions\nsettings: {threshold: 0.99}\n", encoding="utf-8")
    done = run(capsys, "eval", "--against", other)
    assert done.status == 0
    assert "these rules" in done.out
    assert "question missed" in done.out
    same = run(capsys, "eval", "--against", "rules")
    assert "differ on none of these days" in same.out


def test_eval_writes_predictions_and_reads_a_gold_file(project: Path, capsys: Any) -> None:
    assert run(capsys, "eval", "--predictions", "found.json").status == 0
    found = json.loads((project / "found.json").read_text(encoding="utf-8"))
    assert [day["day"] for day in found] == DAYS
    asked = [[{"question": [1], "answers": [[2], [3]]}]]
    gold = [{"day": DAYS[0], "room": "", "threads": asked, "talk": None}]
    (project / "gold.json").write_text(json.dumps(gold), encoding="utf-8")
    done = run(capsys, "eval", "--gold", "gold.json")
    assert "1 day: 1 question published" in done.out


def test_a_digest_of_another_log_is_named_and_left_out(project: Path, capsys: Any) -> None:
    strange = PAGE.replace("{stamp}", "20310301").replace("错误码", "量子").replace("银行通道返回的", "月球上的")
    (project / "digests" / "a.md").write_text(strange.replace("我们放在", "他们挂到"), encoding="utf-8")
    (project / "digests" / "b.md").write_text(PAGE.format(stamp="20310401"), encoding="utf-8")
    done = run(capsys, "eval")
    assert "b.md: there is no log of 2031-04-01; left out" in done.err
    assert "6 days" in done.out


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (("eval", "--gold", "x.json", "--digests", "digests"), "don't go together"),
        (("eval", "2031-04-01"), "nothing published of 2031-04-01"),
        (("eval", "--digests", "nowhere"), "no such folder"),
        (("eval", "2031-02-30"), "no such day"),
        (("tune", DAYS[0], "--folds", "3"), "too few"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_line(project: Path, capsys: Any, args: tuple[str, ...], why: str) -> None:
    done = run(capsys, *args)
    assert done.status == 2
    assert why in done.err
    assert "Traceback" not in done.err


def test_pages_of_many_days_are_no_digests_to_measure_by(project: Path, capsys: Any) -> None:
    run(capsys, "index")
    for args in (("month", "2031-03"), ("week", "2031-W10"), ("faq",)):
        assert run(capsys, *args).status == 0
    page = project / "digests" / "2031-03.md"
    page.write_text(page.read_text("utf-8").replace("\nA：", "\nA：是", 1), "utf-8")
    done = run(capsys, "eval")
    assert "6 days: 6 questions published" in done.out and done.err == ""


def test_eval_says_to_edit_first_where_nobody_edited_a_digest(project: Path, capsys: Any) -> None:
    for path in (project / "digests").iterdir():
        path.unlink()
    run(capsys, "build", DAYS[0])
    done = run(capsys, "eval")
    assert done.status == 2 and "1 digest that nobody has edited yet" in done.err
    assert "digests: nothing published to compare with. Edit or write a digest" in done.err


@pytest.mark.parametrize(("days", "why"), [(1, "1 published day is too few"), (2, "give --folds 2"), (4, "2 to 4")])
def test_tune_says_what_can_be_done_with_few_days(project: Path, capsys: Any, days: int, why: str) -> None:
    done = run(capsys, "tune", *DAYS[:days])
    assert done.status == 2 and why in done.err and "2 to 1" not in done.err and "2 to 2" not in done.err


def test_tune_shows_and_writes_into_the_projects_rules_alone(project: Path, capsys: Any) -> None:
    tried = run(capsys, "tune", "--folds", "2", "--subject", "questions", "--dry-run")
    assert tried.status == 0
    assert "would be written" in tried.out
    assert not list((project / "rules").iterdir())
    done = run(capsys, "tune", "--folds", "2", "--subject", "questions")
    assert "written: rules/tuned-questions.yml" in done.out
    first = (project / "rules" / "tuned-questions.yml").read_bytes()
    assert run(capsys, "rules", "lint").status == 0
    assert run(capsys, "eval").status == 0
    (project / "rules" / "tuned-questions.yml").unlink()
    run(capsys, "tune", "--folds", "2", "--subject", "questions")
    assert (project / "rules" / "tuned-questions.yml").read_bytes() == first


def test_tune_never_writes_to_packaged_rules(project: Path, capsys: Any) -> None:
    (project / "rules").rmdir()
    done = run(capsys, "tune", "--folds", "2")
    assert done.status == 2
    assert "mkdir rules" in done.err


def test_what_eval_and_tune_say_fits_a_narrow_terminal(
    project: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for args in (("eval", "--by-rule", "--by-day", "--misses"), ("tune", "--folds", "2", "--dry-run")):
        done = run(capsys, *args)
        assert done.status == 0 and max(map(width, done.out.splitlines())) <= 80
        assert "0 of 0 days" not in done.out and str(project) not in done.out


def test_without_scipy_tune_names_the_extra(tmp_path: Path) -> None:
    put(tmp_path)
    (tmp_path / "rules").mkdir()
    code = (
        "import sys; sys.modules['scipy'] = None; sys.modules['scipy.optimize'] = None\n"
        "sys.argv = ['digest', 'tune', '--folds', '2']\nfrom digest.cli.app import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "digest[tune]" in done.stderr and "Traceback" not in done.stderr
