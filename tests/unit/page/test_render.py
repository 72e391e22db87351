"""Pages of an invented day."""

from __future__ import annotations

import json
import os
import re
import time
from dataclasses import replace
from pathlib import Path

import pytest

import sample
from digest.model import Digest, Line
from digest.page.grammar import numeral
from digest.page.render import Layout, TemplateError, markdown, page, paragraphs
from places import ROOT
from sample import LAYOUT

GOLDEN = ROOT / "tests" / "golden" / "sample.md"


def test_the_sample_day_looks_as_it_did() -> None:
    written = markdown(sample.digest(), sample.log(), LAYOUT)
    if os.environ.get("DIGEST_GOLDEN"):
        GOLDEN.write_text(written, "utf-8")
    assert written == GOLDEN.read_text("utf-8")


def test_the_same_digest_gives_the_same_bytes() -> None:
    first, second = (markdown(sample.digest(), sample.log(), LAYOUT) for _ in range(2))
    assert first == second


def test_empty_sections_vanish_and_the_numbers_follow() -> None:
    digest = sample.digest()
    headings = re.findall(r"^## (.*)$", markdown(digest, sample.log(), LAYOUT), re.MULTILINE)
    assert headings == ["一、专题分享：账户&#123;&#123; x }}", "二、Q&A", "三、自由讨论", "四、资料"]
    shorter = replace(digest, sections=digest.sections[1:])
    assert "## 一、Q&A" in markdown(shorter, sample.log(), LAYOUT)


def test_one_answer_is_a_and_more_are_numbered() -> None:
    written = markdown(sample.digest(), sample.log(), LAYOUT)
    assert "\nA：会，要看额度\n" in written
    assert "\nA1：渠道网关统一封装，业务只认自己的码\n" in written
    assert "\nA2：" in written


def test_a_question_without_an_answer_waits() -> None:
    written = markdown(sample.digest(), sample.log(), LAYOUT)
    assert written.count("==待回复==") == 1


def test_marks_hold_ids_and_times_alone() -> None:
    written = markdown(sample.digest(), sample.log(), LAYOUT)
    marks = re.findall(r"<!--(.*?)-->", written)
    assert " q:b2b2b2b2 09:20:00 09:21:00 09:22:00 09:25:00 09:26:00 " in marks
    assert all(re.fullmatch(r" [a-z]:[0-9a-z-]+(?: [0-9:]{8}| -)* ", mark) for mark in marks)


def test_an_id_that_is_none_is_hashed() -> None:
    digest = sample.digest()
    entry = replace(digest.sections[1].topics[0].entries[0], id="--> 林山")
    section = replace(digest.sections[1], topics=(replace(digest.sections[1].topics[0], entries=(entry,)),))
    written = markdown(replace(digest, sections=(section,)), sample.log(), LAYOUT)
    assert "林山" not in written
    assert re.search(r"<!-- q:[0-9a-f]{10} ", written)


def test_front_matter_is_json_and_its_title_holds_no_brackets() -> None:
    written = markdown(sample.digest(), sample.log(), LAYOUT)
    title = re.search(r"^title: (.*)$", written, re.MULTILINE)
    assert title and json.loads(title[1]) == "20240229-错误码与限额"


def test_personal_data_is_masked_and_counted() -> None:
    done = page(sample.digest(), sample.log(), LAYOUT)
    assert "13912345678" not in done.text
    assert done.masked == {"mobile": 1}


def test_a_template_cannot_print_chat_unescaped(tmp_path: Path) -> None:
    (tmp_path / "thread.md.j2").write_text(
        "{% for q in entry.questions %}{{ q.pieces[0].text | safe }}|{{ '{{x}}' ~ q.pieces[0].text }}\n{% endfor %}",
        "utf-8",
    )
    written = markdown(sample.digest(), sample.log(), LAYOUT, [tmp_path])
    assert "{{" not in written
    assert "&#35; 有人接过 &#123;&#123; gateway }} 吗|" in written


def test_a_template_of_the_users_stands_in_for_ours(tmp_path: Path) -> None:
    (tmp_path / "thread.md.j2").write_text("问：{{ entry.questions[0].pieces[0].text }}\n\n", "utf-8")
    written = markdown(sample.digest(), sample.log(), LAYOUT, [tmp_path])
    assert "问：缓冲记账会超额吗？" in written
    assert "## 一、专题分享" in written


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{% for %}", "thread.md.j2:1: "),
        ("\n{{ entry.nothing.at_all }}", "thread.md.j2:2: "),
        ("{{ ''.__class__.__mro__ }}", "thread.md.j2:1: "),
        ("{{ 1 / 0 }}", "thread.md.j2"),
    ],
)
def test_a_broken_template_is_told_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "thread.md.j2").write_text(text, "utf-8")
    with pytest.raises(TemplateError) as caught:
        markdown(sample.digest(), sample.log(), LAYOUT, [tmp_path])
    assert says in str(caught.value)
    assert str(caught.value).endswith(".")


def test_messages_run_on_until_the_paragraph_is_long() -> None:
    def rows(*texts: str) -> list[str]:
        return [text for _, text, _ in paragraphs([Line(text, 0) for text in texts], Layout(paragraph=30))]

    assert rows("先查单", "再退款") == ["先查单，再退款"]
    assert rows("先查单。", "再退款") == ["先查单。再退款"]
    assert rows("先去渠道那边把这一笔单子查清楚了", "再退款") == ["先去渠道那边把这一笔单子查清楚了。再退款"]
    assert rows("甲" * 20, "乙" * 20) == ["甲" * 20, "乙" * 20]


def test_a_sentence_broken_over_messages_is_mended_at_the_joint() -> None:
    def row(*texts: str) -> str:
        return paragraphs([Line(text, 0) for text in texts], Layout())[0][1]

    assert row("各家渠道都支持", "的") == "各家渠道都支持的"
    assert row("先查单", "，再退款") == "先查单，再退款"
    assert row("两边的数据一样吗", "表结构") == "两边的数据一样吗？表结构"
    assert row("不知道为什么", "都超时") == "不知道为什么，都超时"


def test_the_items_of_a_list_stand_on_lines_of_their_own() -> None:
    made = paragraphs(
        [Line("两步", 0), Line("1、登记", 0, "item"), Line("2、支付", 0, "item"), Line("完", 1)], Layout()
    )
    assert [text for _, text, _ in made] == ["两步", "1、登记", "2、支付", "完"]


def test_no_paragraph_ends_with_a_comma() -> None:
    def said(*texts: str) -> list[str]:
        return [text for _, text, _ in paragraphs([Line(text, 0) for text in texts], Layout(paragraph=12))]

    assert said("渠道先返回受理成功，", "次日对账再定最后的状态，") == ["渠道先返回受理成功，次日对账再定最后的状态"]
    assert said("，") == ["，"]


def test_pictures_and_links_part_paragraphs() -> None:
    lines = [Line("看图", 0), Line("图", 0, "image", "a.png"), Line("懂了", 0)]
    assert [kind for kind, _, _ in paragraphs(lines, Layout())] == ["text", "image", "text"]


@pytest.mark.parametrize(("number", "written"), [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (21, "二十一")])
def test_numerals_are_chinese(number: int, written: str) -> None:
    assert numeral(number) == written


def test_a_day_renders_in_thirty_milliseconds() -> None:
    digest = sample.digest()
    qa = digest.sections[1]
    topic = replace(qa.topics[0], entries=qa.topics[0].entries * 60)
    big: Digest = replace(digest, sections=(replace(qa, topics=(topic,)),))
    markdown(big, sample.log(), LAYOUT)
    start = time.perf_counter()
    markdown(big, sample.log(), LAYOUT)
    # twice the figure: the machine that tests may be busy
    assert time.perf_counter() - start < 0.06


def test_a_day_of_no_named_room_has_a_source_line_all_the_same() -> None:
    written = markdown(replace(sample.digest(), room=""), sample.log(), sample.LAYOUT)
    assert "> 本文档从2024年2月29日聊天记录整理出来。" in written
