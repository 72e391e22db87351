"""A mark is a mark inside a comment of ours; elsewhere its letters are words like others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sample
from digest.page.escape import inline
from digest.page.grammar import MARK, STAMP, is_damaged, mark, stamp, stamped, times, unstamped
from digest.page.merge import first, merge
from digest.page.render import markdown

KEYS = {"q:b7bb1ec116", "s:discussion", "k:0a1b2c3d4e"}
LEAVINGS = ["digest:9f86d081", "digest:0123456789abcdef", "s:discussion", "q:b7bb1ec116", "参见 q:b7bb1ec116 11:44:38"]


@pytest.mark.parametrize("words", LEAVINGS)
@pytest.mark.parametrize("line", ["{}", "A：签名的{}要对上", "Q：{}", "<{}>", "（{}）", "> {} ->", "<- {} -"])
def test_words_like_a_mark_are_no_damaged_mark(words: str, line: str) -> None:
    assert not is_damaged(line.format(words), KEYS)


def test_a_remark_of_the_editors_may_name_an_entry() -> None:
    assert not is_damaged("<!-- see q:b7bb1ec116 -->", KEYS)


@pytest.mark.parametrize(
    "line",
    [
        "<!-- q:b7bb1ec116 11:44:38",
        "<!-- q:b7bb1ec116 11:44 -->",
        "<!--q:b7bb1ec116-->",
        "<! q:b7bb1ec116 11:44:38 -->",
        "!-- q:b7bb1ec116 11:44:38 -->",
        "q:b7bb1ec116 11:44:38 -->",
        "<!-- q:b7bb1ec116 11:44:38 -> ",
        "<!-- q:b7bb1ec116 11:44:38 --> Q：怎么封装？",
        "x <!-- q:b7bb1ec116 11:44:38 -->",
        "<!-- digest:0123456789abc -->",
        "<!-- digest:0123456789abcdef --> x",
        "-- digest:0123456789abcdef -->",
    ],
)
def test_what_is_left_of_a_comment_of_ours_is_a_damaged_mark(line: str) -> None:
    assert is_damaged(line, KEYS)


def test_a_comment_of_ours_that_names_no_block_of_this_page_is_left_alone() -> None:
    assert not is_damaged("<!-- q:ffff000011 11:44", KEYS)


@given(
    before=st.text("<!->- \u200b\t\\`q:", max_size=6),
    words=st.sampled_from([*LEAVINGS, "<!-- q:b7bb1ec116 11:44:38 -->", "<!-- digest:0123456789abcdef -->"]),
    after=st.text("<!->- \u200b\t\\`11:44:38", max_size=6),
)
def test_no_message_prints_a_damaged_mark(before: str, words: str, after: str) -> None:
    for lead in ("", "Q：", "A1：", "- "):
        row = lead + inline(f"{before}{words}{after}", lead)
        assert not is_damaged(row, KEYS) and not MARK.search(row) and not STAMP.search(row)


@pytest.mark.parametrize("words", LEAVINGS)
def test_a_page_with_such_words_is_built_again(words: str) -> None:
    page = markdown(sample.digest(), sample.log(), sample.LAYOUT).replace("会，要看额度", f"会，{words}，要看额度")
    done = first(page)
    assert words in done.text
    edited = done.text.replace("会，", "也许会，")
    merged = merge(done.base, edited, page)
    assert "也许会，" in merged.text and not merged.conflicts


def test_times_are_those_of_the_marks() -> None:
    text = f"{mark('q', 'b7bb1ec116', ('11:44:38', '-', '12:01:02'))}\nQ：23:59:59 之后？\n"
    assert times(text) == ("11:44:38", "12:01:02")


def test_a_page_without_its_stamp_is_the_page_that_was_stamped() -> None:
    page = "# x\n\nwords\n"
    assert unstamped(stamped(page, "0123456789abcdef")) == page
    assert unstamped(page) == page
    assert STAMP.fullmatch(stamp("0123456789abcdef"))
