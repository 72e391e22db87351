"""A day's reply graph, as SVG, JSON, DOT and GraphML.

Turns are the nodes; a link leads from a turn to the one it replies to. The SVG is drawn here, without network or
graphviz: turns from top to bottom in order of time, each link an arc in its thread's colour.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from unicodedata import east_asian_width

from digest.conversation.conversation import Conversation
from digest.conversation.replies import links as links_stage
from digest.conversation.replies import threads as threads_stage
from digest.masks import mask
from digest.model import Link, Question

# colours that stay apart for the colour-blind and on white, darkened from Okabe and Ito's
COLOURS = ("#0072b2", "#c45100", "#00805c", "#a3387f", "#7a6a00", "#2a7fb8", "#b3261e", "#5b4bb5", "#4d7c0f", "#8a4b08")
QUIET = "#8a8a8a"  # turns that no link reaches
ROW = 22  # pixels from turn to turn
TOP = 84  # pixels above the first turn
ARCS = 150  # pixels left of the turns, for arcs
CLOCK = 66
SPEAKER = 190
TEXT = 720
FONTS = "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"
SHOWN = 100  # columns of a turn's text in the drawing
TIP = 600  # characters of it in the tooltip

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 can't hold


@dataclass(frozen=True, slots=True)
class Node:
    """A turn: its `positions` in the log file, `thread` its place in Graph.threads, `asks` where a question is kept."""

    turn: int
    positions: tuple[int, ...]
    clock: str
    speaker: str
    text: str
    acts: tuple[str, ...]
    asks: bool
    thread: int | None


@dataclass(frozen=True, slots=True)
class Graph:
    """A day's turns, the links taken between them, and the threads these make, by first turn.

    A question of the digest that follows up no other one begins a thread, whatever it came out of.
    """

    day: str
    room: str
    turns: tuple[Node, ...]
    links: tuple[Link, ...]
    threads: tuple[tuple[int, ...], ...]

    def within(self, link: Link) -> bool:
        """Whether a link stays in its thread."""
        return self.turns[link.child].thread == self.turns[link.parent].thread


def graph(day: Conversation, questions: Sequence[Question], threshold: float) -> Graph:
    """The reply graph of a day: the best link of each turn where its probability is over `threshold`."""
    taken = links_stage.taken(day.links, threshold)
    kept = [(q, c.turns) for q, c in zip(questions, day.candidates, strict=True) if q.kept]
    begins = {turns[0] for q, turns in kept if q.follows is None}
    threads = threads_stage.threads(taken, [turns for _, turns in kept], begins)
    place = {turn: n for n, thread in enumerate(threads) for turn in thread}
    asking = {turn for _, turns in kept for turn in turns}
    log = day.log
    nodes = []
    for turn in day.turns:
        first = log.messages[turn.messages[0]]
        nodes.append(
            Node(
                turn.index,
                turn.positions,
                first.clock,
                first.speaker,
                mask(turn.text)[0],
                day.acts.of(turn.index),
                turn.index in asking,
                place.get(turn.index),
            )
        )
    return Graph(log.day.isoformat(), log.room, tuple(nodes), taken, threads)


# ---- JSON, DOT, GraphML ----------------------------------------------------------------------------------------


def as_json(graph: Graph) -> str:
    """The graph as JSON: `turns`, `links` with their evidence, `threads` as lists of turns."""
    rows: dict[str, list[Any]] = {
        "turns": [
            {
                "id": n.turn,
                "messages": list(n.positions),
                "time": n.clock,
                "speaker": n.speaker,
                "text": n.text,
                "acts": list(n.acts),
                "question": n.asks,
                "thread": n.thread,
            }
            for n in graph.turns
        ],
        "links": [
            {
                "child": k.child,
                "parent": k.parent,
                "score": round(k.score, 4),
                "evidence": [{"rule": e.rule, "weight": round(e.weight, 4)} for e in k.evidence],
            }
            for k in graph.links
        ],
        "threads": [list(t) for t in graph.threads],
    }
    parts = [f'{{"day": {json.dumps(graph.day)}, "room": {json.dumps(graph.room, ensure_ascii=False)}']
    for name, items in rows.items():
        inside = ",\n".join("  " + json.dumps(item, ensure_ascii=False) for item in items)
        parts.append(f' "{name}": [\n{inside}\n ]' if items else f' "{name}": []')
    return ",\n".join(parts) + "}\n"


def dot(graph: Graph) -> str:
    """The graph in graphviz's language, questions as boxes, threads in their colours."""
    colours = _colours(graph.threads)
    lines = [f"digraph {_quoted('digest ' + graph.day)} {{", "  rankdir=BT; node [shape=plaintext, fontsize=10];"]
    for n in graph.turns:
        colour = QUIET if n.thread is None else colours[n.thread]
        shape = ", shape=box" if n.asks else ""
        label = f"{n.clock} {n.speaker}\n{_cut(n.text, 48)}"
        lines.append(f'  t{n.turn} [label={_quoted(label)}, fontcolor="{colour}", color="{colour}"{shape}];')
    for k in graph.links:
        place = graph.turns[k.child].thread
        colour = colours[place] if place is not None and graph.within(k) else QUIET
        lines.append(f'  t{k.child} -> t{k.parent} [color="{colour}", label="{k.score:.2f}", fontsize=8];')
    return "\n".join([*lines, "}"]) + "\n"


def graphml(graph: Graph) -> str:
    """The graph as GraphML, for Gephi, yEd and the like."""
    import networkx as nx

    drawing: nx.DiGraph[int] = nx.DiGraph(day=graph.day, room=_legal(graph.room))
    for n in graph.turns:
        drawing.add_node(
            n.turn,
            time=n.clock,
            messages=" ".join(map(str, n.positions)),
            speaker=_legal(n.speaker),
            text=_legal(n.text),
            acts=" ".join(n.acts),
            question=n.asks,
            thread=-1 if n.thread is None else n.thread,
        )
    for k in graph.links:
        rules = " ".join(f"{e.rule}{e.weight:+.2f}" for e in k.evidence)
        drawing.add_edge(k.child, k.parent, score=round(k.score, 4), evidence=rules)
    return "\n".join(nx.generate_graphml(drawing)) + "\n"


def _quoted(text: str) -> str:
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "").replace("\n", "\\n")
    return f'"{text}"'


def _legal(text: str) -> str:
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text)


# ---- SVG -------------------------------------------------------------------------------------------------------


def svg(graph: Graph) -> str:
    """The graph as a drawing: a row a turn, an arc a link; hover over one to read it whole."""
    colours = _colours(graph.threads)
    row = {n.turn: place for place, n in enumerate(graph.turns)}
    dots = CLOCK + ARCS
    wide = dots + 16 + SPEAKER + TEXT
    high = TOP + ROW * len(graph.turns) + 24
    name = _xml(f"{graph.day} {graph.room}".strip())
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}"'
        f' font-family="{FONTS}" font-size="13">',
        f"<title>{name}</title>",
        f'<rect width="{wide}" height="{high}" fill="#ffffff"/>',
        f'<text x="12" y="30" font-size="18" font-weight="600" fill="#222222">{name}</text>',
        f'<text x="12" y="52" fill="#555555">{len(graph.turns)} turns, {len(graph.links)} links, '
        f"{len(graph.threads)} threads. An arc leads up from a turn to what it replies to, dashed where a new thread "
        "begins; bold: a question in the digest; grey: no link.</text>",
    ]
    for k in graph.links:
        parts.append(_arc(k, dots, row, colours[graph.turns[k.child].thread or 0] if graph.within(k) else ""))
    for place, n in enumerate(graph.turns):
        parts += _row(n, place, dots, None if n.thread is None else colours[n.thread])
    return "\n".join([*parts, "</svg>"]) + "\n"


def _arc(link: Link, dots: int, row: Mapping[int, int], colour: str) -> str:
    child, parent = (TOP + ROW * row[turn] for turn in (link.child, link.parent))
    out = min(ARCS * 1.28, 10 + 3.4 * abs(child - parent) ** 0.62)  # a Bézier curve goes out to three quarters of it
    opacity = 0.45 + 0.5 * min(1.0, max(0.0, link.score))
    rules = ", ".join(f"{e.rule} {e.weight:+.2f}" for e in link.evidence)
    line = f'stroke="{colour}" stroke-width="1.6"'
    if not colour:
        line = f'stroke="{QUIET}" stroke-width="1" stroke-dasharray="2 4"'
    return (
        f'<path d="M{dots} {child}C{dots - out:.1f} {child} {dots - out:.1f} {parent} {dots} {parent}" fill="none" '
        f'{line} opacity="{opacity:.2f}">'
        f"<title>{link.score:.2f}: {_xml(rules)}</title></path>"
    )


def _row(n: Node, place: int, dots: int, colour: str | None) -> list[str]:
    y = TOP + ROW * place
    ink = colour or QUIET
    weight = ' font-weight="700"' if n.asks else ""
    tip = _xml(f"{n.clock} {n.speaker} ({', '.join(n.acts) or 'no act'})\n{n.text[:TIP]}")
    speaker = _xml(_cut(n.speaker, 24))
    words = _xml(_cut(n.text, SHOWN)) or "…"
    dot = f'<circle cx="{dots}" cy="{y}" r="{5 if n.asks else 3}" fill="{ink}"/>'
    return [
        f'<g id="t{n.turn}"><title>{tip}</title>',
        f'<text x="12" y="{y + 4}" fill="#777777" font-size="11">{n.clock}</text>',
        dot,
        f'<text x="{dots + 14}" y="{y + 4}" fill="#555555" font-size="12">{speaker}</text>',
        f'<text x="{dots + 14 + SPEAKER}" y="{y + 4}" fill="{ink}"{weight}>{words}</text></g>',
    ]


def _colours(threads: Sequence[Sequence[int]]) -> list[str]:
    """A colour a thread; threads that run at the same time get different ones as long as there are enough."""
    ends = [-1] * len(COLOURS)  # the last turn of the thread that has each colour
    result = []
    for thread in threads:
        choice = min(range(len(COLOURS)), key=lambda c: (ends[c], c))
        ends[choice] = thread[-1]
        result.append(COLOURS[choice])
    return result


def _xml(text: str) -> str:
    return html.escape(_legal(text), quote=True)


def _cut(text: str, columns: int) -> str:
    """The text on one line in about so many columns, a Chinese character taking two."""
    used = 0
    line = " ".join(text.split())
    for place, char in enumerate(line):
        used += 2 if east_asian_width(char) in "WF" else 1
        if used > columns:
            return line[:place] + "…"
    return line


WRITERS: Mapping[str, Callable[[Graph], str]] = {"svg": svg, "json": as_json, "dot": dot, "graphml": graphml}
