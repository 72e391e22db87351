"""Reply links → threads: the connected pieces of the day's reply graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from digest.model import Thread

if TYPE_CHECKING:
    import networkx as nx


def threads(turns: int, parents: Mapping[int, int]) -> tuple[Thread, ...]:
    """Threads of a day in order of their roots; a turn that nobody answers and that answers nobody is one alone.

    `turns` is how many there are, `parents` the links taken: child → parent. Every turn has one parent at most and that
    stands before it, so a connected piece is a tree and its first turn the root.
    """
    import networkx as nx

    pieces = nx.connected_components(graph(turns, parents).to_undirected(as_view=True))
    return tuple(Thread(min(piece), tuple(sorted(piece))) for piece in sorted(pieces, key=min))


def graph(turns: int, parents: Mapping[int, int]) -> nx.DiGraph[int]:
    """The reply graph: an edge from each turn to the one that it answers."""
    import networkx as nx

    made: nx.DiGraph[int] = nx.DiGraph()
    made.add_nodes_from(range(turns))
    made.add_edges_from(sorted(parents.items()))
    return made


def follows(
    questions: Sequence[Sequence[int]], answered: Sequence[Sequence[int]], parents: Mapping[int, int]
) -> tuple[int | None, ...]:
    """For each question the earlier one that it follows up, by place, or None.

    A question follows up another where the reply links of its first turn lead to that one's turns or to an answer to
    it; `answered` holds the turns that answer each question.
    """
    owner: dict[int, int] = {}
    for q, group in enumerate(answered):
        for turn in group:
            owner.setdefault(turn, q)
    owner.update({turn: q for q, group in enumerate(questions) for turn in group})
    found: list[int | None] = []
    for q, group in enumerate(questions):
        at: int | None = parents.get(group[0])
        while at is not None and owner.get(at, q) == q:
            at = parents.get(at)
        above = None if at is None else owner[at]
        found.append(above if above is not None and questions[above][0] < group[0] else None)
    return tuple(found)
