"""`digest rules`, `init`, `people`, `graph`: what they print and write."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from cli import DAY, put, run
from places import ROOT


def rules(here: Path, text: str) -> None:
    (here / "rules").mkdir(exist_ok=True)
    (here / "rules" / "mine.yml").write_text(text, "utf-8")


GOOD = """subject: questions
rules:
  - {id: asks-kindly, act: question, pattern: 劳驾问下, weight: 1.5, why: kind,
     match: [劳驾问下怎么走], no_match: [劳驾让让]}
"""


def test_lint_says_all_well_of_a_good_folder(here: Path, capsys: Any) -> None:
    rules(here, GOOD)
    result = run(capsys, "rules", "lint", "rules")
    assert "mine.yml" not in result.out


def test_lint_reports_each_problem_with_its_place(here: Path, capsys: Any) -> None:
    rules(here, GOOD.replace("pattern:", "patern:") + "  - {id: Two, weight: x}\n")
    result = run(capsys, "rules", "lint", "rules")
    assert result.status == 1
    lines = result.out.splitlines()
    assert any("mine.yml:3:" in line and "did you mean 'pattern'?" in line for line in lines)
    assert any("mine.yml:5:" in line for line in lines)
    assert "digest rules explain R" in result.err


def test_a_packaged_rule_may_be_weighed_nothing(here: Path, capsys: Any) -> None:
    rules(here, GOOD + "  - {id: no-talk, weight: 0}\n")
    assert run(capsys, "rules", "lint", "rules").out.endswith("rules: all well\n")


def test_test_tells_an_example_that_fails(here: Path, capsys: Any) -> None:
    rules(here, GOOD.replace("劳驾让让", "劳驾问下也行"))
    result = run(capsys, "rules", "test", "rules")
    assert result.status == 1
    assert "asks-kindly fires on '劳驾问下也行'" in result.out


def test_list_names_a_rule_of_ones_own_and_those_switched_off(here: Path, capsys: Any) -> None:
    rules(here, GOOD + "  - {id: polite-opening, off: true}\n")
    out = run(capsys, "rules", "list", "--subject", "questions").out
    assert "+1.50  asks-kindly" in out
    assert "off  polite-opening" in out
    assert "talk:" not in out


def test_an_unknown_subject_or_rule_is_offered_a_near_one(here: Path, capsys: Any) -> None:
    assert "did you mean 'questions'?" in run(capsys, "rules", "list", "--subject", "question").err
    assert "did you mean 'polite-opening'?" in run(capsys, "rules", "show", "polite-openin").err


def test_show_tells_a_rule_whole(here: Path, capsys: Any) -> None:
    rules(here, GOOD)
    out = run(capsys, "rules", "show", "asks-kindly").out
    for words in ("mine.yml:3", "+1.5", "劳驾问下怎么走", "劳驾让让", "pattern"):
        assert words in out


def test_explain_tells_a_code(capsys: Any) -> None:
    assert run(capsys, "rules", "explain", "r103").out == "R103: The key is not known here.\n"
    assert run(capsys, "rules", "explain", "R999").status == 2


def test_schema_is_json(here: Path, capsys: Any) -> None:
    assert json.loads(run(capsys, "rules", "schema").out)["title"] == "Rules of digest"
    assert run(capsys, "rules", "schema", "-o", "x.json").status == 0
    assert (here / "x.json").is_file()
    assert run(capsys, "rules", "schema", "-o", "no/x.json").status == 2


def test_init_makes_a_folder_that_builds(
    here: Path, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = run(capsys, "extract", f"seeds/{DAY}-chat.markdown").out
    result = run(capsys, "init")
    assert result.status == 0
    assert (here / "digest.toml").is_file() and (here / "templates" / "digest.md.j2").is_file()
    assert (
        (here / "rules" / "questions.yml")
        .read_text("utf-8")
        .startswith("# yaml-language-server: $schema=schema.json\n")
    )
    assert run(capsys, "extract", f"seeds/{DAY}-chat.markdown").out == before
    assert run(capsys, "build", DAY).status == 0


def test_init_overwrites_nothing(here: Path, capsys: Any) -> None:
    (here / "digest.toml").write_text("# mine\n", "utf-8")
    rules(here, GOOD)
    first = run(capsys, "init")
    assert (here / "digest.toml").read_text("utf-8") == "# mine\n"
    assert (here / "rules" / "mine.yml").read_text("utf-8") == GOOD
    assert "1 were there" in first.out or "1 was there" in first.out
    assert run(capsys, "init").out.startswith("0 files written")


def test_schema_writes_what_init_puts_beside_the_rules(here: Path, capsys: Any) -> None:
    run(capsys, "init", "project")
    schema = (here / "project" / "rules" / "schema.json").read_text("utf-8")
    assert run(capsys, "rules", "schema").out == schema
    assert json.loads(schema)["properties"]["subject"]["enum"]
    assert run(capsys, "rules", "schema", "--out", "mine.json").status == 0
    assert (here / "mine.json").read_text("utf-8") == schema


def test_reference_prints_the_end_of_the_page_on_rules(here: Path, capsys: Any) -> None:
    assert (ROOT / "docs" / "rules.md").read_text("utf-8").endswith(run(capsys, "rules", "reference").out)


def test_a_setting_that_is_gone_is_a_warning(here: Path, capsys: Any) -> None:
    rules(here, "subject: talk\nsettings: {joined: 60}\nacts: {thanks: {bias: 1.0, threshold: 0.5}}\n")
    result = run(capsys, "rules", "lint", "rules")
    assert result.status == 0
    assert [line.split(": ")[1] for line in result.out.splitlines()] == ["warning R312"] * 3
    assert "'joined' is gone: it changed nothing. Take it out" in result.out
    assert run(capsys, "build", DAY).status == 0


def test_init_makes_a_new_folder(here: Path, capsys: Any) -> None:
    assert run(capsys, "init", "new/project").status == 0
    assert (here / "new" / "project" / "rules" / "schema.json").is_file()


def test_people_lists_who_spoke_and_whom_mentions_mean(here: Path, capsys: Any) -> None:
    out = run(capsys, "people", DAY).out
    assert out.startswith("4 people, 8 messages\n")
    assert "@Ada Novak" in out and "→ Ada  Novak" in out
    data = json.loads(run(capsys, "people", DAY, "--json").out)
    assert sum(p["messages"] for p in data["people"]) == 8
    assert data["mentions"][0]["person"] == "Ada  Novak"


def test_the_graph_is_written_by_the_name_of_its_file(here: Path, capsys: Any) -> None:
    for name in ("g.svg", "g.json", "g.dot", "g.graphml"):
        result = run(capsys, "graph", DAY, "-o", name)
        assert result.status == 0 and name in result.out
    ET.parse(here / "g.svg")
    ET.parse(here / "g.graphml")
    json.loads((here / "g.json").read_text("utf-8"))
    assert run(capsys, "graph", DAY, "--format", "dot").out == (here / "g.dot").read_text("utf-8")
    assert run(capsys, "graph", DAY, "-o", "no/g.svg").status == 2


def test_no_graph_is_written_under_the_name_of_another_format(here: Path, capsys: Any) -> None:
    result = run(capsys, "graph", DAY, "-o", "g.png")
    assert result.status == 2 and "End it in .svg, .json" in result.err and not (here / "g.png").exists()
    assert run(capsys, "graph", DAY, "-o", "g").status == 0


def test_an_empty_folder_says_where_logs_belong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    for args in (("build",), ("build", "--all"), ("index",)):
        result = run(capsys, *args)
        assert result.status == 2 and result.out == "" and "seeds: no logs" in result.err, args
    assert not list((tmp_path / "empty").iterdir())


def test_a_folder_made_ready_elsewhere_says_to_go_there(here: Path, capsys: Any) -> None:
    assert "next  cd mine, put a log into seeds" in run(capsys, "init", "mine").out
    assert "next  put a log into seeds" in run(capsys, "init").out


def test_one_is_not_counted_as_many(here: Path, capsys: Any) -> None:
    put(here, said=(("09:00:00", "林山", "@木木\u2005 在吗"),))
    assert "1 person, 1 message\n" in run(capsys, "people", DAY).out
    assert "1 name mentioned" in run(capsys, "people", DAY).out
    assert run(capsys, "index").out.startswith("1 day indexed (1 message, 0 entries)")
