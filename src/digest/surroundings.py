"""What stands around a turn: the turns near it on either side, and what share of them has an act.

Sets of turns are bits of an integer, so that looking at the turns near one is a single `&`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from digest.model import Turn
from digest.rules import kinds

NEAREST = 16  # turns on a side that rules can look at
_DIGITS = bytes.maketrans(b"\0\1", b"01")


class Surroundings:
    """The turns of a day, each with those near it; `sizes` are the characters of each."""

    def __init__(self, turns: Sequence[Turn], sizes: Sequence[int]) -> None:
        self.turns, self.sizes, self.total = turns, sizes, len(turns)
        self._neighbours: dict[tuple[str, str], list[list[int]]] = {}
        self._clocks: dict[str, tuple[list[int], list[int]]] = {}

    def near(self, kind: kinds.Near, looked_for: int) -> Sequence[bool]:
        """For each turn whether enough of the turns looked for, which are bits, stand near it, or none."""
        # times run backwards through the past, so that one comparison tells too far on either side
        sign = 1 if kind.side == "after" else -1
        farthest = kind.reach if kind.reach is not None else kind.turns * 2 + 10
        wanted = 1 if kind.none else kind.least
        if not looked_for or wanted < 1:  # no turn of the day is looked for
            return [(wanted < 1) is not kind.none] * self.total
        good = [bit == "1" for bit in reversed(f"{looked_for:0{self.total}b}")]
        begin, reached = self._times(kind.side)
        rows = self._nearest(kind.side, kind.whose)
        fires = [kind.none] * self.total
        # most turns have none of those looked for within their reach: only the others' neighbours are gone through
        for i, there in enumerate(reversed(f"{_reaching(looked_for, -sign, farthest):0{self.total}b}"[-self.total :])):
            if there == "0" or (kind.mention == "this" and not self.turns[i].mentions):
                continue
            latest, last = begin[i] + kind.within, i * sign + farthest
            held: list[int] = []  # turns, or speakers where each counts once
            for j in rows[i][: kind.turns]:
                if reached[j] > latest or j * sign > last or len(held) >= wanted:
                    break
                if good[j] and (not kind.mention or self._mentions(kind.mention, i, j)):
                    one = self.turns[j].speaker if kind.distinct else j
                    if one not in held:
                        held.append(one)
            if len(held) >= wanted:
                fires[i] = not kind.none
        return fires

    def _mentions(self, how: str, this: int, other: int) -> bool:
        """Whether of two turns the other names this one's speaker ("back"), or this one the other's."""
        one, two = self.turns[this], self.turns[other]
        return one.speaker in two.mentions if how == "back" else two.speaker in one.mentions

    def _times(self, side: str) -> tuple[list[int], list[int]]:
        """Where each turn's silence on a side begins, and where it is reached from there."""
        if side not in self._clocks:
            starts, ends = [t.start for t in self.turns], [t.end for t in self.turns]
            self._clocks[side] = (ends, starts) if side == "after" else ([-t for t in starts], [-t for t in ends])
        return self._clocks[side]

    def _nearest(self, side: str, whose: str) -> list[list[int]]:
        """For each turn the turns on one side that count, nearest first; at most `NEAREST`.

        Of other people's turns those without a word don't count: applause is no answer.
        """
        key = (side, whose)
        if key not in self._neighbours:
            turns, sizes = self.turns, self.sizes
            order = list(range(self.total))
            if side == "after":
                order.reverse()
            rows: list[list[int]] = [[] for _ in turns]
            passed: list[int] = []  # turns already passed, the nearest last
            own: dict[int, list[int]] = {}
            speakers = [turn.speaker for turn in turns]
            for i in order:
                speaker = speakers[i]
                if whose == "own":
                    rows[i] = own.get(speaker, [])[: -NEAREST - 1 : -1]
                    own.setdefault(speaker, []).append(i)
                    continue
                if whose == "others":
                    near = [j for j in passed[: -4 * NEAREST - 1 : -1] if speakers[j] != speaker]
                    rows[i] = near[:NEAREST]
                else:
                    rows[i] = passed[: -NEAREST - 1 : -1]
                if whose == "anyone" or sizes[i] >= 2:
                    passed.append(i)
            self._neighbours[key] = rows
        return self._neighbours[key]

    def shares(self, n: int, taken: Sequence[bool] | None) -> list[float]:
        """For each turn the share of the `n` on either side that are taken; of different speakers for None."""
        total = self.total
        spans = [(max(0, i - n), min(total, i + n + 1)) for i in range(total)]
        if taken is not None:
            sums = list(accumulate(taken, initial=0))
            return [(sums[b] - sums[a] - taken[i]) / max(1, b - a - 1) for i, (a, b) in enumerate(spans)]
        speakers = [t.speaker for t in self.turns]
        there: dict[int, int] = {}  # how often each speaker stands in the span, which moves on turn by turn
        begin = end = 0
        found = []
        for i, (a, b) in enumerate(spans):
            for speaker in speakers[end:b]:
                there[speaker] = there.get(speaker, 0) + 1
            for speaker in speakers[begin:a]:
                there[speaker] -= 1
                if not there[speaker]:
                    del there[speaker]
            begin, end = a, b
            found.append((len(there) - (there[speakers[i]] == 1)) / max(1, b - a - 1))
        return found


def bits(flags: Sequence[bool]) -> int:
    """The places of the true ones as bits."""
    return int(bytes(flags)[::-1].translate(_DIGITS) or b"0", 2)


def _reaching(bits: int, sign: int, steps: int) -> int:
    """The places from which one of the given is 1 to `steps` steps away; `sign` is the direction back from it."""
    found = bits << 1 if sign > 0 else bits >> 1
    done = 1
    while done < steps:
        more = min(done, steps - done)
        found |= found << more if sign > 0 else found >> more
        done += more
    return found if steps > 0 else 0


def standing(held: int) -> list[int]:
    """The places of the bits, ascending."""
    found = []
    while held:
        low = held & -held
        found.append(low.bit_length() - 1)
        held ^= low
    return found
