"""What chat says is what the page shows: each renderer gives back the text that went in."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.page.escape import escape, flat, image, inline, link
from payloads import PAYLOADS
from renderers import RENDERERS, shown

PLACES = {
    "after our label": ("Q：", "\n"),
    "at the start of a paragraph": ("", "\n"),
    "in a heading": ("### ", "\n"),
    "in a list item": ("- ", "\n"),
    "in a quote": ("> ", "\n"),
    "before our comma": ("A1：", "，下一句\n"),
    "between our marks": ("A：好", "==待回复==\n"),
}


MAY_SHOW = {"p", "h3", "ul", "li", "blockquote", "mark"}
# cmark-gfm and magiclink look for mail addresses after entities are decoded; privacy.py masks them before they get here
MAIL = re.compile(r"[\w.-]+@[\w-]")


def expected(text: str) -> str:
    return re.sub(r"\s+", " ", flat(text)).strip()


def visible(before: str) -> str:
    return "" if before in ("### ", "- ", "> ") else before


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("renderer", RENDERERS)
def test_every_payload_shows_as_itself(renderer: str, place: str) -> None:
    render = RENDERERS[renderer]()
    before, after = PLACES[place]
    wrong = []
    for payload in PAYLOADS:
        source = before + escape(payload, before, after) + after
        text, tags = shown(render(source))
        want = expected(visible(before) + expected(payload) + after.rstrip("\n"))
        text, want = (t.replace("==", "").replace(" ", "") for t in (text, want))
        if MAIL.search(payload) and tags <= MAY_SHOW | {"a"}:
            tags.discard("a")
        if text != want or not tags <= MAY_SHOW:
            wrong.append((payload, source, text, sorted(tags - MAY_SHOW)))
    assert not wrong, f"{len(wrong)} wrong: {wrong[:20]}"


def test_there_are_two_hundred_payloads() -> None:
    assert len(PAYLOADS) >= 200


@pytest.mark.parametrize("place", PLACES)
def test_nothing_of_liquid_or_hugo_survives(place: str) -> None:
    before, after = PLACES[place]
    for payload in PAYLOADS:
        written = escape(payload, before, after)
        assert not re.search(r"\{\{|\{%|\{#|\{:|\{$|<!--|<[a-zA-Z/?%]", written), payload
        assert "\n" not in written
        assert "|" not in written


@pytest.mark.parametrize(
    "prose",
    [
        "[强] 这个方案不错",
        "用 snake_case 还是驼峰？",
        "限额 5,000 元 (单笔)，T+1 到账！",
        "错误码：E-1001；原因=超时",
        "A&B 两家都接了",
        "11:44 到 12:30，C++ 和 ping++",
        "我觉得1.5倍差不多",
        "渠道[快捷]和渠道[网关]",
        "费率0.38%，好的~",
    ],
)
def test_ordinary_prose_stays_as_it_is(prose: str) -> None:
    assert escape(prose, "Q：") == prose


ACTIVE = st.text(alphabet="ab 12字。，[](){}<>!*_`~=^$#|\\&;:.-+>%@/\"'\nwq", max_size=24)


@settings(max_examples=1500, deadline=None)
@given(text=ACTIVE, place=st.sampled_from(sorted(PLACES)))
def test_any_text_shows_as_itself(text: str, place: str) -> None:
    before, after = PLACES[place]
    source = before + escape(text, before, after) + after
    for renderer in ("markdown-it-py", "Python-Markdown"):
        render = RENDERERS[renderer]()
        rendered, tags = shown(render(source))
        want = expected(visible(before) + expected(text) + after.rstrip("\n"))
        assert rendered.replace(" ", "") == want.replace(" ", ""), (renderer, source)
        assert tags <= MAY_SHOW, (renderer, source)
    assert not re.search(r"\{\{|\{%|<!--", source)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.org/x",
        "https://",
        "https://me:pw@example.org/",
        "https://example.org/a b",
        "https://exa\u202emple.org/",
        "//example.org",
        "java&#115;cript:alert(1)",
        "https://[::1]/",
    ],
)
def test_what_is_no_web_address_is_no_link(url: str) -> None:
    assert not link(url).startswith("<")
    assert shown(RENDERERS["markdown-it-py"]()("看 " + link(url)))[1] <= {"p"}


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://example.org/a?b=1&amp;c=2", "https://example.org/a?b=1&c=2"),
        ("https://example.org/a?b=1&amp;amp;amp;c=2", "https://example.org/a?b=1&c=2"),
        ("https://example.org/{{x}}", "https://example.org/%7B%7Bx%7D%7D"),
        ("https://example.org/[x](javascript:y)", "https://example.org/%5Bx%5D(javascript:y)"),
        ("https://example.org/a|b`c", "https://example.org/a%7Cb%60c"),
        ("https://example.org/snake_case_x", "https://example.org/snake_case_x"),
        ("https://example.org/文", "https://example.org/%E6%96%87"),
    ],
)
@pytest.mark.parametrize("renderer", RENDERERS)
def test_a_link_leads_where_it_says(renderer: str, url: str, target: str) -> None:
    page = RENDERERS[renderer]()("看\n\n" + link(url) + "\n")
    assert re.findall(r'href="([^"]*)"', page) == [html.escape(target)]


def test_addresses_in_prose_become_links_without_the_stop_after_them() -> None:
    written = inline("看 http://example.org/a_b。还有(https://example.org/c_(d))，完", "Q：")
    assert written == "看 <http://example.org/a_b>。还有(<https://example.org/c_(d)>)，完"


def test_a_picture_from_elsewhere_is_shown_as_text() -> None:
    assert image("https://example.net/p.png", "图", {"example.org"}) == "图 图 https&#58;//example.net/p.png"
    assert image("https://example.org/p.png", "图", {"example.org"}) == "![图](https://example.org/p.png)"
    assert image("img/p-1.png", "a]b", ()) == "![a&#93;b](img/p-1.png)"
    for url in ("../p.png", "/p.png", "javascript:x", "data:image/png;base64,x", "https://example.org@example.net/x"):
        assert not image(url, "图", {"example.org"}).startswith("!")


def test_of_a_run_every_other_sign_is_an_entity() -> None:
    assert escape("好----坏", "Q：") == "好-&#45;-&#45;坏"
    assert escape("好==坏", "Q：") == "好=&#61;坏"


def test_in_a_heading_a_number_sign_acts_at_its_end_only() -> None:
    assert escape("C# 与 #账户", "## ") == "C# 与 #账户"
    assert escape("账户 ##", "## ") == "账户 &#35;&#35;"
