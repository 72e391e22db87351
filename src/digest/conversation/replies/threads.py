"""Reply links → threads: the connected pieces of the day's reply graph; and which question follows up which."""

from __future__ import annotations

from collections.abc import Sequence, Set
from itertools import pairwise

from digest.model import Link, Turn


def threads(
    links: Sequence[Link], questions: Sequence[Sequence[int]] = (), begins: Set[int] = frozenset()
) -> tuple[tuple[int, ...], ...]:
    """Connected turns, each thread in order of its turns, threads by their first; a turn without links is in none.

    The turns of one question stand in one thread. `begins` are turns that begin a thread, whatever they reply to.
    """
    import networkx as nx

    joined: nx.Graph[int] = nx.Graph()
    joined.add_edges_from((link.child, link.parent) for link in links if link.child not in begins)
    joined.add_edges_from(pair for turns in questions for pair in pairwise(turns))
    return tuple(sorted(tuple(sorted(piece)) for piece in nx.connected_components(joined)))


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
    above_of: list[int | None] = []
    latest: dict[int, int] = {}  # asker → his latest question so far
    for q, group in enumerate(questions):
        first = turns[group[0]]
        link = parents.get(group[0])
        # printed in two entries, as a question and as an answer, it would look like a mistake
        above = answers_one = next((answers[t] for t in group if answers.get(t, q) < q), None)
        if above is None and link is not None and link.score > least and owner.get(link.parent, q) != q:
            above = owner[link.parent]
        if above is None:
            above = _own_before(q, questions, turns)
        # whom it names it asks for detail
        named = [latest[person] for person in first.mentions if person in latest]
        names_asker = max(named) if named and above is None else None
        if names_asker is not None:
            above = names_asker
        if above is not None:
            spoken = [t for t in (*questions[above], *answered[above]) if t < group[0]]
            party = {turns[t].speaker for t in spoken}
            stranger = answers_one is None and names_asker is None and first.speaker not in party
            if stranger or first.start - turns[max(spoken)].end > pause:
                above = None
        above_of.append(above)
        latest[first.speaker] = q
    return tuple(above_of)


def _own_before(q: int, questions: Sequence[Sequence[int]], turns: Sequence[Turn]) -> int | None:
    """The question before this one, where the same person asked it."""
    if q == 0 or turns[questions[q - 1][0]].speaker != turns[questions[q][0]].speaker:
        return None
    return q - 1
