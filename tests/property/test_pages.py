"""Pages read by renderers: the marks are invisible, the chat shows as itself."""

from __future__ import annotations

import sys

import pytest

from places import ROOT

sys.path.insert(0, str(ROOT / "unit"))

import sample
from digest.page.render import markdown
from renderers import RENDERERS, shown


def body(page: str) -> str:
    return page.split("---\n", 2)[2]


@pytest.mark.parametrize("renderer", RENDERERS)
def test_marks_are_invisible_and_swallow_nothing(renderer: str) -> None:
    page = RENDERERS[renderer]()(body(markdown(sample.digest(), sample.log(), sample.LAYOUT)))
    words, _ = shown(page)
    assert "q:" not in words and "--" not in words
    assert page.count("<h2") == 4 and page.count("<h3") == 3 and page.count("<hr") == 1
    for text in (
        "Q：缓冲记账会超额吗？",
        "A1：渠道网关统一封装",
        "今天讲三件事。",
        "错误码的封装",
        "Q：# 有人接过 {{ gateway }} 吗",
    ):
        assert text in words
