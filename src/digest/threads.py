"""Reply links → threads: the connected pieces of the day's reply graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from digest.model import Link, Thread, Turn

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
    questions: Sequence[Sequence[int]],
    answered: Sequence[Sequence[int]],
    links: Sequence[Link],
    turns: Sequence[Turn],
    least: float = 0.5,
    pause: int = 1200,
) -> tuple[int | None, ...]:
    """For each question the earlier one that it follows up, by place, or None.

    A question follows up another where it answers that one too (who asks for detail may say something to it), where
    its first turn most likely (over `least`) replies to that one's turns or to an answer to it and its asker has had a
    part in that already, where the same person asks on, or where it names the one who asked that; always within
    `pause` seconds of the last word said on it.
    `answered` holds the turns that answer each question.
    """
    parents = {link.child: link for link in links if link.rank == 0}
    answers: dict[int, int] = {}  # turn → the first question that it answers
    for q, group in enumerate(answered):
        for turn in group:
            answers.setdefault(turn, q)
    owner = dict(answers)
    owner.update({turn: q for q, group in enumerate(questions) for turn in group})
    found: list[int | None] = []
    for q, group in enumerate(questions):
        first = turns[group[0]]
        link = parents.get(group[0])
        # printed in two entries, as a question and as an answer, it would look like a mistake
        above = said = next((answers[t] for t in group if answers.get(t, q) < q), None)
        if above is None and link is not None and link.score > least and owner.get(link.parent, q) != q:
            above = owner[link.parent]
        if above is None:
            above = _own_before(q, questions, turns)
        named = None if above is not None else _asked_of(q, questions, turns)
        if named is not None:
            above = named
        if above is not None:
            spoken = [t for t in (*questions[above], *answered[above]) if t < group[0]]
            party = {turns[t].speaker for t in spoken}
            stranger = said is None and named is None and first.speaker not in party
            if stranger or first.start - turns[max(spoken)].end > pause:
                above = None
        found.append(above)
    return tuple(found)


def _own_before(q: int, questions: Sequence[Sequence[int]], turns: Sequence[Turn]) -> int | None:
    """The question before this one, where the same person asked it."""
    if q == 0 or turns[questions[q - 1][0]].speaker != turns[questions[q][0]].speaker:
        return None
    return q - 1


def _asked_of(q: int, questions: Sequence[Sequence[int]], turns: Sequence[Turn]) -> int | None:
    """The latest question before this one whose asker it names: it asks him for detail."""
    whom = turns[questions[q][0]].mentions
    return next((p for p in range(q - 1, -1, -1) if turns[questions[p][0]].speaker in whom), None)
