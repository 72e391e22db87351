"""Numbers between a turn and each of its candidate parents: gaps, shared words, who spoke in between.

Each number is counted for all candidates of many children at once, and only if a rule asks for it: a call for each
child would cost more than the counting. What has no count for many is counted child by child.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import inf, sqrt
from operator import sub
from typing import Any, TypeVar

from digest.linking.facts import Facts, Held, Places, after, talked
from digest.linking.pair_numbers import NONE, OTHER, THIS, Key

V = TypeVar("V")
Column = Sequence[float]  # by candidate


def _taken(values: Sequence[V], places: Iterable[int]) -> Iterator[V]:
    """The values at some places; no line of ours is run for each."""
    return map(values.__getitem__, places)


class Between:
    """The numbers between some children and their candidates, column by column: the first child's candidates first.

    A function that `column` finds as `_all_…` looks at `kids` and `their_lasts`; one that it finds as `_…` looks at
    `child`, `candidates` and `lasts`, and is called for each child.
    """

    def __init__(self, facts: Facts, parents: Sequence[Sequence[int]]) -> None:
        self.facts = facts
        self.turns = facts.turns
        self.speakers = [t.speaker for t in facts.turns]
        self.parents = parents
        self.single = all(len(group) == 1 for group in parents)
        self.replies: list[list[int]] = [[] for _ in parents]  # children given to each parent so far
        self.ways: Sequence[Mapping[int, float]] = ()  # how surely links lead from each turn to each parent
        self.rows: list[tuple[int, Sequence[int], Sequence[int]]] = []  # child, candidates, lasts
        self.kids: list[int] = []  # of each pair: the child, and the candidate's last turn before it
        self.their_lasts: list[int] = []
        self.child = 0
        self.candidates: Sequence[int] = ()
        self.lasts: Sequence[int] = ()  # each candidate's last turn before the child
        self._memo: dict[Any, Any] = {}
        self._places: dict[str, Places] = {}
        self._held: dict[str, Sequence[frozenset[str]]] = {}

    def begin(self, children: Sequence[tuple[int, Sequence[int]]]) -> None:
        """Look at some children, in order, each with its candidates."""
        parents = self.parents
        self.rows, self.kids, self.their_lasts = [], [], []
        for child, candidates in children:
            if self.single:
                lasts = [parents[p][0] for p in candidates]
            else:
                lasts = [parents[p][max(0, bisect_left(parents[p], child) - 1)] for p in candidates]
            self.rows.append((child, candidates, lasts))
            self.kids += [child] * len(lasts)
            self.their_lasts += lasts
        self._memo = {}

    def column(self, key: Key) -> Callable[[], Column]:
        """A number as a function that counts it for all pairs of now; nothing where it is nought everywhere."""
        made: Callable[[], Column]
        if whole := getattr(self, f"_all_{key[0]}", None):
            made = whole(*key[1:])
            return made
        made = getattr(self, f"_{key[0]}")(*key[1:])
        return lambda: self._each(made)

    def _each(self, count: Callable[[], Column]) -> Column:
        out: list[float] = []
        some = False
        for self.child, self.candidates, self.lasts in self.rows:  # noqa: B020
            part = count()
            some = some or bool(part)
            out += part or [0] * len(self.lasts)
        return out if some else ()

    def _kept(self, name: Any, make: Callable[[], Any]) -> Any:
        """What is made once for the pairs of now."""
        if name not in self._memo:
            self._memo[name] = make()
        return self._memo[name]

    def _kid_speakers(self) -> list[int]:
        speakers = self.speakers
        made: list[int] = self._kept("kid speakers", lambda: list(_taken(speakers, self.kids)))
        return made

    def _last_speakers(self) -> list[int]:
        speakers = self.speakers
        made: list[int] = self._kept("last speakers", lambda: list(_taken(speakers, self.their_lasts)))
        return made

    def _rows_of_speakers(self) -> list[tuple[int, list[int]]]:
        """Each child with its candidates' speakers."""

        def cut() -> list[tuple[int, list[int]]]:
            speakers = self.speakers
            return [(child, list(_taken(speakers, lasts))) for child, _, lasts in self.rows]

        made: list[tuple[int, list[int]]] = self._kept("rows of speakers", cut)
        return made

    # ---- distance ---------------------------------------------------------------------------------------------

    def _all_turns(self) -> Callable[[], Column]:
        return lambda: list(map(sub, self.kids, self.their_lasts))

    def _all_messages(self) -> Callable[[], Column]:
        firsts, lasts = [t.messages[0] for t in self.turns], [t.messages[-1] for t in self.turns]
        return lambda: list(map(sub, _taken(firsts, self.kids), _taken(lasts, self.their_lasts)))

    def _all_seconds(self) -> Callable[[], Column]:
        starts, ends = [t.start for t in self.turns], [t.end for t in self.turns]
        return lambda: list(map(sub, _taken(starts, self.kids), _taken(ends, self.their_lasts)))

    def _all_typing(self) -> Callable[[], Column]:
        starts, ends, openings = [t.start for t in self.turns], [t.end for t in self.turns], self.facts.openings

        def pace() -> Column:
            out: list[float] = []
            for child, _, lasts in self.rows:
                size, start = openings[child], starts[child]
                # less than the pace, so a hair is added to what is compared with "at most"
                out += [(start - ends[j]) / size + 1e-9 for j in lasts] if size else [inf] * len(lasts)
            return out

        return pace

    def _order(self) -> Callable[[], Column]:
        return lambda: range(1, len(self.candidates) + 1)

    # ---- who is named, who speaks -----------------------------------------------------------------------------

    def _quote(self) -> Callable[[], Column]:
        def codes() -> Column:
            quotes = self.turns[self.child].quotes
            if not quotes:
                return ()
            return [THIS if any(j in quotes for j in self.parents[p]) else OTHER for p in self.candidates]

        return codes

    def _mention(self) -> Callable[[], Column]:
        def codes() -> Column:
            named = self.turns[self.child].mentions
            if not named:
                return ()
            people = [self.speakers[j] for j in self.lasts]
            if not any(s in named for s in people):
                return ()
            return [THIS if s in named else OTHER for s in people]

        return codes

    def _all_back(self) -> Callable[[], Column]:
        mentions = [t.mentions for t in self.turns]

        def codes() -> Column:
            named = [mentions[j] for j in self.their_lasts]
            if not any(named):
                return ()
            return [
                (THIS if s in n else OTHER) if n else NONE for s, n in zip(self._kid_speakers(), named, strict=True)
            ]

        return codes

    def _all_same(self) -> Callable[[], Column]:
        return lambda: [1 if a == b else 0 for a, b in zip(self._kid_speakers(), self._last_speakers(), strict=True)]

    def _all_talked(self) -> Callable[[], Column]:
        return lambda: self._of_speakers(lambda child: talked(self.facts, child))

    def _all_reacts(self, act: str) -> Callable[[], Column]:
        taken = self.facts.acts.taken.get(act) if act else None
        speakers, spoken = self.speakers, self.facts.spoken

        def distance() -> Column:
            out: list[int] = []
            for child, _, lasts in self.rows:
                speaker = speakers[child]
                own = spoken.get(speaker, ())
                if not own or own[0] >= child:
                    out += [0] * len(lasts)
                    continue
                for j in lasts:
                    k = bisect_left(own, j) - 1
                    no = k < 0 or speakers[j] == speaker or (taken is not None and not taken[own[k]])
                    out.append(0 if no else j - own[k])
            return out

        return distance

    def _all_returns(self, naming: bool, act: str) -> Callable[[], Column]:
        taken = self.facts.acts.taken.get(act) if act else None
        speakers, mentions = self.speakers, [t.mentions for t in self.turns] if naming else []

        def first(child: int) -> dict[int, int]:
            found: dict[int, int] = {}
            speaker = speakers[child]
            for n, j in enumerate(self._soon()[child], 1):
                if (not naming or speaker in mentions[j]) and (taken is None or taken[j]):
                    other = speakers[j]
                    if other != speaker and other not in found:
                        found[other] = n
            return found

        return lambda: self._of_speakers(first)

    def _soon(self) -> dict[int, list[int]]:
        """The turns with words that follow each child."""
        made: dict[int, list[int]] = self._kept(
            "soon", lambda: {child: after(self.facts, child) for child, _, _ in self.rows}
        )
        return made

    def _of_speakers(self, numbers: Callable[[int], Mapping[int, int]]) -> Column:
        """What a child has for each speaker, of its candidates' speakers."""
        out: list[int] = []
        some = False
        for child, people in self._rows_of_speakers():
            if found := numbers(child):
                out += [found.get(s, 0) for s in people]
                some = True
            else:
                out += [0] * len(people)
        return out if some else ()

    # ---- words ------------------------------------------------------------------------------------------------

    def _all_shared(self, of: str, long: bool) -> Callable[[], Column]:
        scale = [sqrt(size + 3) for size in self.facts.sizes]

        def amounts() -> Column:
            sums = self._sums(of)
            if not long or not sums:
                return sums
            return [s / scale[j] if s else 0.0 for s, j in zip(sums, self.their_lasts, strict=True)]

        return amounts

    def _all_best(self, of: str) -> Callable[[], Column]:
        def is_best() -> Column:
            sums = self._sums(of)
            if not sums:
                return ()
            out: list[int] = []
            for _, candidates, _ in self.rows:
                mine = sums[len(out) : len(out) + len(candidates)]
                top = max(mine)
                out += [1 if s == top else 0 for s in mine] if top > 0 else [0] * len(mine)
            return out

        return is_best

    def _sums(self, of: str) -> Column:
        """Weight of what each child shares with each candidate."""
        made: Column = self._kept(of, lambda: self._shares(getattr(self.facts, of), self._whole(of)))
        return made

    def _shares(self, held: Held, theirs: Sequence[frozenset[str]]) -> Column:
        sets, worth = held.sets, held.weight.__getitem__
        out: list[float] = []
        for child, candidates, _ in self.rows:
            mine = sets[child]
            apart, common = mine.isdisjoint, mine.intersection
            for p in candidates if mine else ():
                # most pairs share nothing, and to see that is quicker than to make an empty set; sums are rounded, so
                # that the order of words in a set doesn't show
                out.append(0.0 if apart(theirs[p]) else round(sum(map(worth, common(theirs[p]))), 6))
            if not mine:
                out += [0.0] * len(candidates)
        return out if any(out) else ()

    def _whole(self, of: str) -> Sequence[frozenset[str]]:
        """What each parent holds, all its turns together."""
        if of not in self._held:
            sets = getattr(self.facts, of).sets
            self._held[of] = [
                sets[group[0]] if len(group) == 1 else frozenset[str]().union(*[sets[j] for j in group])
                for group in self.parents
            ]
        return self._held[of]

    # ---- what stands in between -------------------------------------------------------------------------------

    def _all_between(self, what: str, act: str) -> Callable[[], Column]:
        if act not in self._places:
            self._places[act] = Places(self.facts, act)
        places = self._places[act]
        counts = {
            "anyone": self._anyone,
            "parent-speaker": self._parent,
            "child-speaker": self._child,
            "others": self._others,
            "speakers": self._people,
        }[what]
        return lambda: counts(places)

    def _anyone(self, places: Places) -> Column:
        return list(map(sub, _taken(places.before, self.kids), _taken(places.through, self.their_lasts)))

    def _parent(self, places: Places) -> Column:
        own, counted, speakers = places.own, places.counted, self.speakers
        totals: dict[int, int] = {}  # each speaker's before the child
        at = 0
        out: list[int] = []
        for (child, people), (_, _, lasts) in zip(self._rows_of_speakers(), self.rows, strict=True):
            for j in range(at, child):
                if counted[j]:
                    totals[speakers[j]] = own[j]
            at = max(at, child)
            out += [totals.get(s, 0) - own[j] for s, j in zip(people, lasts, strict=True)]
        return out

    def _child(self, places: Places) -> Column:
        out: list[int] = []
        some = False
        for child, _, lasts in self.rows:
            mine = places.of.get(self.speakers[child], ())
            total = bisect_left(mine, child)
            if total:
                out += [total - bisect_right(mine, j) for j in lasts]
                some = True
            else:
                out += [0] * len(lasts)
        return out if some else ()

    def _others(self, places: Places) -> Column:
        mine = self._child(places) or [0] * len(self.kids)
        return [
            a - m - (0 if mine_too else p)
            for a, m, p, mine_too in zip(
                self._anyone(places), mine, self._parent(places), self._all_same()(), strict=True
            )
        ]

    def _people(self, places: Places) -> Column:
        before, speakers = places.before, self.speakers
        out: list[int] = []
        for child, _, lasts in self.rows:
            speaker = speakers[child]
            found: dict[int, int] = {}
            seen: set[int] = set()
            for j in range(child - 1, min(lasts) - 1, -1):
                found[j] = len(seen)
                if speakers[j] != speaker and before[j + 1] > before[j]:
                    seen.add(speakers[j])
            out += [found[j] for j in lasts]
        return out

    def _chain(self, of: str, near: int | None) -> Callable[[], Column]:
        speakers, replies = self.speakers, self.replies

        def number() -> Column:
            out = [0] * len(self.candidates)
            for n, p in enumerate(self.candidates):
                found = replies[p]
                if not found:
                    continue
                if near is not None:
                    found = [j for j in found if self.child - j <= near]
                if of == "anyone":
                    out[n] = len(found)
                else:
                    mine = sum([speakers[j] == speakers[self.child] for j in found])
                    out[n] = mine if of == "child-speaker" else len(found) - mine
            return out

        return number

    def _reaches(self) -> Callable[[], Column]:
        def shares() -> Column:
            ways = self.ways[self.child] if self.ways else {}
            return [ways.get(p, 0.0) for p in self.candidates] if ways else ()

        return shares
