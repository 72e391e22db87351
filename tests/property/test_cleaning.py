"""Cleaning only deletes: what is published stands in the log."""

from __future__ import annotations

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.editorial.clean import Cleaning, Role, clean
from places import ROOT

LISTS = yaml.safe_load((ROOT / "rules/clean.yml").read_text("utf-8"))["lists"]
CLEANING = Cleaning(**{name: tuple(map(str, items)) for name, items in LISTS.items()})

PIECES = st.sampled_from(
    [
        "请教一下",
        "请问",
        "问个问题",
        "大家好",
        "各位大神",
        "谢谢",
        "多谢",
        "嗯",
        "哦",
        "哈哈",
        "[强]",
        "[图片]",
        "[2017]",
        "@林山-某行?",
        "??",
        "？？",
        "?",
        "，",
        "。",
        " ",
        "\n",
        "限额",
        "按卡算",
        "https://example.org/a??b",
        "额度",
        "A",
        "1",
        "👍",
        "！",
        "、",
    ]
)
TEXTS = st.lists(PIECES, max_size=14).map("".join) | st.text(max_size=40)


def is_subsequence(short: str, text: str) -> bool:
    rest = iter(text)
    return all(character in rest for character in short)


@settings(max_examples=2000, deadline=None)
@given(text=TEXTS, role=st.sampled_from(["question", "answer", "talk"]))
def test_the_cleaned_text_is_the_source_with_characters_left_out(text: str, role: Role) -> None:
    cleaned = clean(text, CLEANING, role)
    assert is_subsequence("".join(cleaned.split()), "".join(text.split()))
    assert len(cleaned.split("\n")) <= len(text.split("\n"))


@settings(max_examples=1000, deadline=None)
@given(text=TEXTS, role=st.sampled_from(["question", "answer", "talk"]))
def test_words_never_vanish_altogether(text: str, role: Role) -> None:
    bare = clean(text, Cleaning(emoji=CLEANING.emoji), role)
    assert bool(bare) == bool(clean(text, CLEANING, role))
