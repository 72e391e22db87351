"""A day's reply graph in four formats."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from digest.model import Link
from digest.reports import graph
from digest.reports.graph import Graph
from linked import LINKS, work

SVG = "{http://www.w3.org/2000/svg}"


def drawn(folder: Path, links: tuple[Link, ...] = LINKS, **said: Any) -> Graph:
    made = work(folder, links, **said)
    return graph.graph(made.conversation, made.questions, 0.3)


def test_only_links_over_the_threshold_are_taken(tmp_path: Path) -> None:
    made = drawn(tmp_path)
    assert [(k.child, k.parent) for k in made.links] == [(2, 1), (3, 2)]
    assert made.threads == ((1, 2, 3),)
    assert [n.thread for n in made.turns[:5]] == [None, 0, 0, 0, None]


def test_a_kept_question_is_marked(tmp_path: Path) -> None:
    assert drawn(tmp_path).turns[1].asks


def test_the_drawing_has_a_row_a_turn_and_an_arc_a_link(tmp_path: Path) -> None:
    made = drawn(tmp_path)
    root = ET.fromstring(graph.svg(made))
    assert len(root.findall(f"{SVG}g")) == len(made.turns)
    assert len(root.findall(f"{SVG}path")) == len(made.links)
    ys = [float(g.find(f"{SVG}circle").get("cy") or 0) for g in root.findall(f"{SVG}g")]  # type: ignore[union-attr]
    assert ys == sorted(ys)


def test_threads_at_the_same_time_have_different_colours() -> None:
    assert len(set(graph._colours([(0, 9), (1, 8), (2, 7)]))) == 3


@pytest.mark.parametrize("name", graph.WRITERS)
def test_chat_is_text_in_every_format(name: str, tmp_path: Path) -> None:
    evil = '</text><script>alert(1)</script> & "]; } \\ \u0001 --> ]]> ????'
    said = (("09:15:02", evil, f"请问一下，错误码谁封装？{evil}"), ("09:15:04", "木木", evil))
    text = graph.WRITERS[name](drawn(tmp_path, links=(), said=said))
    assert "\u0001" not in text
    if name in ("svg", "graphml"):
        root = ET.fromstring(text)
        assert not [e for e in root.iter() if "script" in e.tag]
        assert "<script>alert(1)</script>" in "".join(root.itertext())
    elif name == "json":
        assert "<script>" in json.loads(text)["turns"][0]["text"]
    else:
        for line in text.splitlines()[2:-1]:
            assert re.fullmatch(r'  t\d+ \[label="(?:[^"\\]|\\.)*"(?:, \w+="?[#\w]+"?)*\];', line), line


def test_graphml_is_read_back_whole(tmp_path: Path) -> None:
    made = drawn(tmp_path)
    back = nx.parse_graphml(graph.graphml(made), node_type=int)
    assert sorted(back.edges) == [(2, 1), (3, 2)]
    assert back.nodes[1]["question"] is True
    assert back.edges[2, 1]["score"] == 0.9


def test_json_holds_turns_links_and_threads(tmp_path: Path) -> None:
    data = json.loads(graph.as_json(drawn(tmp_path)))
    assert data["threads"] == [[1, 2, 3]]
    assert data["links"][0]["evidence"] == [{"rule": "made-up", "weight": 2.0}]


@pytest.mark.parametrize("name", graph.WRITERS)
def test_a_day_without_links_or_turns_is_drawn_too(name: str, tmp_path: Path) -> None:
    assert graph.WRITERS[name](drawn(tmp_path, links=()))
    assert graph.WRITERS[name](drawn(tmp_path, links=(), said=()))


@pytest.mark.parametrize("name", graph.WRITERS)
def test_the_same_day_gives_the_same_bytes(name: str, tmp_path: Path) -> None:
    assert graph.WRITERS[name](drawn(tmp_path)) == graph.WRITERS[name](drawn(tmp_path))
