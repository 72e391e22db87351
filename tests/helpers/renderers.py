"""The renderers of Markdown that a page is tried in, and what a reader sees of it there."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest


class Words(HTMLParser):
    """The text of a page and the tags that made it."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        self.tags.append("comment")


def shown(page: str) -> tuple[str, set[str]]:
    words = Words()
    words.feed(page)
    words.close()
    return re.sub(r"\s+", " ", "".join(words.text)).strip(), set(words.tags)


def markdown_it() -> Callable[[str], str]:
    module = pytest.importorskip("markdown_it")
    parser: Any = module.MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough")
    return lambda text: str(parser.render(text))


def python_markdown() -> Callable[[str], str]:
    module = pytest.importorskip("markdown")
    return lambda text: str(module.markdown(text, extensions=["extra", "toc", "admonition", "sane_lists", "wikilinks"]))


def pymdownx() -> Callable[[str], str]:
    module = pytest.importorskip("markdown")
    pytest.importorskip("pymdownx")
    names = ["extra", "pymdownx.mark", "pymdownx.caret", "pymdownx.tilde", "pymdownx.betterem", "pymdownx.superfences"]
    names += ["pymdownx.details", "pymdownx.arithmatex", "pymdownx.tasklist", "pymdownx.magiclink", "pymdownx.critic"]
    names.remove("extra")
    return lambda text: str(module.markdown(text, extensions=["tables", "attr_list", "footnotes", *names]))


def mistune() -> Callable[[str], str]:
    module = pytest.importorskip("mistune")
    plugins = ["strikethrough", "footnotes", "table", "task_lists", "def_list", "abbr", "mark", "math"]
    return lambda text: str(module.create_markdown(escape=False, plugins=plugins)(text))


def github() -> Callable[[str], str]:
    module = pytest.importorskip("cmarkgfm")
    return lambda text: str(module.github_flavored_markdown_to_html(text))


RENDERERS = {
    "markdown-it-py": markdown_it,
    "Python-Markdown": python_markdown,
    "pymdownx": pymdownx,
    "mistune": mistune,
    "cmark-gfm": github,
}
