"""What editors do by hand, and what a rebuild makes of it."""

from __future__ import annotations

import re

import pytest

import sample
from digest.page.merge import Base, Damaged, Note, first, merge
from digest.page.read import parse, unparse
from digest.page.render import markdown

PAGE = markdown(sample.digest(), sample.log(), sample.LAYOUT)
ERRORS, WAITING = "q:b2b2b2b2", "q:d4d4d4d4"
LATER = PAGE.replace("==待回复==", "A：接过一家").replace("A：会，要看额度", "A：会，要看日终额度")


def block(text: str, key: str) -> str:
    return next(b.text for b in parse(text).blocks if b.key == key)


def again(base: Base, mine: str, theirs: str = LATER) -> str:
    """The merged text, which a second build leaves as it is."""
    merged = merge(base, mine, theirs)
    assert merge(merged.base, merged.text, theirs).text == merged.text
    return merged.text


def test_a_rendered_page_is_taken_apart_and_put_together() -> None:
    parsed = parse(PAGE)
    assert unparse(parsed) == PAGE
    assert [b.key for b in parsed.blocks][:4] == ["s:talk", "k:7a1b2c3d", "s:qa", "q:a1a1a1a1"]
    assert parsed.head.endswith("聊天记录整理出来。\n\n")
    assert "### 1.1 背景" in block(PAGE, "k:7a1b2c3d")


def test_two_entries_made_one_keep_their_text_and_the_second_does_not_return() -> None:
    done = first(PAGE)
    mark = re.search(r"\n---\n\n<!-- q:d4d4d4d4 .*-->\n", done.text)
    assert mark
    mine = done.text.replace(mark[0], "\n")
    merged = merge(done.base, mine, LATER)
    assert Note("unmarked", WAITING) in merged.notes
    assert merged.text.count("有人接过") == 1
    assert "==待回复==" in merged.text
    assert WAITING in merged.base.gone


def test_an_entry_split_in_two_stays_split() -> None:
    done = first(PAGE)
    mine = done.text.replace("Q：对不上的码怎么办", "---\n\n另一个问题：\n\nQ：对不上的码怎么办")
    written = again(done.base, mine)
    assert "---\n\n另一个问题：\n\nQ：对不上的码怎么办\n\nA：归到未知" in written
    assert written.count("对不上的码怎么办") == 1


def test_an_entry_copied_from_another_day_is_left_alone() -> None:
    done = first(PAGE)
    foreign = "<!-- q:99999999 10:00:00 -->\nQ：别的一天问的\n\nA：别的一天答的\n\n"
    mine = done.text.replace("<!-- s:resources -->", foreign + "<!-- s:resources -->")
    merged = merge(done.base, mine, LATER)
    assert foreign.strip() in merged.text
    assert merged.notes == (Note("foreign", "q:99999999"),)


def test_an_entry_copied_within_the_day_is_updated_once() -> None:
    done = first(PAGE)
    copy = block(done.text, "q:a1a1a1a1")
    mine = done.text.replace("<!-- s:resources -->", copy.replace("额度", "额度和日切") + "<!-- s:resources -->")
    merged = merge(done.base, mine, LATER)
    assert "A：会，要看日终额度\n" in merged.text
    assert "A：会，要看额度和日切\n" in merged.text
    assert Note("twice", "q:a1a1a1a1") in merged.notes


def test_a_renamed_heading_stays_and_its_number_follows() -> None:
    done = first(PAGE)
    mine = done.text.replace("### 错误码的封装", "### 错误码归谁管").replace("## 三、自由讨论", "## 三、大家在聊")
    without_talk = LATER.replace(block(PAGE, "s:talk"), "").replace(block(PAGE, "k:7a1b2c3d"), "")
    without_talk = without_talk.replace("二、Q&A", "一、Q&A").replace("三、自", "二、自").replace("四、资", "三、资")
    written = again(done.base, mine, without_talk)
    assert "### 错误码归谁管" in written
    assert "## 二、大家在聊" in written
    assert "专题分享" not in written


def test_words_outside_entries_are_the_editors() -> None:
    done = first(PAGE)
    mine = done.text.replace("### 错误码的封装\n", "### 错误码的封装\n\n这一段是编者按。\n") + "\n文末的话。\n"
    written = again(done.base, mine)
    assert "### 错误码的封装\n\n这一段是编者按。\n" in written
    assert written.endswith("\n文末的话。\n")


def test_a_formatter_is_no_edit() -> None:
    done = first(PAGE)
    mine = re.sub(r"\n\n", "\n\n\n", done.text).replace("-->\nQ", "-->\n\nQ")
    merged = merge(done.base, mine, LATER)
    assert not merged.conflicts
    assert "A：接过一家" in merged.text and "待回复" not in merged.text


def test_an_entry_the_rules_dropped_goes_unless_she_changed_it() -> None:
    done = first(PAGE)
    fewer = LATER.replace(block(LATER, WAITING), "").replace(block(LATER, "q:a1a1a1a1"), "")
    mine = done.text.replace("缓冲记账会超额吗？", "缓冲记账会不会超额？")
    merged = merge(done.base, mine, fewer)
    assert WAITING not in merged.text
    assert "缓冲记账会不会超额？" in merged.text
    assert Note("kept", "q:a1a1a1a1") in merged.notes and Note("dropped", WAITING) in merged.notes
    # the rules find it again: what they would change beside her words is for her to take
    back = merge(merged.base, merged.text, LATER)
    assert "Q：缓冲记账会不会超额？\n\nA：会，要看额度" in back.text
    assert Note("passed", "q:a1a1a1a1") in back.notes


def test_an_older_state_of_the_file_merges_against_its_own_base() -> None:
    old = first(PAGE)
    new = merge(old.base, old.text, LATER)
    mine = old.text.replace("渠道网关统一封装", "由渠道网关统一封装")
    written = again(old.base, mine)
    assert "由渠道网关统一封装" in written and "A：接过一家" in written
    assert parse(written).stamp == new.base.hash


def test_new_entries_come_under_their_heading() -> None:
    digest_without = PAGE.replace(block(PAGE, WAITING), "")
    done = first(digest_without)
    mine = done.text.replace("Q：限额按卡还是按户？", "Q：限额究竟按卡还是按户？")
    keys = [b.key for b in parse(again(done.base, mine, PAGE)).blocks]
    assert keys.index(ERRORS) + 1 == keys.index(WAITING) < keys.index("t:bb00bb00")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<!-- q:d4d4d4d4 ", "<! q:d4d4d4d4 "),
        ("<!-- q:d4d4d4d4 09:33:00 -->", "<!-- q:d4d4d4d4 09:33:00"),
        ("<!-- q:d4d4d4d4 09:33:00 -->\n", "<!-- q:d4d4d4d4 09:33:00 --> "),
        ("<!-- digest:", "<!-- digst:"),
        ("## 二", "<<<<<<< HEAD\n## 二"),
    ],
)
def test_damaged_marks_leave_the_file_alone(old: str, new: str) -> None:
    done = first(PAGE)
    assert old in done.text
    with pytest.raises(Damaged, match=r"build"):
        merge(done.base, done.text.replace(old, new, 1), LATER)


def test_a_digest_whose_comments_were_stripped_is_left_alone() -> None:
    done = first(PAGE)
    with pytest.raises(Damaged):
        merge(done.base, re.sub(r"<!-- [a-z]:.*-->\n", "", done.text), LATER)
