"""Linting: examples are tests, warnings have their place; the schema file is what the code declares."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from digest.conversation.acts.kinds import TURN_KINDS
from digest.conversation.replies.kinds import PAIR_KINDS
from digest.rules.check import check, lint, test
from digest.rules.codes import CODES, explain
from digest.rules.kinds import TextPattern
from digest.rules.load import assemble
from digest.rules.model import Rules
from digest.rules.read import read_string
from digest.rules.schema import schema
from digest.subjects import SUBJECTS

DECLARATIONS = {declaration.name: declaration for declaration in SUBJECTS}


def rules_of(rules: str, more: str = "") -> Rules:
    body = textwrap.indent(textwrap.dedent(rules), "  ")
    text = f"subject: questions\nacts: {{question: {{}}}}\n{more}rules:\n{body}"
    file = read_string(text, DECLARATIONS, "a.yml")
    return assemble([[file]], file.problems, DECLARATIONS)


def told(rules: Rules) -> list[tuple[str, int, int]]:
    return [(p.code, p.where.line, p.where.column) for p in lint(rules)]


def warned(kind: str, weight: str = "1", more: str = "") -> list[str]:
    rules = rules_of(f"- {{id: a, act: question, why: because, weight: {weight}, {kind}}}\n", more)
    return [p.code for p in lint(rules)]


# ---- examples ----------------------------------------------------------------------------------------------------


def test_examples_run_as_tests() -> None:
    report = test(
        rules_of(
            """\
            - id: polite
              act: question
              pattern: 请教|请问
              weight: 1
              match: [请问下, 打扰了]
              no_match: [请教不敢当, 你好]
            - {id: short, act: question, length: {max: 2}, weight: 1, match: [好], no_match: [不太好]}
            """
        )
    )
    assert (report.rules, report.examples, report.passed) == (2, 6, False)
    assert [(p.code, p.where.line) for p in report.problems] == [("R201", 8), ("R202", 9)]
    assert "'打扰了'" in report.problems[0].message


def test_examples_of_rules_joined_by_all_run_where_the_parts_look_at_text() -> None:
    report = test(
        rules_of(
            """\
            - {id: polite, act: question, pattern: 请, weight: 1}
            - {id: long, act: question, length: {min: 9}, weight: 1}
            - id: both
              act: question
              all: {of: [polite], not: [long]}
              weight: 1
              match: [请问]
              no_match: [请问各位这个怎么做啊]
            """
        )
    )
    assert (report.examples, report.passed) == (2, True)


def test_a_kind_that_looks_at_more_than_the_sentence_carries_no_examples() -> None:
    report = test(rules_of("- {id: a, act: question, speaker: guest, weight: 1, match: [请问]}\n"))
    assert [p.code for p in report.problems] == ["R203"]


# ---- warnings ----------------------------------------------------------------------------------------------------


def test_a_good_rule_is_left_in_peace() -> None:
    assert warned("pattern: 请教, match: [请教]") == []


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("pattern: 请教", ["R307"]),
        ("pattern: a*, match: [a]", ["R303"]),
        ("pattern: 吗$好, match: [吗]", ["R304"]),
        ("pattern: 好^吗, match: [吗]", ["R304"]),
        ("pattern: '[^吗]$|[$]好|\\$好|^吗', match: [吗]", []),
        ("pattern: '\\w+好', match: [好]", ["R308"]),
        ("pattern: '\\b好', match: [好]", ["R308"]),
        ("pattern: '\\bMQ\\b', match: [MQ]", []),
        ("pattern: 请教|请教一下, match: [请教]", ["R305"]),
        ("length: {min: 4}, sign: negative", ["R309"]),
    ],
)
def test_each_oddity_has_its_warning(kind: str, codes: list[str]) -> None:
    assert warned(kind) == codes


def test_a_weight_of_nothing_is_told_unless_the_rule_is_part_of_another() -> None:
    assert warned("length: {min: 4}", "0") == ["R302"]
    rules = rules_of(
        """\
        - {id: part, act: question, length: {min: 4}, weight: 0, why: part}
        - {id: whole, act: question, all: [part], weight: 1, why: whole}
        """
    )
    assert told(rules) == []


def test_a_rule_without_reason_and_its_twin_are_told_at_their_place() -> None:
    rules = rules_of(
        """\
        - {id: a, act: question, length: {min: 4}, weight: 1}
        - {id: b, act: question, length: {min: 4}, weight: 1, why: because}
        """
    )
    assert told(rules) == [("R301", 4, 10), ("R305", 5, 36)]


def test_a_list_without_use_and_a_part_that_is_off_are_told() -> None:
    assert warned("lexicon: used", more="lists: {used: [吗], idle: [呢]}\n") == ["R306"]
    rules = rules_of(
        """\
        - {id: part, act: question, length: {min: 4}, weight: 1, off: true}
        - {id: whole, act: question, all: [part], weight: 1, why: whole}
        """
    )
    assert [code for code, _, _ in told(rules)] == ["R310"]


def test_check_says_all_there_is_to_say_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "links.yml").write_text("subject: links\nrules: [{id: a, pattern: 好, weight: 1, match: [坏]}]\n")
    rules, problems = check([tmp_path], SUBJECTS)
    assert rules is not None
    assert [(p.severity, p.code) for p in problems] == [("warning", "R301"), ("error", "R201")]
    (tmp_path / "links.yml").write_text("subject: links\nrules: [{id: a, patern: 好}]\n")
    assert check([tmp_path], SUBJECTS)[0] is None


def test_codes_are_explained_in_a_line() -> None:
    assert explain("r103") == CODES["R103"]
    assert explain("R999") is None
    assert all("\n" not in line for line in CODES.values())


# ---- schema and descriptions -------------------------------------------------------------------------------------


def test_the_schema_describes_every_subject_kind_and_field() -> None:
    definitions = schema(SUBJECTS)["definitions"]
    assert {declaration.name for declaration in SUBJECTS} <= set(definitions)
    for scope, kinds in (("turn", TURN_KINDS), ("pair", PAIR_KINDS)):
        for name, kind in kinds.items():
            assert definitions[f"{scope}-{name}"]["description"] == kind.about() != ""
            assert all(field.doc for _, field in kind.fields.values())


def test_kinds_are_frozen_dataclasses_to_whoever_uses_them() -> None:
    import dataclasses

    kind = TextPattern("请教")
    assert [f.name for f in dataclasses.fields(kind)] == ["pattern", "in_"]
    assert dataclasses.replace(kind, in_="end") == TextPattern("请教", "end") != kind
    assert len({kind, TextPattern("请教")}) == 1
    assert repr(kind) == "TextPattern(pattern='请教')"
    with pytest.raises(dataclasses.FrozenInstanceError):
        kind.pattern = "请问"  # type: ignore[misc]
    with pytest.raises(TypeError):
        TextPattern("请教", where="end")
