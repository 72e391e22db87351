"""Search: every word is found, any text is a query, the best comes first, and nobody is named."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.knowledge import query as words
from digest.knowledge.query import WordStats, spaced, spans, terms
from digest.project import settings as config
from digest.project.settings import Settings
from indexed import DAY, LATER, NEXT, SAID, ask, put, run


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    root = tmp_path_factory.mktemp("project")
    put(root, "2031-03-04", said=SAID)
    put(root, NEXT, said=LATER)
    put(root, "2031-03-06", "arch", said=(("09:00:00", "林山", "热点 账户的事，回头单独开会讲"),))
    (root / "digest.toml").write_text('agreed = ["木木"]\n', "utf-8")
    made = replace(config.settings(root), rules=(config.packaged_rules(),))
    assert run(root, "index").status == 0
    return made


@pytest.mark.parametrize("word", ["热点", "账户", "点账", "透支", "额度", "kafka", "KAFKA", "ｋａｆｋａ", "缓冲记账"])
def test_every_word_is_found_however_it_was_cut(project: Settings, word: str) -> None:
    assert ask(project, word)


def test_latin_words_are_whole(project: Settings) -> None:
    assert not ask(project, "kaf")


def test_a_question_comes_before_a_message_that_holds_the_same_words(project: Settings) -> None:
    first, *rest = ask(project, "热点账户")
    assert first.kind == "thread"
    assert "缓冲记账" in first.text
    assert [hit.kind for hit in rest] == ["message"]


def test_words_with_something_in_between_are_found_last(project: Settings) -> None:
    assert ask(project, "热点账户")[-1].room == "arch"


def test_a_phrase_must_stand_in_every_hit(project: Settings) -> None:
    assert all("错误码" in hit.text + "".join(a.text for a in hit.answers) for hit in ask(project, '"错误码" 热点账户'))
    assert ask(project, "“内部的错误码”")


def test_filters_narrow(project: Settings) -> None:
    assert {hit.room for hit in ask(project, "热点账户", room="arch")} == {"arch"}
    assert not ask(project, "热点账户", until="2031-03-04")
    assert {hit.day for hit in ask(project, "怎么 错误码", since=NEXT)} <= {NEXT, "2031-03-06"}
    assert all(hit.state == "open" for hit in ask(project, "怎么", open=True))
    assert {hit.kind for hit in ask(project, "热点账户", raw=True)} == {"message"}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.text(max_size=40), st.text('"*()^:-+NEAR ANDORT热点“”「」\0', max_size=30)))
def test_any_text_is_a_query(project: Settings, query: str) -> None:
    ask(project, query)


@given(st.text(max_size=60))
def test_folding_keeps_every_character_in_its_place(text: str) -> None:
    assert len(words.folded(text)) == len(text)
    assert spaced(spaced(text)) == spaced(text)


def test_words_that_mean_the_same_are_looked_for_too() -> None:
    lexicon = WordStats({"热点": 3, "账户": 9}, 100, {"热点户": ("热点账户",)}, frozenset({"怎么"}))
    found = terms("热点户怎么处理", lexicon)
    assert ("热点户", "热点账户") in [t.forms for t in found]
    assert not any("怎么" in t.forms for t in found)


def test_a_highlight_covers_words_and_never_part_of_a_latin_one() -> None:
    assert spans("Kafka里的API和rapid", ["api", "kafka"]) == [(0, 5), (7, 10)]


def test_the_command_prints_hits_without_names(project: Settings) -> None:
    result = run(project.root, "search", "错误码")
    assert result.status == 0
    assert "Q: " in result.out
    for name in ("Ada", "小石", "林山"):
        assert name not in result.out


def test_the_command_gives_json_with_places_in_the_log(project: Settings) -> None:
    data = json.loads(run(project.root, "search", "错误码", "--json", "-n", "1").out)
    (hit,) = data["hits"]
    assert (hit["day"], hit["state"], hit["messages"]) == (DAY, "answered", [1])
    assert hit["answers"][0]["messages"]
    assert [s["part"] for s in hit["thread"]][:2] == ["question", "answer"]


def test_nothing_found_ends_with_one(project: Settings) -> None:
    result = run(project.root, "search", "蒸汽机车")
    assert (result.status, result.err) == (1, "")
    assert "Nothing found" in result.out


def test_a_speaker_must_have_agreed_to_be_named(project: Settings) -> None:
    assert run(project.root, "search", "流水", "--speaker", "木木").status == 0
    for name in ("林山", "Nobody"):
        refused = run(project.root, "search", "热点账户", "--speaker", name)
        assert refused.status == 2
        assert "agreed" in refused.err


def test_show_prints_an_entry_with_its_thread_and_sources(project: Settings) -> None:
    data = json.loads(run(project.root, "search", "热点账户", "--json", "-n", "1").out)
    shown = run(project.root, "show", data["hits"][0]["id"])
    assert "10:00:00" in shown.out
    assert f"{NEXT}-chat.markdown" in shown.out
    assert "林山" not in shown.out
    assert "木木" in shown.out  # who agreed to it


def test_show_of_nothing_is_refused(project: Settings) -> None:
    assert run(project.root, "show", "0123456789").status == 2
    assert run(project.root, "show", "2031-03-04:99").status == 2


def test_searching_before_indexing_says_what_to_do(tmp_path: Path) -> None:
    result = run(tmp_path, "search", "热点账户")
    assert result.status == 2
    assert "digest index" in result.err


def test_indexing_is_told_in_a_line(tmp_path: Path) -> None:
    put(tmp_path)
    first, second = run(tmp_path, "index"), run(tmp_path, "index")
    assert "1 day indexed" in first.out
    assert "1 unchanged" in second.out


def test_nothing_found_tells_of_days_that_are_not_indexed(tmp_path: Path) -> None:
    put(tmp_path)
    run(tmp_path, "index")
    assert run(tmp_path, "search", "火星").out == "Nothing found. Try fewer or other words\n"
    put(tmp_path, NEXT)
    assert run(tmp_path, "search", "火星").out.endswith("words. 1 day not indexed yet: run digest index\n")
