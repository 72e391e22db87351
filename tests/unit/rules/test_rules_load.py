"""Loading: every problem at its place, and folders that build on each other."""

from __future__ import annotations

import os
import re
import textwrap
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.conversation.acts.kinds import TURN_KINDS, Follows, Hour, Speaker
from digest.conversation.questions import QUESTIONS
from digest.conversation.replies.kinds import PAIR_KINDS
from digest.errors import Problem, RulesError
from digest.rules.codes import CODES
from digest.rules.declare import Declaration, fraction, span, table, words
from digest.rules.kinds import All, Length, TextPattern, WordList
from digest.rules.load import assemble, load
from digest.rules.model import Rules
from digest.rules.read import of_text, read, read_string
from digest.rules.yaml import DEPTH_CAP, SIZE_CAP, Findings, decode
from digest.subjects import SUBJECTS
from places import ROOT


@dataclass(frozen=True)
class OurQuestions:
    window: int = span("a window", 1800)
    threshold: float = fraction("a threshold", 0.5)
    acts: Mapping[str, Mapping[str, Any]] = table(QUESTIONS.tables["acts"].type, "acts", {})


@dataclass(frozen=True)
class OurLinks:
    window: int = span("a window", 7200)
    threshold: float = fraction("a threshold", 0.5)


@dataclass(frozen=True)
class OurTopics:
    never: tuple[str, ...] = words("no part of a title")


# subjects of our own, so that a setting which a stage gains or loses changes no test
OURS = {
    **{declaration.name: declaration for declaration in SUBJECTS},
    "questions": Declaration("questions", "acts of turns", OurQuestions, TURN_KINDS),
    "links": Declaration("links", "pairs of turns", OurLinks, PAIR_KINDS, "pair", acts_of="questions"),
    "topics": Declaration("topics", "topics", OurTopics),
}


HEAD = "subject: questions\nacts: {question: {bias: -1.0}}\n"


def rules_of(*layers: str) -> Rules:
    files = [[read_string(textwrap.dedent(text), OURS, f"{n}.yml")] for n, text in enumerate(layers)]
    return assemble(files, [p for layer in files for file in layer for p in file.problems], OURS)


def problems_of(text: str) -> list[Problem]:
    with pytest.raises(RulesError) as caught:
        rules_of(text)
    return list(caught.value.problems)


def places(text: str) -> list[tuple[str, int, int]]:
    return [(p.code, p.where.line, p.where.column) for p in problems_of(text)]


def only(text: str) -> Problem:
    found = problems_of(text)
    assert len(found) == 1, [str(p) for p in found]
    return found[0]


def one_rule(condition: str, more: str = "") -> str:
    return f"{HEAD}rules:\n  - id: a\n    act: question\n    weight: 1\n    {condition}\n{more}"


def test_a_rule_is_read_with_its_place_and_all_it_says() -> None:
    rules = rules_of(
        """\
        subject: questions
        settings: {window: 30m}
        lists: {particles: [吗, 呢]}
        acts: {question: {bias: -1.0, threshold: 0.4}}
        rules:
          - id: ask-advice
            act: question
            pattern: 请教|请问
            weight: 2.1
            why: a polite opening announces a question
            match: ["请教一下，渠道怎么路由"]
            no_match: 不客气
        """
    )
    subject = rules.subject("questions")
    rule = subject.rules[0]
    assert rule.kind == TextPattern("请教|请问", "text")
    assert (rule.id, rule.act, rule.weight, rule.sign, rule.off) == ("ask-advice", "question", 2.1, "positive", False)
    assert (rule.match, rule.no_match) == (("请教一下，渠道怎么路由",), ("不客气",))
    assert str(rule.where) == "0.yml:6:9"
    assert (rule.at["weight"].line, rule.at["weight"].column) == (9, 13)
    assert subject.settings.window == 1800
    assert subject.list("particles") == ("吗", "呢")
    assert subject.settings.acts == {"question": {"bias": -1.0, "threshold": 0.4, "doc": ""}}
    assert subject.places["acts", "question", "threshold"].line == 4


def test_a_subject_that_no_file_speaks_to_has_its_defaults() -> None:
    subject = rules_of(HEAD).subject("links")
    assert subject.settings.window == OURS["links"].settings["window"].default
    assert subject.rules == ()


@pytest.mark.parametrize(
    ("condition", "kind"),
    [
        ("pattern: {in: end, pattern: 吗}", TextPattern("吗", "end")),
        ("lexicon: {words: [吗, 呢], min: 2}", WordList("", ("吗", "呢"), 2, None)),
        ("length: {min: 4, max: 200}", Length(4, 200)),
        ("speaker: guest", Speaker("guest")),
        ("follows: {what: answers, within: 1h30m, min: 2}", Follows("answers", 5400, 2, None)),
        ('hour: {from: "22:30", to: "07:00"}', Hour(22 * 3600 + 1800, 7 * 3600)),
    ],
)
def test_a_kind_stands_under_its_name(condition: str, kind: object) -> None:
    assert rules_of(one_rule(condition)).subject("questions").rules[0].kind == kind


def test_every_problem_of_a_file_is_told_at_its_line_and_column() -> None:
    text = """\
        subject: questions
        settings: {windo: 30m, window: 30, threshold: 1:30}
        acts: {question: {bais: 1}}
        rules:
          - id: a
            patern: 请教
          - id: b
            act: question
            pattern: "\\\\u4e00"
            hour: {from: 22:30, to: "24:00"}
            weight: "2"
            off: yes
          - id: c
            act: question
            length: {min: 4, max: 2}
            weight: 1
            weight: 2
          - {id: d, act: question, lexicon: nothing, weight: 1}
          - {act: question, length: 3}
        """
    assert places(text) == [
        ("R103", 2, 12),
        ("R105", 2, 32),
        ("R106", 2, 47),
        ("R103", 3, 19),
        ("R103", 6, 5),
        ("R116", 9, 14),
        ("R111", 10, 5),
        ("R105", 11, 13),
        ("R106", 12, 10),
        ("R118", 15, 13),
        ("R007", 17, 5),
        ("R113", 18, 18),
        ("R114", 18, 37),
        ("R104", 19, 5),
        ("R102", 19, 29),
    ]


def test_a_wrong_key_reads_as_house_style_says() -> None:
    problem = problems_of(f"{HEAD}rules:\n  - id: a\n    patern: 请教\n")[0]
    assert str(problem) == "0.yml:5:5: error R103: unknown key 'patern' (did you mean 'pattern'?)"


@pytest.mark.parametrize("written", ["no", "yes", "on", "Off", "y", "22:30", "12", "1e3", "2017-05-27", "0x1f", ".inf"])
def test_what_yaml_would_read_as_something_else_needs_quotes(written: str) -> None:
    problem = only(one_rule(f"lexicon: {{words: [{written}]}}"))
    assert problem.code == "R106"
    assert f'write "{written}" in quotes' in problem.message
    assert rules_of(one_rule(f'lexicon: {{words: ["{written}"]}}')).subject("questions").rules[0].kind == WordList(
        words=(written,)
    )


def test_an_unquoted_time_of_day_is_an_error_with_a_hint() -> None:
    problem = only(one_rule('hour: {from: 22:30, to: "07:00"}'))
    assert (problem.code, problem.where.line, problem.where.column) == ("R106", 7, 18)
    assert 'write "22:30" in quotes' in problem.message


def test_off_is_true_or_false_and_nothing_that_looks_like_it() -> None:
    problem = only(one_rule("length: {min: 1}\n    off: yes"))
    assert problem.code == "R106"
    assert problem.message.endswith("write true")


@pytest.mark.parametrize("written", ["010", "1_000", "0.5.1", "１２", "nan", "99999999999999999", "five", "[1]", "~"])
def test_a_weight_is_a_plain_number(written: str) -> None:
    text = f"{HEAD}rules:\n  - id: a\n    act: question\n    length: {{min: 1}}\n    weight: {written}\n"
    assert {p.where.line for p in problems_of(text)} == {7}


@pytest.mark.parametrize(("written", "seconds"), [("45s", 45), ("30m", 1800), ("2h", 7200), ("1h30m", 5400), ("0s", 0)])
def test_a_duration_carries_its_unit(written: str, seconds: int) -> None:
    assert rules_of(f"subject: links\nsettings: {{window: {written}}}\n").subject("links").settings.window == seconds


@pytest.mark.parametrize("written", ["30", "30 m", "m", "1:30", "-5m", "1.5h", "30min", '""'])
def test_a_duration_without_a_proper_unit_is_refused(written: str) -> None:
    problem = only(f"subject: links\nsettings: {{window: {written}}}\n")
    assert "wants a duration such as 45s, 30m or 2h" in problem.message


@pytest.mark.parametrize("written", ['"24:01"', '"25:00"', '"7:00"', '"07:60"', '"noon"'])
def test_a_time_of_day_is_one(written: str) -> None:
    assert only(one_rule(f'hour: {{from: {written}, to: "08:00"}}')).code == "R105"


@pytest.mark.parametrize(
    ("pattern", "hint"),
    [
        (r"'[\u4e00-\u9fff]'", r"\p{Han}"),
        (r"'(?=吗)'", "no lookaround"),
        (r"'(?<!不)好'", "no lookaround"),
        (r"'(好)\1'", "no back-references"),
        (r"'(a{1000}){1000}'", "make it smaller"),
        (r"'吗\Z'", r"\z"),
        (r"'\Q吗'", "backslash"),
        (r"'a)(b'", "unexpected )"),
    ],
)
def test_an_expression_that_re2_refuses_comes_with_what_to_write(pattern: str, hint: str) -> None:
    problem = only(one_rule(f"pattern: {pattern}"))
    assert (problem.code, problem.where.line, problem.where.column) == ("R116", 7, 14)
    assert hint in problem.message


def test_anchors_aliases_and_tags_are_refused() -> None:
    text = "subject: questions\nlists:\n  a: &x [吗]\n  b: *x\n  c: !!set {}\n"
    codes = {(code, line) for code, line, _ in places(text)}
    assert {("R004", 3), ("R004", 4), ("R005", 5)} <= codes


def test_an_alias_bomb_ends_at_once() -> None:
    lines = ["subject: questions", "lists:", "  l0: &l0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"  l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 10)]
    before = time.process_time()
    assert any(p.code == "R004" for p in problems_of("\n".join(lines)))
    assert time.process_time() - before < 1


@pytest.mark.parametrize(
    "text", ["[" * 200_000, "{a: " * 100_000, "- " * 100_000, "? " * 100_000, "a: " + "\n" * 200_000]
)
def test_deep_or_long_nesting_ends_at_once(text: str) -> None:
    before = time.process_time()
    assert read_string(text, OURS).problems or text.startswith("a")
    assert time.process_time() - before < 2


def test_nesting_is_capped_with_its_place() -> None:
    codes = places("subject: topics\nlists: " + "[" * (DEPTH_CAP + 2) + "]" * (DEPTH_CAP + 2))
    assert codes == [("R006", 2, 8 + DEPTH_CAP - 1)]


def test_duplicate_keys_are_refused_wherever_they_stand() -> None:
    assert places("subject: links\nsettings: {window: 1h, window: 2h}\nsettings: {}\n") == [
        ("R007", 2, 24),
        ("R007", 3, 1),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "R008"),
        ("- a\n", "R008"),
        ("subject: links\n---\nsubject: links\n", "R008"),
        ("settings: {}\n", "R101"),
        ("subject: question\n", "R101"),
        ("subject: links\nrules: {}\n", "R102"),
        ("subject: links\nrules: [a]\n", "R102"),
        ("subject: layout\nrules: []\n", "R103"),
        ("subject: links\n\tsettings: {}\n", "R003"),
        ("subject: links\nsettings: {\n", "R003"),
        ("subject: links\nlists: {a: \x07}\n", "R003"),
        ('subject: links\nlists: {a: ["\\ud800"]}\n', "R003"),
        ("subject: links\nrules: [{id: a, hour: {from: '01:00', to: '02:00'}, weight: 1}]\n", "R112"),
        ("subject: links\nrules: [{id: a, act: question, length: {min: 1}, weight: 1}]\n", "R103"),
        ("subject: links\nrules: [{id: A b, length: {min: 1}, weight: 1}]\n", "R110"),
        ("subject: links\nrules: [{id: a, acts: {parent: asks}, weight: 1}]\n", "R113"),
        ("subject: links\nrules: [{id: a, acts: {}, weight: 1}]\n", "R104"),
        ("subject: links\nrules: [{id: a, why: b, weight: 1}]\n", "R111"),
        ("subject: links\nrules: [{id: a, weight: 1}]\n", "R120"),
        ("subject: links\nrules: [{id: a, off: true}]\n", "R120"),
        ("subject: links\nrules: [{id: a, length: {min: 1}}]\n", "R104"),
        ("subject: links\nrules: [{id: a, all: [b], weight: 1}]\n", "R115"),
        ("subject: links\nrules: [{id: a, all: [a], weight: 1}]\n", "R115"),
        ("subject: links\nsettings: {threshold: 1.5}\n", "R107"),
        ("subject: links\nrules: [{id: a, speaker: gest, weight: 1}]\n", "R108"),
        ("subject: links\nrules: [{id: a, kind: pattern, length: {min: 1}, weight: 1}]\n", "R103"),
    ],
)
def test_each_kind_of_mistake_has_its_code(text: str, code: str) -> None:
    assert only(text).code == code


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("# mine\nsubject：questions\nrules：\n", (2, 8), "full-width colon; write `subject: …`"),
        ("subject: questions\nrules:\n  - id：a\n    act: question\n", (3, 7), "full-width colon; write `id: …`"),
        ("subject: questions\nrules:\n  - id: a\n    weight：2\n    why: x\n", (4, 11), "full-width colon"),
        ("subject: questions\nrules:\n  - id:a\n    act: question\n", (3, 7), "no space after it; write `id: …`"),
    ],
)
def test_a_colon_that_yaml_does_not_know_is_named_where_it_stands(text: str, place: tuple[int, int], said: str) -> None:
    problem = only(text)
    assert (problem.where.line, problem.where.column) == place
    assert problem.code == "R003" and said in problem.message


def test_all_takes_the_parts_of_another_all_rule() -> None:
    text = """\
        subject: links
        rules:
          - {id: third, all: {of: [second], not: [asks]}, weight: 1}
          - {id: second, all: {of: [first, near], not: [far]}, weight: 1}
          - {id: first, all: {of: [short]}, weight: 1}
          - {id: short, length: {max: 4}, weight: 1}
          - {id: near, gap: {max_turns: 2}, weight: 1}
          - {id: far, gap: {max_time: 9m}, weight: 1}
          - {id: asks, same-speaker: parent, weight: 1}
        """
    kind = rules_of(text).subject("links").by_id["third"].kind
    assert kind == All(("short", "near"), ("asks", "far"))


def test_all_does_not_build_on_itself() -> None:
    text = """\
        subject: links
        rules:
          - {id: first, all: [second], weight: 1}
          - {id: second, all: [first], weight: 1}
        """
    assert [p.code for p in problems_of(text)] == ["R119", "R119"]


def test_a_part_that_is_off_keeps_what_builds_on_it_from_firing() -> None:
    text = """\
        subject: links
        rules:
          - {id: short, length: {max: 4}, weight: 1}
          - {id: first, all: [short], weight: 1, off: true}
          - {id: second, all: [first], weight: 1}
        """
    assert rules_of(text).subject("links").by_id["second"].kind == All(("first",))


def test_all_names_no_other_all_rule_that_must_not_fire() -> None:
    text = """\
        subject: links
        rules:
          - {id: short, length: {max: 4}, weight: 1}
          - {id: first, all: short, weight: 1}
          - {id: second, all: {of: [short], not: [first]}, weight: 1}
        """
    assert places(text) == [("R117", 5, 23)]


def test_every_code_that_is_used_is_explained() -> None:
    source = "".join(p.read_text() for p in (ROOT / "src/digest/rules").glob("*.py"))
    assert set(re.findall(r'"(R\d{3})"', source)) == set(CODES)


# ---- folders that build on each other ---------------------------------------------------------------------------

BASE = """\
    subject: questions
    settings: {window: 30m, threshold: 0.3}
    lists: {particles: [吗, 呢]}
    acts: {question: {bias: -1.0, threshold: 0.4}, thanks: {bias: -2.0}}
    rules:
      - {id: asks, act: question, pattern: 请教, weight: 2.0, why: polite, match: [请教一下]}
      - {id: long, act: question, length: {min: 9}, weight: 1.0}
    """


def test_a_later_folder_changes_only_what_it_gives() -> None:
    over = """\
        subject: questions
        settings: {threshold: 0.6}
        acts: {question: {threshold: 0.9}}
        rules:
          - {id: asks, weight: -0.5}
          - {id: new, act: thanks, pattern: 谢谢, weight: 1}
        """
    subject = rules_of(BASE, over).subject("questions")
    assert [r.id for r in subject.rules] == ["asks", "long", "new"]
    asks = subject.by_id["asks"]
    assert (asks.kind, asks.weight, asks.why, asks.sign) == (TextPattern("请教"), -0.5, "polite", "negative")
    assert (asks.at["weight"].path, asks.at["kind"].path) == ("1.yml", "0.yml")
    assert (subject.settings.window, subject.settings.threshold) == (1800, 0.6)
    assert subject.settings.acts["question"] == {"bias": -1.0, "threshold": 0.9, "doc": ""}
    assert subject.files == ("0.yml", "1.yml")


def test_a_later_folder_may_give_a_rule_another_kind() -> None:
    over = "subject: questions\nrules: [{id: asks, length: {max: 3}}]\n"
    assert rules_of(BASE, over).subject("questions").by_id["asks"].kind == Length(None, 3)


def test_a_rule_can_be_switched_off_and_on_again() -> None:
    off = "subject: questions\nrules: [{id: asks, off: true}]\n"
    on = "subject: questions\nrules: [{id: asks, off: false}]\n"
    subject = rules_of(BASE, off).subject("questions")
    assert ([r.id for r in subject.rules], [r.id for r in subject.off]) == (["long"], ["asks"])
    assert [r.id for r in rules_of(BASE, off, on).subject("questions").rules] == ["asks", "long"]
    assert rules_of(BASE, off).find("asks")[0].off


def test_lists_are_replaced_added_to_and_taken_from() -> None:
    def particles(line: str) -> tuple[str, ...]:
        return rules_of(BASE, f"subject: questions\nlists: {{{line}}}\n").subject("questions").list("particles")

    assert particles("particles: [啊]") == ("啊",)
    assert particles("+particles: [啊, 吗]") == ("吗", "呢", "啊")
    assert particles("-particles: [吗]") == ("呢",)


def test_a_table_that_is_a_list_is_replaced_or_added_to() -> None:
    base = "subject: people\npersons: [[王小二, 小二]]\n"
    other = "[[李四, 老四]]\n"
    assert len(rules_of(base, f"subject: people\npersons: {other}").subject("people").settings.aliases) == 1
    assert len(rules_of(base, f"subject: people\n+persons: {other}").subject("people").settings.aliases) == 2


def test_a_change_to_a_rule_that_is_not_there_is_told_so() -> None:
    with pytest.raises(RulesError) as caught:
        rules_of(BASE, "subject: questions\nrules: [{id: ask, weight: 1}]\n")
    assert "did you mean 'asks'?" in str(caught.value)


def test_an_id_that_stands_twice_in_one_folder_is_refused(tmp_path: Path) -> None:
    rule = "{id: asks, length: {min: 1}, weight: 1}"
    (tmp_path / "a.yml").write_text(f"subject: links\nrules: [{rule}]\n")
    (tmp_path / "b.yml").write_text(f"subject: links\nrules: [{rule}]\n")
    with pytest.raises(RulesError) as caught:
        load([tmp_path], OURS.values())
    assert [p.code for p in caught.value.problems] == ["R109"]
    assert str(tmp_path / "a.yml") in str(caught.value)


def test_problems_of_all_files_come_together(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("subject: nothing\n")
    (tmp_path / "b.yml").write_bytes(b"subject: links\nlists: {a: [\xff]}\n")
    (tmp_path / "c.yaml").write_text("subject: links\nsettings: {windo: 1h}\n")
    (tmp_path / "big.yml").write_text("#" * (SIZE_CAP + 1))
    os.mkfifo(tmp_path / "pipe.yml")
    (tmp_path / "folder.yml").mkdir()
    (tmp_path / "gone.yml").symlink_to(tmp_path / "nowhere")
    with pytest.raises(RulesError) as caught:
        load([tmp_path, tmp_path / "absent"], OURS.values())
    found = {(Path(p.where.path).name, p.code, p.where.line, p.where.column) for p in caught.value.problems}
    assert found == {
        ("a.yml", "R101", 1, 10),
        ("b.yml", "R002", 2, 13),
        ("c.yaml", "R103", 2, 12),
        ("big.yml", "R001", 0, 0),
        ("pipe.yml", "R001", 0, 0),
        ("folder.yml", "R001", 0, 0),
        ("gone.yml", "R001", 0, 0),
        ("absent", "R001", 0, 0),
    }


# ---- whatever the bytes -----------------------------------------------------------------------------------------

TOKENS = """
    subject questions links talk rules settings lists acts id act weight pattern length all of window
    30m 22:30 no &a *a !!str [ ] { } " ' # | > ? 1 -0.5 吗 +particles ~ % @ `
"""
WORDS = st.sampled_from([*TOKENS.split(), "- ", ": ", ", ", "\n", "\n  ", "\n    ", "\t"])


@given(st.binary(max_size=300))
@example(b"\xff\xfe")
@example(b"\x00")
@example(b"\xef\xbb\xbfsubject: links\r\n")
def test_any_bytes_give_rules_or_problems(data: bytes) -> None:
    _survives(data)


@given(st.lists(WORDS, max_size=60).map("".join))
@example("subject: links\nrules: [{? [a] : b}]")
@example("subject: links\n? [a]\n: b\n")
@example("subject: questions\nacts: {1: {}}\n")
@example("%YAML 9.9\n---\nsubject: links\n")
def test_any_text_in_the_words_of_rules_gives_rules_or_problems(text: str) -> None:
    _survives(text.encode())
    _survives(b"subject: questions\nrules:\n  - " + text.encode())


def _survives(data: bytes) -> None:
    findings = Findings("a.yml")
    file = of_text(decode(data, findings), findings, OURS)
    try:
        assemble([[file]], file.problems, OURS)
    except RulesError as error:
        assert all(p.code in CODES and p.message for p in error.problems)


def test_reading_many_rules_is_quick(tmp_path: Path) -> None:
    rules = "".join(
        f"  - id: rule-{n}\n    act: question\n    pattern: (请教|请问){n}.{{0,8}}吗\n    weight: 1.5\n"
        f"    why: because\n"
        f'    match: ["请教{n}是吗", "请问{n}好吗"]\n    no_match: ["不是的"]\n'
        for n in range(150)
    )
    path = tmp_path / "questions.yml"
    path.write_text(f"{HEAD}rules:\n{rules}")
    assert not read(path, OURS).problems
    best = min(_timed(path) for _ in range(5))
    assert best < 0.1, f"{best * 1000:.0f} ms; it is 10 on a quiet machine"


def _timed(path: Path) -> float:
    before = time.process_time()
    read(path, OURS)
    return time.process_time() - before


@pytest.mark.parametrize("share", ["abc", "nan", "-3", "1e999", "1.5"])
def test_the_share_that_a_common_word_keeps_is_a_number_from_0_to_1(share: str) -> None:
    (problem,) = problems_of(f'subject: lexicon\nlists: {{common: [网关, 渠道 0.3, "系统 {share}"]}}\n')
    assert (problem.code, problem.where.line, problem.where.column) == ("R105", 2, 30)
