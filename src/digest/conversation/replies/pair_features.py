"""Numbers between a turn and each of its candidate parents: gaps, shared words, who spoke in between.

Each number is counted for all candidates of many children at once, as an array, and only if a rule asks for it: a call
for each child would cost more than the counting. What has no count for many is counted child by child.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any, TypeVar

import numpy as np

from digest.conversation.arrays import Floats, Ints, Truths, named, whole
from digest.conversation.replies.kinds import OTHER, THIS
from digest.conversation.replies.pair_parts import ParentGroups, SharedWeights, TurnPlaces
from digest.conversation.replies.turn_features import TurnFeatures

LATELY = 16  # turns within which two people count as talking with each other
SOON, SOON_SECONDS = 6, 600

T = TypeVar("T")
Column = Ints | Floats | None  # by pair; None where it is nought everywhere
Child = tuple[int, Sequence[int]]  # a turn and its candidates, the nearest first


class PairFeatures:
    """The numbers between some children and their candidates, column by column: the first child's candidates first.

    A method that a kind of rule names returns what counts its number for all pairs of now.

    `children` are the children of now; `kids`, `lasts` and `row` are of each pair the child, the candidate's last turn
    before it and the child's place among the children.
    """

    def __init__(self, features: TurnFeatures, parents: Sequence[Sequence[int]]) -> None:
        self.features = features
        self.turns = features.turns
        self.total = len(features.turns)
        self.parents = parents
        self.replies: list[list[int]] = [[] for _ in parents]  # children given to each parent so far
        self.ways: Sequence[Mapping[int, float]] = ()  # how surely links lead from each turn to each parent
        self.speakers = whole([t.speaker for t in features.turns])
        self.starts, self.ends = whole([t.start for t in features.turns]), whole([t.end for t in features.turns])
        self.names = named(features.turns)
        self.persons = self.names.shape[1]
        self._groups = ParentGroups(parents, self.total)
        self._memo: dict[str, Any] = {}
        self._places: dict[str, TurnPlaces] = {}
        self._held = {"words": features.words, "pairs": features.pairs, "characters": features.characters}
        self._shares: dict[str, SharedWeights] = {}
        self.begin(())

    def begin(self, children: Sequence[Child]) -> None:
        """Look at some children, in order, each with its candidates: at least one."""
        self.children = children
        self.sizes = whole([len(candidates) for _, candidates in children])
        self.row_kids = whole([child for child, _ in children])
        self.begins = np.cumsum(self.sizes) - self.sizes
        self.row = np.repeat(np.arange(len(children)), self.sizes)
        self.kids = self.row_kids[self.row]
        self.candidates = whole(list(chain.from_iterable([candidates for _, candidates in children])))
        self.lasts = self._groups.lasts(self.candidates, self.kids)
        self._memo = {}

    def _kept(self, name: str, count: Callable[[], T]) -> T:
        """What is counted once for the pairs of now."""
        if name not in self._memo:
            self._memo[name] = count()
        value: T = self._memo[name]
        return value

    def _kid_speakers(self) -> Ints:
        return self._kept("kid speakers", lambda: self.speakers[self.kids])

    def _last_speakers(self) -> Ints:
        return self._kept("last speakers", lambda: self.speakers[self.lasts])

    def _is_same(self) -> Truths:
        return self._kept("same", lambda: self._kid_speakers() == self._last_speakers())

    def _of_speakers(self, numbers: Ints) -> Ints:
        """What a child has for each person (children × persons), of its candidates' speakers."""
        of_pairs: Ints = numbers.ravel().take(self.row * self.persons + self._last_speakers())
        return of_pairs

    # ---- distance ---------------------------------------------------------------------------------------------

    def turns_apart(self) -> Callable[[], Column]:
        return lambda: self.kids - self.lasts

    def messages_apart(self) -> Callable[[], Column]:
        firsts, lasts = whole([t.messages[0] for t in self.turns]), whole([t.messages[-1] for t in self.turns])
        return lambda: firsts[self.kids] - lasts[self.lasts]

    def _pause(self) -> Ints:
        return self._kept("pause", lambda: self.starts[self.kids] - self.ends[self.lasts])

    def seconds_apart(self) -> Callable[[], Column]:
        return self._pause

    def pace(self) -> Callable[[], Column]:
        openings = whole(self.features.openings)

        def pace() -> Column:
            size = openings[self.kids]
            # less than the pace, so a hair is added to what is compared with "at most"
            return np.where(size > 0, self._pause() / np.maximum(size, 1) + 1e-9, np.inf)

        return pace

    def order(self) -> Callable[[], Column]:
        return lambda: np.arange(1, len(self.kids) + 1) - self.begins[self.row]

    # ---- who is named, who speaks -----------------------------------------------------------------------------

    def quote(self) -> Callable[[], Column]:
        if not any(t.quotes for t in self.turns):
            return lambda: None

        def codes(child: int, candidates: Sequence[int]) -> Sequence[int]:
            quotes = self.turns[child].quotes
            if not quotes:
                return ()
            return [THIS if any(j in quotes for j in self.parents[p]) else OTHER for p in candidates]

        return lambda: self._each(codes)

    def mention(self) -> Callable[[], Column]:
        def codes() -> Column:
            those = self.names[self.kids, self._last_speakers()]
            # who names none of those that spoke names nobody
            some = np.logical_or.reduceat(those, self.begins)
            return np.where(some[self.row], np.where(those, THIS, OTHER), 0) if some.any() else None

        return codes

    def mention_back(self) -> Callable[[], Column]:
        names_any: Truths = np.logical_or.reduce(self.names, axis=1)

        def codes() -> Column:
            some = names_any[self.lasts]
            if not some.any():
                return None
            return np.where(some, np.where(self.names[self.lasts, self._kid_speakers()], THIS, OTHER), 0)

        return codes

    def same_speaker(self) -> Callable[[], Column]:
        return lambda: self._is_same().astype(np.int64)

    def exchanges(self) -> Callable[[], Column]:
        """How often the child's speaker exchanged words with whom in the turns before."""
        speakers = self.speakers
        naming, whom_named = self.names.nonzero()

        def counts() -> Column:
            kids, persons = self.row_kids, self.persons
            rows = np.arange(len(kids))[:, None]
            # a change of speakers counts for the one where the other is the child's
            first = kids[:, None] - np.arange(LATELY, 1, -1)
            there = first >= 0
            first = np.maximum(first, 0)
            one, other, own_speaker = speakers[first], speakers[first + 1], speakers[kids][:, None]
            exchange = there & ((one == own_speaker) != (other == own_speaker))
            whom = [(rows * persons + np.where(one == own_speaker, other, one))[exchange]]
            if len(naming):
                # a name counts twice, for who names and for who is named
                row_of = np.full(self.total + LATELY + 1, -1)
                row_of[kids] = rows[:, 0]
                at = row_of[naming[:, None] + np.arange(1, LATELY + 1)]
                own_speaker = speakers[kids][at]
                by = np.broadcast_to(speakers[naming][:, None], at.shape)
                of = np.broadcast_to(whom_named[:, None], at.shape)
                own = (at >= 0) & (by == own_speaker)
                back = (at >= 0) & (of == own_speaker) & ~own
                twice = np.concatenate([(at * persons + of)[own], (at * persons + by)[back]])
                whom += [twice, twice]
            counts_of = np.bincount(np.concatenate(whom), minlength=len(kids) * persons)
            return self._of_speakers(counts_of)

        return counts

    def turns_since_own(self, act: str) -> Callable[[], Column]:
        taken = np.array(self.features.acts.taken[act]) if self.features.acts.taken.get(act) else None
        spoken, total = self._turn_places("").keys, self.total

        def distance() -> Column:
            if not len(spoken):
                return None
            own = self._kid_speakers() * total
            place = spoken.searchsorted(own + self.lasts) - 1
            before = spoken[place] - own
            fits = (place >= 0) & (before >= 0) & ~self._is_same()
            if taken is not None:
                fits &= taken[np.where(fits, before, 0)]
            return np.where(fits, self.lasts - before, 0)

        return distance

    def turns_to_return(self, naming: bool, act: str) -> Callable[[], Column]:
        taken = np.array(self.features.acts.taken[act]) if self.features.acts.taken.get(act) else None
        speakers = self.speakers

        def first() -> Column:
            turns, place = self._kept("soon", self._soon)
            fits = (place > 0) & (speakers[turns] != speakers[self.row_kids][:, None])
            if naming:
                fits &= self.names[turns, speakers[self.row_kids][:, None]]
            if taken is not None:
                fits &= taken[turns]
            if not fits.any():
                return None
            returns = np.zeros((len(self.row_kids), self.persons), dtype=np.int64)
            for n in range(SOON - 1, -1, -1):  # the first that a person says is written last
                rows = fits[:, n].nonzero()[0]
                returns[rows, speakers[turns[rows, n]]] = place[rows, n]
            return self._of_speakers(returns)

        return first

    def _soon(self) -> tuple[Ints, Ints]:
        """The next turns with words after each child, and which it is of those within `SOON_SECONDS`, 0 for none."""
        spoken = whole(self.features.all_spoken)
        if not len(spoken):
            nothing = np.zeros((len(self.row_kids), SOON), dtype=np.int64)
            return nothing, nothing
        places = spoken.searchsorted(self.row_kids, side="right")[:, None] + np.arange(SOON)
        turns = spoken[np.minimum(places, len(spoken) - 1)]
        pause = self.starts[turns] - self.ends[self.row_kids][:, None]
        there = (places < len(spoken)) & (pause <= SOON_SECONDS)
        return turns, np.cumsum(there, axis=1) * there

    # ---- words ------------------------------------------------------------------------------------------------

    def shared(self, of: str, long: bool) -> Callable[[], Column]:
        if not long:
            return lambda: self._sums(of)
        scale = np.sqrt(whole(self.features.sizes) + 3)

        def amounts() -> Column:
            sums = self._sums(of)
            return None if sums is None else sums / scale[self.lasts]

        return amounts

    def shares_most(self, of: str) -> Callable[[], Column]:
        def is_best() -> Column:
            sums = self._sums(of)
            if sums is None:
                return None
            top = np.maximum.reduceat(sums, self.begins)[self.row]
            best: Ints = ((sums == top) & (top > 0)).astype(np.int64)
            return best

        return is_best

    def _sums(self, of: str) -> Floats | None:
        """Weight of what each child shares with each candidate."""
        if of not in self._shares:
            self._shares[of] = SharedWeights(self._held[of], self._groups)
        return self._kept(of, lambda: self._shares[of].sums(self.row_kids, self.row, self.candidates))

    # ---- what stands in between -------------------------------------------------------------------------------

    def turns_between(self, what: str, act: str) -> Callable[[], Column]:
        places = self._turn_places(act)
        counts = {
            "anyone": self._anyone,
            "parent-speaker": self._parent,
            "child-speaker": self._child,
            "others": self._others,
            "speakers": self._people,
        }[what]
        return lambda: counts(places)

    def _turn_places(self, act: str) -> TurnPlaces:
        if act not in self._places:
            self._places[act] = TurnPlaces(self.features, act)
        return self._places[act]

    def _anyone(self, places: TurnPlaces) -> Ints:
        return places.before[self.kids] - places.before[self.lasts + 1]

    def _parent(self, places: TurnPlaces) -> Ints:
        return places.of_each(self._last_speakers(), self.lasts, self.kids)

    def _child(self, places: TurnPlaces) -> Ints:
        return places.of_each(self._kid_speakers(), self.lasts, self.kids)

    def _others(self, places: TurnPlaces) -> Ints:
        parents = np.where(self._is_same(), 0, self._parent(places))
        others: Ints = self._anyone(places) - self._child(places) - parents
        return others

    def _people(self, places: TurnPlaces) -> Column:
        before, speakers = places.before.tolist(), self.speakers.tolist()
        out: list[int] = []
        for child, lasts in zip(self.row_kids.tolist(), np.split(self.lasts, self.begins[1:]), strict=True):
            speaker = speakers[child]
            different: dict[int, int] = {}
            seen: set[int] = set()
            for j in range(child - 1, int(lasts.min()) - 1, -1):
                different[j] = len(seen)
                if speakers[j] != speaker and before[j + 1] > before[j]:
                    seen.add(speakers[j])
            out += [different[j] for j in lasts.tolist()]
        return whole(out)

    # ---- child by child ---------------------------------------------------------------------------------------

    def _each(self, count: Callable[[int, Sequence[int]], Sequence[float]], kind: type = np.int64) -> Column:
        """What is counted for each child and its candidates, nothing where it is nought for all of them."""
        column: Column = None
        for row, (child, candidates) in enumerate(self.children):
            if part := count(child, candidates):
                if column is None:
                    column = np.zeros(len(self.kids), dtype=kind)
                begin = self.begins[row]
                column[begin : begin + len(part)] = part
        return column

    def replies_before(self, of: str, near: int | None) -> Callable[[], Column]:
        speakers, replies = self.speakers.tolist(), self.replies

        def number(child: int, candidates: Sequence[int]) -> Sequence[int]:
            out = [0] * len(candidates)
            for n, p in enumerate(candidates):
                children = replies[p]
                if not children:
                    continue
                if near is not None:
                    children = [j for j in children if child - j <= near]
                if of == "anyone":
                    out[n] = len(children)
                else:
                    own = sum([speakers[j] == speakers[child] for j in children])
                    out[n] = own if of == "child-speaker" else len(children) - own
            return out

        return lambda: self._each(number)

    def reach(self) -> Callable[[], Column]:
        def shares(child: int, candidates: Sequence[int]) -> Sequence[float]:
            ways = self.ways[child] if self.ways else {}
            return [ways.get(p, 0.0) for p in candidates] if ways else ()

        return lambda: self._each(shares, np.float64)
