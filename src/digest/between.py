"""Numbers between a turn and each of its candidate parents: gaps, shared words, who spoke in between.

Each number is counted for all candidates of a child at once, and only if a rule asks for it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from math import inf, sqrt
from typing import Any

from digest.facts import Facts, Held, after, talked
from digest.rules import kinds
from digest.rules.kind import Kind
from digest.sides import bounds

Key = tuple[Any, ...]  # a number's name and what it is of
Interval = tuple[float, float]  # both ends in it
NONE, THIS, OTHER = 0, 1, 2
Column = Sequence[float]  # by candidate
COUNTS_SHOWN = 1e-6  # sums of weights are rounded, so that their order in a set doesn't show


def asked(kind: Kind) -> list[tuple[Key, Interval]]:
    """The numbers that a rule on both turns asks for, with their bounds."""
    if isinstance(kind, kinds.Gap):
        wanted = [
            (("turns",), bounds(kind.min_turns, kind.max_turns)),
            (("messages",), bounds(kind.min_messages, kind.max_messages)),
            (("seconds",), bounds(kind.min_time, kind.max_time)),
        ]
        return [(key, bound) for key, bound in wanted if bound != (-inf, inf)] or [(("turns",), (-inf, inf))]
    if isinstance(kind, kinds.PairQuote):
        return [(("quote",), _is({"parent": THIS, "other": OTHER, "none": NONE}[kind.of]))]
    if isinstance(kind, kinds.PairMention):
        if kind.of in ("child", "back-other"):
            return [(("back",), _is(THIS if kind.of == "child" else OTHER))]
        return [(("mention",), _is({"parent": THIS, "other": OTHER, "none": NONE}[kind.of]))]
    if isinstance(kind, kinds.SameSpeaker):
        return [(("same",), _is(0 if kind.of == "neither" else 1))]
    if isinstance(kind, kinds.SharedWords):
        amount: tuple[Key, Interval] = (("shared", kind.of, kind.long), bounds(kind.min, kind.max))
        return [amount, (("best", kind.of), _is(1))] if kind.best else [amount]
    if isinstance(kind, kinds.Between):
        return [(("between", kind.what, kind.act), bounds(kind.min, kind.max))]
    if isinstance(kind, kinds.Typing):
        return [(("typing",), (-inf, kind.pace))]
    if isinstance(kind, kinds.Talked):
        return [(("talked",), bounds(kind.min, kind.max))]
    if isinstance(kind, kinds.Reacts):
        return [(("reacts", kind.act), (1, kind.turns))]
    if isinstance(kind, kinds.Returns):
        return [(("returns", kind.naming, kind.act), (1, kind.turns))]
    if isinstance(kind, kinds.Chain):
        return [(("chain", kind.of, kind.turns), bounds(kind.min, kind.max))]
    if isinstance(kind, kinds.Order):
        return [(("order",), bounds(kind.min, kind.max))]
    if isinstance(kind, kinds.Reaches):
        return [(("reaches",), bounds(kind.min, kind.max))]
    raise NotImplementedError(type(kind).__name__)


def _is(code: int) -> Interval:
    return code, code


class Between:
    """The numbers between one child and its candidates, column by column."""

    def __init__(self, facts: Facts, parents: Sequence[Sequence[int]]) -> None:
        self.facts = facts
        self.turns = facts.turns
        self.speakers = [t.speaker for t in facts.turns]
        self.parents = parents
        self.single = all(len(group) == 1 for group in parents)
        self.replies: list[list[int]] = [[] for _ in parents]  # children given to each parent so far
        self.ways: Mapping[int, float] = {}  # how surely links lead from the child to each parent
        self.child = 0
        self.candidates: Sequence[int] = ()
        self.lasts: Sequence[int] = ()  # each candidate's last turn before the child
        self._memo: dict[Any, Any] = {}
        self._places: dict[str, _Places] = {}

    def begin(self, child: int, candidates: Sequence[int]) -> None:
        self.child, self.candidates = child, candidates
        parents = self.parents
        if self.single:
            self.lasts = [parents[p][0] for p in candidates]
        else:
            self.lasts = [parents[p][max(0, bisect_left(parents[p], child) - 1)] for p in candidates]
        self._memo = {}

    def column(self, key: Key) -> Callable[[], Column]:
        """A number as a function that counts it for all candidates of the child of now."""
        made: Callable[[], Column] = getattr(self, f"_{key[0]}")(*key[1:])
        return made

    # ---- distance ---------------------------------------------------------------------------------------------

    def _turns(self) -> Callable[[], Column]:
        return lambda: [self.child - j for j in self.lasts]

    def _messages(self) -> Callable[[], Column]:
        firsts, lasts = [t.messages[0] for t in self.turns], [t.messages[-1] for t in self.turns]
        return lambda: [firsts[self.child] - lasts[j] for j in self.lasts]

    def _seconds(self) -> Callable[[], Column]:
        starts, ends = [t.start for t in self.turns], [t.end for t in self.turns]
        return lambda: [starts[self.child] - ends[j] for j in self.lasts]

    def _typing(self) -> Callable[[], Column]:
        starts, ends, openings = [t.start for t in self.turns], [t.end for t in self.turns], self.facts.openings

        def pace() -> Column:
            size, start = openings[self.child], starts[self.child]
            # less than the pace, so a hair is added to what is compared with "at most"
            return [(start - ends[j]) / size + 1e-9 if size else inf for j in self.lasts]

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

    def _back(self) -> Callable[[], Column]:
        mentions = [t.mentions for t in self.turns]

        def codes() -> Column:
            speaker = self.speakers[self.child]
            return [(THIS if speaker in mentions[j] else OTHER) if mentions[j] else NONE for j in self.lasts]

        return codes

    def _same(self) -> Callable[[], Column]:
        def codes() -> Column:
            speaker, speakers = self.speakers[self.child], self.speakers
            return [1 if speakers[j] == speaker else 0 for j in self.lasts]

        return codes

    def _talked(self) -> Callable[[], Column]:
        def times() -> Column:
            found, speakers = talked(self.facts, self.child), self.speakers
            return [found.get(speakers[j], 0) for j in self.lasts] if found else ()

        return times

    def _reacts(self, act: str) -> Callable[[], Column]:
        taken = self.facts.acts.taken.get(act) if act else None

        def distance() -> Column:
            speaker, speakers = self.speakers[self.child], self.speakers
            own = self.facts.spoken.get(speaker, ())
            if not own or own[0] >= self.child:
                return ()
            out = []
            for j in self.lasts:
                k = bisect_left(own, j) - 1
                no = k < 0 or speakers[j] == speaker or (taken is not None and not taken[own[k]])
                out.append(0 if no else j - own[k])
            return out

        return distance

    def _returns(self, naming: bool, act: str) -> Callable[[], Column]:
        taken = self.facts.acts.taken.get(act) if act else None

        def distance() -> Column:
            soon = self._memo.get("after")
            if soon is None:
                soon = self._memo["after"] = after(self.facts, self.child)
            speaker = self.speakers[self.child]
            first: dict[int, int] = {}
            for n, j in enumerate(soon, 1):
                if (taken is None or taken[j]) and (not naming or speaker in self.turns[j].mentions):
                    first.setdefault(self.speakers[j], n)
            first.pop(speaker, None)
            return [first.get(self.speakers[j], 0) for j in self.lasts] if first else ()

        return distance

    # ---- words ------------------------------------------------------------------------------------------------

    def _shared(self, of: str, long: bool) -> Callable[[], Column]:
        sizes = self.facts.sizes

        def amounts() -> Column:
            sums = self._sums(of)
            if not long or not sums:
                return sums
            return [s / sqrt(sizes[j] + 3) if s else 0.0 for s, j in zip(sums, self.lasts, strict=True)]

        return amounts

    def _best(self, of: str) -> Callable[[], Column]:
        def is_best() -> Column:
            sums = self._sums(of)
            top = max(sums, default=0.0)
            return [1 if s == top else 0 for s in sums] if top > 0 else ()

        return is_best

    def _sums(self, of: str) -> Column:
        """Weight of what the child shares with each candidate."""
        found: Column | None = self._memo.get(of)
        if found is None:
            held: Held = getattr(self.facts, of)
            sets, weight = held.sets, held.weight
            mine = sets[self.child]
            found = ()
            if mine:
                if self.single:
                    common = [mine & sets[j] for j in self.lasts]
                else:
                    groups = [self.parents[p] for p in self.candidates]
                    common = [mine.intersection(frozenset().union(*[sets[j] for j in group])) for group in groups]
                if any(common):
                    found = [round(sum([weight[w] for w in words]), 6) if words else 0.0 for words in common]
            self._memo[of] = found
        return found

    # ---- what stands in between -------------------------------------------------------------------------------

    def _between(self, what: str, act: str) -> Callable[[], Column]:
        if act not in self._places:
            self._places[act] = _Places(self.facts, act)
        places, speakers = self._places[act], self.speakers
        before, own = places.before, places.own

        def anyone() -> Column:
            total = before[self.child]
            return [total - before[j + 1] for j in self.lasts]

        def parent() -> Column:
            counts: dict[int, int] = {}
            out = []
            for j in self.lasts:
                s = speakers[j]
                total = counts.get(s)
                if total is None:
                    total = counts[s] = places.number(s, self.child)
                out.append(total - own[j])
            return out

        def child() -> Column:
            mine = places.of.get(speakers[self.child], ())
            total = bisect_left(mine, self.child)
            if not total:
                return ()
            return [total - bisect_right(mine, j) for j in self.lasts]

        def others() -> Column:
            mine = child() or [0] * len(self.lasts)
            speaker = speakers[self.child]
            return [
                a - m - (0 if speakers[j] == speaker else p)
                for a, m, p, j in zip(anyone(), mine, parent(), self.lasts, strict=True)
            ]

        def people() -> Column:
            speaker = speakers[self.child]
            found: dict[int, int] = {}
            seen: set[int] = set()
            low = min(self.lasts)
            for j in range(self.child - 1, low - 1, -1):
                found[j] = len(seen)
                if speakers[j] != speaker and before[j + 1] > before[j]:
                    seen.add(speakers[j])
            return [found[j] for j in self.lasts]

        return {
            "anyone": anyone,
            "parent-speaker": parent,
            "child-speaker": child,
            "others": others,
            "speakers": people,
        }[what]

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
        return lambda: [self.ways.get(p, 0.0) for p in self.candidates] if self.ways else ()


class _Places:
    """Where turns with words (and an act) stand."""

    def __init__(self, facts: Facts, act: str) -> None:
        taken = facts.acts.taken.get(act) or [False] * len(facts.turns) if act else None
        self.of = {s: [j for j in places if taken is None or taken[j]] for s, places in facts.spoken.items()}
        number = len(facts.turns)
        self.before = [0] * (number + 1)  # how many stand before each turn
        self.own = [0] * number  # how many of its speaker's up to each turn, itself in it
        counted = {j for places in self.of.values() for j in places}
        running: dict[int, int] = {}
        for j, turn in enumerate(facts.turns):
            here = j in counted
            self.before[j + 1] = self.before[j] + here
            running[turn.speaker] = self.own[j] = running.get(turn.speaker, 0) + here

    def number(self, speaker: int, before: int) -> int:
        """How many of a speaker's stand before a turn."""
        return bisect_left(self.of.get(speaker, ()), before)
