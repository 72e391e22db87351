"""What a rule on one turn can see of its day: the turns near it, who speaks, the acts so far, the reply links.

All turns of a day are looked at together, as arrays: a turn's near_turns are a row of places, -1 where there is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from itertools import takewhile

import numpy as np

from digest.conversation.acts.kinds import ASKS, NEAREST, Near
from digest.conversation.acts.model import Acts, DayTurns
from digest.conversation.arrays import Floats, Ints, Truths, named, truths, whole
from digest.model import Link, Turn
from digest.rules.match import size

LIKELY = 0.3  # probability over which a link counts as a reply


@dataclass(frozen=True)
class Context:
    """The turns of a day as rules see them. What is asked of it is an array by turn."""

    day: DayTurns
    acts: Acts  # those scored so far
    links: Sequence[Link] = ()
    _taken: dict[str, Truths] = field(default_factory=dict)
    _shares: dict[tuple[int, str], Floats] = field(default_factory=dict)

    @property
    def turns(self) -> tuple[Turn, ...]:
        return self.day.turns

    @cached_property
    def sizes(self) -> Ints:
        """Characters of each turn, signs not counted."""
        return whole([size(turn.text) for turn in self.turns])

    @cached_property
    def near_turns(self) -> NearTurns:
        return NearTurns(self.turns, self.sizes)

    @cached_property
    def replies(self) -> Replies:
        return Replies(self.turns, self.sizes, self.links)

    @property
    def none(self) -> Truths:
        """What holds of no turn."""
        return np.zeros(len(self.turns), dtype=np.bool_)

    @property
    def all_turns(self) -> Truths:
        """What holds of every turn."""
        return np.ones(len(self.turns), dtype=np.bool_)

    def where(self, flags: Iterable[bool]) -> Truths:
        """What holds of the turns, told one by one."""
        return np.fromiter(flags, dtype=np.bool_, count=len(self.turns))

    def having(self, act: str) -> Truths:
        """The turns that have an act; none where it is not scored yet."""
        if act not in self._taken:
            if not self.acts.taken.get(act):
                return self.none
            self._taken[act] = truths(self.acts.taken[act])
        return self._taken[act]

    def spoken_by(self, part: str) -> Truths:
        """The turns whose speaker has a part on that day."""
        if part == "asker":
            return self.where(turn.speaker in askers for turn, askers in self.askers())
        persons = self.day.guests if part == "guest" else self.day.owners
        return self.where(turn.speaker in persons for turn in self.turns)

    def askers(self) -> Iterator[tuple[Turn, Set[int]]]:
        """Each turn with the persons who asked something before it that day."""
        askers: set[int] = set()
        for turn, asks in zip(self.turns, self.having(ASKS).tolist(), strict=True):
            yield turn, askers
            if asks:
                askers.add(turn.speaker)

    def counts(self, what: str, side: str, seconds: int) -> Iterator[int]:
        """For each turn how much of something stands within so many seconds after its end, or before its start."""
        asks, sizes = self.having(ASKS), self.sizes
        parents = {link.child: link.parent for link in self.links if link.rank == 0 and link.score > LIKELY}
        for turn in self.turns:
            near = self._after(turn, seconds) if side == "after" else self._before(turn, seconds)
            others = [other for other in near if other.speaker != turn.speaker]
            if what == "answers":
                replies = [parents[other.index] for other in others if other.index in parents]
                # what came before answers not this turn, but what its speaker said
                own = [p for p in replies if p == turn.index or (side == "before" and self._speaks(p, turn))]
                yield len(own)
            elif what == "speakers":
                yield len({other.speaker for other in others})
            elif what == "messages":
                yield sum(len(other.messages) for other in others)
            elif what == "mentions":
                yield sum(turn.speaker in other.mentions for other in others)
            elif what == "questions":
                yield sum(bool(asks[other.index]) for other in others)
            elif what == "same-speaker":
                yield len(near) - len(others)
            else:
                yield sum(int(sizes[other.index]) for other in others)

    def _after(self, turn: Turn, seconds: int) -> list[Turn]:
        return list(takewhile(lambda other: other.start - turn.end <= seconds, self.turns[turn.index + 1 :]))

    def _before(self, turn: Turn, seconds: int) -> list[Turn]:
        earlier = (self.turns[i] for i in range(turn.index - 1, -1, -1))
        return list(takewhile(lambda other: turn.start - other.end <= seconds, earlier))

    def _speaks(self, place: int, turn: Turn) -> bool:
        return self.turns[place].speaker == turn.speaker

    def share_around(self, turns: int, act: str) -> Floats:
        """For each turn the share of so many on either side that have an act; of different speakers for ""."""
        key = (turns, act)
        if key not in self._shares:
            self._shares[key] = self.near_turns.shares(turns, self.having(act) if act else None)
        return self._shares[key]


class Replies:
    """Reply links between different people, as arrays."""

    def __init__(self, turns: Sequence[Turn], sizes: Ints, links: Sequence[Link]) -> None:
        self.total = len(turns)
        between = [link for link in links if turns[link.child].speaker != turns[link.parent].speaker]
        # a child without words is no reply
        self._received = _arrays([link for link in between if sizes[link.child] > 2])
        self._to_parent = _arrays([link for link in between if link.rank == 0])
        # how likely each turn's parent replies to the same speaker's own words, -1 where it doesn't
        best = {link.child: link for link in links if link.rank == 0}
        self._dialogue = np.full(self.total, -1.0)
        for link in between:
            above = best.get(link.parent) if link.rank == 0 else None
            if above is not None and turns[above.parent].speaker == turns[link.child].speaker:
                self._dialogue[link.child] = above.score

    def received(self, counts: Truths, added_up: bool) -> Floats:
        """For each turn how likely the likeliest of the turns that count replies to it, or all of them added up."""
        children, parents, scores = self._received
        good = counts[children]
        if added_up:
            return np.zeros(self.total) + np.bincount(parents[good], scores[good], self.total)
        likeliest: Floats = np.zeros(self.total)
        np.maximum.at(likeliest, parents[good], scores[good])
        return likeliest

    def to_parent(self, counts: Truths, least: float | None) -> Floats:
        """For each turn how likely it replies to its likeliest parent, where that counts; with `least`, where that
        likelier than so replies to words of the turn's own speaker."""
        children, parents, scores = self._to_parent
        good = counts[parents]
        if least is not None:
            good &= self._dialogue[children] > least
        likeliest: Floats = np.zeros(self.total)
        likeliest[children[good]] = scores[good]
        return likeliest


def _arrays(links: Sequence[Link]) -> tuple[Ints, Ints, Floats]:
    """Children, parents and scores of links, in order."""
    return (
        whole([link.child for link in links]),
        whole([link.parent for link in links]),
        np.array([link.score for link in links], dtype=np.float64),
    )


class NearTurns:
    """The turns of a day, each with those near it on either side; `sizes` are the characters of each."""

    def __init__(self, turns: Sequence[Turn], sizes: Ints) -> None:
        self.turns, self.sizes, self.total = turns, sizes, len(turns)
        self.places = np.arange(self.total)
        self.speakers = whole([t.speaker for t in turns])
        self._neighbours: dict[tuple[str, str], Ints] = {}
        self._clocks: dict[str, tuple[Ints, Ints]] = {}

    def near(self, kind: Near, looked_for: Truths) -> Truths:
        """For each turn whether enough of the turns looked for stand near it, or none."""
        # times run backwards through the past, so that one comparison tells too far on either side
        sign = 1 if kind.side == "after" else -1
        farthest = kind.reach if kind.reach is not None else kind.turns * 2 + 10
        wanted = 1 if kind.none else kind.least
        if wanted < 1 or not looked_for.any():
            return np.full(self.total, (wanted < 1) is not kind.none)
        begin, reached = self._times(kind.side)
        rows = self._nearest(kind.side, kind.whose)[:, : kind.turns]
        here = self.places[:, None]
        near = (rows >= 0) & (reached[rows] <= begin[:, None] + kind.within) & (rows * sign <= here * sign + farthest)
        # behind the first that is too far nothing counts
        good = np.logical_and.accumulate(near, axis=1) & looked_for[rows]
        if kind.mention == "back":  # the other names this one's speaker
            good &= self._names[rows, self.speakers[:, None]]
        elif kind.mention:  # this one the other's
            good &= self._names[here, self.speakers[rows]]
        if wanted == 1:
            enough = good.any(axis=1)
        elif kind.distinct:
            enough = _different(np.where(good, self.speakers[rows], -1)) >= wanted
        else:
            enough = good.sum(axis=1) >= wanted
        fires: Truths = enough != kind.none
        return fires

    @cached_property
    def _names(self) -> Truths:
        return named(self.turns)

    def _times(self, side: str) -> tuple[Ints, Ints]:
        """Where each turn's silence on a side begins, and where it is reached from there."""
        if side not in self._clocks:
            starts, ends = whole([t.start for t in self.turns]), whole([t.end for t in self.turns])
            self._clocks[side] = (ends, starts) if side == "after" else (-starts, -ends)
        return self._clocks[side]

    def _nearest(self, side: str, whose: str) -> Ints:
        """For each turn the turns on one side that count, nearest first: turns × `NEAREST`.

        Of other people's turns those without a word don't count: applause is no answer.
        """
        key = (side, whose)
        if key not in self._neighbours:
            sign = 1 if side == "after" else -1
            if whose == "anyone":
                rows = _steps(self.places, self.places, sign, NEAREST)
            elif whose == "own":
                rows = self._own(sign)
            else:
                rows = self._others(sign)
            self._neighbours[key] = rows
        return self._neighbours[key]

    def _own(self, sign: int) -> Ints:
        order = np.argsort(self.speakers, kind="stable")  # each speaker's turns side by side
        at = np.empty_like(order)
        at[order] = self.places
        rows = _steps(order, at, sign, NEAREST)
        return np.where((rows >= 0) & (self.speakers[rows] == self.speakers[:, None]), rows, -1)

    def _others(self, sign: int) -> Ints:
        worded = np.flatnonzero(self.sizes >= 2)
        # where among these each turn stands, or would: before the first that follows, behind the last before
        at = worded.searchsorted(self.places, side="right") - 1 if sign > 0 else worded.searchsorted(self.places)
        rows = _steps(worded, at, sign, 4 * NEAREST)
        counts = (rows >= 0) & (self.speakers[rows] != self.speakers[:, None])
        rank = np.cumsum(counts, axis=1)
        turn, step = (counts & (rank <= NEAREST)).nonzero()
        nearest = np.full((self.total, NEAREST), -1)
        nearest[turn, rank[turn, step] - 1] = rows[turn, step]
        return nearest

    def shares(self, n: int, taken: Truths | None) -> Floats:
        """For each turn the share of the `n` on either side that are taken; of different speakers for None."""
        first, end = np.maximum(self.places - n, 0), np.minimum(self.places + n + 1, self.total)
        if taken is not None:
            sums = np.cumsum(np.concatenate(([0], taken)))
            counts = sums[end] - sums[first] - taken
        else:
            before, after = self._own(-1)[:, 0], self._own(1)[:, 0]
            # a speaker counts with his first turn of the span
            span = self.places[:, None] + np.arange(-n, n + 1)
            there = (span >= 0) & (span < self.total)
            speakers = (there & (before[np.where(there, span, 0)] < first[:, None])).sum(axis=1)
            alone = (before < first) & ((after < 0) | (after >= end))
            counts = speakers - alone
        shares: Floats = counts / np.maximum(end - first - 1, 1)
        return shares


def _steps(values: Ints, at: Ints, sign: int, number: int) -> Ints:
    """For each place the values 1 to `number` steps from it on one side, -1 beyond the ends."""
    places = at[:, None] + sign * np.arange(1, number + 1)
    there = (places >= 0) & (places < len(values))
    return np.where(there, values[np.where(there, places, 0)], -1) if len(values) else np.full(places.shape, -1)


def _different(rows: Ints) -> Ints:
    """How many different numbers stand in each row, those under 0 left out."""
    ordered = np.sort(rows, axis=1)
    different = ordered >= 0
    different[:, 1:] &= ordered[:, 1:] != ordered[:, :-1]
    numbers: Ints = different.sum(axis=1)
    return numbers
