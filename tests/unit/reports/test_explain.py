"""The trace of a message, as data and in a terminal."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cli import DAY, SAID, put, run
from digest.cli import term, tracing
from digest.errors import UsageError
from digest.model import Link
from digest.reports import explain
from digest.reports.explain import Trace
from linked import LINKS, work


def traced(folder: Path, index: int, links: tuple[Link, ...] = LINKS, **said: Any) -> Trace:
    made = work(folder, links, **said)
    return explain.trace(made.conversation, made.questions, made.digest, made.stages.rules, index)


def test_a_question_is_told_with_its_score_and_what_fired(tmp_path: Path) -> None:
    trace = traced(tmp_path, 1)
    assert trace.question.verdict == "kept"
    assert trace.question.score >= trace.question.threshold
    act = trace.acts[0]
    assert act.act == "question" and act.taken == (act.score > act.threshold)
    assert act.score == pytest.approx(act.bias + sum(f.weight for f in act.fired))
    assert all(f.why for f in act.fired)


def test_the_words_a_rule_fired_on_are_shown_with_their_span(tmp_path: Path) -> None:
    trace = traced(tmp_path, 1)
    assert trace.turn is not None
    spoken = [f for act in trace.acts for f in act.fired if f.span]
    assert spoken
    for f in spoken:
        assert f.span and trace.turn.text[f.span[0] : f.span[1]] == f.words


def test_a_reply_names_its_parent_and_the_candidate_that_lost(tmp_path: Path) -> None:
    trace = traced(tmp_path, 2)
    assert [(t.other.clock, t.rank) for t in trace.parents] == [("09:15:02", 0), ("09:00:10", 1)]
    assert [f.rule for f in trace.parents[1].fired] == ["made-up"]
    assert [t.other.clock for t in trace.children] == ["09:17:30"]


def test_a_mention_is_told_with_whom_it_means(tmp_path: Path) -> None:
    [mention] = traced(tmp_path, 2).mentions
    assert (mention.label, mention.person) == ("Ada Novak", "Ada  Novak")
    assert mention.why


def test_an_answer_stands_in_its_entry(tmp_path: Path) -> None:
    [place] = traced(tmp_path, 2).places
    assert place.role.startswith("A") and place.role.endswith("to 09:15:02")
    assert traced(tmp_path, 1).places[0].role == "Q"
    assert traced(tmp_path, 0).places == ()


def test_what_is_no_question_says_why(tmp_path: Path) -> None:
    asked = traced(tmp_path, 7).question
    assert asked.verdict in ("no candidate", "left out")
    assert asked.score < asked.threshold


@pytest.mark.parametrize(
    ("time", "places"), [("09:15:02", (1,)), ("9:15:02", (1,)), ("09:18", (4, 5)), ("09:18:00", (4, 5))]
)
def test_a_time_or_a_minute_finds_its_messages(time: str, places: tuple[int, ...], tmp_path: Path) -> None:
    assert explain.at(work(tmp_path).log, time) == places


def test_a_time_at_which_nobody_spoke_offers_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"09:16:07, 09:17:30, 09:18:00, 11:20:05, 15:02:00$"):
        explain.at(work(tmp_path).log, "10:00:00")


@pytest.mark.parametrize("time", ["", "9", "ten", "09:15:02:1", "０９:15", "\x1b[2J"])
def test_what_is_no_time_is_refused(time: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a time"):
        explain.at(work(tmp_path).log, time)


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_no_line_is_wider_than_the_terminal(columns: int, tmp_path: Path) -> None:
    long = tuple((clock, who, text * 4) for clock, who, text in SAID)
    for index in range(len(long)):
        for line in tracing.lines(traced(tmp_path, index, said=long), DAY, "seeds/x.markdown", columns):
            assert term.width(line) <= columns, line


def test_it_works_without_links(tmp_path: Path) -> None:
    trace = traced(tmp_path, 2, links=())
    assert trace.parents == () and trace.children == ()
    assert any("replies to" in line for line in tracing.lines(trace, DAY, "x", 80))


def test_nothing_in_a_chat_acts_in_the_terminal(tmp_path: Path) -> None:
    said = (("09:15:02", "林\x1b[31m山", "请问\x1b]0;x\x07一下，错误码谁封装？\u202e"),)
    for line in tracing.lines(traced(tmp_path, 0, links=(), said=said), DAY, "x", 80):
        assert line.isprintable(), repr(line)


def test_the_command_prints_text_and_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    put(tmp_path)
    monkeypatch.chdir(tmp_path)
    out = run(capsys, "explain", DAY, "09:15:02").out
    assert out.startswith(f"{DAY} 09:15:02  Ada  Novak\nseeds/{DAY}-chat.markdown:")
    assert "kept: " in out
    [data] = json.loads(run(capsys, "explain", DAY, "09:15:02", "--json").out)
    assert data["clock"] == "09:15:02" and data["question"]["verdict"] == "kept"
    assert len(json.loads(run(capsys, "explain", DAY, "09:18", "--json").out)) == 2
    missed = run(capsys, "explain", DAY, "10:00:00")
    assert missed.status == 2 and "The nearest times are" in missed.err


def test_a_wide_character_takes_two_columns() -> None:
    assert term.width("a错b") == 4
    assert term.cut("错误码封装", 7) == "错误码…"
    assert term.wrapped("错误码封装", 4) == ["错误", "码封", "装"]
    assert term.wrapped("a word and more", 8) == ["a word", "and more"]
    assert term.pad("错", 4) == "错  "
    assert term.plain("a\x1b\tb") == "a\N{REPLACEMENT CHARACTER} b"


def test_no_act_is_denied_where_its_question_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    put(tmp_path)
    monkeypatch.chdir(tmp_path)
    out = run(capsys, "explain", DAY, "11:20").out
    chance = re.search(r"question +kept: (0\.\d{3}), over the threshold", out)
    assert chance  # it may well be under 0.5, which is 0 in log-odds
    assert f"a probability of {chance[1]}" in out and "question: no" not in out
