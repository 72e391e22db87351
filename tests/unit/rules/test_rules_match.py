"""Matching: one pass tells which expressions fire, spans count characters."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.conversation.acts.kinds import Speaker
from digest.conversation.replies.kinds import PAIR_KINDS
from digest.rules import regex as expressions
from digest.rules.kinds import Length, TextPattern, WordList
from digest.rules.match import TextRules
from digest.rules.model import Rule
from digest.rules.regex import Matcher, complaint


def listening(*kinds: object, lists: dict[str, tuple[str, ...]] | None = None) -> TextRules:
    rules = [Rule(f"r{n}", "questions", kind, 1.0) for n, kind in enumerate(kinds)]  # type: ignore[arg-type]
    return TextRules(rules, lists or {})


def places(rules: TextRules, text: str) -> list[int]:
    return [place for place, _ in rules.fired(text)]


def test_fires_tells_which_expressions_match_and_span_where() -> None:
    matcher = Matcher(["请教|请问", "吗[？?]?$", "怎么.{0,4}做", "🙂"])
    assert matcher.fires("想请教下怎么去做🙂") == [0, 2, 3]
    assert matcher.span(0, "想请教下") == (1, 3)
    assert matcher.span(3, "好🙂🙂") == (1, 2)
    assert matcher.span(1, "好") is None


def test_no_expressions_fire_never() -> None:
    assert Matcher([]).fires("请教") == []


def test_half_of_a_surrogate_pair_in_a_text_is_no_crash() -> None:
    assert Matcher(["好", "好.*坏"]).fires("\ud800好\udfff坏") == [0, 1]


ATOMS = st.sampled_from(
    ["a", "b", "好", "吗", "a|吗", "a*", ".{0,3}", "[a好]+", "^", "$", "(ab)?", ".", "(?:好|b){1,2}"]
)


@given(st.lists(st.lists(ATOMS, min_size=1, max_size=4).map("".join), max_size=8), st.text("ab好吗\n", max_size=12))
def test_the_pass_over_all_agrees_with_one_at_a_time(patterns: list[str], text: str) -> None:
    patterns = [p for p in patterns if not complaint(p)]
    matcher = Matcher(patterns)
    fired = matcher.fires(text)
    assert fired == [i for i in range(len(patterns)) if matcher.span(i, text) is not None]
    for place in fired:
        start, end = matcher.span(place, text) or (0, 0)
        assert 0 <= start <= end <= len(text)


def test_a_set_that_runs_out_of_memory_still_answers_rightly(monkeypatch: pytest.MonkeyPatch) -> None:
    patterns = [f"(?:[一-龥]好|好[一-龥]{n})" for n in range(12)]
    texts = ["我好", "好我3", "好我11", "无", ""]
    expected = [Matcher(patterns).fires(text) for text in texts]
    for memory in (13, 14, 15, 16):
        monkeypatch.setattr(expressions, "SET_MEMORY", 1 << memory)
        try:
            assert [Matcher(patterns).fires(text) for text in texts] == expected
        except Exception as error:  # too little even for one of them
            assert "compile" in str(error)


def test_text_rules_hear_the_part_of_the_turn_that_in_names() -> None:
    rules = listening(*(TextPattern("请教", part) for part in ("text", "first", "last", "start", "end")))
    assert places(rules, "请教") == [0, 1, 2, 3, 4]
    assert places(rules, "先说\n想请教下\n谢谢") == [0]
    assert places(rules, "想请教下\n谢谢") == [0, 1]
    assert places(rules, "好\n想请教 \n") == [0, 4]
    assert rules.fired("好的\n请教") == [(0, (3, 5)), (2, (3, 5)), (4, (3, 5))]


def test_anchors_stand_for_the_ends_of_any_message_of_the_turn() -> None:
    rules = listening(TextPattern("吗$"), TextPattern("^另外"), TextPattern("吗$", "last"))
    assert places(rules, "可以吗\n另外问下") == [0, 1]
    assert places(rules, "另外可以吗") == [0, 1, 2]


def test_a_lexicon_counts_different_words() -> None:
    rules = listening(
        WordList("field", min=2),
        WordList(words=("吗",), max=1),
        WordList("absent"),
        lists={"field": ("支付", "清算", "a.b")},
    )
    assert places(rules, "支付支付") == []
    assert places(rules, "支付清算吗") == [0, 1]
    assert places(rules, "支付 axb") == []
    assert places(rules, "支付 a.b") == [0]


def test_length_counts_characters_and_carries_no_span() -> None:
    rules = listening(Length(2, 4), Length(None, 0), Speaker("guest"), PAIR_KINDS["pattern"]("好"))
    assert rules.fired("好吗") == [(0, None), (3, (0, 1))]
    assert rules.fired("") == [(1, None)]


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(.*)*b", "(a*)*(a*)*(a*)*c", "([a-z]+)*\\d"])
def test_no_expression_blows_up(pattern: str) -> None:
    assert not complaint(pattern)
    before = time.process_time()
    Matcher([pattern, "a{1,3}x"]).fires("a" * 20_000 + "!")
    assert time.process_time() - before < 1


def test_what_is_refused_alone_is_refused_though_it_fits_inside_brackets() -> None:
    assert complaint("a)(b")
    assert complaint(r"\Qa")
    assert not complaint(re.escape("(1+1)=2?"))
