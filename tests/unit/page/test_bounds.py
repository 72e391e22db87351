"""What somebody else's rules and templates can't do to a page, or to the machine that makes it."""

from __future__ import annotations

import json
import signal
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import sample
from digest.page import render
from digest.page.limits import Overtime, limited
from digest.page.render import TemplateError, front_matter, markdown
from indexed import DAY, put, run
from sample import LAYOUT

FRONT = "subject: layout\nfront:\n"
KEYS = ('"x\\n---\\n<script>alert(1)</script>"', '"a: b"', '"<b>"', '"{{ site }}"', "键", '"-a"', '"1a"', '""', '"a b"')


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("inner", [False, True])
def test_lint_and_build_refuse_a_key_of_front_matter_that_is_more_than_a_word(
    tmp_path: Path, key: str, inner: bool
) -> None:
    put(tmp_path)
    (tmp_path / "rules").mkdir()
    rows = f"  outer:\n    {key}: 1\n" if inner else f"  {key}: 1\n"
    (tmp_path / "rules" / "layout.yml").write_text(FRONT + rows, "utf-8")
    told = run(tmp_path, "rules", "lint")
    assert told.status == 1 and "R110" in told.out + told.err
    assert run(tmp_path, "build", DAY).status == 2
    assert not (tmp_path / "digests").exists()


def test_a_key_of_letters_digits_hyphens_and_underscores_is_good(tmp_path: Path) -> None:
    put(tmp_path)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "layout.yml").write_text(FRONT + "  Read_time-2: {min: 3}\n  _x: [a, b]\n", "utf-8")
    assert run(tmp_path, "build", DAY).status == 0
    head = (tmp_path / "digests" / f"{DAY}.md").read_text("utf-8").split("---\n")[1]
    assert yaml.safe_load(head)["Read_time-2"] == {"min": 3}


_values = st.recursive(
    st.text() | st.integers() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.text(max_size=8), _values, max_size=4))
def test_no_value_leaves_its_line_of_front_matter_or_opens_a_tag(values: dict[str, object]) -> None:
    rows = front_matter(values).split("\n")
    assert rows[0] == rows[-2] == "---" and rows[-1] == ""
    for row in rows[1:-2]:
        key, _, value = row.partition(": ")
        assert render.PLAIN_KEY.fullmatch(key)
        texts = [json.loads(value)]
        while texts:
            each = texts.pop()
            if isinstance(each, str):
                assert not set("<>{}\n\r\x00\u2028") & set(each)
            elif isinstance(each, list):
                texts += each
            elif isinstance(each, dict):
                texts += [*each, *each.values()]


def test_headings_of_the_rules_pass_the_door_of_chat() -> None:
    layout = replace(LAYOUT, headings={"qa": "<script>x</script> {{ y }}\n# z"})
    sections = tuple(replace(section, title="") for section in sample.digest().sections)
    written = markdown(replace(sample.digest(), sections=sections), sample.log(), layout)
    assert "<script>" not in written and "{{ y" not in written and "\n# z" not in written


@pytest.mark.parametrize(
    "text",
    [
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% macro f(n) %}{{ f(n + 1) if n < 200 }}{{ f(n + 1) if n < 200 }}{% endmacro %}{{ f(0) }}",
        "{{ 9**(9**9) }}",
        "{% set a = 9 %}{{ a**(a**9) }}",
        "{% set ns = namespace(a=9) %}{% for i in range(99) %}{% set ns.a = ns.a * ns.a %}{% endfor %}{{ ns.a }}",
        '{{ "x" * 10**11 }}',
        '{{ 10**11 * "x" }}',
        '{{ "x".ljust(10**11) }}',
        '{{ "x" | center(10**11) }}',
        '{{ "%99999999999d" | format(1) }}',
        '{% set ns = namespace(a="xxxxxxxx") %}{% for i in range(99) %}{% set ns.a = ns.a ~ ns.a %}{% endfor %}',
        '{% set a = "x" * 99999 %}{{ a.replace("x", a) }}',
        "{{ range(10**9) | list }}",
        "{% set x = [1] * 999999 %}{% for a in x %}{% for b in x %}{% endfor %}{% endfor %}",
    ],
)
def test_a_template_ends_in_one_line_where_it_takes_too_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr(render, "SECONDS", 0.5)
    (tmp_path / "digest.md.j2").write_text(text, "utf-8")
    began = time.monotonic()
    with pytest.raises(TemplateError) as caught:
        markdown(sample.digest(), sample.log(), LAYOUT, [tmp_path])
    assert time.monotonic() - began < 5
    assert "\n" not in str(caught.value) and "digest.md.j2" in str(caught.value)
    assert markdown(sample.digest(), sample.log(), LAYOUT)


def test_limits_are_lifted_afterwards_and_absent_where_they_cannot_be_had() -> None:
    former = signal.getsignal(signal.SIGALRM)
    with pytest.raises(Overtime), limited(0.05, 1 << 30):
        while True:
            pass
    assert signal.getsignal(signal.SIGALRM) is former
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    with pytest.raises(MemoryError), limited(5, 1 << 24):
        bytearray(1 << 28)
    assert len(bytearray(1 << 28)) == 1 << 28
    done: list[int] = []

    def inside() -> None:
        with limited(0.01, 1 << 30):
            time.sleep(0.05)
            done.append(1)

    thread = threading.Thread(target=inside)
    thread.start()
    thread.join()
    assert done == [1]
