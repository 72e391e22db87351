"""The JSON of `digest extract`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli import SAID, put, run
from digest.model import Link
from digest.reports import extract
from linked import LINKS, work


def data(folder: Path, links: tuple[Link, ...] = LINKS, **said: Any) -> dict[str, Any]:
    made = work(folder, links, **said)
    return extract.extract(made.conversation, made.questions, made.digest, made.stages.layout)


def test_the_contract_is_kept(tmp_path: Path) -> None:
    made = data(tmp_path)
    assert list(made) == ["log", "room", "day", "messages", "talk", "questions", "replies", "people"]
    question = next(q for q in made["questions"] if q["kept"])
    assert list(question) == [
        *("id", "messages", "speaker", "text", "topic", "score", "kept", "follows", "answers"),
    ]
    assert list(question["answers"][0]) == ["messages", "speaker", "text", "score", "kept"]
    assert (made["day"], made["messages"], made["talk"]) == ("2031-03-04", 8, None)


def test_speakers_are_labels_and_texts_are_as_published(tmp_path: Path) -> None:
    question = next(q for q in data(tmp_path)["questions"] if 1 in q["messages"])
    assert question["speaker"] == "Ada  Novak"
    assert "银行通道返回的错误码" in question["text"]
    answer = question["answers"][0]
    assert answer["speaker"] == "小石-甲公司-开发"
    assert answer["text"].startswith("我们放在渠道网关")  # the mention is out


def test_candidates_that_are_left_out_are_there_too(tmp_path: Path) -> None:
    said = (*SAID, ("15:10:00", "林山", "你们几点下班？"))
    questions = data(tmp_path, said=said)["questions"]
    assert {q["kept"] for q in questions} == {True, False}
    assert all(0 <= q["score"] <= 1 for q in questions)
    assert all(q["topic"] for q in questions if q["kept"])
    assert not any(q["topic"] for q in questions if not q["kept"])


def test_a_doubled_message_gives_both_its_positions(tmp_path: Path) -> None:
    doubled = tuple((clock, name, text) for clock, who, text in SAID for name in (who, f"{who}-card"))
    made = data(tmp_path, links=(), said=doubled)
    assert made["messages"] == 16
    question = next(q for q in made["questions"] if q["kept"])
    assert question["messages"][:2] == [2, 3]


def test_replies_are_the_best_links_with_evidence(tmp_path: Path) -> None:
    replies = data(tmp_path)["replies"]
    assert [(r["child"], r["parent"]) for r in replies] == [(2, 1), (3, 2), (4, 3)]
    assert replies[0] == {"child": 2, "parent": 1, "score": 0.9, "evidence": [{"rule": "made-up", "weight": 2.0}]}


def test_without_links_there_are_no_replies(tmp_path: Path) -> None:
    assert data(tmp_path, links=())["replies"] == []


def test_personal_data_is_masked(tmp_path: Path) -> None:
    said = (("09:15:02", "林山", "请问一下，渠道网关的对账接口谁负责？可以打我电话13912345678"),)
    made = json.dumps(data(tmp_path, links=(), said=said), ensure_ascii=False)
    assert "13912345678" not in made


def test_the_text_is_the_data_in_both_forms(tmp_path: Path) -> None:
    made = data(tmp_path)
    assert json.loads(extract.text(made)) == made
    compact = extract.text(made, compact=True)
    assert json.loads(compact) == made and compact.count("\n") == 1


def test_it_works_where_nothing_is_set_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    path = put(tmp_path)
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    result = run(capsys, "extract", path, "--compact")
    assert result.status == 0 and json.loads(result.out)["messages"] == 8
    assert not list((tmp_path / "empty").iterdir())


def test_the_same_log_gives_the_same_bytes(tmp_path: Path) -> None:
    assert extract.text(data(tmp_path)) == extract.text(data(tmp_path))


def test_an_empty_day_is_data_too(tmp_path: Path) -> None:
    made = data(tmp_path, links=(), said=())
    assert (made["messages"], made["questions"], made["people"]) == (0, [], [])


def test_a_log_that_is_not_there_is_one_line(capsys: Any) -> None:
    result = run(capsys, "extract", "nowhere.markdown")
    assert result.status == 2 and result.err.count("\n") == 1
